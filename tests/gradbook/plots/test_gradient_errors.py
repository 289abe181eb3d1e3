"""The heat map shows where a gradient is wrong, for any number of elements."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gradbook import plots
from gradbook.errors import GradbookError
from gradbook.plots.figure import DescribedFigure

GOOD = 1e-9


def outlined(figure: DescribedFigure) -> float:
    """Return the length of the outline, in side lengths of a cell."""
    white, red = figure.mpl_figure.axes[0].collections
    assert len(white.get_segments()) == len(red.get_segments())
    return len(red.get_segments())


def test_wrong_elements_are_outlined_on_a_logarithmic_scale(displayed: list[DescribedFigure]) -> None:
    errors = np.full((4, 5), GOOD)
    errors[1, 2:4] = 0.5, 0.25
    errors[3, 0] = 0  # exactly right: the scale's lower end
    plots.gradient_error(errors, "dw")
    axes, bar = displayed[0].mpl_figure.axes
    image = axes.images[0]
    assert (image.norm.vmin, image.norm.vmax) == (1e-10, 1)
    assert bar.get_yscale() == "log"
    assert image.get_array()[3, 0] == 1e-10
    # Two neighbours: one outline of six sides.
    assert outlined(displayed[0]) == 6
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("axis 0 (4)", "axis 1 (5)")
    assert displayed[0].text == (
        "Relative errors of dw, shape (4, 5): 2 of 20 elements wrong, the worst 0.5 at [1, 2]; "
        "all at index 1 of axis 0; all at indices 2 and 3 of axis 1."
    )


def test_any_number_of_axes_is_laid_flat_and_labelled(displayed: list[DescribedFigure]) -> None:
    for shape in [(), (5,), (2, 3), (2, 3, 4), (2, 3, 4, 5), (2, 2, 2, 2, 2)]:
        plots.gradient_error(np.full(shape, GOOD))
    labels = [(p.mpl_figure.axes[0].get_ylabel(), p.mpl_figure.axes[0].get_xlabel()) for p in displayed]
    assert labels == [
        ("", ""),
        ("", "axis 0 (5)"),
        ("axis 0 (2)", "axis 1 (3)"),
        ("axis 0 (2)", "axes 1 and 2 (3 × 4)"),
        ("axes 0 and 1 (2 × 3)", "axes 2 and 3 (4 × 5)"),
        ("axes 0 and 1 (2 × 2)", "axes 2, 3 and 4 (2 × 2 × 2)"),
    ]
    sizes = [p.mpl_figure.axes[0].images[0].get_array().shape for p in displayed]
    assert sizes == [(1, 1), (1, 5), (2, 3), (2, 12), (6, 20), (4, 8)]


def test_ticks_name_the_element_that_is_there(displayed: list[DescribedFigure]) -> None:
    plots.gradient_error(np.full((4, 3, 16, 16), GOOD))
    axes = displayed[0].mpl_figure.axes[0]
    rows = [
        (tick, label.get_text())
        for tick, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    ]
    assert rows == [(0, "0, 0"), (3, "1, 0"), (6, "2, 0"), (9, "3, 0")]
    columns = [
        (tick, label.get_text())
        for tick, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    ]
    # 256 elements, four per cell.
    assert columns == [(12 * n, f"{3 * n}, 0") for n in range(6)]
    assert "largest of 4 per cell" in axes.get_xlabel()


@pytest.mark.parametrize("shape", [(50, 3072), (3072, 50), (4099,), (97, 101), (5, 7, 32, 32)])
def test_one_wrong_element_among_many_is_never_lost(
    shape: tuple[int, ...], displayed: list[DescribedFigure]
) -> None:
    rng = np.random.default_rng(0)
    errors = np.full(shape, GOOD)
    index = tuple(int(rng.integers(size)) for size in shape)
    errors[index] = 0.5
    plots.gradient_error(errors)
    shown = displayed[0].mpl_figure.axes[0].images[0].get_array()
    assert shown.max() == 0.5
    assert shown.size <= 48 * 96
    assert outlined(displayed[0]) == 4
    assert f"the worst 0.5 at {list(index)}." in displayed[0].text


def test_kinks_are_hatched_and_what_was_not_compared_is_neither_right_nor_wrong(
    displayed: list[DescribedFigure],
) -> None:
    errors = np.array([[GOOD, 0.9, np.nan], [GOOD, GOOD, np.inf]])
    kinks = np.array([[False, True, False], [False, False, False]])
    plots.gradient_error(errors, "dx", kinks)
    axes = displayed[0].mpl_figure.axes[0]
    assert [(patch.get_xy(), patch.get_hatch()) for patch in axes.patches] == [((0.5, -0.5), "////")]
    assert axes.images[0].get_array().mask.tolist() == [[False, True, True], [False, False, False]]
    title = "dx: 1 of 6 elements wrong (outlined)\n1 at kinks (hatched), 1 not compared (grey)"
    assert axes.get_title("left") == title
    assert "the worst 1 at [1, 2]; 1 left out at kinks; 1 not compared." in displayed[0].text


def test_the_caller_may_say_which_elements_are_wrong(displayed: list[DescribedFigure]) -> None:
    errors = np.array([1e-3, 1e-3, 1e-3])
    plots.gradient_error(errors, "db", wrong=np.array([False, True, False]))
    plots.gradient_error(errors, "db", wrong=np.zeros(3, bool))
    assert "1 of 3 elements wrong, the worst 0.001 at [1]" in displayed[0].text
    assert (
        displayed[1].text
        == "Relative errors of db, shape (3,): no element is wrong, the largest error 1.0e-03."
    )


def test_a_gradient_wrong_throughout_gets_one_frame(displayed: list[DescribedFigure]) -> None:
    plots.gradient_error(np.full((6, 5), 0.5), "dw")
    assert outlined(displayed[0]) == 2 * (6 + 5)
    assert displayed[0].mpl_figure.axes[0].get_title("left") == "dw: every element is wrong"


def test_the_row_that_is_right_is_reported(displayed: list[DescribedFigure]) -> None:
    errors = np.full((8, 4), 0.5)
    errors[0] = GOOD
    plots.gradient_error(errors)
    assert displayed[0].text.endswith("the worst 0.5 at [1, 0]; none at index 0 of axis 0.")


def test_a_gradient_without_comparisons_is_described(displayed: list[DescribedFigure]) -> None:
    plots.gradient_error(np.full(3, np.nan), "db")
    assert displayed[0].text.endswith("no element was compared; 3 not compared.")


def test_the_small_figure_is_an_image_with_the_same_text(displayed: list[DescribedFigure]) -> None:
    errors = np.array([[GOOD, 0.5], [GOOD, GOOD]])
    markup = plots.gradient_error_markup(errors, "dw")
    assert displayed == []
    plots.gradient_error(errors, "dw")
    assert re.fullmatch(
        r'<img alt="[^"]*" width="\d+" style="[^"]*" src="data:image/png;base64,[^"]*">', markup
    )
    assert f'alt="{displayed[0].text}"' in markup
    assert int(re.findall(r'width="(\d+)"', markup)[0]) <= 450
    # It is part of the panel of a failing check, and a notebook may have many of these.
    assert len(markup) < 60_000


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.gradient_error(np.zeros((0, 3))), "no elements"),
        (lambda: plots.gradient_error(np.zeros(3), left_out=np.zeros(4, bool)), "errors and left_out"),
        (lambda: plots.gradient_error_markup(np.zeros(3), wrong=np.zeros((3, 1), bool)), "errors and wrong"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(
    draw, message: str, displayed: list[DescribedFigure]
) -> None:
    with pytest.raises(GradbookError, match=message):
        draw()
    assert displayed == []
