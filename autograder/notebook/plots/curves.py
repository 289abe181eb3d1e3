"""Curves: how training went, and one quantity over another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from autograder.errors import AutograderError
from autograder.notebook.plots.picture import BLUE, DOTTED, GREEN, RED, SKY, series, shown
from autograder.notebook.plots.words import counted, listed, number, percent, places, sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Floats = NDArray[np.float64]

#: Points of a curve that its text names.
_TOLD = 8


class Run(Protocol):
    """What training leaves behind: a solver, or anything with the same three histories.

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
        A solver that has trained, or anything with its three histories.

    Raises
    ------
    AutograderError
        When there are no losses yet, or when `run` has no histories.
    """
    loss, train, val = (_history(run, name) for name in _HISTORIES)
    with shown(1, 2, (9.2, 3.4)) as picture:
        left, right = picture.axes
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
        picture.text = f"Learning curves. Loss {_loss_told(loss)}. {_accuracy_told(train, val)}."


def compare_runs(runs: Mapping[str, Run]) -> None:
    """Show several runs in one picture: smoothed losses, training and validation accuracies.

    Parameters
    ----------
    runs
        Solvers that have trained, by the name that the legend gives them.

    Raises
    ------
    AutograderError
        When there is no run, or when one has no losses yet.
    """
    if not runs:
        raise AutograderError("There is nothing to show: no run was given.")
    histories = {name: [_history(run, which, name) for which in _HISTORIES] for name, run in runs.items()}
    with shown(1, 3, (9.4, 3.3)) as picture:
        for index, (name, (loss, train, val)) in enumerate(histories.items()):
            look = series(index)
            picture.axes[0].plot(_smooth(loss), **(look | _few(loss)))
            for axes, accuracy in zip(picture.axes[1:], (train, val), strict=True):
                axes.plot(_plottable(accuracy), **look, markersize=4, label=name)
        losses = [loss for loss, _, _ in histories.values()]
        _style_loss(picture.axes[0], losses)
        picture.axes[0].set_title("loss, smoothed")
        for axes, what in zip(picture.axes[1:], ("training accuracy", "validation accuracy"), strict=True):
            _style_accuracy(axes, "accuracy")
            axes.set_title(what)
        # Lines with their markers, as the accuracies have them.
        handles, labels = picture.axes[1].get_legend_handles_labels()
        picture.figure.legend(handles, labels, loc="outside upper center", ncols=min(6, len(runs)))
        picture.text = f"Learning curves of {counted(len(runs), 'run')}. " + " ".join(
            f"{name}: loss {_loss_told(loss)}; {_accuracy_told(train, val).lower()}."
            for name, (loss, train, val) in histories.items()
        )


_HISTORIES = ("loss_history", "train_acc_history", "val_acc_history")


def _history(run: Run, which: str, name: str = "") -> _Floats:
    of = f" of {name}" if name else ""
    try:
        values = np.asarray(getattr(run, which), float)
    except AttributeError:
        raise AutograderError(
            f"There are no learning curves{of}.",
            expected=f"a solver, or anything with {listed(_HISTORIES)}",
            got=f"{type(run).__name__}, without {which}",
        ) from None
    if which == "loss_history" and values.size == 0:
        raise AutograderError(f"The loss_history{of} is empty.", next="train first, then plot")
    return values


def _plottable(values: _Floats) -> _Floats:
    """Return values with NaN for infinity, which no axis holds."""
    return np.where(np.isfinite(values), values, np.nan)


def _smooth(values: _Floats) -> _Floats:
    """Return the mean over a window about each value, a twentieth of them wide; NaN and infinity left out."""
    finite = np.isfinite(values)
    window = np.ones(2 * (len(values) // 40) + 1)
    total = np.convolve(np.where(finite, values, 0.0), window, "same")
    number = np.convolve(finite.astype(float), window, "same")
    # Where nothing was finite at the step itself, the curve ends.
    return np.divide(total, number, out=np.full(len(values), np.nan), where=finite & (number > 0.5))


def _few(values: _Floats) -> dict[str, str]:
    """Return a marker where points are so few that a line may not show."""
    return {"marker": "." if np.isfinite(values).sum() < 20 else ""}


def spans_magnitudes(values: Any) -> bool:
    """Return whether an axis had better be logarithmic: numbers above 0, the largest 50 times the least.

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
    # From 0, so that a gain looks as large as it is; up to what was reached, with room for its mark.
    axes.set_ylim(0, 1.05 * axes.get_ylim()[1])
    axes.locator_params(axis="x", integer=True)
    axes.grid(alpha=0.3)


def _legend(axes: Axes, columns: int) -> None:
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=columns, borderpad=0, columnspacing=1.2)


def _loss_told(loss: _Floats) -> str:
    if not np.isfinite(loss).all():
        step = int(np.argmin(np.isfinite(loss)))
        return f"NaN or infinite at step {step} of {len(loss)}, for the first time"
    return f"from {number(loss[0])} to {number(_smooth(loss)[-1])} in {counted(len(loss), 'step')}"


def _accuracy_told(train: _Floats, val: _Floats) -> str:
    if not np.isfinite(val).any():
        return "No validation accuracy"
    best = int(np.nanargmax(val))
    trained = f"Training accuracy {percent(train[-1])} at the end, validation" if train.size else "Validation"
    return f"{trained} accuracy {percent(val[-1])}, at best {percent(val[best])} after epoch {best}"


def curves(panels: Mapping[str, tuple[Sequence[float], Sequence[float]]], ylabel: str) -> None:
    """Show one curve a panel, side by side, with a common vertical axis from 0 to 1, or as far as they go.

    Parameters
    ----------
    panels
        For each panel its horizontal axis' name, with the points' x and y.
    ylabel
        What all panels show.

    Raises
    ------
    AutograderError
        When there is no panel, or a panel has no points, or not a y for each x.
    """
    if not panels:
        raise AutograderError("There is nothing to show: no curve was given.")
    told, top = [], 1.0
    for xlabel, (x, y) in panels.items():
        if len(x) != len(y) or not len(x):
            raise AutograderError(
                f"The curve over {xlabel} cannot be drawn.",
                expected="a y for each x, one at the least",
                got=f"{len(x)} and {len(y)}",
            )
        top = max([top, *(value for value in y if np.isfinite(value))])
        told.append(
            f"over {xlabel}: " + ", ".join(f"{number(y[i])} at {number(x[i])}" for i in places(len(x), _TOLD))
        )
    with shown(1, len(panels), (3.8 * len(panels), 3), squeeze=False, sharey=True) as picture:
        for index, (axes, (xlabel, (x, y))) in enumerate(zip(picture.axes[0], panels.items(), strict=True)):
            axes.plot(
                x, y, **(series(index) | {"linestyle": "-"} | ({"marker": ""} if len(x) > DOTTED else {}))
            )
            axes.set(xlabel=xlabel, ylim=(-0.03 * top, 1.05 * top))
            axes.grid(alpha=0.3)
        picture.axes[0, 0].set_ylabel(ylabel)
        picture.text = f"{sentence(ylabel)} {'; '.join(told)}."
