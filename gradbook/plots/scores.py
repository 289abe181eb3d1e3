"""Measurements compared: run times, and accuracies with their spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gradbook.errors import GradbookError
from gradbook.phrases import counted, listed, sentence
from gradbook.plots.curves import spans_magnitudes
from gradbook.plots.figure import BLUE, GREEN, GREY, ORANGE, shown
from gradbook.plots.figure import series as look


def timings(seconds: Mapping[str, float]) -> None:
    """Show how long each version of a function takes, on a logarithmic scale.

    Parameters
    ----------
    seconds
        Seconds by name, above 0; the others are compared with the first.

    Raises
    ------
    GradbookError
        If nothing was timed, or if a time is not above 0.
    """
    if not seconds:
        msg = "There is nothing to show: no time was given."
        raise GradbookError(msg)
    for name, value in seconds.items():
        if not (np.isfinite(value) and value > 0):
            msg = "A time cannot be drawn on a logarithmic scale."
            raise GradbookError(
                msg,
                expected="seconds above 0",
                got=f"{value} for {name}",
            )
    names, values = list(seconds), np.array(list(seconds.values()), float)
    descriptions = [
        f"{value:.3g} s" + (f" ({values[0] / value:.3g}× as fast)" if row else "")
        for row, value in enumerate(values)
    ]
    with shown(size=(6.4, 0.55 * len(names) + 0.9)) as figure:
        axes = figure.axes
        # Dots, because the length of a bar means nothing on a logarithmic axis.
        axes.plot(values, names, "o", color=BLUE, markersize=9)
        for row, text in enumerate(descriptions):
            axes.annotate(f"   {text}", (values[row], row), va="center")
        axes.set(xscale="log", xlabel="seconds (logarithmic)")
        axes.set_xlim(values.min() / 4, values.max() * 30)
        axes.set_ylim(len(names) - 0.5, -0.5)
        figure.text = (
            "Seconds: "
            + "; ".join(f"{name} {text}" for name, text in zip(names, descriptions, strict=True))
            + "."
        )


def accuracy_over_k(accuracies: Mapping[int, Sequence[float]], chance: float = 0.1) -> None:
    """Show cross-validated accuracy for each k: one point per fold, with mean and standard deviation.

    Parameters
    ----------
    accuracies
        For each k, one accuracy (0 to 1) per fold.
    chance
        The accuracy of guessing, drawn as a line.

    Raises
    ------
    GradbookError
        If there is no k, or if a k has no accuracy.
    """
    _check_measured(accuracies, "k")
    ks = sorted(accuracies)
    means = [float(np.mean(accuracies[k])) for k in ks]
    spreads = [float(np.std(accuracies[k])) for k in ks]
    best = _best(means)
    with shown() as figure:
        axes = figure.axes
        for k in ks:
            axes.plot([k] * len(accuracies[k]), accuracies[k], "o", color=ORANGE, alpha=0.5, markersize=4)
        axes.errorbar(
            ks, means, yerr=spreads, color=BLUE, marker="s", capsize=4, label="mean ± one standard deviation"
        )
        if best is not None:
            axes.axvline(ks[best], color=GREEN, linestyle=":", label=f"best k = {ks[best]}")
        axes.axhline(chance, color=GREY, linestyle="--", linewidth=1, label="guessing")
        axes.set(xscale="log", xlabel="k (logarithmic)", ylabel="accuracy")
        axes.set_xticks(ks, [str(k) for k in ks])
        axes.minorticks_off()
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
        description = ", ".join(
            f"{mean:.3g} ± {spread:.2g} for k = {k}"
            for k, mean, spread in zip(ks, means, spreads, strict=True)
        )
        figure.text = (
            f"Accuracy, mean and standard deviation over the folds: {description}."
            + (f" Best: k = {ks[best]}." if best is not None else "")
            + f" Guessing reaches {chance:g}."
        )


def error_bars(
    series: Mapping[str, Mapping[float, Sequence[float]]], xlabel: str, ylabel: str = "accuracy"
) -> None:
    """Show repeated measurements over a hyperparameter: their mean, and bars of one standard deviation.

    The horizontal axis is logarithmic if the values span orders of magnitude, as learning rates do.

    Parameters
    ----------
    series
        For each series and each value of the hyperparameter, the measurements: ``{"adam": {1e-3: [0.41,
        0.43], 1e-2: [0.35, 0.37]}}``.
    xlabel, ylabel
        The hyperparameter, and what was measured.

    Raises
    ------
    GradbookError
        If there is no series, or one without measurements.
    """
    if not series:
        msg = "There is nothing to show: no series was given."
        raise GradbookError(msg)
    for name, measured in series.items():
        _check_measured(measured, name)
    every = sorted({x for measured in series.values() for x in measured})
    logarithmic = spans_magnitudes(every)
    descriptions = []
    with shown() as figure:
        axes = figure.axes
        for index, (name, measured) in enumerate(series.items()):
            xs = sorted(measured)
            means = [float(np.mean(measured[x])) for x in xs]
            spreads = [float(np.std(measured[x])) for x in xs]
            # The caps grow with each series, so that none hides another.
            axes.errorbar(
                xs,
                means,
                yerr=spreads,
                **look(index),
                capsize=4 + 2 * index,
                label=name,
            )
            numbers = ", ".join(
                f"{mean:.3g} ± {spread:.2g} at {x:g}"
                for x, mean, spread in zip(xs, means, spreads, strict=True)
            )
            best = _best(means)
            highest = f"; highest at {xs[best]:g}" if best is not None else ""
            descriptions.append(f"{name}: {numbers}{highest}")
        axes.set(xlabel=f"{xlabel} (logarithmic)" if logarithmic else xlabel, ylabel=ylabel)
        if logarithmic:
            axes.set_xscale("log")
        axes.grid(alpha=0.3)
        axes.set_title("mean ± one standard deviation", fontsize="small", loc="right")
        axes.legend(loc="best")
        figure.text = (
            f"{sentence(ylabel)} over {xlabel}, mean ± one standard deviation, "
            f"{counted(len(series), 'line')}. {'. '.join(descriptions)}."
        )


def _check_measured(
    measured: Mapping[float, Sequence[float]] | Mapping[int, Sequence[float]], name: str
) -> None:
    empty = [str(x) for x, values in measured.items() if not len(values)]
    if not measured:
        msg = f"There is nothing to show: nothing was measured for {name}."
        raise GradbookError(msg)
    if empty:
        msg = f"There is nothing to show for {name} at {listed(empty)}."
        raise GradbookError(
            msg,
            expected="at least one number for each",
        )


def _best(means: Sequence[float]) -> int | None:
    """Return the index of the largest mean, or None if all are NaN or infinite."""
    return int(np.nanargmax(means)) if np.isfinite(means).any() else None
