"""Shapes-10: the built-in data set, drawn by seeded code.

Its images have the size and number of classes of CIFAR-10, for students who have not downloaded CIFAR-10. The
course's models reach increasing accuracies on it, in the same order as on CIFAR-10:

- Each class has preferred colours for its shape and its background, which half of its images have: a linear
  classifier can use them.
- The light is uneven, and varies more between images than the shapes do: it dominates the distances between
  images, and misleads nearest neighbours.
- A shape may be lighter or darker than its background: in the single template per class of a linear
  classifier, the two partly cancel; hidden units can represent both.
- Shapes are shifted, rotated and scaled: convolutional filters, which are applied everywhere, have the
  advantage.

The data set is identical on every machine, bit for bit: the random numbers are the raw stream of PCG64, which
NumPy guarantees, and everything else is integer arithmetic.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gradbook.data.dataset import Bytes, DataSet
from gradbook.data.silhouettes import SILHOUETTES, Ints, disc
from gradbook.errors import GradbookError

SEED = 10

#: The data set as stored on disk.
SHAPES10 = DataSet(
    name="Shapes-10",
    key="shapes10",
    train=10_000,
    test=2_000,
    class_names=tuple(silhouette.__name__ for silhouette in SILHOUETTES),
    sha256="6029ea34249734e97c4c54c4856f6020909adeb49baa91f2e3f0e065a97f691f",
    get="load_images(), which draws it",
)

#: The size of a pixel, in the unit of the coordinates.
PIXEL = 256

#: The largest distance of a shape's centre from the image's in each direction, in pixels.
JITTER = 5
#: The smallest and the largest radius of a shape, in pixels.
RADIUS = (7, 12)
#: How far a shape may be rotated: the tangent of half the angle, in 64ths.
TURN = 14
#: The percentage of shapes that are lighter than their background.
LIGHTER = 85
#: The range of the difference in brightness between a shape and its background.
CONTRAST = (45, 115)
#: The range of the mean brightness of shape and background.
BRIGHTNESS = (80, 170)
#: The percentage of shapes, and of backgrounds, that have a colour of their class.
OWN_COLOUR = 50
#: The strength of the colours of shapes and backgrounds.
COLOUR = (40, 30)
#: The largest random change of a background's colour.
TINT = 12
#: The variation of the light between points 16, 8 and 4 pixels apart.
LIGHT = (130, 50, 15)
#: The part of this variation that is a difference in colour, in 16ths.
LIGHT_COLOUR = 4
#: The radius of the spot in the background, in pixels, and its strength.
SPOT = (2, 6)
SPOT_STRENGTH = 70
#: The strength of the pixel noise.
GRAIN = 12

#: Ten colours around the colour circle, in 64ths; the components of each sum to 0, to keep the brightness.
PALETTE = np.array(
    [
        (64, -32, -32),
        (51, 6, -57),
        (32, 32, -64),
        (-6, 51, -45),
        (-38, 57, -19),
        (-57, 32, 25),
        (-45, -6, 51),
        (-13, -45, 58),
        (26, -51, 25),
        (51, -38, -13),
    ],
    np.int32,
)


class Draws:
    """Random integers that are the same on every machine and in every version of NumPy.

    Parameters
    ----------
    seed
        The seed of the stream.
    """

    def __init__(self, seed: int) -> None:
        self._source = np.random.PCG64(seed)

    def raw(self, n: int) -> NDArray[np.uint64]:
        """Return `n` 64-bit integers."""
        return np.asarray(self._source.random_raw(n), np.uint64)

    def bytes(self, *shape: int) -> NDArray[np.int16]:
        """Return integers from -128 to 127, as an array of `shape`."""
        n = int(np.prod(shape))
        # "<u8" because the byte order differs between machines.
        numbers = self.raw(-(-n // 8)).astype("<u8").view(np.int8)[:n]
        return numbers.reshape(shape).astype(np.int16)

    def between(self, low: int, high: int, *shape: int) -> Ints:
        """Return integers from `low` to `high`, both included, as an array of `shape`."""
        top = self.raw(int(np.prod(shape))) >> np.uint64(40)
        numbers = (top * np.uint64(high - low + 1)) >> np.uint64(24)
        return (low + numbers.astype(np.int32)).astype(np.int32).reshape(shape)


def draw(seed: int = SEED, count: int = SHAPES10.train + SHAPES10.test) -> Bytes:
    """Draw Shapes-10, or other images of the same kind.

    Parameters
    ----------
    seed
        The seed of the images.
    count
        How many, a multiple of the number of classes.

    Returns
    -------
    (count * 3073,) uint8
        The images and labels, in the order that `DataSet.split` expects.
    """
    draws = Draws(seed)
    each = count // len(SILHOUETTES)
    X = np.concatenate([draw_class(draws, label, each) for label in range(len(SILHOUETTES))])
    y = np.repeat(np.arange(len(SILHOUETTES), dtype=np.uint8), each)
    order = np.argsort(draws.raw(len(y)), kind="stable")
    return np.concatenate([X[order].ravel(), y[order]])


def draw_class(draws: Draws, label: int, n: int) -> Bytes:
    """Draw `n` images of a class, (n, 32, 32, 3) uint8."""
    lighter = np.where(draws.between(0, 99, n) < LIGHTER, 1, -1)
    contrast = draws.between(*CONTRAST, n) * lighter
    brightness = draws.between(*BRIGHTNESS, n) - contrast // 2
    ground = (
        brightness[:, None] + draws.between(-TINT, TINT, n, 3) + _colour(draws, label, n) * COLOUR[1] // 64
    )
    figure = contrast[:, None] + _colour(draws, label, n) * COLOUR[0] // 64

    image = ground.astype(np.int16)[:, None, None] + _light(draws, n)
    image += draws.bytes(n, 32, 32, 1) * np.int16(GRAIN) // np.int16(128)
    spot = draws.between(-SPOT_STRENGTH, SPOT_STRENGTH, n, 3)
    image += _stain(_spot(draws, n), spot)
    image += _stain(_shape(draws, label, n), figure)
    return image.clip(0, 255).astype(np.uint8)


def _colour(draws: Draws, label: int, n: int) -> Ints:
    """Return for each image a colour of the class, or a random one of the palette, (n, 3)."""
    own = draws.between(0, 99, n) < OWN_COLOUR
    return np.asarray(PALETTE[np.where(own, label, draws.between(0, 9, n))], np.int32)


def _grid(n: int, x: Ints, y: Ints) -> tuple[Ints, Ints]:
    """Return the coordinates of the pixels' centres relative to the points (x, y) of n images."""
    axis = (np.arange(32, dtype=np.int32) * 2 - 31) * (PIXEL // 2)
    return axis[None, None, :] - x.reshape(n, 1, 1), axis[None, :, None] - y.reshape(n, 1, 1)


def _shape(draws: Draws, label: int, n: int) -> Ints:
    """Return the depth of each pixel inside a shape that is shifted, rotated and scaled, (n, 32, 32)."""
    reach = JITTER * PIXEL
    x, y = _grid(n, draws.between(-reach, reach, n), draws.between(-reach, reach, n))
    radius = draws.between(RADIUS[0] * PIXEL, RADIUS[1] * PIXEL, n).reshape(n, 1, 1)
    # With t the tangent of half the angle, the cosine is (1 - t²) / (1 + t²) and the sine 2t / (1 + t²).
    t = draws.between(-TURN, TURN, n).reshape(n, 1, 1)
    cosine: Ints = 1024 * (64 * 64 - t * t) // (64 * 64 + t * t)
    sine: Ints = 1024 * 2 * 64 * t // (64 * 64 + t * t)
    u = (cosine * x + sine * y) // 1024
    v = (cosine * y - sine * x) // 1024
    return SILHOUETTES[label](u, v, radius)


def _spot(draws: Draws, n: int) -> Ints:
    """Return the depth of each pixel inside a small disc at a random position, (n, 32, 32)."""
    reach = 16 * PIXEL
    x, y = _grid(n, draws.between(-reach, reach, n), draws.between(-reach, reach, n))
    return disc(x, y, draws.between(SPOT[0] * PIXEL, SPOT[1] * PIXEL, n).reshape(n, 1, 1))


def _stain(depth: Ints, colour: Ints) -> NDArray[np.int16]:
    """Return `colour` (n, 3) where `depth` is positive, with edges one pixel wide, (n, 32, 32, 3)."""
    cover = (np.clip(depth + PIXEL // 2, 0, PIXEL) // 4).astype(np.int16)
    return cover[..., None] * colour.astype(np.int16)[:, None, None] // np.int16(PIXEL // 4)


def _light(draws: Draws, n: int) -> NDArray[np.int16]:
    """Return the uneven light to add, (n, 32, 32, 3): random at grid points, interpolated between them."""
    field = np.zeros((n, 2, 2, 3), np.int16)
    for points, strength in zip((3, 5, 9), LIGHT, strict=True):
        field = _double(field)
        grey = draws.bytes(n, points, points, 1)
        hue = draws.bytes(n, points, points, 3) * np.int16(LIGHT_COLOUR) // np.int16(16)
        # A byte plus a quarter of a byte, at most 160, times a strength of up to 204 fits into 16 bits.
        field += (grey + hue) * np.int16(strength) // np.int16(128)
    # Grids of 9, 17 and 33 points; the pixels' centres lie halfway between those of the last grid.
    field = _double(_double(field))
    field = field[:, 1:] + field[:, :-1]
    return (field[:, :, 1:] + field[:, :, :-1]) // np.int16(4)


def _double(field: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return a grid with points added halfway: (n, p, p, 3) becomes (n, 2p - 1, 2p - 1, 3)."""
    n, p, _, colours = field.shape
    fine = np.empty((n, 2 * p - 1, 2 * p - 1, colours), np.int16)
    fine[:, ::2, ::2] = field
    fine[:, 1::2, ::2] = (field[:, 1:] + field[:, :-1]) // np.int16(2)
    fine[:, :, 1::2] = (fine[:, :, 2::2] + fine[:, :, :-1:2]) // np.int16(2)
    return fine


def open_or_draw(folder: Path) -> Bytes:
    """Return the data set stored in `folder`, after drawing and storing it there if necessary.

    If `folder` is not writable or the disk is full, it is drawn into memory.
    """
    try:
        return SHAPES10.open(folder)
    except (FileNotFoundError, GradbookError):
        data = draw()
    try:
        SHAPES10.save(data, folder)
        return SHAPES10.open(folder)
    except OSError:
        data.flags.writeable = False
        return data
