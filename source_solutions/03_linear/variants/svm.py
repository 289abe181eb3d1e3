"""Right solutions to the tasks of 03_linear/svm, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("svm_loss_naive")
def naive_in_the_field(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1  # note delta = 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i, :].T
                dW[:, y[i]] -= X[i, :].T
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += reg * 2 * W
    return loss, dW


@variant("svm_loss_naive")
def naive_a_row_at_a_time(W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)
    for x, label in zip(X, y, strict=True):
        terms = np.maximum(0, x @ W - x @ W[:, label] + 1)
        terms[label] = 0
        pulls = (terms > 0) * 1.0
        pulls[label] = -pulls.sum()
        loss += terms.sum()
        dW += np.outer(x, pulls)
    return loss / len(X) + reg * np.linalg.norm(W) ** 2, dW / len(X) + 2 * reg * W


@variant("svm_loss_vectorized")
def vectorized_in_the_field(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(scores - correct + 1, 0)
    margins[range(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W**2)
    margins[margins > 0] = 1
    margins[range(num_train), y] -= np.sum(margins, axis=1)
    dW = np.dot(X.T, margins) / num_train
    dW += 2 * reg * W
    return loss, dW


@variant("svm_loss_vectorized")
def vectorized_with_one_hot(W, X, y, reg):
    right = np.eye(W.shape[1])[y]
    scores = X @ W
    terms = scores - np.sum(scores * right, axis=1, keepdims=True) + 1 - right
    mask = np.where(terms > 0, 1 - right, 0.0)
    loss = np.sum(terms * mask) / len(X) + reg * np.sum(np.square(W))
    pulls = mask - right * mask.sum(axis=1, keepdims=True)
    return loss, (pulls.T @ X).T / len(X) + reg * (W + W)


@variant("train")
def train_in_the_field(
    self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False
):
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    if self.W is None:
        self.W = 0.001 * np.random.randn(dim, num_classes)
    loss_history = []
    for it in range(num_iters):
        sample_indices = np.random.choice(np.arange(num_train), size=batch_size, replace=True)
        X_batch = X[sample_indices]
        y_batch = y[sample_indices]
        loss, grad = self.loss(X_batch, y_batch, reg)
        loss_history.append(loss)
        self.W += -learning_rate * grad
        if verbose and it % 100 == 0:
            print(f"iteration {it} / {num_iters}: loss {loss}")
    return loss_history


@variant("train")
def train_by_shuffling(
    self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False
):
    rng = np.random.default_rng()
    if self.W is None:
        self.W = rng.normal(0, 0.001, size=(X.shape[1], int(y.max()) + 1))
    losses = []
    while len(losses) < num_iters:
        rows = rng.permutation(len(X))[:batch_size]
        loss, dW = self.loss(X[rows], y[rows], reg)
        losses.append(loss)
        self.W = self.W - dW * learning_rate
    return losses


@variant("predict")
def predict_in_the_field(self, X):
    y_pred = np.zeros(X.shape[0])
    scores = X.dot(self.W)
    y_pred = np.argmax(scores, axis=1)
    return y_pred


@variant("predict")
def predict_one_by_one(self, X):
    return np.array([int(np.argmax(x @ self.W)) for x in X])


@variant("hyperparameter_search")
def search_over_a_product(
    make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500
):
    import itertools

    results, trained = {}, {}
    for lr, reg in itertools.product(learning_rates, regs):
        trained[lr, reg] = make_classifier()
        trained[lr, reg].train(X_train, y_train, lr, reg, num_iters)
        results[lr, reg] = tuple(
            float(np.mean(trained[lr, reg].predict(X) == y)) for X, y in ((X_train, y_train), (X_val, y_val))
        )
    return results, trained[max(results, key=lambda pair: results[pair][1])]


@variant("hyperparameter_search")
def search_in_the_field(make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500):
    results = {}
    best_val = -1
    best_svm = None
    for reg in regs:
        for lr in learning_rates:
            svm = make_classifier()
            svm.train(X_train, y_train, learning_rate=lr, reg=reg, num_iters=num_iters, verbose=False)
            train_acc = (svm.predict(X_train) == y_train).mean()
            val_acc = (svm.predict(X_val) == y_val).mean()
            results[(lr, reg)] = (train_acc, val_acc)
            if val_acc > best_val:
                best_val = val_acc
                best_svm = svm
    return results, best_svm
