"""Faults in the gradients of linear classifiers' losses, regularised with reg * sum(W * W)."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.faults.subject import Case, Fault, Subject, labels, loss_case

REG = 0.3

SVM = """\
def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    rows = np.arange(num_train)
    scores = X @ W
    correct = scores[rows, y][:, np.newaxis]
    margins = np.maximum(0, scores - correct + 1)
    margins[rows, y] = 0
    loss = margins.sum() / num_train + reg * np.sum(W * W)

    dscores = np.zeros_like(scores)
    dscores[margins > 0] = 1
    counts = dscores.sum(axis=1)
    dscores[rows, y] -= counts
    dscores /= num_train
    dW = X.T @ dscores
    dW += 2 * reg * W
    return loss, dW
"""

SOFTMAX = """\
def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    rows = np.arange(num_train)
    scores = X @ W
    shifted = scores - scores.max(axis=1, keepdims=True)
    exp = np.exp(shifted)
    total = exp.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(total[:, 0]) - shifted[rows, y]) / num_train
    loss += reg * np.sum(W * W)

    probs = exp / total
    dscores = probs.copy()
    dscores[rows, y] -= 1
    dscores /= num_train
    dW = X.T @ dscores
    dW += 2 * reg * W
    return loss, dW
"""

# The last lines are the same in both.
SHARED = (
    Fault("The gradient is not divided by N.", "dscores /= num_train", "pass", "sum for mean"),
    Fault("Divided by N twice.", "dscores /= num_train", "dscores /= num_train**2", "constant factor"),
    Fault(
        "Divided by the number of features.",
        "dscores /= num_train",
        "dscores /= X.shape[1]",
        "constant factor",
    ),
    Fault("No regularisation in the gradient.", "dW += 2 * reg * W", "pass", "regularisation"),
    Fault("reg * W, but the loss has reg * W².", "2 * reg * W", "reg * W", "regularisation"),
    Fault("Half of reg * W: the ½ is applied twice.", "2 * reg * W", "0.5 * reg * W", "regularisation"),
    Fault(
        "The regularisation is added twice.",
        "dW += 2 * reg * W",
        "dW += 2 * reg * W\n    dW += 2 * reg * W",
        "regularisation",
    ),
    Fault(
        "The regularisation is divided by N too.", "2 * reg * W", "2 * reg * W / num_train", "regularisation"
    ),
    Fault("The gradient of an L1 penalty.", "2 * reg * W", "reg * np.sign(W)", "regularisation"),
    Fault("The penalty itself, not differentiated.", "2 * reg * W", "reg * W * W", "regularisation"),
    Fault("reg itself is forgotten.", "2 * reg * W", "2 * W", "regularisation"),
    Fault("The penalty is subtracted.", "dW += 2 * reg * W", "dW -= 2 * reg * W", "sign"),
    Fault("The penalty's gradient replaces the data's.", "dW += 2", "dW = 2", "missing path"),
    Fault("The data's gradient has the wrong sign.", "X.T @ dscores", "-X.T @ dscores", "sign"),
    Fault("The last sample is left out.", "X.T @ dscores", "X[:-1].T @ dscores[:-1]", "some rows or columns"),
    Fault(
        "The loop over the classes stops one early.",
        "dW = X.T @ dscores",
        "dW = np.zeros_like(W)\n    for c in range(W.shape[1] - 1):\n        dW[:, c] = X.T @ dscores[:, c]",
        "some rows or columns",
    ),
    Fault(
        "The first row, mistaken for the bias, gets no gradient.",
        "return loss, dW",
        "dW[0] = 0\n    return loss, dW",
        "some rows or columns",
    ),
    Fault(
        "The last row, mistaken for the bias, is not regularised.",
        "dW += 2 * reg * W",
        "dW[:-1] += 2 * reg * W[:-1]",
        "some rows or columns",
    ),
    Fault("dW is transposed.", "return loss, dW", "return loss, dW.T", "axes"),
    Fault(
        "dW is reshaped, but should be transposed.",
        "dW = X.T @ dscores",
        "dW = (dscores.T @ X).reshape(W.shape)",
        "axes",
    ),
    Fault(
        "The factors of the product are swapped.",
        "dW = X.T @ dscores",
        "dW = (dscores.T @ X).T",
        equivalent="(AB)ᵀ = BᵀAᵀ.",
    ),
)

SVM_FAULTS = (
    *SHARED,
    Fault("The true class gets its gradient with the wrong sign.", "-= counts", "+= counts", "sign"),
    Fault("The true class gets no gradient.", "dscores[rows, y] -= counts", "pass", "missing path"),
    Fault("The true class counts once, not once per margin.", "-= counts", "-= 1"),
    Fault("Every class counts, whatever its margin.", "margins > 0", "margins >= 0", "mask"),
    Fault("Only margins above 1 count.", "margins > 0", "margins > 1", "mask"),
    Fault("The mask is the one of the scores.", "margins > 0", "scores > 0", "mask"),
    Fault("The mask is inverted.", "margins > 0", "margins == 0", "mask"),
    Fault("The margin is passed back, as for the squared hinge.", "[margins > 0] = 1", "[:] = margins"),
    Fault("A slice instead of the row numbers.", "dscores[rows, y] -= counts", "dscores[:, y] -= counts"),
    Fault("All margins of the batch are counted for each sample.", "dscores.sum(axis=1)", "dscores.sum()"),
    Fault(
        "The count is taken from the margins.",
        "counts = dscores.sum(axis=1)",
        "counts = (margins > 0).sum(axis=1)",
        equivalent="dscores is the mask of the margins there.",
    ),
)

SOFTMAX_FAULTS = (
    *SHARED,
    Fault("The 1 of the true class is added.", "dscores[rows, y] -= 1", "dscores[rows, y] += 1", "sign"),
    Fault("The true class is not subtracted.", "dscores[rows, y] -= 1", "pass", "missing path"),
    Fault("The true class is set to -1.", "dscores[rows, y] -= 1", "dscores[rows, y] = -1", "missing path"),
    Fault("1 is subtracted from each class.", "dscores[rows, y] -= 1", "dscores -= 1", "mask"),
    Fault(
        "1 is subtracted from the predicted class.",
        "dscores[rows, y] -= 1",
        "dscores[rows, scores.argmax(axis=1)] -= 1",
        "mask",
    ),
    Fault("The labels are assumed to start at 1.", "dscores[rows, y]", "dscores[rows, y - 1]", "mask"),
    Fault("A slice instead of the row numbers.", "dscores[rows, y]", "dscores[:, y]"),
    Fault("The probabilities are not normalised.", "exp / total", "exp"),
    Fault(
        "The normaliser is treated as a constant.",
        "dscores = probs.copy()",
        "dscores = np.zeros_like(probs)",
        "constant statistic",
    ),
    Fault("Normalised over the samples.", "exp / total", "exp / exp.sum(axis=0)", "axes"),
    Fault("Normalised over the whole batch.", "exp / total", "exp / exp.sum()", "axes"),
    Fault(
        "The scores are not shifted: exp overflows.",
        "probs = exp / total",
        "probs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)",
        "not finite",
    ),
    Fault(
        "The scores are shifted by the maximum of the first sample.",
        "probs = exp / total",
        "exp = np.exp(scores - scores[0].max())\n    probs = exp / exp.sum(axis=1, keepdims=True)",
        "not finite",
    ),
    Fault(
        "The scores are shifted by their mean.",
        "probs = exp / total",
        "exp = np.exp(scores - scores.mean())\n    probs = exp / exp.sum(axis=1, keepdims=True)",
        "not finite",
    ),
    Fault(
        "The probabilities come from the logarithms.",
        "probs = exp / total",
        "probs = np.exp(shifted - np.log(total))",
        equivalent="exp(a - log b) = exp(a) / b.",
    ),
)


def svm_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 5, D = 7, C = 4, of which class 2 has no sample."""
    W, X = 0.3 * rng.standard_normal((7, 4)), rng.standard_normal((5, 7))
    y = labels(rng, 5, [0, 1, 3])
    return loss_case(names["svm_loss_vectorized"], "W", W, {"reg": REG}, X=X, y=y, reg=REG)


def softmax_case(names: dict[str, Any], rng: np.random.Generator) -> Case:
    """N = 5, D = 7, C = 4, of which class 2 has no sample; one correct class has a score of 2000."""
    W, X = rng.standard_normal((7, 4)), rng.standard_normal((5, 7))
    W[:, 2] /= 2
    y = labels(rng, 5, [0, 1, 3])
    # The longest column of W: along it no other class comes near.
    y[2] = max([0, 1, 3], key=lambda c: float(np.sum(W[:, c] ** 2)))
    X[2] = 2000 * W[:, y[2]] / np.sum(W[:, y[2]] ** 2)
    return loss_case(names["softmax_loss_vectorized"], "W", W, {"reg": REG}, X=X, y=y, reg=REG)


SUBJECTS = (
    Subject("svm_loss_vectorized", SVM, svm_case, SVM_FAULTS),
    Subject("softmax_loss_vectorized", SOFTMAX, softmax_case, SOFTMAX_FAULTS),
)
