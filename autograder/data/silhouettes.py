"""The ten silhouettes of Shapes-10, in whole numbers.

Each function takes coordinates u (to the right) and v (downwards) seen from the middle of the shape,
and the shape's radius r: int32 arrays that broadcast, in 1/256 of a pixel, below 2**13 in size. It
returns how deep a point lies inside the shape, in the same unit: negative outside, 0 on the edge, and
near the edge close to the true distance, which is what smooth edges need.

Whole numbers, because they give the same pictures on every machine; a sine need not.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Silhouette = Callable[[Ints, Ints, Ints], Ints]


def both(*depths: Ints) -> Ints:
    """Return the depth in what all the shapes share."""
    deepest = depths[0]
    for depth in depths[1:]:
        deepest = np.minimum(deepest, depth)
    return deepest


def disc(u: Ints, v: Ints, r: Ints) -> Ints:
    """Fill a circle. (r² - d²) / 2r is r - d near the edge, without a square root."""
    return (r * r - u * u - v * v) // (2 * r)


def ring(u: Ints, v: Ints, r: Ints) -> Ints:
    """Cut a smaller circle from the middle of a circle."""
    return both(disc(u, v, r), -disc(u, v, r * 9 // 16))


def crescent(u: Ints, v: Ints, r: Ints) -> Ints:
    """Cut a smaller circle from the side of a circle."""
    return both(disc(u, v, r), -disc(u - r * 7 // 16, v - r * 3 // 16, r * 13 // 16))


def square(u: Ints, v: Ints, r: Ints) -> Ints:
    """Fill a square."""
    return r * 13 // 16 - np.maximum(abs(u), abs(v))


def triangle(u: Ints, v: Ints, r: Ints) -> Ints:
    """Fill an equilateral triangle that points up: (±0.866, -0.5) are the normals of its sides."""
    return r * 9 // 16 - np.maximum(v, (887 * abs(u) - 512 * v) // 1024)


def cross(u: Ints, v: Ints, r: Ints) -> Ints:
    """Lay two bars over each other."""
    long, wide = r * 15 // 16, r * 5 // 16
    across = both(long - abs(u), wide - abs(v))
    return np.maximum(across, both(wide - abs(u), long - abs(v)))


def star(u: Ints, v: Ints, r: Ints) -> Ints:
    """Lay two narrow diamonds over each other: a star with four rays."""
    u, v = abs(u), abs(v)
    return np.maximum(r * 9 // 8 - u - 3 * v, r * 9 // 8 - 3 * u - v) // 3


def hourglass(u: Ints, v: Ints, r: Ints) -> Ints:
    """Stand two triangles on each other's tips."""
    return both(r * 7 // 8 - abs(v), abs(v) - abs(u) + r // 16)


def stripes(u: Ints, v: Ints, r: Ints) -> Ints:
    """Lay level bars into a square."""
    period = r * 5 // 8
    return both(r * 7 // 8 - np.maximum(abs(u), abs(v)), abs(v % period - period // 2) - period // 4)


def checks(u: Ints, v: Ints, r: Ints) -> Ints:
    """Lay a chessboard into a square."""
    period = r * 9 // 8
    s = abs(u % period - period // 2) - period // 4
    t = abs(v % period - period // 2) - period // 4
    # Dark where s and t have the same sign; the nearest edge is that of the smaller.
    board = np.where((s > 0) == (t > 0), 1, -1) * np.minimum(abs(s), abs(t))
    return both(r * 7 // 8 - np.maximum(abs(u), abs(v)), board)


#: The silhouettes in the order of their labels.
SILHOUETTES: tuple[Silhouette, ...] = (
    disc,
    ring,
    crescent,
    square,
    triangle,
    cross,
    star,
    hourglass,
    stripes,
    checks,
)
