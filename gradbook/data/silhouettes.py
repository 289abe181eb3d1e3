"""The ten silhouettes of Shapes-10, in integer arithmetic.

Each function takes coordinates u (to the right) and v (downwards) relative to the centre of the shape, and
the shape's radius r: int32 arrays that broadcast, in 1/256 of a pixel, with absolute values below 2**13. It
returns the depth of a point inside the shape, in the same unit: negative outside, 0 on the edge, and near the
edge close to the true distance, as smooth edges require.

Integers give the same images on every machine; functions such as the sine may not.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Silhouette = Callable[[Ints, Ints, Ints], Ints]


def both(*depths: Ints) -> Ints:
    """Return the depth inside the intersection of shapes."""
    deepest = depths[0]
    for depth in depths[1:]:
        deepest = np.minimum(deepest, depth)
    return deepest


def disc(u: Ints, v: Ints, r: Ints) -> Ints:
    """Return the depth inside a disc: (r² - d²) / 2r approximates r - d near the edge, without a root."""
    depth: Ints = (r * r - u * u - v * v) // (2 * r)
    return depth


def ring(u: Ints, v: Ints, r: Ints) -> Ints:
    """Return the depth inside a ring: a disc without a smaller disc at its centre."""
    return both(disc(u, v, r), -disc(u, v, r * 9 // 16))


def crescent(u: Ints, v: Ints, r: Ints) -> Ints:
    """Return the depth inside a crescent: a disc without a smaller disc at its side."""
    return both(disc(u, v, r), -disc(u - r * 7 // 16, v - r * 3 // 16, r * 13 // 16))


def square(u: Ints, v: Ints, r: Ints) -> Ints:
    """Return the depth inside a square."""
    return r * 13 // 16 - np.maximum(abs(u), abs(v))


def triangle(u: Ints, v: Ints, r: Ints) -> Ints:
    """Return the depth inside an equilateral triangle pointing up, with side normals (±0.866, -0.5)."""
    depth: Ints = r * 9 // 16 - np.maximum(v, (887 * abs(u) - 512 * v) // 1024)
    return depth


def cross(u: Ints, v: Ints, r: Ints) -> Ints:
    """Return the depth inside a cross of two bars."""
    long, wide = r * 15 // 16, r * 5 // 16
    across = both(long - abs(u), wide - abs(v))
    return np.maximum(across, both(wide - abs(u), long - abs(v)))


def star(u: Ints, v: Ints, r: Ints) -> Ints:
    """Return the depth inside a star with four rays, made of two narrow diamonds."""
    u, v = abs(u), abs(v)
    depth: Ints = np.maximum(r * 9 // 8 - u - 3 * v, r * 9 // 8 - 3 * u - v) // 3
    return depth


def hourglass(u: Ints, v: Ints, r: Ints) -> Ints:
    """Return the depth inside an hourglass: two triangles that meet at their tips."""
    return both(r * 7 // 8 - abs(v), abs(v) - abs(u) + r // 16)


def stripes(u: Ints, v: Ints, r: Ints) -> Ints:
    """Return the depth inside horizontal stripes in a square."""
    period = r * 5 // 8
    return both(r * 7 // 8 - np.maximum(abs(u), abs(v)), abs(v % period - period // 2) - period // 4)


def checks(u: Ints, v: Ints, r: Ints) -> Ints:
    """Return the depth inside the dark fields of a chessboard in a square."""
    period = r * 9 // 8
    s = abs(u % period - period // 2) - period // 4
    t = abs(v % period - period // 2) - period // 4
    # Dark if s and t have the same sign; the smaller of the two gives the distance to the nearest edge.
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
