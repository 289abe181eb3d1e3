"""Curves: how training went, and one quantity over another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gradbook.errors import GradbookError
from gradbook.phrases import counted, listed, number, percent, places, sentence
from gradbook.plots.figure import BLUE, DOTTED, GREEN, RED, SKY, series, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Floats = NDArray[np.float64]

#: How many points of a curve the text alternative names.
_NAMED_POINTS = 8


class Run(Protocol):
    """The histories of a training run: a solver, or any object with the same three attributes.

    Attributes
    ----------
    loss_history
        The loss of each step.
    train_acc_history, val_acc_history
        Training and validation accuracy, 0 to 1: before training, and after each epoch.
    """

    loss_history: Sequence[float]
    train_acc_history: Sequence[float]
    val_acc_history: Sequence[float]


def learning_curves(run: Run) -> None:
    """Show the loss of each step, and the accuracies after each epoch with the best one marked.

    Parameters
    ----------
    run
        A solver after training, or any object with its three histories.

    Raises
    ------
    GradbookError
        If there are no losses yet, or if `run` has no histories.
    """
    loss, train, val = (_history(run, name) for name in _HISTORIES)
    with shown(1, 2, (9.2, 3.4)) as figure:
        left, right = figure.axes
        left.plot(_plottable(loss), color=SKY, linewidth=0.8, label="each step", **_few(loss))
        left.plot(_smooth(loss), color=BLUE, linewidth=2, label="smoothed")
        _style_loss(left, [loss])
        if not np.isfinite(loss).all():
            step = int(np.argmin(np.isfinite(loss)))
            left.axvline(step, color=RED, linestyle=":", label=f"not finite: step {step}")
        _legend(left, 3)
        right.plot(train, "o-", color=BLUE, markersize=4, label="training")
        right.plot(val, "s--", color=RED, markersize=4, label="validation")
        if np.isfinite(val).any():
            best = int(np.nanargmax(val))
            label = f"best: {percent(val[best])}, epoch {best}"
            right.plot(best, val[best], "*", color=GREEN, markersize=13, markeredgecolor="black", label=label)
        _style_accuracy(right, "accuracy")
        _legend(right, 3)
        figure.text = f"Learning curves. Loss {_describe_loss(loss)}. {_describe_accuracy(train, val)}."


def compare_runs(runs: Mapping[str, Run]) -> None:
    """Show several runs in one figure: smoothed losses, training and validation accuracies.

    Parameters
    ----------
    runs
        Solvers after training, by their names in the legend.

    Raises
    ------
    GradbookError
        If there is no run, or if one has no losses yet.
    """
    if not runs:
        msg = "There is nothing to show: no run was given."
        raise GradbookError(msg)
    histories = {name: [_history(run, which, name) for which in _HISTORIES] for name, run in runs.items()}
    with shown(1, 3, (9.4, 3.3)) as figure:
        for index, (name, (loss, train, val)) in enumerate(histories.items()):
            look = series(index)
            figure.axes[0].plot(_smooth(loss), **(look | _few(loss)))
            for axes, accuracy in zip(figure.axes[1:], (train, val), strict=True):
                axes.plot(_plottable(accuracy), **look, markersize=4, label=name)
        losses = [loss for loss, _, _ in histories.values()]
        _style_loss(figure.axes[0], losses)
        figure.axes[0].set_title("loss, smoothed")
        for axes, what in zip(figure.axes[1:], ("training accuracy", "validation accuracy"), strict=True):
            _style_accuracy(axes, "accuracy")
            axes.set_title(what)
        # Handles of the accuracies, because these have both lines and markers.
        handles, labels = figure.axes[1].get_legend_handles_labels()
        figure.mpl_figure.legend(handles, labels, loc="outside upper center", ncols=min(6, len(runs)))
        figure.text = f"Learning curves of {counted(len(runs), 'run')}. " + " ".join(
            f"{name}: loss {_describe_loss(loss)}; {_describe_accuracy(train, val).lower()}."
            for name, (loss, train, val) in histories.items()
        )


_HISTORIES = ("loss_history", "train_acc_history", "val_acc_history")


def _history(run: Run, which: str, name: str = "") -> _Floats:
    of = f" of {name}" if name else ""
    try:
        values = np.asarray(getattr(run, which), float)
    except AttributeError:
        msg = f"There are no learning curves{of}."
        raise GradbookError(
            msg,
            expected=f"a solver, or an object with {listed(_HISTORIES)}",
            got=f"{type(run).__name__}, without {which}",
        ) from None
    if which == "loss_history" and values.size == 0:
        msg = f"The loss_history{of} is empty."
        raise GradbookError(msg, next="train first, then plot")
    return values


def _plottable(values: _Floats) -> _Floats:
    """Return values with NaN in place of infinity, which cannot be drawn."""
    return np.where(np.isfinite(values), values, np.nan)


def _smooth(values: _Floats) -> _Floats:
    """Return the moving average over a twentieth of the values, ignoring NaN and infinity."""
    finite = np.isfinite(values)
    window = np.ones(2 * (len(values) // 40) + 1)
    total = np.convolve(np.where(finite, values, 0.0), window, "same")
    number = np.convolve(finite.astype(float), window, "same")
    # The curve has a gap where the value itself is not finite.
    mean: _Floats = np.divide(total, number, out=np.full(len(values), np.nan), where=finite & (number > 0.5))
    return mean


def _few(values: _Floats) -> dict[str, str]:
    """Return a marker if there are so few points that a line may be invisible."""
    return {"marker": "." if np.isfinite(values).sum() < 20 else ""}


def spans_magnitudes(values: Any) -> bool:
    """Return whether an axis should be logarithmic: all numbers above 0, the largest 50 times the smallest.

    Examples
    --------
    >>> spans_magnitudes([1, 5, 100]), spans_magnitudes([0, 100]), spans_magnitudes([0.1, 0.5])
    (True, False, False)
    """
    array = np.asarray(values, float)
    array = array[np.isfinite(array)]
    return bool(array.size and array.min() > 0 and array.max() >= 50 * array.min())


def _style_loss(axes: Axes, losses: list[_Floats]) -> None:
    logarithmic = spans_magnitudes(np.concatenate([_smooth(loss) for loss in losses]))
    axes.set(xlabel="step", ylabel="loss (logarithmic)" if logarithmic else "loss")
    if logarithmic:
        axes.set_yscale("log")
    axes.grid(alpha=0.3)


def _style_accuracy(axes: Axes, ylabel: str) -> None:
    axes.set(xlabel="epoch", ylabel=ylabel)
    # From 0, so that a gain looks as large as it is; up to the highest value, with a margin for its marker.
    axes.set_ylim(0, 1.05 * axes.get_ylim()[1])
    axes.locator_params(axis="x", integer=True)
    axes.grid(alpha=0.3)


def _legend(axes: Axes, columns: int) -> None:
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=columns, borderpad=0, columnspacing=1.2)


def _describe_loss(loss: _Floats) -> str:
    if not np.isfinite(loss).all():
        step = int(np.argmin(np.isfinite(loss)))
        return f"NaN or infinite at step {step} of {len(loss)} for the first time"
    return f"from {number(loss[0])} to {number(_smooth(loss)[-1])} in {counted(len(loss), 'step')}"


def _describe_accuracy(train: _Floats, val: _Floats) -> str:
    if not np.isfinite(val).any():
        return "No validation accuracy"
    best = int(np.nanargmax(val))
    trained = f"Training accuracy {percent(train[-1])} at the end, validation" if train.size else "Validation"
    return f"{trained} accuracy {percent(val[-1])}, best {percent(val[best])} after epoch {best}"


def curves(panels: Mapping[str, tuple[Sequence[float], Sequence[float]]], ylabel: str) -> None:
    """Show one curve per panel, side by side, with a common vertical axis from 0 to at least 1.

    Parameters
    ----------
    panels
        For each panel, the label of its horizontal axis, with the x and y of the points.
    ylabel
        What all panels show.

    Raises
    ------
    GradbookError
        If there is no panel, if a panel has no points, or if x and y differ in length.
    """
    if not panels:
        msg = "There is nothing to show: no curve was given."
        raise GradbookError(msg)
    descriptions, top = [], 1.0
    for xlabel, (x, y) in panels.items():
        if len(x) != len(y) or not len(x):
            msg = f"The curve over {xlabel} cannot be drawn."
            raise GradbookError(
                msg,
                expected="one y for each x, and at least one point",
                got=f"{counted(len(x), 'x value')} and {counted(len(y), 'y value')}",
            )
        top = max([top, *(value for value in y if np.isfinite(value))])
        descriptions.append(
            f"over {xlabel}: "
            + ", ".join(f"{number(y[i])} at {number(x[i])}" for i in places(len(x), _NAMED_POINTS))
        )
    with shown(1, len(panels), (3.8 * len(panels), 3), squeeze=False, sharey=True) as figure:
        for index, (axes, (xlabel, (x, y))) in enumerate(zip(figure.axes[0], panels.items(), strict=True)):
            axes.plot(
                x, y, **(series(index) | {"linestyle": "-"} | ({"marker": ""} if len(x) > DOTTED else {}))
            )
            axes.set(xlabel=xlabel, ylim=(-0.03 * top, 1.05 * top))
            axes.grid(alpha=0.3)
        figure.axes[0, 0].set_ylabel(ylabel)
        figure.text = f"{sentence(ylabel)} {'; '.join(descriptions)}."
