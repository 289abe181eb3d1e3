"""Losses, drawn as functions of what they look at."""

from __future__ import annotations

import numpy as np

from autograder.notebook.plots.picture import BLUE, GREY, RED, shown


def hinge() -> None:
    """Draw the hinge loss of one wrong class against the lead of the right one, with its kink."""
    with shown(size=(6.4, 3.2)) as picture:
        axes = picture.axes
        lead = np.array([-2.0, 1.0, 4.0])
        axes.plot(lead, np.maximum(0, 1 - lead), color=BLUE, linewidth=2.5)
        axes.plot(1, 0, "o", color=RED, markersize=9)
        axes.axvline(0, color=GREY, linewidth=1, linestyle="--")
        axes.annotate("the kink", (1, 0), (1.15, 0.55), color=RED)
        axes.annotate("slope −1: more lead, less loss", (-0.9, 1.9), (-0.7, 2.1), color=BLUE)
        axes.annotate("slope 0: the lead is large enough", (2.2, 0), (1.9, 0.2), color=BLUE)
        axes.annotate("right class ahead →", (0, 2.75), (0.1, 2.75), color=GREY)
        axes.set(xlabel="lead over another class", ylabel="term in the loss", ylim=(-0.15, 3.1))
        picture.text = (
            "The hinge: against the lead of the right class over another one, the term in the loss falls "
            "with slope −1 to 0 at a lead of 1, the kink, and stays there."
        )
