"""Computational graphs: values in the forward pass, gradients in the backward pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gradbook.phrases import listed
from gradbook.plots.figure import BLUE, GREEN, GREY, ORANGE, RED, bare, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RADIUS = 0.34


class _Wire(NamedTuple):
    """A number that passes from one node to the next, and its gradient, which passes back."""

    name: str
    start: tuple[float, float]
    end: tuple[float, float]
    value: float
    gradient: float


def neuron(x: Sequence[float], w: Sequence[float], b: float, upstream: float = 1.0) -> None:
    """Draw max(0, x·w + b) as a graph: values above its wires, gradients below them.

    Parameters
    ----------
    x, w
        Two inputs and their two weights.
    b
        The bias.
    upstream
        The upstream gradient: of the loss with respect to the output.
    """
    products = [x[0] * w[0], x[1] * w[1]]
    total = sum(products)
    before = total + b
    passed = upstream if before > 0 else 0.0
    rows = [4.0, 3.0, 2.0, 1.0, 0.0]
    first, second, plus, bias, relu = (2.0, 3.5), (2.0, 1.5), (4.2, 2.5), (6.4, 2.1), (8.6, 2.1)
    wires = [
        # A product with 0 may be -0; adding 0 makes it 0.
        _Wire("x0", (0, rows[0]), first, x[0], passed * w[0] + 0),
        _Wire("w0", (0, rows[1]), first, w[0], passed * x[0] + 0),
        _Wire("x1", (0, rows[2]), second, x[1], passed * w[1] + 0),
        _Wire("w1", (0, rows[3]), second, w[1], passed * x[1] + 0),
        _Wire("", first, plus, products[0], passed),
        _Wire("", second, plus, products[1], passed),
        _Wire("", plus, bias, total, passed),
        _Wire("b", (0, rows[4]), bias, b, passed),
        _Wire("", bias, relu, before, passed),
        _Wire("", relu, (10.8, 2.1), max(0.0, before), upstream),
    ]
    with shown(size=(9.4, 3.9)) as figure:
        axes = figure.axes
        for wire in wires:
            _draw(axes, wire)
        for place, sign in ((first, "×"), (second, "×"), (plus, "+"), (bias, "+"), (relu, "ReLU")):
            _node(axes, place, sign)
        axes.text(6.7, 4.0, "values, forward →", color=BLUE, fontweight="bold")
        axes.text(6.7, 3.55, "← gradients, backward", color=RED, fontweight="bold")
        bare(axes, (-0.6, 11), (-0.5, 4.5))
        descriptions = [
            f"{wire.name} is {wire.value:g}, its gradient {wire.gradient:g}" for wire in wires if wire.name
        ]
        figure.text = (
            f"A graph: x0 times w0 is {products[0]:g}, x1 times w1 is {products[1]:g}, their sum {total:g}, "
            f"with the bias {before:g}, after the ReLU {max(0.0, before):g}. The gradient {upstream:g} comes "
            f"in at the end, and {passed:g} gets through the ReLU. {'; '.join(descriptions)}."
        )


def _draw(axes: Axes, wire: _Wire) -> None:
    (x0, y0), (x1, y1) = wire.start, wire.end
    if wire.name:
        axes.text(x0 - 0.1, y0, wire.name, ha="right", va="center", family="monospace", fontweight="bold")
    # From edge to edge: nodes are circles, names are not.
    length = np.hypot(x1 - x0, y1 - y0)
    across, up = (x1 - x0) / length, (y1 - y0) / length
    begin = 0.0 if wire.name else _RADIUS
    tip = (x1 - _RADIUS * across, y1 - _RADIUS * up)
    tail = (x0 + begin * across, y0 + begin * up)
    axes.annotate("", tip, tail, arrowprops={"arrowstyle": "->", "color": GREY, "linewidth": 1.3})
    share = 0.32 if wire.name else 0.5
    middle = (tail[0] + share * (tip[0] - tail[0]), tail[1] + share * (tip[1] - tail[1]))
    axes.text(middle[0], middle[1] + 0.08, f"{wire.value:g}", color=BLUE, ha="center", va="bottom")
    axes.text(middle[0], middle[1] - 0.1, f"{wire.gradient:g}", color=RED, ha="center", va="top")


def _node(axes: Axes, place: tuple[float, float], sign: str) -> None:
    from matplotlib.patches import Circle

    axes.add_patch(Circle(place, _RADIUS, facecolor="white", edgecolor="black", linewidth=1.5, zorder=3))
    size = "x-large" if len(sign) == 1 else "small"
    axes.text(*place, sign, ha="center", va="center", fontsize=size, zorder=4)


def two_layers(N: int, D: int, H: int, C: int) -> None:
    """Draw a two-layer network as a chain of blocks, with the shapes of all arrays between them.

    Parameters
    ----------
    N, D, H, C
        The numbers of images in the batch, numbers per image, hidden units, and classes.
    """
    blocks = [
        ("affine", "W1, b1", f"({D}, {H})", GREEN),
        ("ReLU", "", "", ORANGE),
        ("affine", "W2, b2", f"({H}, {C})", GREEN),
        ("softmax", "y", f"({N},)", ORANGE),
    ]
    between = [
        ("X", f"({N}, {D})"),
        ("a", f"({N}, {H})"),
        ("h", f"({N}, {H})"),
        ("scores", f"({N}, {C})"),
        ("loss", ""),
    ]
    with shown(size=(9.6, 2.5)) as figure:
        axes = figure.axes
        for index, (name, parameters, shape, colour) in enumerate(blocks):
            _block(axes, 1.4 + 2.4 * index, name, colour)
            if parameters:
                place = 2.0 + 2.4 * index
                axes.annotate("", (place, -0.45), (place, -1.0), arrowprops={"arrowstyle": "->"})
                axes.text(place, -1.08, f"{parameters}  {shape}", ha="center", va="top", fontsize="small")
        for index, (name, shape) in enumerate(between):
            left, right = 2.6 + 2.4 * (index - 1), 1.4 + 2.4 * index
            style = {"arrowstyle": "->", "linewidth": 1.6}
            axes.annotate("", (right, 0.15), (left, 0.15), arrowprops=style | {"color": BLUE})
            middle = (left + right) / 2
            axes.text(middle, 0.24, name, ha="center", va="bottom", color=BLUE, family="monospace")
            axes.text(middle, 0.66, shape, ha="center", va="bottom", color=BLUE, fontsize="small")
            if index:
                axes.annotate("", (left, -0.15), (right, -0.15), arrowprops=style | {"color": RED})
                back = f"d{name}" if shape else "1"
                axes.text(middle, -0.24, back, ha="center", va="top", color=RED, family="monospace")
        bare(axes, (0, 12.3), (-1.6, 1.1))
        steps = listed(f"{name} of shape {shape}" if shape else name for name, shape in between)
        figure.text = (
            f"The network as a chain: affine, ReLU, affine, softmax. The forward pass computes {steps}; the "
            f"backward pass computes their gradients, of the same shapes. The layers hold W1 of shape "
            f"({D}, {H}) and W2 of ({H}, {C})."
        )


def _block(axes: Axes, left: float, name: str, colour: str) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((left, -0.42), 1.2, 0.84, facecolor=colour, alpha=0.25, edgecolor=colour))
    axes.text(left + 0.6, 0, name, ha="center", va="center", fontweight="bold")


def thinned_networks(kept: np.ndarray) -> None:
    """Draw a hidden layer once for each image, with the dropped units crossed out.

    Parameters
    ----------
    kept : ndarray of shape (N, H)
        One row per image: true, or not 0, where the hidden unit is kept. Three inputs and two outputs stand
        for the layers around it.
    """
    from matplotlib.patches import Circle

    kept = np.asarray(kept) != 0
    N, H = kept.shape
    with shown(size=(3.1 * N, 2.7), columns=N) as figure:
        for row, axes in zip(kept, np.ravel(figure.axes), strict=True):
            hidden = [(1.5, 1.1 * (H - 1) / 2 - 1.1 * unit) for unit in range(H)]
            around = [*((0.0, 1.5 * i) for i in (1, 0, -1)), *((3.0, 1.5 * i) for i in (0.5, -0.5))]
            for stays, (x, y) in zip(row, hidden, strict=True):
                for there in around if stays else []:
                    axes.plot([x, there[0]], [y, there[1]], color=GREY, linewidth=0.7, zorder=1)
                axes.add_patch(Circle((x, y), _RADIUS, facecolor="white", edgecolor=BLUE if stays else GREY))
                if not stays:
                    axes.text(x, y, "×", ha="center", va="center", color=RED, fontsize="xx-large")
            for place in around:
                axes.add_patch(Circle(place, _RADIUS, facecolor=GREEN, alpha=0.4))
            bare(axes, (-0.6, 3.6), (-0.55 * H - 0.2, 0.55 * H + 0.2))
            axes.set(aspect="equal", title=f"{row.sum()} of {H} units kept")
        rows = "; ".join(listed([str(unit + 1) for unit in np.flatnonzero(row)]) or "none" for row in kept)
        figure.text = f"The same layer of {H} hidden units for {N} images. Kept are units {rows}."
