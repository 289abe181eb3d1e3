"""Right solutions of 02_knn, written differently from the reference: each must earn everything."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("train")
def train_in_the_field(self, X, y):
    """Keep X and y, and nothing else."""
    self.X_train = X
    self.y_train = y


@variant("train")
def train_with_copies(self, X, y):
    """Copy, so that later changes outside do not affect the model; return the model, as scikit-learn does."""
    self.X_train, self.y_train = np.array(X), np.array(y)
    return self


@variant("train")
def train_through_update(self, X, y):
    """Set both attributes at once."""
    self.__dict__.update(X_train=X, y_train=y)


@variant("compute_distances_two_loops")
def two_loops_norm(self, X):
    """Let NumPy's norm do the sum and the root."""
    return np.array([[np.linalg.norm(test - train) for train in self.X_train] for test in X])


@variant("compute_distances_two_loops")
def two_loops_in_the_field(self, X):
    """Count first, then index both arrays by rows and all columns."""
    num_test = X.shape[0]
    num_train = self.X_train.shape[0]
    dists = np.zeros((num_test, num_train))
    for i in range(num_test):
        for j in range(num_train):
            dists[i][j] = np.sqrt(np.sum(np.square(self.X_train[j, :] - X[i, :])))
    return dists


@variant("compute_distances_one_loop")
def one_loop_norm(self, X):
    """Collect the rows in a list and stack them."""
    return np.stack([np.linalg.norm(self.X_train - test, axis=1) for test in X])


@variant("compute_distances_one_loop")
def one_loop_in_the_field(self, X):
    """Fill an array row by row."""
    num_test = X.shape[0]
    num_train = self.X_train.shape[0]
    dists = np.zeros((num_test, num_train))
    for i in range(num_test):
        dists[i, :] = np.sqrt(np.sum((self.X_train - X[i, :]) ** 2, axis=1))
    return dists


@variant("compute_distances_one_loop")
def one_loop_einsum(self, X):
    """Multiply and add along the pixels in one step."""
    dists = np.empty((len(X), len(self.X_train)), dtype=np.float64)
    for i, test in enumerate(X):
        difference = self.X_train - test
        dists[i, :] = np.einsum("jd,jd->j", difference, difference) ** 0.5
    return dists


@variant("compute_distances_no_loops")
def no_loops_in_the_field(self, X):
    """Add the three terms into the matrix one after the other."""
    num_test = X.shape[0]
    num_train = self.X_train.shape[0]
    dists = np.zeros((num_test, num_train))
    dists += -2 * np.dot(X, self.X_train.T)
    dists += np.sum(np.square(X), axis=1).reshape(num_test, 1)
    dists += np.sum(np.square(self.X_train), axis=1)
    return np.sqrt(dists)


@variant("compute_distances_no_loops")
def no_loops_einsum_clipped(self, X):
    """Compute squared lengths by einsum; clip what rounding makes negative."""
    test = np.einsum("id,id->i", X, X)
    train = np.einsum("jd,jd->j", self.X_train, self.X_train)
    return np.sqrt(np.clip(np.add.outer(test, train) - 2 * np.matmul(X, np.transpose(self.X_train)), 0, None))


@variant("predict_labels")
def labels_in_the_field(self, dists, k=1):
    """Return the labels as floats, in an array made by np.zeros."""
    num_test = dists.shape[0]
    y_pred = np.zeros(num_test)
    for i in range(num_test):
        closest_y = self.y_train[np.argsort(dists[i])[:k]]
        y_pred[i] = np.bincount(closest_y).argmax()
    return y_pred


@variant("predict_labels")
def labels_unique(self, dists, k=1):
    """np.unique returns labels in ascending order, so the first maximum is the smaller label."""
    winners = []
    for neighbours in self.y_train[np.argpartition(dists, k - 1, axis=1)[:, :k]]:
        labels, counts = np.unique(neighbours, return_counts=True)
        winners.append(labels[counts.argmax()])
    return np.array(winners)


@variant("predict_labels")
def labels_without_loops(self, dists, k=1):
    """Count every class at once; argmax takes the first, hence smaller, of equal counts."""
    classes = np.unique(self.y_train)
    neighbours = self.y_train[np.argsort(dists, axis=1, kind="stable")[:, :k]]
    votes = (neighbours[:, :, np.newaxis] == classes).sum(axis=1)
    return classes[votes.argmax(axis=1)]


@variant("predict_labels")
def labels_in_pure_python(self, dists, k=1):
    """Sort pairs of (distance, position), count in a dictionary, order by votes and then by label."""
    y_pred = []
    for row in dists.tolist():
        votes = {}
        for _, position in sorted(zip(row, range(len(row)), strict=True))[:k]:
            label = int(self.y_train[position])
            votes[label] = votes.get(label, 0) + 1
        y_pred.append(min(votes, key=lambda label: (-votes[label], label)))
    return np.asarray(y_pred)


@variant("predict")
def predict_in_the_field(self, X, k=1, num_loops=0):
    """Compare with one number after the other."""
    if num_loops == 0:
        dists = self.compute_distances_no_loops(X)
    elif num_loops == 1:
        dists = self.compute_distances_one_loop(X)
    elif num_loops == 2:
        dists = self.compute_distances_two_loops(X)
    else:
        raise ValueError(f"Invalid value {num_loops} for num_loops")
    return self.predict_labels(dists, k=k)


@variant("predict")
def predict_by_table(self, X, k=1, num_loops=0):
    """Look up the version in a tuple."""
    if num_loops not in (0, 1, 2):
        raise ValueError(f"Invalid value {num_loops} for num_loops")
    versions = (
        self.compute_distances_no_loops,
        self.compute_distances_one_loop,
        self.compute_distances_two_loops,
    )
    return self.predict_labels(versions[num_loops](X), k)


@variant("predict")
def predict_by_match(self, X, k=1, num_loops=0):
    """Match the number, and vote in each branch."""
    match num_loops:
        case 0:
            return self.predict_labels(self.compute_distances_no_loops(X), k=k)
        case 1:
            return self.predict_labels(self.compute_distances_one_loop(X), k=k)
        case 2:
            return self.predict_labels(self.compute_distances_two_loops(X), k=k)
    raise ValueError("num_loops is the number of Python loops: 0, 1 or 2")


@variant("cross_validate")
def cross_validate_by_mask(X, y, k_choices, num_folds):
    """Mark the validation images in a mask, and call predict once for each k."""
    accuracies = {}
    for k in k_choices:
        accuracies[k] = []
        for fold in np.array_split(np.arange(len(X)), num_folds):
            others = np.ones(len(X), dtype=bool)
            others[fold] = False
            model = KNearestNeighbor()
            model.train(X[others], y[others])
            accuracies[k].append(float((model.predict(X[fold], k=k) == y[fold]).mean()))
    return accuracies


@variant("cross_validate")
def cross_validate_in_the_field(X, y, k_choices, num_folds):
    """Stack the other folds, count the right answers, divide."""
    X_folds = np.array_split(X, num_folds)
    y_folds = np.array_split(y, num_folds)
    k_to_accuracies = {}
    classifier = KNearestNeighbor()
    for k in k_choices:
        k_to_accuracies[k] = np.zeros(num_folds)
        for i in range(num_folds):
            X_rest = np.vstack(X_folds[:i] + X_folds[i + 1 :])
            y_rest = np.hstack(y_folds[:i] + y_folds[i + 1 :])
            classifier.train(X_rest, y_rest)
            dists = classifier.compute_distances_no_loops(X_folds[i])
            num_correct = np.sum(classifier.predict_labels(dists, k=k) == y_folds[i])
            k_to_accuracies[k][i] = num_correct / len(y_folds[i])
    return k_to_accuracies
