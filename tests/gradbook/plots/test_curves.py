"""Learning curves show a run, mark the best epoch, and survive diverged runs."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from gradbook import plots
from gradbook.errors import GradbookError
from gradbook.plots.figure import DescribedFigure


def run(loss, train=(0.1, 0.5, 0.6), val=(0.1, 0.4, 0.3)) -> SimpleNamespace:
    return SimpleNamespace(loss_history=list(loss), train_acc_history=list(train), val_acc_history=list(val))


def legend(axes) -> list[str]:
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_the_best_epoch_is_marked_and_named(displayed: list[DescribedFigure]) -> None:
    plots.learning_curves(run(np.linspace(2, 1, 11)))
    loss, accuracy = displayed[0].mpl_figure.axes
    assert (loss.get_xlabel(), loss.get_ylabel()) == ("step", "loss")
    assert (accuracy.get_xlabel(), accuracy.get_ylabel()) == ("epoch", "accuracy")
    assert legend(accuracy) == ["training", "validation", "best: 40 %, epoch 1"]
    star = accuracy.lines[-1]
    assert (list(star.get_xdata()), list(star.get_ydata())) == ([1], [0.4])
    assert displayed[0].text == (
        "Learning curves. Loss from 2 to 1 in 11 steps. Training accuracy 60 % at the end, "
        "validation accuracy 30 %, best 40 % after epoch 1."
    )


def test_smoothing_keeps_the_level_and_calms_the_noise(displayed: list[DescribedFigure]) -> None:
    noise = np.random.default_rng(0).normal(size=400)
    plots.learning_curves(run(5 + noise))
    raw, smooth = (np.asarray(line.get_ydata()) for line in displayed[0].mpl_figure.axes[0].lines)
    np.testing.assert_array_equal(raw, 5 + noise)
    # By hand: a twentieth of the steps, ten on either side.
    assert smooth[200] == pytest.approx(raw[190:211].mean())
    assert smooth[0] == pytest.approx(raw[:11].mean())
    assert smooth.std() < raw.std() / 3


def test_a_run_that_diverged_says_where(displayed: list[DescribedFigure]) -> None:
    plots.learning_curves(run([2.0, 3.0, np.inf, np.nan], val=(0.1, np.nan)))
    assert "not finite: step 2" in legend(displayed[0].mpl_figure.axes[0])
    assert "NaN or infinite at step 2 of 4" in displayed[0].text
    assert "validation accuracy not a number, best 10 % after epoch 0" in displayed[0].text


def test_a_run_just_begun_is_drawn_as_far_as_it_went(displayed: list[DescribedFigure]) -> None:
    plots.learning_curves(run([2.3], (), ()))
    assert displayed[0].text == "Learning curves. Loss from 2.3 to 2.3 in 1 step. No validation accuracy."
    assert displayed[0].mpl_figure.axes[0].lines[0].get_marker() == "."


def test_losses_over_magnitudes_get_a_logarithmic_axis(displayed: list[DescribedFigure]) -> None:
    plots.learning_curves(run(np.logspace(0, -4, 50)))
    assert displayed[0].mpl_figure.axes[0].get_yscale() == "log"
    assert displayed[0].mpl_figure.axes[0].get_ylabel() == "loss (logarithmic)"


def test_runs_are_compared_by_name(displayed: list[DescribedFigure]) -> None:
    plots.compare_runs({"sgd": run([2, 1.9]), "adam": run([2, np.nan], val=(0.1, 0.45))})
    figure = displayed[0].mpl_figure
    titles = [axes.get_title("left") for axes in figure.axes]
    assert titles == ["loss, smoothed", "training accuracy", "validation accuracy"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["sgd", "adam"]
    assert [list(line.get_ydata()) for line in figure.axes[2].lines] == [[0.1, 0.4, 0.3], [0.1, 0.45]]
    assert "sgd: loss from 2 to 1.9 in 2 steps" in displayed[0].text
    assert "adam: loss NaN or infinite at step 1 of 2" in displayed[0].text
    assert "best 45 % after epoch 1." in displayed[0].text


def test_panels_caption_what_they_show(displayed: list[DescribedFigure]) -> None:
    plots.curves({"pixels": ([0, 1], [1.0, 0.5]), "light": ([0, 9], [1.0, 0.2])}, "share")
    assert [axes.get_xlabel() for axes in displayed[0].mpl_figure.axes] == ["pixels", "light"]
    assert displayed[0].text == "Share over pixels: 1 at 0, 0.5 at 1; over light: 1 at 0, 0.2 at 9."


def test_panels_reach_as_high_as_their_curves(displayed: list[DescribedFigure]) -> None:
    plots.curves({"step": ([0, 1, 2], [9.0, 4.0, np.nan])}, "loss")
    assert displayed[0].mpl_figure.axes[0].get_ylim()[1] > 9
    plots.curves({"k": ([0, 1], [0.2, 0.4])}, "share")
    assert displayed[1].mpl_figure.axes[0].get_ylim()[1] == 1.05


def test_only_few_points_are_marked(displayed: list[DescribedFigure]) -> None:
    plots.curves({"few": (range(10), np.zeros(10)), "many": (range(100), np.zeros(100))}, "y")
    few, many = (axes.lines[0].get_marker() for axes in displayed[0].mpl_figure.axes)
    assert (few, many) == ("o", "")


def test_long_curves_are_described_by_a_few_points(displayed: list[DescribedFigure]) -> None:
    plots.curves({"x": (range(100), np.linspace(0, 1, 100))}, "y")
    assert displayed[0].text.count(" at ") == 8
    assert "0 at 0" in displayed[0].text
    assert "1 at 99" in displayed[0].text


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.learning_curves(run([])), "loss_history is empty(.|\n)*train first"),
        (lambda: plots.learning_curves(3), "int, without loss_history"),
        (lambda: plots.compare_runs({}), "no run"),
        (lambda: plots.compare_runs({"adam": run([])}), "loss_history of adam is empty"),
        (lambda: plots.curves({}, "share"), "no curve"),
        (lambda: plots.curves({"pixels": ([], [])}, "share"), "curve over pixels"),
        (lambda: plots.curves({"pixels": ([1, 2], [1])}, "share"), "2 x values and 1 y value"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(
    draw, message: str, displayed: list[DescribedFigure]
) -> None:
    with pytest.raises(GradbookError, match=message):
        draw()
    assert displayed == []
