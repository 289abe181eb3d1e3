"""Wrong solutions that people really write for 02_knn, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("train")
def images_and_labels_swapped(self, X, y):
    """Images and labels are swapped.

    `X_train` holds the labels and `y_train` the images. No error appears here, but every distance would
    later be measured to a label. Keep `X` as `self.X_train` and `y` as `self.y_train`.
    """
    self.X_train = y
    self.y_train = X


@mistake("train")
def kept_in_local_variables(self, X, y):
    """The data are kept in local variables.

    A name without `self.` exists only until the function returns. What the model has to remember must be
    an attribute of the object: `self.X_train`, not `X_train`.
    """
    X_train = X
    y_train = y


@mistake("train")
def kept_in_the_class(self, X, y):
    """All models share one memory.

    `KNearestNeighbor.X_train` belongs to the class, so training a second model overwrites the data of the
    first one. `self.X_train` belongs to one model. Cross-validation trains many models, and would mix
    them up.
    """
    KNearestNeighbor.X_train = X
    KNearestNeighbor.y_train = y


@mistake("train")
def mean_subtracted(self, X, y):
    """The images are changed before they are kept.

    The mean image was subtracted from the training images. The test images will not be shifted in the
    same way, so all distances would be wrong. This method must remember exactly what it is given.
    """
    self.X_train = X - X.mean(axis=0)
    self.y_train = y


@mistake("compute_distances_two_loops")
def two_loops_square_root_missing(self, X):
    """The square root is missing.

    The sum of the squared differences is the squared distance. Its order is right, so the neighbours are
    the same and the accuracy would never show the mistake; but a distance of 10 becomes 100. Take the
    square root of each sum.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        for j in range(self.X_train.shape[0]):
            dists[i, j] = np.sum((X[i] - self.X_train[j]) ** 2)
    return dists


@mistake("compute_distances_two_loops")
def two_loops_l1(self, X):
    """This is the L1 distance.

    Absolute differences were added: the distance along the streets of a city (Manhattan). The task asks
    for L2, the straight line: square the differences, add them, and take the square root of the sum.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        for j in range(self.X_train.shape[0]):
            dists[i, j] = np.sum(np.abs(X[i] - self.X_train[j]))
    return dists


@mistake("compute_distances_two_loops")
def two_loops_sum_squared(self, X):
    """The differences are summed before they are squared.

    Differences of opposite sign cancel in the sum before the square can make them positive, so different
    images can get distance 0. Square each difference first, then add.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        for j in range(self.X_train.shape[0]):
            dists[i, j] = np.sqrt(np.sum(X[i] - self.X_train[j]) ** 2)
    return dists


@mistake("compute_distances_two_loops")
def two_loops_mean(self, X):
    """The squares are averaged instead of summed.

    `np.mean` divides the sum by D, the number of pixels, so every distance is too small by a factor of
    the square root of D. The neighbours stay the same, but the distances do not. Use `np.sum`.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        for j in range(self.X_train.shape[0]):
            dists[i, j] = np.sqrt(np.mean((X[i] - self.X_train[j]) ** 2))
    return dists


@mistake("compute_distances_two_loops")
def two_loops_transposed(self, X):
    """Rows and columns are swapped.

    Here the matrix has one row per training image. It should have one row per test image and one column
    per training image: `predict_labels` reads it row by row, one test image at a time.
    """
    dists = np.zeros((self.X_train.shape[0], X.shape[0]))
    for i in range(X.shape[0]):
        for j in range(self.X_train.shape[0]):
            dists[j, i] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))
    return dists


@mistake("compute_distances_two_loops")
def integers(self, X):
    """The matrix holds integers.

    An array made with dtype=int, or `np.zeros_like` of one, truncates the numbers that are put into it:
    2.24 becomes 2. Leave dtype out: `np.zeros` gives float64.
    """
    num_test, num_train = X.shape[0], self.X_train.shape[0]
    dists = np.zeros((num_test, num_train), dtype=int)
    for i in range(num_test):
        for j in range(num_train):
            dists[i, j] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))
    return dists


@mistake("compute_distances_one_loop")
def one_loop_sums_everything(self, X):
    """The sum runs over everything.

    Without an axis, `np.sum` adds all elements of the (num_train, D) array to one number, and the
    assignment then copies it into the whole row. Each training image needs its own sum: `axis=1` adds
    along the pixels.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        dists[i] = np.sqrt(np.sum((X[i] - self.X_train) ** 2))
    return dists


@mistake("compute_distances_one_loop")
def one_loop_wrong_axis(self, X):
    """The sum runs down the wrong axis.

    `axis=0` adds over the training images and leaves one number per pixel. The axis of the pixels must
    disappear, which is axis 1 of the (num_train, D) differences. When D is not num_train, NumPy raises an
    error; when they are equal, it does not.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        dists[i] = np.sqrt(np.sum((X[i] - self.X_train) ** 2, axis=0))
    return dists


@mistake("compute_distances_one_loop")
def one_loop_transposed(self, X):
    """Each test image fills a column.

    The distances of test image `i` belong in row `i`, `dists[i, :]`. Here they went to `dists[:, i]`, so
    the matrix is (num_train, num_test), the transpose of the matrix that the next step needs.
    """
    dists = np.zeros((self.X_train.shape[0], X.shape[0]))
    for i in range(X.shape[0]):
        dists[:, i] = np.sqrt(np.sum((X[i] - self.X_train) ** 2, axis=1))
    return dists


@mistake("compute_distances_one_loop")
def one_loop_last_row_only(self, X):
    """Only the last row is left.

    `dists = ...` inside the loop gives the name to a new array in each iteration, and all rows except the
    last are lost. `dists[i] = ...` fills row `i` of the matrix that is already there.
    """
    for i in range(X.shape[0]):
        dists = np.sqrt(np.sum((X[i] - self.X_train) ** 2, axis=1))
    return dists


@mistake("compute_distances_one_loop")
def one_loop_square_root_missing(self, X):
    """There is no square root.

    These are squared distances. They rank the neighbours in the same order, so predictions would look fine,
    but the three versions of this function must agree to the last digit.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        dists[i] = np.sum((X[i] - self.X_train) ** 2, axis=1)
    return dists


@mistake("compute_distances_one_loop")
def truncated_to_integers(self, X):
    """The distances are truncated to integers.

    The row is right, but the matrix was made with dtype=int, which drops everything after the decimal
    point. Leave dtype out.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]), dtype=int)
    for i in range(X.shape[0]):
        dists[i] = np.sqrt(np.sum((self.X_train - X[i]) ** 2, axis=1))
    return dists


@mistake("compute_distances_no_loops")
def no_loops_cross_term_without_2(self, X):
    """The factor 2 of the cross term is missing.

    (a - b)² = a² - 2ab + b²: the product ab appears twice when the bracket is multiplied out. With one of
    them missing, similar images get too large a distance.
    """
    squares = np.sum(X**2, axis=1, keepdims=True) + np.sum(self.X_train**2, axis=1)
    return np.sqrt(np.maximum(squares - X @ self.X_train.T, 0))


@mistake("compute_distances_no_loops")
def no_loops_cross_term_added(self, X):
    """The cross term is added.

    (a + b)² = a² + 2ab + b² is the other formula. A difference is squared here, so the product is
    subtracted: then two equal images have distance 0.
    """
    squares = np.sum(X**2, axis=1, keepdims=True) + np.sum(self.X_train**2, axis=1)
    return np.sqrt(squares + 2 * X @ self.X_train.T)


@mistake("compute_distances_no_loops")
def no_loops_square_root_missing(self, X):
    """The last step, the square root, is missing.

    The expansion a² - 2ab + b² gives squared distances. At the end, take the square root of the whole
    matrix.
    """
    squares = np.sum(X**2, axis=1, keepdims=True) + np.sum(self.X_train**2, axis=1)
    return squares - 2 * X @ self.X_train.T


@mistake("compute_distances_no_loops")
def no_loops_norm_of_everything(self, X):
    """The squared lengths are summed over all images.

    `np.sum(X ** 2)` without an axis is one number for the whole set. Each image has its own squared
    length: sum over the pixels only, `axis=1`, which gives (num_test,) and (num_train,).
    """
    squares = np.sum(X**2) + np.sum(self.X_train**2)
    return np.sqrt(squares - 2 * X @ self.X_train.T)


@mistake("compute_distances_no_loops")
def no_loops_column_missing(self, X):
    """The test images' squared lengths lie along the wrong axis.

    A (num_test,) array is broadcast along the columns, as if it belonged to the training images. As a
    column of shape (num_test, 1), by `keepdims=True` or `[:, np.newaxis]`, it runs down the rows instead.
    Sizes that happen to be equal hide the mistake, or turn it into NaN.
    """
    squares = np.sum(X**2, axis=1) + np.sum(self.X_train**2, axis=1)
    return np.sqrt(squares - 2 * X @ self.X_train.T)


@mistake("compute_distances_no_loops")
def no_loops_with_a_loop(self, X):
    """A Python loop does the work.

    The numbers are right, but the task is to compute them without a Python loop. A matrix product
    computes all the cross terms at once, in compiled code that uses the processor's caches: that is where
    the speed comes from.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i, x in enumerate(X):
        dists[i] = np.linalg.norm(x - self.X_train, axis=1)
    return dists


@mistake("predict_labels")
def ties_to_the_larger_label(self, dists, k=1):
    """Ties go to the larger label.

    When two labels have the same number of votes, the smaller one wins: other rules are possible, but
    everybody must use the same one. `np.argmax` of the counts returns the first maximum, which is the
    smaller label.
    """
    y_pred = np.zeros(dists.shape[0], dtype=int)
    for i in range(dists.shape[0]):
        counts = np.bincount(self.y_train[np.argsort(dists[i])[:k]])
        y_pred[i] = len(counts) - 1 - np.argmax(counts[::-1])
    return y_pred


@mistake("predict_labels")
def ties_to_the_label_seen_first(self, dists, k=1):
    """Ties go to the label seen first.

    `Counter.most_common` keeps equal counts in the order in which they came, so the nearest of the tied
    labels wins. The task asks for the smaller label, whatever the order of the neighbours.
    """
    from collections import Counter

    votes = [Counter(self.y_train[np.argsort(row)[:k]].tolist()) for row in dists]
    return np.array([vote.most_common(1)[0][0] for vote in votes])


@mistake("predict_labels")
def ties_by_the_order_of_a_set(self, dists, k=1):
    """Ties are left to the order of a set.

    `max` returns the first of equal counts, and a set has an order of its own: 12 may come before 7. Sort
    the labels first, `max(sorted(set(votes)), key=votes.count)`, and the first is the smaller one.
    """
    votes = [self.y_train[np.argsort(row)[:k]].tolist() for row in dists]
    return np.array([max(set(vote), key=vote.count) for vote in votes])


@mistake("predict_labels")
def k_farthest(self, dists, k=1):
    """The farthest images vote, not the nearest.

    `np.argsort` puts the smallest distance first, so the neighbours are its first k entries, `[:k]`. The
    last ones, `[-k:]`, are the k images that resemble the test image least.
    """
    y_pred = np.zeros(dists.shape[0], dtype=int)
    for i in range(dists.shape[0]):
        y_pred[i] = np.argmax(np.bincount(self.y_train[np.argsort(dists[i])[-k:]]))
    return y_pred


@mistake("predict_labels")
def columns_instead_of_rows(self, dists, k=1):
    """Columns of the matrix are read instead of rows.

    `dists[:, i]` holds the distances of training image `i` to all test images. The distances of test
    image `i` are row `i`: `dists[i]`.
    """
    y_pred = np.zeros(dists.shape[0], dtype=int)
    for i in range(dists.shape[0]):
        y_pred[i] = np.argmax(np.bincount(self.y_train[np.argsort(dists[:, i])[:k]]))
    return y_pred


@mistake("predict_labels")
def positions_instead_of_labels(self, dists, k=1):
    """Positions are counted, not labels.

    `np.argsort` returns the positions of the nearest images in the training set. One step is missing:
    look up their labels, `self.y_train[positions]`, and let the labels vote.
    """
    y_pred = np.zeros(dists.shape[0], dtype=int)
    for i in range(dists.shape[0]):
        y_pred[i] = np.argmax(np.bincount(np.argsort(dists[i])[:k]))
    return y_pred


@mistake("predict_labels")
def k_forgotten(self, dists, k=1):
    """Only the nearest image votes.

    `k` never appears, so the answer is always the one for k = 1. Take the labels of the first k images in
    order of distance and count them.
    """
    return self.y_train[np.argmin(dists, axis=1)]


@mistake("predict_labels")
def labels_averaged(self, dists, k=1):
    """Labels are averaged instead of counted.

    Class numbers are names. Between a plane (0) and a bird (2) there is no car (1), although the mean
    says so. Count how often each label appears and take the most frequent.
    """
    nearest = np.argsort(dists, axis=1)[:, :k]
    return np.round(self.y_train[nearest].mean(axis=1)).astype(int)


@mistake("predict")
def k_not_passed_on(self, X, k=1, num_loops=0):
    """k is not passed on.

    `predict_labels(dists)` uses its own default, k = 1. Pass your k on: `predict_labels(dists, k=k)`.
    """
    if num_loops == 0:
        dists = self.compute_distances_no_loops(X)
    elif num_loops == 1:
        dists = self.compute_distances_one_loop(X)
    elif num_loops == 2:
        dists = self.compute_distances_two_loops(X)
    else:
        raise ValueError("num_loops must be 0, 1 or 2")
    return self.predict_labels(dists)


@mistake("predict")
def any_num_loops_accepted(self, X, k=1, num_loops=0):
    """Any num_loops is accepted.

    A plain `else` catches 1 and 2, and also 3, -1 and "two". Such a value is a typing error, and an
    immediate error helps most: give each version its own branch, and raise ValueError for the rest.
    """
    if num_loops == 0:
        dists = self.compute_distances_no_loops(X)
    elif num_loops == 1:
        dists = self.compute_distances_one_loop(X)
    else:
        dists = self.compute_distances_two_loops(X)
    return self.predict_labels(dists, k=k)


@mistake("predict")
def error_printed(self, X, k=1, num_loops=0):
    """The error is printed, not raised.

    A printed line is easy to miss, and the caller continues with None as the prediction. `raise
    ValueError(...)` stops the program where the mistake was made.
    """
    if num_loops == 0:
        dists = self.compute_distances_no_loops(X)
    elif num_loops == 1:
        dists = self.compute_distances_one_loop(X)
    elif num_loops == 2:
        dists = self.compute_distances_two_loops(X)
    else:
        print("num_loops must be 0, 1 or 2")
        return None
    return self.predict_labels(dists, k=k)


@mistake("predict")
def training_images_classified(self, X, k=1, num_loops=0):
    """The training images are classified.

    The distances were computed from `self.X_train` instead of `X`. With k = 1 every training image finds
    itself, and the accuracy looks perfect. Classify the images in `X`.
    """
    if num_loops == 0:
        dists = self.compute_distances_no_loops(self.X_train)
    elif num_loops == 1:
        dists = self.compute_distances_one_loop(self.X_train)
    elif num_loops == 2:
        dists = self.compute_distances_two_loops(self.X_train)
    else:
        raise ValueError("num_loops must be 0, 1 or 2")
    return self.predict_labels(dists, k=k)


@mistake("predict")
def num_loops_mixed_up(self, X, k=1, num_loops=0):
    """num_loops chooses the wrong version.

    0 stands for `compute_distances_no_loops`, 2 for `compute_distances_two_loops`; here they are
    exchanged. All three return the same numbers, so only the running time would show it: the default
    would be the slowest.
    """
    if num_loops == 2:
        dists = self.compute_distances_no_loops(X)
    elif num_loops == 1:
        dists = self.compute_distances_one_loop(X)
    elif num_loops == 0:
        dists = self.compute_distances_two_loops(X)
    else:
        raise ValueError("num_loops must be 0, 1 or 2")
    return self.predict_labels(dists, k=k)


@mistake("cross_validate")
def validation_fold_leaks(X, y, k_choices, num_folds):
    """The validation fold leaks into training.

    The model was trained on all the data, including the fold that it is then tested on. With k = 1 each
    image finds itself at distance 0, so the accuracy is 1 and says nothing. Train on the other folds
    only.
    """
    accuracies = {k: [] for k in k_choices}
    model = KNearestNeighbor()
    model.train(X, y)
    for X_fold, y_fold in zip(np.array_split(X, num_folds), np.array_split(y, num_folds), strict=True):
        dists = model.compute_distances_no_loops(X_fold)
        for k in k_choices:
            accuracies[k].append(np.mean(model.predict_labels(dists, k=k) == y_fold))
    return accuracies


@mistake("cross_validate")
def only_means(X, y, k_choices, num_folds):
    """Only the mean of the folds is returned.

    The differences between the folds show how far the mean can be trusted, and the mean alone does not
    contain them. Return the list of all num_folds accuracies; the plot computes the mean.
    """
    accuracies = {k: [] for k in k_choices}
    X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)
    for i in range(num_folds):
        model = KNearestNeighbor()
        X_rest = np.concatenate(X_folds[:i] + X_folds[i + 1 :])
        y_rest = np.concatenate(y_folds[:i] + y_folds[i + 1 :])
        model.train(X_rest, y_rest)
        dists = model.compute_distances_no_loops(X_folds[i])
        for k in k_choices:
            accuracies[k].append(np.mean(model.predict_labels(dists, k=k) == y_folds[i]))
    return {k: np.mean(values) for k, values in accuracies.items()}


@mistake("cross_validate")
def folds_shuffled(X, y, k_choices, num_folds):
    """The folds are shuffled.

    Shuffling is wise for data in a meaningful order, but it is a separate step, done before this one.
    This function takes the folds in the order given, so that everybody gets the same numbers from the
    same data.
    """
    order = np.random.default_rng(0).permutation(len(X))
    accuracies = {k: [] for k in k_choices}
    X_folds, y_folds = np.array_split(X[order], num_folds), np.array_split(y[order], num_folds)
    for i in range(num_folds):
        model = KNearestNeighbor()
        X_rest = np.concatenate(X_folds[:i] + X_folds[i + 1 :])
        y_rest = np.concatenate(y_folds[:i] + y_folds[i + 1 :])
        model.train(X_rest, y_rest)
        dists = model.compute_distances_no_loops(X_folds[i])
        for k in k_choices:
            accuracies[k].append(np.mean(model.predict_labels(dists, k=k) == y_folds[i]))
    return accuracies


@mistake("cross_validate")
def training_and_validation_swapped(X, y, k_choices, num_folds):
    """Training and validation are swapped.

    The model was trained on one fold and tested on all the others. It should be the other way round:
    train on many folds, test on one.
    """
    accuracies = {k: [] for k in k_choices}
    X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)
    for i in range(num_folds):
        model = KNearestNeighbor()
        model.train(X_folds[i], y_folds[i])
        dists = model.compute_distances_no_loops(np.concatenate(X_folds[:i] + X_folds[i + 1 :]))
        y_rest = np.concatenate(y_folds[:i] + y_folds[i + 1 :])
        for k in k_choices:
            accuracies[k].append(np.mean(model.predict_labels(dists, k=k) == y_rest))
    return accuracies


@mistake("cross_validate")
def remainder_dropped(X, y, k_choices, num_folds):
    """The images left over are dropped.

    With `size = N // num_folds`, seven images in three folds give three folds of two, and the seventh
    image is never used. `np.array_split` gives one more image to each of the first folds.
    """
    size = len(X) // num_folds
    accuracies = {k: [] for k in k_choices}
    X_folds = [X[i * size : (i + 1) * size] for i in range(num_folds)]
    y_folds = [y[i * size : (i + 1) * size] for i in range(num_folds)]
    for i in range(num_folds):
        model = KNearestNeighbor()
        X_rest = np.concatenate(X_folds[:i] + X_folds[i + 1 :])
        y_rest = np.concatenate(y_folds[:i] + y_folds[i + 1 :])
        model.train(X_rest, y_rest)
        dists = model.compute_distances_no_loops(X_folds[i])
        for k in k_choices:
            accuracies[k].append(np.mean(model.predict_labels(dists, k=k) == y_folds[i]))
    return accuracies


@mistake("cross_validate")
def last_fold_only(X, y, k_choices, num_folds):
    """Only the last fold's accuracy is left.

    `accuracies[k] = [...]` inside the loop over the folds starts a new list in each round. Make the empty
    lists once, before the loop, and append to them.
    """
    accuracies = {}
    X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)
    for i in range(num_folds):
        model = KNearestNeighbor()
        X_rest = np.concatenate(X_folds[:i] + X_folds[i + 1 :])
        y_rest = np.concatenate(y_folds[:i] + y_folds[i + 1 :])
        model.train(X_rest, y_rest)
        dists = model.compute_distances_no_loops(X_folds[i])
        for k in k_choices:
            accuracies[k] = [np.mean(model.predict_labels(dists, k=k) == y_folds[i])]
    return accuracies


@mistake("cross_validate")
def divided_by_all_images(X, y, k_choices, num_folds):
    """The right answers are divided by the number of all images.

    Accuracy is the share of right answers among the tested images, which are one fold. Dividing by all N
    makes every accuracy about num_folds times too small.
    """
    accuracies = {k: [] for k in k_choices}
    X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)
    for i in range(num_folds):
        model = KNearestNeighbor()
        X_rest = np.concatenate(X_folds[:i] + X_folds[i + 1 :])
        y_rest = np.concatenate(y_folds[:i] + y_folds[i + 1 :])
        model.train(X_rest, y_rest)
        dists = model.compute_distances_no_loops(X_folds[i])
        for k in k_choices:
            accuracies[k].append(np.sum(model.predict_labels(dists, k=k) == y_folds[i]) / len(y))
    return accuracies


@mistake("cross_validate")
def same_k_every_time(X, y, k_choices, num_folds):
    """Every k gives the accuracies of k = 1.

    `predict_labels` was called without `k`, so its default was used for each entry. Pass the loop
    variable on: `predict_labels(dists, k=k)`.
    """
    accuracies = {k: [] for k in k_choices}
    X_folds, y_folds = np.array_split(X, num_folds), np.array_split(y, num_folds)
    for i in range(num_folds):
        model = KNearestNeighbor()
        X_rest = np.concatenate(X_folds[:i] + X_folds[i + 1 :])
        y_rest = np.concatenate(y_folds[:i] + y_folds[i + 1 :])
        model.train(X_rest, y_rest)
        dists = model.compute_distances_no_loops(X_folds[i])
        for k in k_choices:
            accuracies[k].append(np.mean(model.predict_labels(dists) == y_folds[i]))
    return accuracies
