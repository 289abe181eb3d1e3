"""Wrong solutions that people really write for 01_numpy, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("image_shape")
def only_the_images(x):
    """Only the images are counted.

    `len(x)` is only the length of the first axis. The whole answer is the tuple `x.shape`: images,
    height, width, channels.
    """
    return len(x)


@mistake("image_shape")
def number_of_axes(x):
    """The axes are counted.

    `x.ndim` is the number of axes, 4 for any array of images. `x.shape` says how long each axis is.
    """
    return x.ndim


@mistake("image_shape")
def number_of_numbers(x):
    """All numbers are counted.

    `x.size` is the product of the four lengths that are asked for. `x.shape` lists them one by one.
    """
    return x.size


@mistake("image_shape")
def height_and_width_swapped(x):
    """Height and width are swapped.

    An array lists its rows first, so the height, the number of rows, is axis 1, and the width axis 2. On
    square images you see no difference; on others, everything later goes wrong.
    """
    N, W, H, C = x.shape
    return N, H, W, C


@mistake("image_shape")
def channels_reported_first(x):
    """The channels come first.

    Convolutions will use (N, C, H, W), but the images, as loaded, have the channels last: (N, H, W, C).
    """
    return x.shape[0], x.shape[3], x.shape[1], x.shape[2]


@mistake("flatten_images")
def all_in_one_row(x):
    """All images are in one row.

    `reshape(-1)` makes a single row of everything. Say how many rows you want, one per image: `reshape(N,
    -1)`.
    """
    return x.reshape(-1)


@mistake("flatten_images")
def images_as_columns(x):
    """The images are columns.

    The course keeps one image per row: the first axis counts images, before and after.
    """
    return x.reshape(x.shape[0], -1).T


@mistake("flatten_images")
def one_row_per_pixel(x):
    """Each row is a pixel.

    `reshape(-1, C)` keeps the channels and puts all pixels of all images below each other. Keep the
    *first* axis instead: `reshape(N, -1)`.
    """
    return x.reshape(-1, x.shape[-1])


@mistake("flatten_images")
def read_in_another_order(x):
    """The numbers are read in another order.

    `order="F"` reads the first axis fastest. Each image is still one row, but its numbers are in an
    unusual order, so other people's weights would not fit your images.
    """
    return x.reshape(x.shape[0], -1, order="F")


@mistake("flatten_images")
def colour_by_colour(x):
    """All red comes first, then all green.

    The axes were moved before the image was laid out. `reshape` alone reads pixel after pixel, with its
    three colours together. That is the required order.
    """
    return x.transpose(0, 3, 1, 2).reshape(x.shape[0], -1)


@mistake("column_means")
def means_of_rows(x):
    """These are the means of the rows.

    `axis` names the axis that disappears. To get one mean for each column, the rows must disappear, and
    they are axis 0.
    """
    return x.mean(axis=1)


@mistake("column_means")
def one_mean(x):
    """This is one mean over everything.

    Without `axis`, `mean` takes all numbers together. `axis=0` takes each column separately.
    """
    return x.mean()


@mistake("column_means")
def columns_summed(x):
    """The columns are summed, not averaged.

    The sum grows with the number of images. Divide by N, or use `mean`.
    """
    return x.sum(axis=0)


@mistake("column_means")
def divided_by_columns(x):
    """The sums are divided by the number of columns.

    A column holds N numbers, one per image: divide its sum by N, which is `x.shape[0]`.
    """
    return x.sum(axis=0) / x.shape[1]


@mistake("column_means")
def axis_kept(x):
    """The axis of length 1 is kept.

    With `keepdims=True` the result has the shape (1, D). The task asks for (D,), so leave `keepdims` out.
    """
    return x.mean(axis=0, keepdims=True)


@mistake("row_norms")
def root_missing(x):
    """The square root is missing.

    The sum of the squares is the squared length. The row [3, 4] is 5 long, not 25.
    """
    return np.sum(x**2, axis=1)


@mistake("row_norms")
def norms_of_columns(x):
    """The norms of the columns are taken.

    A row lies along axis 1, so the sum must remove axis 1.
    """
    return np.sqrt(np.sum(x**2, axis=0))


@mistake("row_norms")
def absolute_values(x):
    """The absolute values are summed.

    That is the L1 norm, the distance along the streets of a city. The length of the arrow needs squares,
    and a root at the end.
    """
    return np.sum(np.abs(x), axis=1)


@mistake("row_norms")
def squares_averaged(x):
    """The squares are averaged, not summed.

    The root of the mean of the squares is the length divided by the root of D. Sum them.
    """
    return np.sqrt(np.mean(x**2, axis=1))


@mistake("row_norms")
def sum_squared(x):
    """The sum is squared.

    Squaring after summing lets positive and negative numbers cancel. Square each number first.
    """
    return np.sqrt(np.sum(x, axis=1) ** 2)


@mistake("row_norms")
def one_norm(x):
    """One norm is taken of the whole matrix.

    Without `axis`, `np.sum` and `np.linalg.norm` take all rows together.
    """
    return np.linalg.norm(x)


@mistake("center")
def row_means_from_columns(x):
    """The means of the rows are subtracted from the columns.

    On a square array the shapes fit by chance: N means of rows meet N columns. Take the means down the
    columns, `axis=0`.
    """
    return x - x.mean(axis=1)


@mistake("center")
def row_means_subtracted(x):
    """The means of the rows are subtracted.

    That makes the mean of each image 0. The task asks for the mean of each column, over all images:
    `axis=0`.
    """
    return x - x.mean(axis=1, keepdims=True)


@mistake("center")
def one_mean_subtracted(x):
    """One mean over everything is subtracted.

    Then the whole array has mean 0, but its columns do not. Each column has its own mean.
    """
    return x - x.mean()


@mistake("center")
def means_returned(x):
    """The means are returned.

    They have to be subtracted from `x`; the result has the shape of `x`.
    """
    return x.mean(axis=0)


@mistake("center")
def also_scaled(x):
    """The columns are also scaled.

    Dividing by the standard deviation comes later, in batch normalisation. Here the columns are only
    shifted.
    """
    return (x - x.mean(axis=0)) / x.std(axis=0)


@mistake("normalize_rows")
def norms_meet_columns(x):
    """The norms divide the columns.

    The norms have the shape (N,), and shapes are lined up from the right: on a square array the norm of
    row j divides *column* j, without an error. `keepdims=True` gives (N, 1).
    """
    return x / np.sqrt(np.sum(x**2, axis=1))


@mistake("normalize_rows")
def columns_normalized(x):
    """The columns are normalised.

    Each column now has length 1. For the rows, sum the squares along axis 1.
    """
    return x / np.sqrt(np.sum(x**2, axis=0))


@mistake("normalize_rows")
def divided_by_sums(x):
    """The rows are divided by their sums, not by their norms.

    Then each row sums to 1, but its length is not 1; and a row that sums to 0 causes a division by zero.
    """
    return x / np.sum(x, axis=1, keepdims=True)


@mistake("normalize_rows")
def divided_by_squares(x):
    """The rows are divided by the squares of their norms.

    The square root is missing: if a row is twice as long, its result is half as long.
    """
    return x / np.sum(x**2, axis=1, keepdims=True)


@mistake("normalize_rows")
def divided_by_one_norm(x):
    """All rows are divided by one norm.

    It is the norm of the whole matrix. Each row needs its own norm: write `axis=1`, and keep the axis.
    """
    return x / np.linalg.norm(x)


@mistake("make_folds")
def length_for_number(x, k):
    """k is used as the length of a fold.

    `k` is the number of folds; each fold has N / k rows.
    """
    return [x[start : start + k] for start in range(0, len(x), k)]


@mistake("make_folds")
def every_kth_row(x, k):
    """Every third row goes into a fold.

    `x[i::k]` takes every k-th row. Cut the rows in the order given, so that everybody has the same folds.
    """
    return [x[i::k] for i in range(k)]


@mistake("make_folds")
def one_array_of_folds(x, k):
    """One array holds all folds.

    It looks the same until two parts are joined with `+`: lists are joined, but arrays are added, number
    by number.
    """
    return x.reshape(k, -1, *x.shape[1:])


@mistake("make_folds")
def rows_reversed(x, k):
    """The rows are in reverse order.

    Take them in the order given: images and labels are cut by two separate calls, and must still match.
    """
    return np.split(x[::-1], k)


@mistake("train_without")
def the_one_left_out(folds, i):
    """This is the fold to leave out.

    Fold i is for validation; the others are for training.
    """
    return folds[i]


@mistake("train_without")
def nothing_left_out(folds, i):
    """Nothing is left out.

    `folds[i:]` starts *with* fold i. The folds after it start at `i + 1`. This is the data leak that
    makes k = 1 look perfect in k nearest neighbours.
    """
    return np.concatenate(folds[:i] + folds[i:])


@mistake("train_without")
def later_folds_lost(folds, i):
    """The folds after fold i are lost.

    `folds[:i]` are only the folds before it; add `folds[i + 1:]`.
    """
    return np.concatenate(folds[:i])


@mistake("train_without")
def earlier_folds_lost(folds, i):
    """The folds before fold i are lost.

    `folds[i + 1:]` are only the folds after it; put `folds[:i]` in front.
    """
    return np.concatenate(folds[i + 1 :])


@mistake("train_without")
def neighbour_left_out(folds, i):
    """The neighbour of fold i is left out instead.

    Folds are counted from 0, and a slice ends before its second number: `folds[:i]` holds the folds 0 to
    i - 1.
    """
    return np.concatenate(folds[: i + 1] + folds[i + 2 :])


@mistake("train_without")
def side_by_side(folds, i):
    """The folds are put side by side.

    With `axis=1` each row becomes longer. Put the folds below each other, along axis 0.
    """
    return np.concatenate(folds[:i] + folds[i + 1 :], axis=1)


@mistake("train_without")
def still_apart(folds, i):
    """The folds are still separate.

    A list of folds is not a training set yet: `np.concatenate` makes one array of it.
    """
    return folds[:i] + folds[i + 1 :]


@mistake("train_without")
def list_changed(folds, i):
    """The caller's list is changed.

    `pop` removes fold i from the caller's own list, which is still needed for the next round. Build a new
    list.
    """
    folds.pop(i)
    return np.concatenate(folds)


@mistake("add_bias_column")
def ones_first(x):
    """The ones come first.

    Then the bias is the first row of W and not the last, and other people's weights do not fit. Put the
    ones last.
    """
    return np.hstack([np.ones((len(x), 1)), x])


@mistake("add_bias_column")
def row_added(x):
    """A row is added, not a column.

    A new row is one more image. One more number for each image is a new column: join along axis 1.
    """
    return np.concatenate([x, np.ones((1, x.shape[1]))], axis=0)


@mistake("add_bias_column")
def column_of_zeros(x):
    """The new column is zero.

    It is multiplied by the bias, and zero times the bias adds nothing. It must be one.
    """
    return np.hstack([x, np.zeros((len(x), 1))])


@mistake("add_bias_column")
def one_added(x):
    """One is added to every number.

    `x + 1` changes the images. The ones belong in a separate column.
    """
    return x + 1


@mistake("add_bias_column")
def as_many_ones(x):
    """Too many columns of ones are added.

    `np.ones(x.shape)` has the shape of x. One column is enough: `np.ones((N, 1))`.
    """
    return np.hstack([x, np.ones(x.shape)])


@mistake("biased_std")
def divided_by_one_less(x):
    """The sum is divided by N − 1.

    `ddof=1` is for the other task. This one divides by N, which is what NumPy does by itself.
    """
    return x.std(axis=0, ddof=1)


@mistake("biased_std")
def variance_for_deviation(x):
    """This is the variance.

    The standard deviation is its square root, in the units of the numbers themselves.
    """
    return x.var(axis=0)


@mistake("biased_std")
def deviations_of_rows(x):
    """These are the deviations of the rows.

    `axis=1` takes each image separately. For each column, over all images, use `axis=0`.
    """
    return x.std(axis=1)


@mistake("biased_std")
def one_deviation(x):
    """This is one deviation over everything.

    With `axis=0`, each column gets its own.
    """
    return x.std()


@mistake("biased_std")
def mean_forgotten(x):
    """The mean is not subtracted first.

    The root of the mean square measures how far the numbers lie from 0. To measure how far they lie from
    their mean, subtract the mean.
    """
    return np.sqrt(np.mean(x**2, axis=0))


@mistake("unbiased_std")
def divided_by_all(x):
    """The sum is divided by N.

    `np.std` does that by default. Write `ddof=1`.
    """
    return x.std(axis=0)


@mistake("unbiased_std")
def correction_outside(x):
    """The correction is outside the root.

    N / (N - 1) corrects the variance. Outside the root, the factor must be the root of N / (N - 1).
    """
    N = x.shape[0]
    return x.std(axis=0) * N / (N - 1)


@mistake("unbiased_std")
def correction_inverted(x):
    """The correction is inverted.

    Dividing by the smaller number N - 1 makes the result larger, so the factor is N / (N - 1).
    """
    N = x.shape[0]
    return np.sqrt(x.var(axis=0) * (N - 1) / N)


@mistake("unbiased_std")
def unbiased_variance(x):
    """This is the variance.

    The standard deviation is its square root.
    """
    return x.var(axis=0, ddof=1)


@mistake("unbiased_std")
def unbiased_of_rows(x):
    """These are the deviations of the rows.

    `axis=1` takes each image separately. For each column, over all images, use `axis=0`.
    """
    return x.std(axis=1, ddof=1)


@mistake("to_channels_first")
def reshaped(x):
    """reshape does not move an axis.

    The shape is right, but the numbers are in the wrong places: the first "channel" holds all colours of
    the upper third of the image. To move an axis, use `transpose`.
    """
    N, H, W, C = x.shape
    return x.reshape(N, C, H, W)


@mistake("to_channels_first")
def turned_over(x):
    """Height and width are swapped.

    `transpose(0, 3, 2, 1)` mirrors every image along its diagonal. After N and C come H and W, as before:
    1, 2.
    """
    return x.transpose(0, 3, 2, 1)


@mistake("to_channels_first")
def all_reversed(x):
    """All axes are reversed.

    `x.T` turns (N, H, W, C) into (C, W, H, N). Give the order of the axes: `transpose(0, 3, 1, 2)`.
    """
    return x.T


@mistake("to_channels_first")
def height_last(x):
    """The height moved to the end.

    `transpose(0, 2, 3, 1)` does the reverse of the task. The arguments say which old axis each new axis
    was: the new axis 1 was axis 3.
    """
    return x.transpose(0, 2, 3, 1)


@mistake("to_channels_first")
def nothing_moved(x):
    """Nothing has moved.

    `x.transpose(…)` leaves `x` unchanged and returns a new array. Return the new array.
    """
    x.transpose(0, 3, 1, 2)
    return x


@mistake("one_hot")
def whole_columns(y, C):
    """Whole columns are set.

    `rows[:, y] = 1` writes into *all* rows at every label that occurs. Pair the rows with their labels:
    `rows[np.arange(N), y] = 1`.
    """
    rows = np.zeros((len(y), C))
    rows[:, y] = 1
    return rows


@mistake("one_hot")
def counted_from_one(y, C):
    """The classes are counted from 1.

    Labels start at 0, and so do columns: label 0 is column 0. With `y - 1`, label 0 lands in column -1,
    the last one.
    """
    rows = np.zeros((len(y), C))
    rows[np.arange(len(y)), y - 1] = 1
    return rows


@mistake("one_hot")
def one_row_per_class(y, C):
    """There is one row per class.

    The course keeps one image per row: shape (N, C).
    """
    return np.eye(C)[y].T


@mistake("one_hot")
def classes_from_labels(y, C):
    """The number of classes is taken from the labels.

    A batch may contain no image of the last class; then all its rows are too short. That is why C is an
    argument.
    """
    return np.eye(y.max() + 1)[y]


@mistake("one_hot")
def labels_written(y, C):
    """The labels themselves are written.

    The place says which class it is; the number at that place is always 1.
    """
    rows = np.zeros((len(y), C))
    rows[np.arange(len(y)), y] = y
    return rows


@mistake("pick_scores")
def all_pairs(scores, y):
    """All pairs of rows and labels are picked.

    `scores[:, y]` takes from every row the columns of *all* labels: N × N numbers. Pair them:
    `scores[np.arange(N), y]`.
    """
    return scores[:, y]


@mistake("pick_scores")
def rows_by_label(scores, y):
    """Whole rows are picked by label.

    `scores[y]` uses the labels as row numbers. The rows are `np.arange(N)`; the labels choose the
    columns.
    """
    return scores[y % len(scores)]


@mistake("pick_scores")
def largest_scores(scores, y):
    """The largest score of each row is picked, whatever the label.

    That is the score of the predicted class. The task asks for the score of the right class.
    """
    return scores.max(axis=1)


@mistake("pick_scores")
def swapped_indices(scores, y):
    """Rows and columns are swapped: scores[y[i], i].

    The first index is the row, image i; the second is the column, its label.
    """
    N, C = scores.shape
    return scores[y % N, np.arange(N) % C]


@mistake("pick_scores")
def labels_in_the_flat_matrix(scores, y):
    """The labels are used as indices into the flattened matrix.

    `np.take` without an axis sees one long row, so all labels pick from the first image.
    """
    return np.take(scores, y)


@mistake("pick_scores")
def scores_summed(scores, y):
    """The picked scores are summed.

    A loss will sum them later. Here each image keeps its own score: shape (N,).
    """
    return scores[np.arange(len(y)), y].sum()


@mistake("pairwise_sums")
def element_by_element(a, b):
    """The arrays are added element by element.

    `a + b` pairs the first with the first; with different lengths it fails. Make `a` a column, `a[:,
    None]`, and NumPy fills the table.
    """
    return a + b


@mistake("pairwise_sums")
def table_turned(a, b):
    """Rows and columns are swapped.

    `a` goes down the rows and `b` along the columns: the shape is (M, N).
    """
    return b[:, None] + a


@mistake("pairwise_sums")
def table_of_products(a, b):
    """This is the table of products.

    `np.outer` multiplies. For sums, use `np.add.outer`, or add a column and a row.
    """
    return np.outer(a, b)


@mistake("pairwise_sums")
def table_of_differences(a, b):
    """This is the table of differences.

    Distances need differences. Here the sign is plus.
    """
    return a[:, None] - b


@mistake("pairwise_sums")
def joined(a, b):
    """The arrays are joined, not added.

    `np.concatenate` puts one after the other. A table of all sums has M × N numbers.
    """
    return np.concatenate([a, b])
