"""Faults in the two losses of a network's scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.subject import Case, Fault, Subject, but, labels, loss_case

SVM_LOSS = """\
def svm_loss(x, y):
    N = x.shape[0]
    rows = np.arange(N)
    correct = x[rows, y][:, np.newaxis]
    margins = np.maximum(0, x - correct + 1)
    margins[rows, y] = 0
    loss = margins.sum() / N

    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    counts = dx.sum(axis=1)
    dx[rows, y] -= counts
    dx /= N
    return loss, dx
"""

SOFTMAX_LOSS = """\
def softmax_loss(x, y):
    N = x.shape[0]
    highest = x.max(axis=1, keepdims=True)
    exp = np.exp(x - highest)
    total = exp.sum(axis=1, keepdims=True)
    log_probs = x - highest - np.log(total)
    loss = -log_probs[np.arange(N), y].sum() / N

    probs = exp / total
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx
"""

SHARED = (
    Fault("The gradient is not divided by N.", "dx /= N", "pass", "sum for mean"),
    Fault("Divided by N twice.", "dx /= N", "dx /= N * N", "constant factor"),
    Fault("Divided by the number of classes.", "dx /= N", "dx /= x.shape[1]", "constant factor"),
    Fault("Divided by the number of scores.", "dx /= N", "dx /= x.size", "constant factor"),
    Fault("Halved.", "dx /= N", "dx /= 2 * N", "constant factor"),
    Fault("Divided by N - 1.", "dx /= N", "dx /= N - 1", "constant factor"),
    Fault("Multiplied by N.", "dx /= N", "dx *= N", "constant factor"),
    Fault("The whole gradient has the wrong sign.", "dx /= N", "dx /= -N", "sign"),
    Fault("Only the true class is divided by N.", "dx /= N", "dx[np.arange(N), y] /= N", "sum for mean"),
    Fault("The last sample is left out.", "dx /= N", "dx /= N\n    dx[-1] = 0", "some rows or columns"),
    Fault("Only the first sample counts.", "dx /= N", "dx /= N\n    dx[1:] = 0", "some rows or columns"),
    Fault("The last class is left out.", "dx /= N", "dx /= N\n    dx[:, -1] = 0", "some rows or columns"),
    Fault("The samples are reversed.", "return loss, dx", "return loss, dx[::-1]", "axes"),
    Fault("The classes are reversed.", "return loss, dx", "return loss, dx[:, ::-1]", "axes"),
    Fault("dx is transposed.", "return loss, dx", "return loss, dx.T", "axes"),
    Fault("dx is averaged over the samples.", "dx /= N", "dx[:] = dx.mean(axis=0)"),
    Fault(
        "Multiplied by 1 / N.",
        "dx /= N",
        "dx *= 1 / N",
        equivalent="The same up to rounding.",
    ),
)

SVM_LOSS_FAULTS = (
    *SHARED,
    Fault("The true class has the wrong sign.", "-= counts", "+= counts", "sign"),
    Fault("The true class gets no gradient.", "dx[rows, y] -= counts", "pass", "missing path"),
    Fault(
        "The other classes get no gradient.",
        "dx[rows, y] -= counts",
        "dx[:] = 0\n    dx[rows, y] -= counts",
        "missing path",
    ),
    Fault("The true class counts once, not once per margin.", "-= counts", "-= 1"),
    Fault("Every class counts, whatever its margin.", "margins > 0", "margins >= 0", "mask"),
    Fault("Only margins above 1 count.", "margins > 0", "margins > 1", "mask"),
    Fault("The mask is the one of the scores.", "margins > 0", "x > 0", "mask"),
    Fault("The mask is inverted.", "margins > 0", "margins == 0", "mask"),
    Fault(
        "Only the worst class counts.",
        "margins > 0",
        "(margins > 0) & (margins == margins.max(axis=1, keepdims=True))",
        "mask",
    ),
    Fault("The number of classes is subtracted from the true class.", "-= counts", "-= x.shape[1]"),
    Fault("The margin is passed back, as for the squared hinge.", "[margins > 0] = 1", "[:] = margins"),
    Fault("A slice instead of the row numbers.", "dx[rows, y] -= counts", "dx[:, y] -= counts"),
    Fault("All margins of the batch are counted for each sample.", "dx.sum(axis=1)", "dx.sum()"),
    Fault(
        "A margin of exactly 0 counts, too.",
        "dx[margins > 0] = 1",
        "dx[x - correct + 1 >= 0] = 1\n    dx[rows, y] = 0",
        equivalent="No margin is exactly 0.",
    ),
    Fault(
        "The true class is in the mask, and in the count.",
        "dx[margins > 0] = 1",
        "dx[x - correct + 1 > 0] = 1",
        equivalent="It adds 1 and subtracts 1.",
    ),
)

SOFTMAX_LOSS_FAULTS = (
    *SHARED,
    Fault("The 1 of the true class is added.", "y] -= 1", "y] += 1", "sign"),
    Fault("The true class is not subtracted.", "dx[np.arange(N), y] -= 1", "pass", "missing path"),
    Fault("The true class is set to -1.", "y] -= 1", "y] = -1", "missing path"),
    Fault("1 is subtracted from each class.", "dx[np.arange(N), y] -= 1", "dx -= 1", "mask"),
    Fault(
        "1 is subtracted from the predicted class.",
        "dx[np.arange(N), y] -= 1",
        "dx[np.arange(N), x.argmax(axis=1)] -= 1",
        "mask",
    ),
    Fault("The labels are assumed to start at 1.", "dx[np.arange(N), y]", "dx[np.arange(N), y - 1]", "mask"),
    Fault("A slice instead of the row numbers.", "dx[np.arange(N), y] -= 1", "dx[:, y] -= 1"),
    Fault("1 / N is subtracted, then everything is divided by N.", "y] -= 1", "y] -= 1 / N"),
    Fault("The probabilities are not normalised.", "exp / total", "exp"),
    Fault(
        "The normaliser is treated as a constant.",
        "probs.copy()",
        "np.zeros_like(x)",
        "constant statistic",
    ),
    Fault(
        "Only the true class is differentiated by the normaliser.",
        "dx = probs.copy()",
        "dx = np.zeros_like(x)\n    dx[np.arange(N), y] = probs[np.arange(N), y]",
        "missing path",
    ),
    Fault("Normalised over the samples.", "exp / total", "exp / exp.sum(axis=0)", "axes"),
    Fault("Normalised over the whole batch.", "exp / total", "exp / exp.sum()", "axes"),
    Fault(
        "The scores are not shifted: exp overflows.",
        "exp / total",
        "np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)",
        "not finite",
    ),
    Fault(
        "The scores are shifted by their mean.",
        "probs = exp / total",
        "exp = np.exp(x - x.mean())\n    probs = exp / exp.sum(axis=1, keepdims=True)",
        "not finite",
    ),
    Fault(
        "Backpropagated through the logarithm, with probabilities of 0.",
        "dx = probs.copy()\n    dx[np.arange(N), y] -= 1",
        "dprobs = np.zeros_like(x)\n"
        "    dprobs[np.arange(N), y] = -1 / probs[np.arange(N), y]\n"
        "    dx = probs * (dprobs - np.sum(dprobs * probs, axis=1, keepdims=True))",
        "not finite",
    ),
    Fault(
        "The probabilities come from the logarithms.",
        "exp / total",
        "np.exp(log_probs)",
        equivalent="exp(a - log b) = exp(a) / b.",
    ),
)
KINK = "At a margin of exactly 0 every slope between 0 and 1 is right."


def svm_loss_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 7, C = 5, of which class 3 has no sample."""
    y = labels(rng, 7, [0, 1, 2, 4])
    return loss_case(names["svm_loss"], "x", 2 * rng.standard_normal((7, 5)), y=y)


def svm_loss_at_zero_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 7, C = 5; in each of the first three samples, one margin is exactly 0."""
    x, y = 2 * rng.standard_normal((7, 5)), labels(rng, 7, [0, 1, 2, 4])
    first = np.arange(3)
    # Halves and quarters, so that x - correct + 1 is 0 without rounding.
    x[first, y[:3]] = [0.25, -0.5, 1.5]
    x[first, (y[:3] + 2) % 5] = [-0.75, -1.5, 0.5]
    return loss_case(names["svm_loss"], "x", x, y=y)


def softmax_loss_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 7, C = 5, of which class 3 has no sample; scores of 900 (right) and 800 (wrong)."""
    x, y = 2 * rng.standard_normal((7, 5)), labels(rng, 7, [0, 1, 2, 4])
    x[1, y[1]], x[4, 3] = 900, 800
    return loss_case(names["softmax_loss"], "x", x, y=y)


SUBJECTS = (
    Subject("svm_loss", SVM_LOSS, svm_loss_case, SVM_LOSS_FAULTS),
    Subject("softmax_loss", SOFTMAX_LOSS, softmax_loss_case, SOFTMAX_LOSS_FAULTS),
    # Exact kinks.
    Subject(
        "svm_loss at margins of 0",
        SVM_LOSS,
        svm_loss_at_zero_case,
        but(SVM_LOSS_FAULTS, equivalent={"A margin of exactly 0 counts, too.": KINK}),
        kinks=True,
    ),
)
