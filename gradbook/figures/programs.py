"""Computational graphs that are defined first and run later, and the machine that runs them.

A node is any object with `inputs`, the nodes that it takes, and a `name`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from gradbook.errors import GradbookError
from gradbook.phrases import counted, listed
from gradbook.plots.figure import BLUE, GREEN, GREY, ORANGE, RED, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Half the height of a box, half the width of the narrowest box, and the space between two columns.
_HEIGHT, _WIDTH, _SPACE = 0.3, 0.3, 0.42

#: With more nodes than this, the names in the boxes would be illegible.
_MOST = 80

#: The kinds of nodes that look different from operations, by the names of their classes.
_KINDS = {
    "Placeholder": (GREEN, "fed in each run"),
    "Variable": (BLUE, "stays on the device"),
    "Assign": (ORANGE, "update"),
}


def computation(fetches: Any, first: Any = ()) -> None:
    """Draw the computational graph of some nodes, inputs on the left and the nodes themselves on the right.

    Parameters
    ----------
    fetches
        One node, or several.
    first
        One node, or several: nodes that these do not depend on were added later, and get a red border.

    Raises
    ------
    GradbookError
        If there is no node, or if there are too many to be legible.
    """
    nodes = _ancestors(_several(fetches))
    if not 0 < len(nodes) <= _MOST:
        msg = "The graph cannot be drawn."
        raise GradbookError(msg, expected=f"1 to {_MOST} nodes", got=counted(len(nodes), "node"))
    before = set(map(id, _ancestors(_several(first))))
    added = {id(node) for node in nodes if before and id(node) not in before}
    columns = _columns(nodes)
    places, height = _places(nodes, columns)
    across = max(x for way in places.values() for x, _ in way) + 0.9
    key = _key(nodes, bool(added))
    width = max(4.6, 0.8 * across + 0.5)
    beside = int(width / 2.3)
    with shown(size=(width, 0.5 * height + 0.3 - 0.3 * (-len(key) // beside))) as figure:
        axes = figure.axes
        for node in nodes:
            for taken in node.inputs:
                _wire(axes, places[id(taken), id(node)], _half(taken), _half(node), id(node) in added)
            _box(axes, node, places[id(node), id(node)][0], id(node) in added)
        axes.legend(
            handles=key, loc="lower left", bbox_to_anchor=(0, 1), ncols=beside, fontsize=8, borderpad=0
        )
        axes.set(xlim=(-0.6, across), ylim=(-0.6, height - 0.4), xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        steps = [f"{n.name} takes {listed(i.name for i in n.inputs)}" for n in nodes if n.inputs]
        more = f", {counted(len(added), 'node')} of them added" if added else ""
        descriptions = steps or [f"Nothing is taken: {listed(node.name for node in nodes)}"]
        figure.text = f"A graph of {counted(len(nodes), 'node')}{more}. {'; '.join(descriptions)}."


def _several(nodes: Any) -> list[Any]:
    return [nodes] if hasattr(nodes, "inputs") else list(nodes)


def _ancestors(nodes: Iterable[Any]) -> list[Any]:
    """Return the nodes and their ancestors in topological order."""
    ordered: list[Any] = []
    seen: set[int] = set()
    stack = [(node, False) for node in reversed(list(nodes))]
    while stack:
        node, done = stack.pop()
        if done:
            ordered.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack += [(taken, False) for taken in reversed(node.inputs)]
    return ordered


def _columns(nodes: Sequence[Any]) -> dict[int, int]:
    """Return each node's column: to the right of its inputs; without inputs, next to its first user."""
    columns: dict[int, int] = {}
    users = defaultdict(list)
    for node in nodes:
        columns[id(node)] = 1 + max((columns[id(taken)] for taken in node.inputs), default=-1)
        for taken in node.inputs:
            users[id(taken)].append(id(node))
    for node in nodes:
        if not node.inputs and users[id(node)]:
            columns[id(node)] = min(columns[user] for user in users[id(node)]) - 1
    return columns


def _places(
    nodes: Sequence[Any], columns: dict[int, int]
) -> tuple[dict[tuple[int, int], list[tuple[float, float]]], float]:
    """Return the points of each edge, and the height of the graph; a node is an edge to itself.

    An edge that crosses a column has a place in it, like a node. Each column is sorted by the mean positions
    of the neighbours, sweeping from left to right and back several times (Sugiyama et al., 1981).
    """
    rows: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    near = defaultdict(list)
    for node in nodes:
        rows[columns[id(node)]].append((id(node), id(node), columns[id(node)]))
    chains = {}
    for node in nodes:
        for taken in node.inputs:
            begin, end = columns[id(taken)], columns[id(node)]
            between = [(id(taken), id(node), column) for column in range(begin + 1, end)]
            chain = [(id(taken), id(taken), begin), *between, (id(node), id(node), end)]
            if (id(taken), id(node)) in chains:
                continue
            chains[id(taken), id(node)] = chain
            for column, point in zip(range(begin + 1, end), between, strict=True):
                rows[column].append(point)
            for left, right in pairwise(chain):
                near[left].append(right)
                near[right].append(left)
    height = float(max(map(len, rows.values())))
    up: dict[tuple[int, int, int], float] = {}
    for _ in range(12):
        for column in (*sorted(rows), *sorted(rows, reverse=True)):
            ordered = sorted(
                rows[column], key=lambda p: np.mean([up[q] for q in near[p] if q in up] or [up.get(p, 0.0)])
            )
            rows[column] = ordered
            step = height / len(ordered)
            up |= {point: step * (index + 0.5) - 0.5 for index, point in enumerate(ordered)}
    wide = [max(_half(node) for node in nodes if columns[id(node)] == column) for column in sorted(rows)]
    middles = np.cumsum([0.0, *(left + right + _SPACE for left, right in pairwise(wide))])
    at = {point: (float(middles[column]), up[point]) for column in rows for point in rows[column]}
    places = {ends: [at[point] for point in chain] for ends, chain in chains.items()}
    places |= {(id(n), id(n)): [at[id(n), id(n), columns[id(n)]]] for n in nodes}
    return places, height


def _half(node: Any) -> float:
    """Return half the width of a node's box."""
    return max(_WIDTH, 0.05 * len(node.name) + 0.1)


def _box(axes: Axes, node: Any, place: tuple[float, float], added: bool) -> None:
    from matplotlib.patches import FancyBboxPatch

    colour = _KINDS.get(type(node).__name__, (None, ""))[0]
    half = _half(node)
    corner = (place[0] - half + 0.06, place[1] - _HEIGHT + 0.06)
    style = "round,pad=0.06" if colour else "round,pad=0.06,rounding_size=0.22"
    rim: dict[str, Any] = {
        "edgecolor": RED if added else (colour or "black"),
        "linewidth": 1.6 if added else 1.1,
    }
    # White underneath, so that no edge shows through the colour.
    ground: dict[str, Any] = {"facecolor": "white", "edgecolor": "white"}
    face = {"facecolor": (colour, 0.3) if colour else "white"}
    for order, look in ((2, ground), (3, face | rim)):
        axes.add_patch(
            FancyBboxPatch(corner, 2 * half - 0.12, 2 * _HEIGHT - 0.12, boxstyle=style, zorder=order, **look)
        )
    axes.text(*place, node.name, ha="center", va="center", fontsize=8, zorder=4)


def _wire(axes: Axes, points: list[tuple[float, float]], begin: float, end: float, added: bool) -> None:
    (x0, y0), *between, (x1, y1) = points
    *way, last = [(x0 + begin, y0), *between]
    colour = RED if added else GREY
    if way:
        axes.plot(*zip(*way, last, strict=True), color=colour, linewidth=0.9, zorder=1)
    arrow = {"arrowstyle": "->", "color": colour, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (x1 - end, y1), last, arrowprops=arrow, zorder=1)


def _key(nodes: Sequence[Any], added: bool) -> list[Any]:
    """Return the legend's entries: the kinds of nodes in the graph."""
    from matplotlib.patches import Patch

    there = {type(node).__name__ for node in nodes}
    patches = [
        Patch(facecolor=(colour, 0.3), edgecolor=colour, label=f"{kind}: {what}")
        for kind, (colour, what) in _KINDS.items()
        if kind in there
    ]
    patches.append(Patch(facecolor="white", edgecolor="black", label="operation"))
    if added:
        patches.append(Patch(facecolor="white", edgecolor=RED, linewidth=1.6, label="added"))
    return patches


def host_and_device() -> None:
    """Draw a computer with a GPU: a few large cores and many small ones, two memories, and a bus."""
    from matplotlib.patches import Rectangle

    halves = [
        (0.0, "host: the CPU", (2, 4), 0.62, BLUE, "the host's memory", "about 50 GB/s"),
        (6.4, "device: the GPU", (8, 16), 0.155, GREEN, "the device's memory", "1000 GB/s and more"),
    ]
    with shown(size=(8.6, 3.7)) as figure:
        axes = figure.axes
        for left, title, (rows, columns), size, colour, memory, speed in halves:
            axes.add_patch(Rectangle((left, 0), 3.8, 4.4, facecolor=(colour, 0.06), edgecolor=colour))
            axes.text(left + 1.9, 4.52, title, ha="center", va="bottom", fontweight="bold", color=colour)
            step = 3.3 / columns
            for row in range(rows):
                for column in range(columns):
                    corner = (left + 0.28 + column * step, 2.45 + row * 1.7 / rows)
                    axes.add_patch(Rectangle(corner, size, size, facecolor=(colour, 0.45), edgecolor=colour))
            axes.add_patch(Rectangle((left + 0.3, 0.25), 3.2, 0.85, facecolor="white", edgecolor="black"))
            axes.text(left + 1.9, 0.67, memory, ha="center", va="center")
            axes.annotate("", (left + 1.9, 2.36), (left + 1.9, 1.14), arrowprops=_BOTH | {"linewidth": 2})
            axes.text(left + 2.0, 1.75, speed, va="center", fontsize="small")
        axes.annotate("", (6.66, 0.67), (3.54, 0.67), arrowprops=_BOTH | {"color": RED, "linewidth": 2})
        axes.text(5.1, 0.82, "the bus", ha="center", va="bottom", color=RED, fontweight="bold")
        axes.text(5.1, 0.52, "10 to 60 GB/s", ha="center", va="top", color=RED, fontsize="small")
        axes.set(xlim=(-0.1, 10.3), ylim=(-0.1, 5.0), xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        figure.text = (
            "A computer with a GPU. The host has a CPU with a few large cores and its own memory, which "
            "gives about 50 GB/s; the device, a GPU, has many small cores and a memory of its own, which "
            "gives 1000 GB/s and more. Between the two memories lies a bus, which carries 10 to 60 GB/s."
        )


_BOTH = {"arrowstyle": "<->", "color": "black"}
