"""Wrong solutions that people really write for 02_knn, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("train")
def pictures_and_labels_swapped(self, X, y):
    """Pictures and labels are swapped.

    `X_train` holds the labels and `y_train` the pictures. Nothing complains here, but every distance would
    later be measured to a label. Keep `X` as `self.X_train` and `y` as `self.y_train`.
    """
    self.X_train = y
    self.y_train = X


@mistake("train")
def kept_in_local_variables(self, X, y):
    """The data are kept in local variables.

    A name without `self.` lives until the function returns, then it is gone. What the model is to remember
    must be an attribute of the object: `self.X_train`, not `X_train`.
    """
    X_train = X
    y_train = y


@mistake("train")
def kept_in_the_class(self, X, y):
    """All models share one memory.

    `KNearestNeighbor.X_train` belongs to the class, so training a second model overwrites what the first
    one knew. `self.X_train` belongs to one model. Cross-validation trains many models, and would mix them
    up.
    """
    KNearestNeighbor.X_train = X
    KNearestNeighbor.y_train = y


@mistake("train")
def mean_subtracted(self, X, y):
    """The pictures are changed before they are kept.

    The mean picture was subtracted from the training pictures. The test pictures will not be shifted in the
    same way, so all distances would be wrong. This method remembers what it is given, exactly.
    """
    self.X_train = X - X.mean(axis=0)
    self.y_train = y


@mistake("compute_distances_two_loops")
def two_loops_square_root_missing(self, X):
    """The square root is missing.

    The sum of the squared differences is the squared distance. Its order is right, so the same neighbours
    win and an accuracy would never tell; but 100 is not a length of 10. Take the square root of each sum.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        for j in range(self.X_train.shape[0]):
            dists[i, j] = np.sum((X[i] - self.X_train[j]) ** 2)
    return dists


@mistake("compute_distances_two_loops")
def two_loops_l1(self, X):
    """This is the L1 distance.

    Absolute differences were added: the way along the streets of a city (Manhattan). The task asks for L2,
    the straight line: square the differences, add them, and take the square root of the sum.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        for j in range(self.X_train.shape[0]):
            dists[i, j] = np.sum(np.abs(X[i] - self.X_train[j]))
    return dists


@mistake("compute_distances_two_loops")
def two_loops_sum_squared(self, X):
    """The sum is squared, instead of the squares summed.

    Differences of opposite sign cancel in the sum before the square can make them positive, so pictures
    that differ can come out at distance 0. Square each difference first, then add.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        for j in range(self.X_train.shape[0]):
            dists[i, j] = np.sqrt(np.sum(X[i] - self.X_train[j]) ** 2)
    return dists


@mistake("compute_distances_two_loops")
def two_loops_mean(self, X):
    """The squares are averaged instead of summed.

    `np.mean` divides the sum by D, the number of pixels, so every distance is too small by a factor of the
    square root of D. The neighbours stay the same, the lengths do not. Use `np.sum`.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        for j in range(self.X_train.shape[0]):
            dists[i, j] = np.sqrt(np.mean((X[i] - self.X_train[j]) ** 2))
    return dists


@mistake("compute_distances_two_loops")
def two_loops_transposed(self, X):
    """Rows and columns are swapped.

    The matrix has a row for each training picture here. It should have a row for each test picture and a
    column for each training picture: `predict_labels` reads it row by row, one test picture at a time.
    """
    dists = np.zeros((self.X_train.shape[0], X.shape[0]))
    for i in range(X.shape[0]):
        for j in range(self.X_train.shape[0]):
            dists[j, i] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))
    return dists


@mistake("compute_distances_two_loops")
def whole_numbers(self, X):
    """The matrix holds whole numbers.

    An array made with dtype=int, or `np.zeros_like` of one, cuts off whatever is put into it: 2.24
    becomes 2. Leave dtype out: `np.zeros` gives float64.
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
    assignment then copies it into the whole row. Each training picture needs a sum of its own: `axis=1`
    adds along the pixels.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        dists[i] = np.sqrt(np.sum((X[i] - self.X_train) ** 2))
    return dists


@mistake("compute_distances_one_loop")
def one_loop_wrong_axis(self, X):
    """The sum runs down the wrong axis.

    `axis=0` adds over the training pictures and leaves one number a pixel. The pixels are what must
    disappear, and they are axis 1 of the (num_train, D) differences. When D is not num_train, NumPy
    refuses; when it is, nobody does.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        dists[i] = np.sqrt(np.sum((X[i] - self.X_train) ** 2, axis=0))
    return dists


@mistake("compute_distances_one_loop")
def one_loop_transposed(self, X):
    """Each test picture fills a column.

    The distances of test picture `i` belong in row `i`, `dists[i, :]`. Here they went to `dists[:, i]`, so
    the matrix is (num_train, num_test), the transpose of what the next step reads.
    """
    dists = np.zeros((self.X_train.shape[0], X.shape[0]))
    for i in range(X.shape[0]):
        dists[:, i] = np.sqrt(np.sum((X[i] - self.X_train) ** 2, axis=1))
    return dists


@mistake("compute_distances_one_loop")
def one_loop_last_row_only(self, X):
    """Only the last row is left.

    `dists = ...` inside the loop gives the name to a new array each time round, and all rows but the last
    are thrown away. `dists[i] = ...` fills row `i` of the matrix that is already there.
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
def cut_to_whole_numbers(self, X):
    """The distances are cut to whole numbers.

    The row is right, but the matrix that it goes into was made with dtype=int, which drops everything
    behind the point. Leave dtype out.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]), dtype=int)
    for i in range(X.shape[0]):
        dists[i] = np.sqrt(np.sum((self.X_train - X[i]) ** 2, axis=1))
    return dists


@mistake("compute_distances_no_loops")
def no_loops_cross_term_without_2(self, X):
    """The cross term has lost its 2.

    (a - b)² = a² - 2ab + b²: the product ab appears twice when the bracket is multiplied out. With one of
    them missing, pictures look farther apart the more alike they are.
    """
    squares = np.sum(X**2, axis=1, keepdims=True) + np.sum(self.X_train**2, axis=1)
    return np.sqrt(np.maximum(squares - X @ self.X_train.T, 0))


@mistake("compute_distances_no_loops")
def no_loops_cross_term_added(self, X):
    """The cross term is added.

    (a + b)² = a² + 2ab + b² is the other formula. A difference is squared here, so the product is
    subtracted: two equal pictures then come out at distance 0.
    """
    squares = np.sum(X**2, axis=1, keepdims=True) + np.sum(self.X_train**2, axis=1)
    return np.sqrt(squares + 2 * X @ self.X_train.T)


@mistake("compute_distances_no_loops")
def no_loops_square_root_missing(self, X):
    """The last step, the square root, is missing.

    The expansion a² - 2ab + b² gives squared distances. Take the square root of the whole matrix at the
    end, once.
    """
    squares = np.sum(X**2, axis=1, keepdims=True) + np.sum(self.X_train**2, axis=1)
    return squares - 2 * X @ self.X_train.T


@mistake("compute_distances_no_loops")
def no_loops_norm_of_everything(self, X):
    """The squared lengths are summed over all pictures.

    `np.sum(X ** 2)` without an axis is one number for the whole set. Each picture has a squared length of
    its own: sum over the pixels only, `axis=1`, which gives (num_test,) and (num_train,).
    """
    squares = np.sum(X**2) + np.sum(self.X_train**2)
    return np.sqrt(squares - 2 * X @ self.X_train.T)


@mistake("compute_distances_no_loops")
def no_loops_column_missing(self, X):
    """The test pictures' squared lengths lie along the wrong axis.

    A (num_test,) array is broadcast along the columns, as if it belonged to the training pictures. As a
    column of shape (num_test, 1), by `keepdims=True` or `[:, np.newaxis]`, it runs down the rows instead.
    Sizes that happen to be equal hide the mistake, or turn it into NaN.
    """
    squares = np.sum(X**2, axis=1) + np.sum(self.X_train**2, axis=1)
    return np.sqrt(squares - 2 * X @ self.X_train.T)


@mistake("compute_distances_no_loops")
def no_loops_with_a_loop(self, X):
    """A Python loop does the work.

    The numbers are right; the task is to get them without a loop in Python. A matrix product computes all
    the cross terms at once, in compiled code that uses the processor's caches: that is where the speed
    comes from.
    """
    dists = np.zeros((X.shape[0], self.X_train.shape[0]))
    for i, x in enumerate(X):
        dists[i] = np.linalg.norm(x - self.X_train, axis=1)
    return dists


@mistake("predict_labels")
def ties_to_the_larger_label(self, dists, k=1):
    """Ties go to the larger label.

    When two labels have equally many votes, the smaller one wins: any rule would do, but it has to be the
    same for everybody. `np.argmax` of the counts returns the first maximum, which is just that.
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
def k_farthest(self, dists, k=1):
    """The farthest pictures vote, not the nearest.

    `np.argsort` puts the smallest distance first, so the neighbours are its first k entries, `[:k]`. The
    last ones, `[-k:]`, are the k strangers least like the test picture.
    """
    y_pred = np.zeros(dists.shape[0], dtype=int)
    for i in range(dists.shape[0]):
        y_pred[i] = np.argmax(np.bincount(self.y_train[np.argsort(dists[i])[-k:]]))
    return y_pred


@mistake("predict_labels")
def columns_instead_of_rows(self, dists, k=1):
    """Columns of the matrix are read instead of rows.

    `dists[:, i]` holds the distances of training picture `i` to all test pictures. The distances of test
    picture `i` are row `i`: `dists[i]`.
    """
    y_pred = np.zeros(dists.shape[0], dtype=int)
    for i in range(dists.shape[0]):
        y_pred[i] = np.argmax(np.bincount(self.y_train[np.argsort(dists[:, i])[:k]]))
    return y_pred


@mistake("predict_labels")
def positions_instead_of_labels(self, dists, k=1):
    """Positions are counted, not labels.

    `np.argsort` returns where the nearest pictures stand in the training set. One step is left: look their
    labels up, `self.y_train[positions]`, and let those vote.
    """
    y_pred = np.zeros(dists.shape[0], dtype=int)
    for i in range(dists.shape[0]):
        y_pred[i] = np.argmax(np.bincount(np.argsort(dists[i])[:k]))
    return y_pred


@mistake("predict_labels")
def k_forgotten(self, dists, k=1):
    """Only the nearest picture votes.

    `k` never appears, so the answer is the one for k = 1, whatever was asked. Take the labels of the first
    k pictures in order of distance and count them.
    """
    return self.y_train[np.argmin(dists, axis=1)]


@mistake("predict_labels")
def labels_averaged(self, dists, k=1):
    """Labels are averaged instead of counted.

    Class numbers are names. Between a plane (0) and a bird (2) there is no car (1), though the mean says
    so. Count how often each label appears and take the most frequent.
    """
    nearest = np.argsort(dists, axis=1)[:, :k]
    return np.round(self.y_train[nearest].mean(axis=1)).astype(int)


@mistake("predict")
def k_not_handed_on(self, X, k=1, num_loops=0):
    """k is not handed on.

    `predict_labels(dists)` falls back on its own default, k = 1. Hand yours on: `predict_labels(dists,
    k=k)`.
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

    A plain `else` catches 1 and 2, and also 3, -1 and "two". Who typed such a value meant something else,
    and is helped by an error at once: give each version a branch of its own, and let the rest raise
    ValueError.
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

    A printed line is easily missed, and the caller goes on with None for a prediction. `raise
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
def training_pictures_classified(self, X, k=1, num_loops=0):
    """The training pictures are classified.

    `self.X_train` went into the distances where `X` belongs. With k = 1 every training picture finds
    itself, and the accuracy looks splendid. Classify the pictures that came in.
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

    0 stands for `compute_distances_no_loops`, 2 for `compute_distances_two_loops`; here they are exchanged.
    All three return the same numbers, so only the clock would tell: the default would be the slowest.
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

    The model was trained on all the data, the fold that it is then tested on included. With k = 1 each
    picture finds itself at distance 0, so the accuracy is 1 and says nothing. Train on the other folds
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

    How much the folds differ tells how far the mean can be trusted, and a mean cannot be unmixed. Return
    the list of all num_folds accuracies; whoever draws the plot takes the mean.
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

    Shuffling is wise for data in a meaningful order, but it is a decision of its own, taken before. This
    function takes the folds in the order given, so that everybody gets the same numbers from the same data.
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

    The model learnt from one fold and was tested on all the others. It should be the other way round: many
    folds to learn from, one to be tested on.
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
    """The pictures left over are dropped.

    With `size = N // num_folds`, seven pictures in three folds make three times two, and the seventh is
    never used. `np.array_split` spreads what is left over across the first folds.
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

    `accuracies[k] = [...]` inside the loop over the folds starts a new list each time round. Make the empty
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
def divided_by_all_pictures(X, y, k_choices, num_folds):
    """The right answers are divided by the number of all pictures.

    Accuracy is the share of the pictures that were tested, and one fold was. Dividing by all N makes every
    accuracy about num_folds times too small.
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

    `predict_labels` was called without `k`, so its default was used for each entry. The loop variable has
    to reach the vote: `predict_labels(dists, k=k)`.
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
