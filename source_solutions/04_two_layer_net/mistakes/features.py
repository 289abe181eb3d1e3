"""Wrong solutions that people really write for 04_two_layer_net/features, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("color_histogram")
def color_in_bytes(image, bins=12):
    """The pixels stay uint8, and differences below 0 wrap round.

    50 - 75 in a byte is 231. Make the pixels float before you subtract: `.astype(np.float64)`.
    """
    red, green, blue = image.reshape(-1, 3).T
    a = red - (green + blue) / 2
    b = np.sqrt(3) / 2 * (green - blue)
    hue, chroma = np.degrees(np.arctan2(b, a)), np.hypot(a, b)
    nearest = np.rint(hue / (360 / bins)).astype(int) % bins
    return np.bincount(nearest, weights=chroma, minlength=bins) / len(chroma)


@mistake("color_histogram")
def color_pixels_counted(image, bins=12):
    """Every pixel votes with 1, however grey it is.

    The hue of a nearly grey pixel means nothing. Let each pixel vote with its chroma.
    """
    red, green, blue = image.reshape(-1, 3).T.astype(np.float64)
    a = red - (green + blue) / 2
    b = np.sqrt(3) / 2 * (green - blue)
    hue = np.degrees(np.arctan2(b, a))
    nearest = np.rint(hue / (360 / bins)).astype(int) % bins
    return np.bincount(nearest, minlength=bins) / len(hue)


@mistake("color_histogram")
def color_not_divided(image, bins=12):
    """The votes are not divided by the number of pixels.

    Without that, a larger image has a larger histogram, and two images of different size cannot be
    compared.
    """
    red, green, blue = image.reshape(-1, 3).T.astype(np.float64)
    a = red - (green + blue) / 2
    b = np.sqrt(3) / 2 * (green - blue)
    hue, chroma = np.degrees(np.arctan2(b, a)), np.hypot(a, b)
    nearest = np.rint(hue / (360 / bins)).astype(int) % bins
    return np.bincount(nearest, weights=chroma, minlength=bins)


@mistake("color_histogram")
def color_share(image, bins=12):
    """The histogram is divided by its own sum.

    That makes it forget how colourful the image is, and a grey image divides 0 by 0. Divide by the
    number of pixels.
    """
    red, green, blue = image.reshape(-1, 3).T.astype(np.float64)
    a = red - (green + blue) / 2
    b = np.sqrt(3) / 2 * (green - blue)
    hue, chroma = np.degrees(np.arctan2(b, a)), np.hypot(a, b)
    nearest = np.rint(hue / (360 / bins)).astype(int) % bins
    return np.bincount(nearest, weights=chroma, minlength=bins) / chroma.sum()


@mistake("color_histogram")
def color_not_wrapped(image, bins=12):
    """The last half bin is not wrapped round to bin 0.

    346.8° is nearest to 360°, which is red, as 0° is. The remainder by the number of bins closes the
    circle.
    """
    red, green, blue = image.reshape(-1, 3).T.astype(np.float64)
    a = red - (green + blue) / 2
    b = np.sqrt(3) / 2 * (green - blue)
    hue, chroma = np.degrees(np.arctan2(b, a)) % 360, np.hypot(a, b)
    nearest = np.minimum(np.rint(hue / (360 / bins)).astype(int), bins - 1)
    return np.bincount(nearest, weights=chroma, minlength=bins) / len(chroma)


@mistake("color_histogram")
def color_bins_from_zero(image, bins=12):
    """The bins begin at their hue. They should have it in their middle.

    Rounding down puts bin 0 between 0° and 30°. It should reach from -15° to 15°: take the nearest
    number.
    """
    red, green, blue = image.reshape(-1, 3).T.astype(np.float64)
    a = red - (green + blue) / 2
    b = np.sqrt(3) / 2 * (green - blue)
    hue, chroma = np.degrees(np.arctan2(b, a)) % 360, np.hypot(a, b)
    which = (hue // (360 / bins)).astype(int) % bins
    return np.bincount(which, weights=chroma, minlength=bins) / len(chroma)


@mistake("color_histogram")
def color_radians(image, bins=12):
    """The hue is in radians, the bins are in degrees.

    np.arctan2 returns radians, -3.14 to 3.14, which as degrees all lie near 0°. Convert them with
    np.degrees.
    """
    red, green, blue = image.reshape(-1, 3).T.astype(np.float64)
    a = red - (green + blue) / 2
    b = np.sqrt(3) / 2 * (green - blue)
    hue, chroma = np.arctan2(b, a), np.hypot(a, b)
    nearest = np.rint(hue / (360 / bins)).astype(int) % bins
    return np.bincount(nearest, weights=chroma, minlength=bins) / len(chroma)


@mistake("color_histogram")
def color_below_zero_lost(image, bins=12):
    """Hues below 0° are lost.

    arctan2 returns -180° to 180°; blue is at -120°, which is 240°. Take the remainder by a whole turn,
    or by the number of bins.
    """
    red, green, blue = image.reshape(-1, 3).T.astype(np.float64)
    a = red - (green + blue) / 2
    b = np.sqrt(3) / 2 * (green - blue)
    hue, chroma = np.degrees(np.arctan2(b, a)), np.hypot(a, b)
    nearest = np.rint(hue / (360 / bins)).astype(int) % bins
    return np.bincount(nearest, weights=chroma * (hue >= 0), minlength=bins) / len(chroma)


@mistake("color_histogram")
def color_half_turn(image, bins=12):
    """The hue is folded to half a turn: opposite colours count as one.

    That is for edges. The opposite of blue is yellow, and these are two colours.
    """
    red, green, blue = image.reshape(-1, 3).T.astype(np.float64)
    a = red - (green + blue) / 2
    b = np.sqrt(3) / 2 * (green - blue)
    hue, chroma = np.degrees(np.arctan2(b, a)) % 180, np.hypot(a, b)
    nearest = np.rint(hue / (360 / bins)).astype(int) % bins
    return np.bincount(nearest, weights=chroma, minlength=bins) / len(chroma)


@mistake("color_histogram")
def color_own_range(image, bins=12):
    """The bins run from the image's own smallest hue to its largest.

    Then bin 3 is another colour in every image. np.histogram does this unless you pass its `range`.
    """
    red, green, blue = image.reshape(-1, 3).T.astype(np.float64)
    a = red - (green + blue) / 2
    b = np.sqrt(3) / 2 * (green - blue)
    hue, chroma = np.degrees(np.arctan2(b, a)) % 360, np.hypot(a, b)
    histogram, _ = np.histogram(hue, bins=bins, weights=chroma)
    return histogram / len(chroma)


@mistake("color_histogram")
def color_blue_first(image, bins=12):
    """Red and blue are swapped.

    Some libraries put blue first. In this course the channels are red, green, blue.
    """
    blue, green, red = image.reshape(-1, 3).T.astype(np.float64)
    a = red - (green + blue) / 2
    b = np.sqrt(3) / 2 * (green - blue)
    hue, chroma = np.degrees(np.arctan2(b, a)), np.hypot(a, b)
    nearest = np.rint(hue / (360 / bins)).astype(int) % bins
    return np.bincount(nearest, weights=chroma, minlength=bins) / len(chroma)


@mistake("image_gradients")
def derivatives_in_bytes(gray):
    """Differences are taken in uint8, and those below 0 wrap round.

    0 - 8 in a byte is 248. Make the numbers float before you subtract.
    """
    padded = np.pad(gray, 1, mode="edge")
    down, right = padded[2:, 1:-1] - padded[:-2, 1:-1], padded[1:-1, 2:] - padded[1:-1, :-2]
    halves = [np.full(size, 2.0) for size in gray.shape]
    for half in halves:
        half[[0, -1]] = 1
    down, right = down / halves[0][:, None], right / halves[1]
    return np.hypot(right, down), np.degrees(np.arctan2(down, right)) % 180


@mistake("image_gradients")
def derivatives_not_halved(gray):
    """The difference over two pixels is not halved.

    A derivative is the change per pixel. The left and the right neighbour are two pixels apart.
    """
    padded = np.pad(gray.astype(np.float64), 1, mode="edge")
    down, right = padded[2:, 1:-1] - padded[:-2, 1:-1], padded[1:-1, 2:] - padded[1:-1, :-2]
    return np.hypot(right, down), np.degrees(np.arctan2(down, right)) % 180


@mistake("image_gradients")
def derivatives_one_sided(gray):
    """The derivative uses the next pixel only.

    np.diff compares a pixel with the next one, so it gives the derivative between the two. Compare the
    neighbours on both sides.
    """
    gray = gray.astype(np.float64)
    down, right = np.zeros_like(gray), np.zeros_like(gray)
    down[:-1], right[:, :-1] = np.diff(gray, axis=0), np.diff(gray, axis=1)
    return np.hypot(right, down), np.degrees(np.arctan2(down, right)) % 180


@mistake("image_gradients")
def derivatives_round_the_border(gray):
    """At the border the neighbour is taken from the opposite side.

    np.roll treats the image as if its right border were joined to its left one. At the border the
    pixel itself takes the missing neighbour's place.
    """
    gray = gray.astype(np.float64)
    down = (np.roll(gray, -1, axis=0) - np.roll(gray, 1, axis=0)) / 2
    right = (np.roll(gray, -1, axis=1) - np.roll(gray, 1, axis=1)) / 2
    return np.hypot(right, down), np.degrees(np.arctan2(down, right)) % 180


@mistake("image_gradients")
def border_halved(gray):
    """At the border the derivative is halved, too.

    There the pixel and its only neighbour are one pixel apart, not two.
    """
    padded = np.pad(gray.astype(np.float64), 1, mode="edge")
    down, right = padded[2:, 1:-1] - padded[:-2, 1:-1], padded[1:-1, 2:] - padded[1:-1, :-2]
    return np.hypot(right, down) / 2, np.degrees(np.arctan2(down, right)) % 180


@mistake("image_gradients")
def magnitude_squared(gray):
    """The root of the magnitude is missing.

    The sum of the squares is the square of the length.
    """
    down, right = np.gradient(gray.astype(np.float64))
    return right**2 + down**2, np.degrees(np.arctan2(down, right)) % 180


@mistake("image_gradients")
def magnitude_of_sides(gray):
    """The magnitude is the sum of the two derivatives.

    (4, 4) is not 8 long. The length of an arrow is the root of the sum of its squares.
    """
    down, right = np.gradient(gray.astype(np.float64))
    return np.abs(right) + np.abs(down), np.degrees(np.arctan2(down, right)) % 180


@mistake("image_gradients")
def derivatives_swapped(gray):
    """The two derivatives are swapped.

    np.gradient returns the derivative along axis 0 first, and axis 0 goes down.
    """
    right, down = np.gradient(gray.astype(np.float64))
    return np.hypot(right, down), np.degrees(np.arctan2(down, right)) % 180


@mistake("image_gradients")
def orientation_signed(gray):
    """The orientation still tells opposite directions apart.

    arctan2 returns -180° to 180°. An edge is the same whether its light side is left or right: take
    the remainder by 180.
    """
    down, right = np.gradient(gray.astype(np.float64))
    return np.hypot(right, down), np.degrees(np.arctan2(down, right))


@mistake("image_gradients")
def orientation_whole_turn(gray):
    """The orientation covers a whole turn. It should cover half a turn.

    The remainder by 360 keeps opposite directions apart: 315° and 135° are the same orientation. Take the
    remainder by 180.
    """
    down, right = np.gradient(gray.astype(np.float64))
    return np.hypot(right, down), np.degrees(np.arctan2(down, right)) % 360


@mistake("image_gradients")
def orientation_radians(gray):
    """The orientation is in radians.

    np.arctan2 returns radians, and half a turn is 3.14. The docstring asks for degrees.
    """
    down, right = np.gradient(gray.astype(np.float64))
    return np.hypot(right, down), np.arctan2(down, right) % np.pi


@mistake("image_gradients")
def orientation_divides(gray):
    """arctan divides by a derivative that is 0.

    In a flat place that is 0 / 0. np.arctan2 takes both derivatives, and does not divide.
    """
    down, right = np.gradient(gray.astype(np.float64))
    return np.hypot(right, down), np.degrees(np.arctan(down / right)) % 180


@mistake("image_gradients")
def orientation_folded_by_abs(gray):
    """The sign of the angle is dropped: -45° becomes 45°.

    These are two different edges, one falling and one rising. The opposite of -45° is 135°.
    """
    down, right = np.gradient(gray.astype(np.float64))
    return np.hypot(right, down), np.abs(np.degrees(np.arctan2(down, right))) % 180


@mistake("cell_histograms")
def cells_bins_from_zero(image, cell_size=8, bins=8):
    """The bins begin at their angle. They should have it in their middle.

    Rounding down puts bin 0 between 0° and 22.5°. It should reach from -11.25° to 11.25°: take the nearest
    number.
    """
    magnitude, orientation = image_gradients(image.mean(axis=2))
    which = (orientation // (180 / bins)).astype(int) % bins
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    votes = np.where(which[..., None] == np.arange(bins), magnitude[..., None], 0)
    return votes.reshape(rows, cell_size, columns, cell_size, bins).sum(axis=(1, 3))


@mistake("cell_histograms")
def cells_grey_in_bytes(image, cell_size=8, bins=8):
    """The channels are added up in uint8, and sums above 255 wrap round.

    240 + 240 in a byte is 224. `image.mean(axis=2)` computes in float.
    """
    magnitude, orientation = image_gradients((image[..., 0] + image[..., 1] + image[..., 2]) / 3)
    nearest = np.rint(orientation / (180 / bins)).astype(int) % bins
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    votes = np.where(nearest[..., None] == np.arange(bins), magnitude[..., None], 0)
    return votes.reshape(rows, cell_size, columns, cell_size, bins).sum(axis=(1, 3))


@mistake("cell_histograms")
def cells_counted(image, cell_size=8, bins=8):
    """Every pixel votes with 1, however weak its gradient is.

    In a flat cell the orientations are noise. Let each pixel vote with its magnitude.
    """
    _, orientation = image_gradients(image.mean(axis=2))
    nearest = np.rint(orientation / (180 / bins)).astype(int) % bins
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    votes = np.where(nearest[..., None] == np.arange(bins), 1.0, 0)
    return votes.reshape(rows, cell_size, columns, cell_size, bins).sum(axis=(1, 3))


@mistake("cell_histograms")
def cells_averaged(image, cell_size=8, bins=8):
    """The votes of a cell are averaged.

    Here they are added up. (The blocks will be normalised afterwards, with an eps that expects sums.)
    """
    magnitude, orientation = image_gradients(image.mean(axis=2))
    nearest = np.rint(orientation / (180 / bins)).astype(int) % bins
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    votes = np.where(nearest[..., None] == np.arange(bins), magnitude[..., None], 0)
    return votes.reshape(rows, cell_size, columns, cell_size, bins).mean(axis=(1, 3))


@mistake("cell_histograms")
def cells_whole_turn(image, cell_size=8, bins=8):
    """The bins divide a whole turn, and half of them stay empty.

    Orientations go from 0° to 180°: a bin is 180° / K wide.
    """
    magnitude, orientation = image_gradients(image.mean(axis=2))
    nearest = np.rint(orientation / (360 / bins)).astype(int) % bins
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    votes = np.where(nearest[..., None] == np.arange(bins), magnitude[..., None], 0)
    return votes.reshape(rows, cell_size, columns, cell_size, bins).sum(axis=(1, 3))


@mistake("cell_histograms")
def cells_not_wrapped(image, cell_size=8, bins=8):
    """Gradients near 180° are put into the last bin. They belong to bin 0.

    174° is nearest to 180°, and 180° is 0° again. The remainder by the number of bins closes the circle.
    """
    magnitude, orientation = image_gradients(image.mean(axis=2))
    nearest = np.minimum(np.rint(orientation / (180 / bins)).astype(int), bins - 1)
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    votes = np.where(nearest[..., None] == np.arange(bins), magnitude[..., None], 0)
    return votes.reshape(rows, cell_size, columns, cell_size, bins).sum(axis=(1, 3))


@mistake("cell_histograms")
def cells_gradients_lost(image, cell_size=8, bins=8):
    """Gradients near 180° are lost.

    Their nearest number is K, and there is no bin K: it is bin 0 again. The remainder by the number of
    bins closes the circle.
    """
    magnitude, orientation = image_gradients(image.mean(axis=2))
    nearest = np.rint(orientation / (180 / bins)).astype(int)
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    votes = np.where(nearest[..., None] == np.arange(bins), magnitude[..., None], 0)
    return votes.reshape(rows, cell_size, columns, cell_size, bins).sum(axis=(1, 3))


@mistake("cell_histograms")
def cells_one_channel(image, cell_size=8, bins=8):
    """Only one channel is used.

    An edge between green and blue has no red in it. The grey image is the mean of all three.
    """
    magnitude, orientation = image_gradients(image[..., 0])
    nearest = np.rint(orientation / (180 / bins)).astype(int) % bins
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    votes = np.where(nearest[..., None] == np.arange(bins), magnitude[..., None], 0)
    return votes.reshape(rows, cell_size, columns, cell_size, bins).sum(axis=(1, 3))


@mistake("cell_histograms")
def cells_weighted_grey(image, cell_size=8, bins=8):
    """The grey image weights the channels. Here it is their plain mean.

    The weights 0.299, 0.587 and 0.114 follow the human eye. Both are usual; the docstring says which.
    """
    magnitude, orientation = image_gradients(image @ np.array([0.299, 0.587, 0.114]))
    nearest = np.rint(orientation / (180 / bins)).astype(int) % bins
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    votes = np.where(nearest[..., None] == np.arange(bins), magnitude[..., None], 0)
    return votes.reshape(rows, cell_size, columns, cell_size, bins).sum(axis=(1, 3))


@mistake("cell_histograms")
def cells_mixed(image, cell_size=8, bins=8):
    """The image is reshaped into cells at once, which mixes them.

    reshape keeps the order of the numbers, and a row of the image runs through several cells. Split each
    axis in its own place: (rows, cell, columns, cell).
    """
    magnitude, orientation = image_gradients(image.mean(axis=2))
    nearest = np.rint(orientation / (180 / bins)).astype(int) % bins
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    votes = np.where(nearest[..., None] == np.arange(bins), magnitude[..., None], 0)
    return votes.reshape(rows, columns, cell_size, cell_size, bins).sum(axis=(2, 3))


@mistake("cell_histograms")
def cells_cut_first(image, cell_size=8, bins=8):
    """The image is cut into cells before its gradients are taken.

    Then every cell has its own borders, and the edges between cells are lost. First take the gradients
    of the whole image, then cut it into cells.
    """
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    histograms = np.zeros((rows, columns, bins))
    for r in range(rows):
        for s in range(columns):
            cell = image[r * cell_size : (r + 1) * cell_size, s * cell_size : (s + 1) * cell_size]
            magnitude, orientation = image_gradients(cell.mean(axis=2))
            nearest = np.rint(orientation / (180 / bins)).astype(int) % bins
            histograms[r, s] = np.bincount(nearest.ravel(), magnitude.ravel(), minlength=bins)
    return histograms


@mistake("cell_histograms")
def cells_turned(image, cell_size=8, bins=8):
    """Rows and columns of cells are swapped.

    histograms[r, s] is the cell in row r from above and column s from the left.
    """
    magnitude, orientation = image_gradients(image.mean(axis=2))
    nearest = np.rint(orientation / (180 / bins)).astype(int) % bins
    rows, columns = image.shape[0] // cell_size, image.shape[1] // cell_size
    votes = np.where(nearest[..., None] == np.arange(bins), magnitude[..., None], 0)
    return votes.reshape(rows, cell_size, columns, cell_size, bins).sum(axis=(1, 3)).transpose(1, 0, 2)


@mistake("hog")
def hog_not_normalised(image, cell_size=8, bins=8, eps=30.0):
    """The blocks are not normalised.

    Half the light would give half the numbers. Divide each block by its length.
    """
    cells = cell_histograms(image, cell_size, bins)
    corners = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
    return np.concatenate(corners, axis=2).reshape(-1)


@mistake("hog")
def hog_without_eps(image, cell_size=8, bins=8, eps=30.0):
    """eps is missing under the root.

    A flat block is all 0, and 0 / 0 is nan. One such block spoils the whole training.
    """
    cells = cell_histograms(image, cell_size, bins)
    corners = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
    blocks = np.concatenate(corners, axis=2)
    return (blocks / np.sqrt(np.sum(blocks**2, axis=2, keepdims=True))).reshape(-1)


@mistake("hog")
def hog_eps_outside(image, cell_size=8, bins=8, eps=30.0):
    """eps is added to the length, outside the root.

    The formula has eps² inside, next to the sum of squares: then it hardly changes strong blocks.
    """
    cells = cell_histograms(image, cell_size, bins)
    corners = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
    blocks = np.concatenate(corners, axis=2)
    return (blocks / (np.linalg.norm(blocks, axis=2, keepdims=True) + eps)).reshape(-1)


@mistake("hog")
def hog_eps_not_squared(image, cell_size=8, bins=8, eps=30.0):
    """eps is not squared.

    Under the root are squares, and eps is compared with a length, so it needs its square too: eps².
    """
    cells = cell_histograms(image, cell_size, bins)
    corners = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
    blocks = np.concatenate(corners, axis=2)
    return (blocks / np.sqrt(np.sum(blocks**2, axis=2, keepdims=True) + eps)).reshape(-1)


@mistake("hog")
def hog_without_root(image, cell_size=8, bins=8, eps=30.0):
    """The root is missing: the block is divided by a sum of squares.

    Then twice the light would give half the numbers.
    """
    cells = cell_histograms(image, cell_size, bins)
    corners = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
    blocks = np.concatenate(corners, axis=2)
    return (blocks / (np.sum(blocks**2, axis=2, keepdims=True) + eps**2)).reshape(-1)


@mistake("hog")
def hog_by_sum(image, cell_size=8, bins=8, eps=30.0):
    """The block is divided by the sum of its numbers, not by its length.

    That is another norm, L1. The length is the root of the sum of squares.
    """
    cells = cell_histograms(image, cell_size, bins)
    corners = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
    blocks = np.concatenate(corners, axis=2)
    return (blocks / (np.sum(blocks, axis=2, keepdims=True) + eps)).reshape(-1)


@mistake("hog")
def hog_each_cell(image, cell_size=8, bins=8, eps=30.0):
    """Each cell is normalised by itself. A group is a block of four.

    Normalised alone, a weak cell becomes as strong as its strong neighbour, and their difference is
    lost.
    """
    cells = cell_histograms(image, cell_size, bins)
    cells = cells / np.sqrt(np.sum(cells**2, axis=2, keepdims=True) + eps**2)
    corners = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
    return np.concatenate(corners, axis=2).reshape(-1)


@mistake("hog")
def hog_column_by_column(image, cell_size=8, bins=8, eps=30.0):
    """The four cells of a block come column by column.

    They come in reading order: upper left, upper right, lower left, lower right.
    """
    cells = cell_histograms(image, cell_size, bins)
    corners = cells[:-1, :-1], cells[1:, :-1], cells[:-1, 1:], cells[1:, 1:]
    blocks = np.concatenate(corners, axis=2)
    length = np.sqrt(np.sum(blocks**2, axis=2, keepdims=True) + eps**2)
    return (blocks / length).reshape(-1)


@mistake("hog")
def hog_without_blocks(image, cell_size=8, bins=8, eps=30.0):
    """The cells follow one another without blocks, divided by one common length.

    Half of an image may lie in the shade. Blocks of 2×2 cells are each divided by their own length.
    """
    cells = cell_histograms(image, cell_size, bins)
    return (cells / np.sqrt(np.sum(cells**2) + eps**2)).reshape(-1)


@mistake("hog")
def hog_one_length(image, cell_size=8, bins=8, eps=30.0):
    """All blocks are divided by one common length.

    Half of an image may lie in the shade. Each block has its own length: sum along the last axis.
    """
    cells = cell_histograms(image, cell_size, bins)
    corners = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
    blocks = np.concatenate(corners, axis=2)
    return (blocks / np.sqrt(np.sum(blocks**2) + eps**2)).reshape(-1)


@mistake("hog")
def hog_no_overlap(image, cell_size=8, bins=8, eps=30.0):
    """The blocks do not overlap. They should overlap.

    There is one block for each pair of neighbouring rows and columns of cells: (R - 1)(S - 1) in all.
    """
    cells = cell_histograms(image, cell_size, bins)
    corners = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
    blocks = np.concatenate(corners, axis=2)[::2, ::2]
    length = np.sqrt(np.sum(blocks**2, axis=2, keepdims=True) + eps**2)
    return (blocks / length).reshape(-1)


@mistake("hog")
def hog_corner_by_corner(image, cell_size=8, bins=8, eps=30.0):
    """The blocks are torn apart: first all upper left cells, then all upper right ones.

    Join the four corners along the last axis, so that each block's numbers stay together.
    """
    cells = cell_histograms(image, cell_size, bins)
    corners = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
    blocks = np.stack(corners)
    length = np.sqrt(np.sum(blocks**2, axis=(0, 3), keepdims=True) + eps**2)
    return (blocks / length).reshape(-1)


@mistake("extract_features")
def extract_first_function(images, functions, verbose=False):
    """Only the first function is called.

    Every function of the list adds its numbers.
    """
    return np.array([np.ravel(functions[0](image)) for image in images])


@mistake("extract_features")
def extract_last_function(images, functions, verbose=False):
    """Only the last function's numbers are left.

    Each function overwrites the numbers of those before it. Put them one after the other.
    """
    return np.array([np.ravel(functions[-1](image)) for image in images])


@mistake("extract_features")
def extract_other_order(images, functions, verbose=False):
    """The functions come in the wrong order.

    The first function's numbers come first.
    """
    return np.array([np.concatenate([np.ravel(f(image)) for f in functions[::-1]]) for image in images])


@mistake("extract_features")
def extract_turned(images, functions, verbose=False):
    """An image is a column. It should be a row.

    As everywhere: N images, N rows. np.array of the rows gives that; np.stack along axis 1 does not.
    """
    return np.array([np.concatenate([np.ravel(f(image)) for f in functions]) for image in images]).T


@mistake("extract_features")
def extract_integers(images, functions, verbose=False):
    """The features are cut to integers.

    An array made with dtype=int, or with the dtype of uint8 images, has no room for fractions.
    """
    return np.array([np.concatenate([np.ravel(f(image)) for f in functions]) for image in images]).astype(int)


@mistake("extract_features")
def extract_last_image(images, functions, verbose=False):
    """Every row holds the last image.

    The same array is filled again for each image. Make a new row each time.
    """
    row = np.concatenate([np.ravel(f(images[-1])) for f in functions])
    return np.array([row for _ in images])


@mistake("extract_features")
def extract_not_joined(images, functions, verbose=False):
    """The functions' numbers stand below one another, not in one row.

    An image is one row: join the results of all functions for it, and then go on to the next image.
    """
    return np.concatenate(
        [np.ravel([np.ravel(function(image)) for image in images]) for function in functions]
    )


@mistake("standardize")
def scaled_by_own(features, train_features):
    """The features are scaled by their own mean and deviation.

    Then an image's features depend on the other images in the array. Mean and deviation come from the
    training features.
    """
    mean, std = features.mean(axis=0), features.std(axis=0)
    scaled = (features - mean) / np.where(std < 1e-8, 1, std)
    return np.hstack([scaled, np.ones((len(features), 1))])


@mistake("standardize")
def scaled_own_deviation(features, train_features):
    """The deviation is that of the features themselves.

    The mean is right. The deviation must come from the training features, too.
    """
    mean, std = train_features.mean(axis=0), features.std(axis=0)
    scaled = (features - mean) / np.where(std < 1e-8, 1, std)
    return np.hstack([scaled, np.ones((len(features), 1))])


@mistake("standardize")
def bias_before_scaling(features, train_features):
    """The column of ones is added before the scaling, which turns it into zeros.

    A constant column is equal to its own mean. Add the ones last.
    """
    features = np.hstack([features, np.ones((len(features), 1))])
    train_features = np.hstack([train_features, np.ones((len(train_features), 1))])
    mean, std = train_features.mean(axis=0), train_features.std(axis=0)
    return (features - mean) / np.where(std < 1e-8, 1, std)


@mistake("standardize")
def bias_missing(features, train_features):
    """The column of ones is missing.

    Without it a linear model has no bias: the average image would have the score 0 for every class.
    """
    mean, std = train_features.mean(axis=0), train_features.std(axis=0)
    return (features - mean) / np.where(std < 1e-8, 1, std)


@mistake("standardize")
def bias_first(features, train_features):
    """The column of ones comes first. It comes last.

    Later cells leave it out by `[:, :-1]`.
    """
    mean, std = train_features.mean(axis=0), train_features.std(axis=0)
    scaled = (features - mean) / np.where(std < 1e-8, 1, std)
    return np.hstack([np.ones((len(features), 1)), scaled])


@mistake("standardize")
def scaled_constant_divided(features, train_features):
    """A constant column is divided by 0.

    All training images agree there, so its deviation is 0. Only centre it: divide by 1.
    """
    mean, std = train_features.mean(axis=0), train_features.std(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = (features - mean) / std
    return np.hstack([scaled, np.ones((len(features), 1))])


@mistake("standardize")
def scaled_constant_dropped(features, train_features):
    """A constant column is set to 0. It is only centred.

    It is constant in the training images only; others may differ, and the features should show it.
    """
    mean, std = train_features.mean(axis=0), train_features.std(axis=0)
    scaled = (features - mean) / np.where(std < 1e-8, 1, std) * (std >= 1e-8)
    return np.hstack([scaled, np.ones((len(features), 1))])


@mistake("standardize")
def scaled_by_variance(features, train_features):
    """The columns are divided by their variance.

    The standard deviation is the root of the variance: np.std, not np.var.
    """
    mean, std = train_features.mean(axis=0), train_features.var(axis=0)
    scaled = (features - mean) / np.where(std < 1e-8, 1, std)
    return np.hstack([scaled, np.ones((len(features), 1))])


@mistake("standardize")
def scaled_unbiased(features, train_features):
    """The deviation divides by N - 1.

    ddof=1 estimates the deviation of a population. Here use NumPy's std without it, which divides by N.
    """
    mean, std = train_features.mean(axis=0), train_features.std(axis=0, ddof=1)
    scaled = (features - mean) / np.where(std < 1e-8, 1, std)
    return np.hstack([scaled, np.ones((len(features), 1))])


@mistake("standardize")
def scaled_one_number(features, train_features):
    """All columns share one mean and one deviation.

    Columns differ in size, and the scaling should remove that. Work down the columns: axis=0.
    """
    scaled = (features - train_features.mean()) / train_features.std()
    return np.hstack([scaled, np.ones((len(features), 1))])


@mistake("standardize")
def scaled_not_divided(features, train_features):
    """The columns are centred, but not divided.

    Columns with large numbers still drown the others. Divide by the standard deviation.
    """
    return np.hstack([features - train_features.mean(axis=0), np.ones((len(features), 1))])


@mistake("taken_for")
def taken_mask(y, y_pred, label):
    """A mask is returned.

    A mask has an entry for every image. np.flatnonzero says where it is True.
    """
    return (y_pred == label) & (y != label)


@mistake("taken_for")
def taken_missed(y, y_pred, label):
    """These are the images of the class that were missed.

    That is the other kind of mistake. Here you want images predicted as label that are not label.
    """
    return np.flatnonzero((y == label) & (y_pred != label))


@mistake("taken_for")
def taken_all(y, y_pred, label):
    """The images that belong there are counted as well.

    Those are not mistakes. Leave out the images whose y is label.
    """
    return np.flatnonzero(y_pred == label)


@mistake("taken_for")
def taken_any_wrong(y, y_pred, label):
    """All wrong images are returned.

    Return only those that were predicted as label.
    """
    return np.flatnonzero(y_pred != y)


@mistake("taken_for")
def taken_right(y, y_pred, label):
    """These are the correct ones.

    The images should be predicted as label, and not be label: the second condition needs !=, not ==.
    """
    return np.flatnonzero((y_pred == label) & (y == label))


@mistake("taken_for")
def taken_counted(y, y_pred, label):
    """The number of images is returned, not which they are.

    np.sum of the mask counts them. np.flatnonzero says where they are.
    """
    return np.sum((y_pred == label) & (y != label))
