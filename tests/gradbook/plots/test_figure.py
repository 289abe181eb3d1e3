"""Figures are accessible by eye and by ear, in any theme and in a terminal, and leave nothing open."""

from __future__ import annotations

import base64
import html
import io
import re
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace

import matplotlib as mpl
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image

from gradbook import figures, plots
from gradbook.plots.figure import DescribedFigure, drawing, ink, series

RNG = np.random.default_rng(0)
X, Y = RNG.integers(0, 256, (12, 3072)), np.arange(12) % 3
NAMES = ["ship", "frog", "deer"]
RUN = SimpleNamespace(loss_history=[2.3, 2.0, 1.7], train_acc_history=[0.1, 0.4], val_acc_history=[0.1, 0.3])
POINTS, CLASSES = RNG.normal(size=(9, 2)), np.arange(9) % 3
TABLE = np.arange(9.0).reshape(3, 3)

#: One call of each function, on ordinary data. A new figure must be added here.
EVERY: dict[str, Callable[[], None]] = {
    "accuracy_over_k": lambda: plots.accuracy_over_k({1: [0.2, 0.3], 5: [0.4, 0.6]}),
    "activation_histograms": lambda: plots.activation_histograms({"layer 1": RNG.normal(size=50)}),
    "compare_runs": lambda: plots.compare_runs({"sgd": RUN, "adam": RUN}),
    "confusion_matrix": lambda: plots.confusion_matrix(Y, Y[::-1], NAMES),
    "curves": lambda: plots.curves({"pixels": ([0, 1], [1.0, 0.5])}, "share"),
    "distance_matrix": lambda: plots.distance_matrix(RNG.uniform(size=(4, 6))),
    "error_bars": lambda: plots.error_bars({"adam": {0.1: [0.2, 0.3], 0.2: [0.3]}}, "rate"),
    "filters": lambda: plots.filters(RNG.normal(size=(4, 3, 5, 5))),
    "gradient_error": lambda: plots.gradient_error(10 ** RNG.uniform(-10, -1, (3, 4))),
    "hog_glyphs": lambda: plots.hog_glyphs(
        X[:2].reshape(2, 32, 32, 3),
        RNG.uniform(size=(2, 32, 32)),
        RNG.uniform(size=(2, 4, 4, 8)),
        ["one", "two"],
    ),
    "hue_histograms": lambda: plots.hue_histograms(
        X[:2].reshape(2, 32, 32, 3), RNG.uniform(size=(2, 12)), ["one", "two"]
    ),
    "image_grid": lambda: plots.image_grid(X, Y, NAMES),
    "image_row": lambda: plots.image_row(X[:2], ["one", "two"]),
    "learning_curves": lambda: plots.learning_curves(RUN),
    "misclassified": lambda: plots.misclassified(X, Y, Y[::-1], NAMES),
    "neighbours": lambda: plots.neighbours(X[0], 1, X[1:3], Y[1:3], np.array([1.0, 2.0]), NAMES),
    "overlaid_curves": lambda: plots.overlaid_curves({"sgd": ([0, 1], [1.0, 0.5])}, "step", "loss"),
    "search_heat_map": lambda: plots.search_heat_map({(0.1, 1): 0.3, (0.2, 1): 0.4}),
    "timings": lambda: plots.timings({"loops": 2.0, "none": 0.1}),
    "weight_templates": lambda: plots.weight_templates(RNG.normal(size=(3072, 3)), NAMES),
    "axes": lambda: figures.axes(POINTS[:2]),
    "batch": lambda: figures.batch(POINTS[:3]),
    "batch_norm": lambda: figures.batch_norm(3, 2),
    "broadcasting": lambda: figures.broadcasting(np.array([10.0, 20.0]), np.array([1.0, 2.0, 3.0])),
    "computation": lambda: figures.computation(SimpleNamespace(name="MatMul", inputs=())),
    "host_and_device": figures.host_and_device,
    "colour_circle": lambda: figures.colour_circle([(200, 50, 50), (50, 50, 200)]),
    "half_circle": lambda: figures.half_circle([(4, 0), (4, -4)]),
    "distances": lambda: figures.distances(POINTS[:2], POINTS[2:5]),
    "vote": lambda: figures.vote(np.zeros(2), POINTS, CLASSES, [1, 3]),
    "hinge": figures.hinge,
    "neuron": lambda: figures.neuron([2.0, -1.0], [3.0, 1.0], -2.0),
    "thinned_networks": lambda: figures.thinned_networks(np.array([[1, 0], [0, 1]])),
    "two_layers": lambda: figures.two_layers(200, 3072, 100, 10),
    "two_losses": lambda: figures.two_losses(np.array([1.0, 3.0, -1.0]), 0),
    "folds": lambda: figures.folds(3),
    "valley": lambda: figures.valley(lambda a, b: a**2 + b**2, {"sgd": POINTS}),
    "two_norms": lambda: figures.two_norms(np.array([[4.0, 4.0, 1.0], [2.0, 5.0, -4.0]])),
    "four_norms": lambda: figures.four_norms(N=3, C=4, G=2),
    "convolution": lambda: figures.convolution(TABLE, np.eye(2), np.array([[5.0, 7], [11, 13]])),
    "strides": lambda: figures.strides([(1, 0), (2, 1)]),
    "pooling": lambda: figures.pooling(TABLE, np.array([[4.0, 5], [7, 8]]), window=(2, 2)),
    "columns": lambda: figures.columns(
        TABLE, np.array([[0.0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]]), (2, 2)
    ),
    "stages": lambda: figures.stages([("figure", (3, 8, 4)), ("affine", (10,))], [970]),
    "responses": lambda: plots.responses(
        X[:2].reshape(2, 32, 32, 3), RNG.normal(size=(2, 2, 32, 32)), ["one", "two"]
    ),
    "regions": lambda: figures.regions(lambda X, k: np.zeros(len(X)), POINTS, CLASSES, [1]),
}


def test_every_figure_is_tried_here() -> None:
    public = {name for name in plots.__all__ if name != "gradient_error_markup"}
    assert public | set(figures.__all__) == set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_every_figure_says_what_it_shows_and_is_large_enough_to_read(
    name: str, displayed: list[DescribedFigure]
) -> None:
    EVERY[name]()
    (figure,) = displayed
    assert re.fullmatch(r"[A-Z1-9].{20,}\.", figure.text), figure.text
    assert repr(figure) == figure.text
    letters = [text for text in figure.mpl_figure.findobj(mpl.text.Text) if text.get_text().strip()]
    # In points, of which 72 are 100 pixels on the page.
    assert min((text.get_fontsize() for text in letters), default=8) >= 8


@pytest.mark.parametrize("name", EVERY)
def test_every_panel_with_numbers_at_its_axes_says_which_numbers(
    name: str, displayed: list[DescribedFigure]
) -> None:
    EVERY[name]()
    figure = displayed[0].mpl_figure
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            numbers = [label.get_text() for label in axis.get_ticklabels() if label.get_visible()]
            if axes.axison and any(re.fullmatch(r"[−\d., ]+", text) for text in numbers):
                assert axis.get_label_text() or (axis is axes.yaxis and figure.get_supylabel()), axis


@pytest.mark.slow
def test_nothing_is_left_open_even_where_drawing_fails(displayed: list[DescribedFigure]) -> None:
    from matplotlib import pyplot as plt

    for draw in EVERY.values():
        draw()
    with pytest.raises(ZeroDivisionError), drawing():
        1 / 0  # noqa: B018
    assert plt.get_fignums() == []
    assert len(displayed) == len(EVERY)


def test_a_dark_style_of_the_notebooks_changes_nothing(displayed: list[DescribedFigure]) -> None:
    EVERY["curves"]()
    with mpl.style.context("dark_background"):
        EVERY["curves"]()
    assert mpl.rcParams["text.color"] == "black"
    light, dark = displayed
    assert light.png == dark.png
    assert Image.open(io.BytesIO(light.png)).convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_the_text_is_the_images_alternative_and_hostile_names_stay_text(
    displayed: list[DescribedFigure],
) -> None:
    plots.timings({'"><script>alert(1)</script>': 1.0})
    bundle, metadata = displayed[0]._repr_mimebundle_()
    assert "<script>" not in bundle["text/html"]
    (alternative,) = re.findall(r'alt="([^"]*)"', bundle["text/html"])
    assert html.unescape(alternative) == displayed[0].text == bundle["text/plain"]
    assert metadata == {"image/png": {"alt": displayed[0].text}}
    image = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    (width,) = re.findall(r'width="(\d+)"', bundle["text/html"])
    # One and a half pixels of the file on each of the page.
    assert int(width) == image.width * 2 // 3


def test_series_are_distinguishable_without_colour() -> None:
    looks = [series(index) for index in range(12)]
    for one, other in (("color", "linestyle"), ("linestyle", "marker"), ("color", "marker")):
        assert len({(look[one], look[other]) for look in looks}) == 12


@pytest.mark.parametrize("colour", [(0, 0, 0), (1, 1, 1), (0.5, 0.5, 0.5), (0.49, 0.48, 0.47), (1, 0, 0)])
def test_letters_stand_out_from_their_background(colour: tuple[float, float, float]) -> None:
    # 4.5 to 1 is what WCAG asks of text; black or white always reaches it.
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    luminance = float(np.dot([0.2126, 0.7152, 0.0722], parts))
    letters = 1.0 if ink(colour) == "white" else 0.0
    high, low = max(luminance, letters), min(luminance, letters)
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_a_terminal_reads_the_text() -> None:
    code = "from gradbook import plots; plots.timings({'loops': 2.0, 'none': 0.1})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "Seconds: loops 2 s; none 0.1 s (20× as fast).\n"
    assert run.stderr == ""


@pytest.mark.slow
def test_a_notebook_and_its_export_carry_the_alternative_and_a_mistake_no_traceback() -> None:
    sources = [
        "from gradbook import plots",
        "plots.timings({'loops': 2.0, 'none': 0.1})",
        "plots.timings({})",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=60).execute()
    (output,) = notebook.cells[1].outputs
    assert output.output_type == "display_data"
    assert "Seconds: loops 2 s" in output.data["text/plain"]
    (error,) = notebook.cells[2].outputs
    assert error.traceback == ["There is nothing to show: no time was given."]
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert re.findall(r'<img alt="([^"]*)"', page) == ["Seconds: loops 2 s; none 0.1 s (20× as fast)."]
