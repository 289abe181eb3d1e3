"""The base of every figure: Matplotlib in the course's style, with a text alternative.

Matplotlib is imported only when the first figure is drawn. Every figure has its own white background, so
that it looks the same in light and dark themes. Colours come from Okabe and Ito's palette, which colour-blind
people can distinguish (Color Universal Design, 2008), and nothing is shown by colour alone.

Pyplot is not used: a figure that it does not manage cannot be left open, shown twice or restyled.
"""

from __future__ import annotations

import base64
import contextlib
import html
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradbook.messages import display

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9"
GREY = "#767676"  # contrast 4.5 to 1 on white, the minimum for small text (WCAG 2.2, 1.4.3)

_COLOURS, _LINES, _MARKERS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY), ("-", "--", "-.", ":"), "os^DvPX"

#: A line of at most this many points has a marker at each; more would hide the line.
DOTTED = 40

_STYLE: Any = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": "medium",
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "legend.fontsize": 9,
    "legend.handlelength": 2.8,
    "hatch.linewidth": 0.6,
}

#: Pixels per inch: in the file, so that a figure stays sharp when a reader zooms in, and on the page.
_DPI, _SHOWN_DPI = 150, 100


@dataclass
class DescribedFigure:
    """A figure with its text alternative, for readers who cannot see it.

    JupyterLab and nbconvert's page template drop the alternative text of an ``image/png`` output, so a
    figure is displayed as HTML with an ``alt`` attribute. The PNG is included for exports that do not take
    HTML, such as PDF.

    Attributes
    ----------
    mpl_figure
        Matplotlib's figure.
    axes
        What ``Figure.subplots`` returned.
    text
        What the figure shows, with its main numbers.
    png
        The rendered figure; empty until it is drawn.
    """

    mpl_figure: Figure
    axes: Any
    text: str = ""
    png: bytes = b""

    @property
    def markup(self) -> str:
        """The figure as a single HTML element."""
        # A PNG file states its width in bytes 16 to 19 (PNG specification, 5.6 and 11.2.1).
        width = int.from_bytes(self.png[16:20], "big") * _SHOWN_DPI // _DPI
        source = base64.b64encode(self.png).decode()
        return (
            f'<img alt="{html.escape(self.text)}" width="{width}" style="max-width:100%;height:auto" '
            f'src="data:image/png;base64,{source}">'
        )

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], Any]:
        bundle = {
            "text/plain": self.text,
            "text/html": self.markup,
            "image/png": base64.b64encode(self.png).decode(),
        }
        return bundle, {"image/png": {"alt": self.text}}


@contextlib.contextmanager
def drawing(
    rows: int = 1, columns: int = 1, size: tuple[float, float] = (6.4, 3.6), **options: Any
) -> Iterator[DescribedFigure]:
    """Yield a figure to draw on, and render it at the end of the block.

    Parameters
    ----------
    rows, columns
        The grid of panels.
    size
        Width and height in inches; an inch is 100 pixels on the page.
    options
        Options of Matplotlib's ``Figure.subplots``.
    """
    from matplotlib import style
    from matplotlib.figure import Figure

    # Start from Matplotlib's defaults: a dark style set in the notebook would give white letters on white.
    with style.context(["default", _STYLE]):
        mpl_figure = Figure(size, dpi=_DPI, facecolor="white", layout="constrained")
        figure = DescribedFigure(mpl_figure, mpl_figure.subplots(rows, columns, **options))
        yield figure
        file = io.BytesIO()
        mpl_figure.savefig(file, format="png", bbox_inches="tight", pad_inches=0.08)
        figure.png = file.getvalue()


@contextlib.contextmanager
def shown(
    rows: int = 1, columns: int = 1, size: tuple[float, float] = (6.4, 3.6), **options: Any
) -> Iterator[DescribedFigure]:
    """Yield a figure to draw on, and display it at the end of the block; a terminal shows its text.

    The parameters are those of `drawing`.
    """
    with drawing(rows, columns, size, **options) as figure:
        yield figure
    display(figure)


def series(index: int) -> dict[str, Any]:
    """Return the colour, line style and marker of a series; any two of them identify it.

    Six colours, four line styles and seven markers are cycled independently: no pair of them is repeated
    among the first twelve series.

    Parameters
    ----------
    index
        The index of the series, starting from 0.

    Examples
    --------
    >>> series(0)["marker"], series(6)["marker"]
    ('o', 'X')
    """
    return {
        "color": _COLOURS[index % len(_COLOURS)],
        "linestyle": _LINES[index % len(_LINES)],
        "marker": _MARKERS[index % len(_MARKERS)],
    }


def ink(colour: Any) -> str:
    """Return whether black or white reads better on a colour.

    The two are compared by the contrast ratio of WCAG 2.2, a quotient of relative luminances.

    Parameters
    ----------
    colour
        Red, green and blue, 0 to 1; further components are ignored.

    Examples
    --------
    >>> ink((1, 1, 0)), ink((0, 0, 0.6))
    ('black', 'white')
    """
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "black" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "white"


def bare(axes: Axes, across: tuple[float, float], up: tuple[float, float], *, aspect: str = "auto") -> None:
    """Set the limits of axes, and remove ticks and border; with ``up`` from high to low, rows go down."""
    axes.set(xlim=across, ylim=up, xticks=[], yticks=[], aspect=aspect)
    axes.spines[:].set_visible(False)
