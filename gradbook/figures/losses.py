"""Figures of loss functions: the hinge loss over the margin, and hinge and softmax on the same scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gradbook.phrases import listed
from gradbook.plots.figure import BLUE, GREEN, GREY, RED, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def hinge() -> None:
    """Draw the hinge loss of one wrong class over the lead of the correct one, with its kink."""
    with shown(size=(6.4, 3.2)) as figure:
        axes = figure.axes
        lead = np.array([-2.0, 1.0, 4.0])
        axes.plot(lead, np.maximum(0, 1 - lead), color=BLUE, linewidth=2.5)
        axes.plot(1, 0, "o", color=RED, markersize=9)
        axes.axvline(0, color=GREY, linewidth=1, linestyle="--")
        axes.annotate("the kink", (1, 0), (1.15, 0.55), color=RED)
        axes.annotate("slope −1: more lead, less loss", (-0.9, 1.9), (0.1, 2.0), color=BLUE)
        axes.annotate("slope 0: the lead is large enough", (2.2, 0), (1.35, 0.2), color=BLUE)
        axes.annotate("correct class ahead →", (0, 2.75), (0.1, 2.75), color=GREY)
        axes.set(xlabel="lead over another class", ylabel="term in the loss", ylim=(-0.15, 3.1))
        figure.text = (
            "The hinge loss: as the lead of the correct class over another one grows, the term in the loss "
            "falls with slope −1 to 0 at a lead of 1, the kink, and stays there."
        )


def two_losses(scores: np.ndarray, y: int) -> None:
    """Draw the hinge loss and the softmax loss of the same scores of one image.

    Parameters
    ----------
    scores : ndarray of shape (C,)
        One score per class.
    y : int
        The correct class.
    """
    scores = np.asarray(scores, float)
    terms = np.maximum(0, scores - scores[y] + 1)
    terms[y] = 0
    powers = np.exp(scores - scores.max())
    chances = powers / powers.sum()
    # Not -log(chances[y]), which is infinite if the probability underflows to 0.
    surprise = np.log(powers.sum()) + scores.max() - scores[y]
    others = [j for j in range(len(scores)) if j != y]
    hinge_sum = f"{' + '.join(f'{terms[j]:.3g}' for j in others)} = {terms.sum():.3g}"
    with shown(1, 3, (9.4, 0.42 * len(scores) + 1.2), sharey=True) as figure:
        first, second, third = figure.axes
        _bars(first, scores, y, "score")
        first.set_title("the scores")
        _bars(second, terms, y, "hinge term")
        second.set_title(f"hinge loss: {hinge_sum}")
        _bars(third, chances, y, "probability")
        third.set_xticks([0, 0.5, 1])
        third.set_title(f"softmax loss: −log {chances[y]:.3g} = {surprise:.3g}")
        names = [f"class {j}" + (", right" if j == y else "") for j in range(len(scores))]
        first.set_yticks(range(len(scores)), names)
        first.set_ylim(len(scores) - 0.5, -0.5)
        figure.text = (
            f"One image with the scores {listed(f'{score:.3g}' for score in scores)}; class {y} is correct. "
            f"The hinge loss adds {hinge_sum}. The softmax turns the scores into the probabilities "
            f"{listed(f'{chance:.3g}' for chance in chances)}; "
            f"its loss is minus the logarithm of {chances[y]:.3g}, {surprise:.3g}."
        )


def _bars(axes: Axes, values: np.ndarray, y: int, name: str) -> None:
    """Draw one bar per class with its number; the bar of the correct class is hatched."""
    for j, value in enumerate(values):
        (bar,) = axes.barh(j, value, 0.7, color=GREEN if j == y else BLUE, edgecolor="white")
        bar.set_hatch("//" if j == y else None)
        end = (value, j)
        axes.annotate(f" {value:.3g}", end, va="center", ha="left" if value >= 0 else "right")
    low, high = min(0.0, values.min()), max(1.0, values.max())
    margin = 0.3 * (high - low)
    axes.set(xlabel=name, xlim=(low - margin if low < 0 else 0, high + margin))
    axes.axvline(0, color=GREY, linewidth=1)
