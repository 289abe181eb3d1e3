"""The ground of every picture: a figure in the course's style, with a text that says what it shows.

Matplotlib is imported when the first picture is asked for, not before. Every figure has a white ground of
its own, so that it reads the same in light and dark themes; colours are Okabe and Ito's palette, which
colour-blind people can tell apart (Color Universal Design, 2008), and nothing is told by colour alone.

Pyplot is not used: a figure that it does not know of cannot be left open, shown twice or restyled.
"""

from __future__ import annotations

import base64
import contextlib
import html
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9"
GREY = "#767676"  # 4.5 to 1 on white, the least that small text needs (WCAG 2.2, 1.4.3)

_COLOURS, _LINES, _MARKERS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY), ("-", "--", "-.", ":"), "os^DvPX"

#: Points of a line up to which each has a marker; more of them would hide the line.
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

#: Pixels an inch: in the file, so that a picture stays sharp when a reader zooms, and on the page.
_DPI, _SHOWN_DPI = 150, 100


@dataclass
class Picture:
    """A figure with the text that stands for it where it cannot be seen.

    JupyterLab and nbconvert's page template drop the alternative text of an ``image/png`` output, so a
    picture is displayed as HTML, where it is an attribute of the image; the PNG goes along for exports that
    take no HTML, PDF among them.

    Attributes
    ----------
    figure, axes
        Matplotlib's; `axes` as ``Figure.subplots`` returns them.
    text
        What the picture shows, with its main numbers.
    png
        The picture itself, once it is drawn.
    """

    figure: Figure
    axes: Any
    text: str = ""
    png: bytes = b""

    @property
    def markup(self) -> str:
        """The picture as HTML, a single element."""
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
) -> Iterator[Picture]:
    """Give a picture to draw on, and render it at the end of the block.

    Parameters
    ----------
    rows, columns
        Panels.
    size
        Width and height in inches, of 100 pixels each on the page.
    options
        Those of Matplotlib's ``Figure.subplots``.
    """
    from matplotlib import style
    from matplotlib.figure import Figure

    # From Matplotlib's defaults on: a dark style of the notebook's would give white letters on white.
    with style.context(["default", _STYLE]):
        figure = Figure(size, dpi=_DPI, facecolor="white", layout="constrained")
        picture = Picture(figure, figure.subplots(rows, columns, **options))
        yield picture
        file = io.BytesIO()
        figure.savefig(file, format="png", bbox_inches="tight", pad_inches=0.08)
        picture.png = file.getvalue()


@contextlib.contextmanager
def shown(
    rows: int = 1, columns: int = 1, size: tuple[float, float] = (6.4, 3.6), **options: Any
) -> Iterator[Picture]:
    """Give a picture to draw on, and display it at the end of the block; in a terminal, its text.

    Parameters are those of `drawing`.
    """
    with drawing(rows, columns, size, **options) as picture:
        yield picture
    show(picture)


def show(picture: Picture) -> None:
    """Display a picture."""
    from IPython.display import display

    display(picture)


def series(index: int) -> dict[str, Any]:
    """Return the colour, the line and the marker of a series, any two of which tell it from others.

    Six colours, four lines and seven markers take turns: no two of them come together again among the
    first twelve series.

    Parameters
    ----------
    index
        Which of the series, from 0.

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

    Both are held against the colour by the contrast ratio of WCAG 2.2, a quotient of relative luminances.

    Parameters
    ----------
    colour
        Red, green and blue, 0 to 1; what comes after them is left aside.

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
