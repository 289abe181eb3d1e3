"""Wrong solutions that people really write for 03_linear/svm, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("svm_loss_naive")
def naive_right_class_counted(W, X, y, reg):
    """The right class is counted too.

    Its own term is s - s + 1 = 1, so every image adds 1, which no training can remove. Leave it out of
    the sum.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            term = scores[j] - scores[y[i]] + 1
            if term > 0:
                loss += term
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_naive")
def naive_loss_not_divided(W, X, y, reg):
    """The sum is not divided by N.

    The loss is a mean over the images; otherwise it grows with the size of the batch, and the learning
    rate would have to be smaller for larger batches.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]] + 1
            if term > 0:
                loss += term
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_naive")
def naive_loss_divided_twice(W, X, y, reg):
    """The loss is divided by N twice.

    Perhaps once in the loop and once after it. The mean divides by N once.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]] + 1
            if term > 0:
                loss += term
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / N / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_naive")
def naive_reg_halved_in_loss(W, X, y, reg):
    """The regularisation is halved.

    Networks will use a ½ before it, so that the derivative has no factor 2. This loss has no ½: reg *
    sum(W * W).
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]] + 1
            if term > 0:
                loss += term
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / N + 0.5 * reg * np.sum(W * W)
    dW = dW / N + reg * W
    return loss, dW


@mistake("svm_loss_naive")
def naive_reg_missing_in_loss(W, X, y, reg):
    """The regularisation is missing in the loss.

    It is in the gradient, so loss and gradient do not match: add reg * sum(W * W).
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]] + 1
            if term > 0:
                loss += term
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / N
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_naive")
def naive_margin_missing(W, X, y, reg):
    """The margin of 1 is missing.

    Then a margin of 0 is enough, and W = 0 is perfect. The margin must be at least 1.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]]
            if term > 0:
                loss += term
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_naive")
def naive_negative_terms(W, X, y, reg):
    """Terms below 0 are counted.

    A class with a very low score would compensate for one with a high score. max(0, …) replaces negative
    terms by 0.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]] + 1
            loss += term
            if term > 0:
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_naive")
def naive_largest_only(W, X, y, reg):
    """Only the largest term of each image counts.

    That is a different loss, which also exists (the structured one). Here all terms above 0 are summed.
    """
    N = X.shape[0]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        terms = X[i] @ W
        terms = terms - terms[y[i]] + 1
        terms[y[i]] = 0
        j = np.argmax(terms)
        if terms[j] > 0:
            loss += terms[j]
            dW[:, j] += X[i]
            dW[:, y[i]] -= X[i]
    return loss / N + reg * np.sum(W * W), dW / N + 2 * reg * W


@mistake("svm_loss_naive")
def naive_half_reg_gradient(W, X, y, reg):
    """The gradient of the regularisation is reg · W, half of the correct value.

    The derivative of W² is 2 W. reg · W belongs to a loss with a ½ before it. In 60 public solutions this
    is the most frequent mistake of all in this task.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]] + 1
            if term > 0:
                loss += term
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + reg * W
    return loss, dW


@mistake("svm_loss_naive")
def naive_reg_missing_in_gradient(W, X, y, reg):
    """The regularisation is missing in the gradient.

    It is in the loss, but no step makes it smaller. Add 2 * reg * W.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]] + 1
            if term > 0:
                loss += term
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N
    return loss, dW


@mistake("svm_loss_naive")
def naive_gradient_not_divided(W, X, y, reg):
    """The gradient is not divided by N.

    The loss is a mean, so its gradient is a mean too.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]] + 1
            if term > 0:
                loss += term
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW + 2 * reg * W
    return loss, dW


@mistake("svm_loss_naive")
def naive_right_column_empty(W, X, y, reg):
    """The column of the right class gets no gradient.

    Each term above 0 contains minus the score of the right class: subtract X[i] from its column once per
    term.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]] + 1
            if term > 0:
                loss += term
                dW[:, j] += X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_naive")
def naive_right_column_once(W, X, y, reg):
    """The column of the right class counts once, not once per term.

    An image with three terms above 0 is subtracted three times from the column of its own class.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]] + 1
            if term > 0:
                loss += term
                dW[:, j] += X[i]
    for i in range(N):
        scores = X[i] @ W - X[i] @ W[:, y[i]] + 1
        scores[y[i]] = 0
        if np.any(scores > 0):
            dW[:, y[i]] -= X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_naive")
def naive_wrong_sign(W, X, y, reg):
    """The gradient has the wrong sign.

    A larger score of a wrong class makes the loss larger, so X[i] is added in its column, and subtracted
    in the column of the right class.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]] + 1
            if term > 0:
                loss += term
                dW[:, j] -= X[i]
                dW[:, y[i]] += X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_vectorized")
def vectorized_right_class_counted(W, X, y, reg):
    """The right class is counted too.

    Its own term is s - s + 1 = 1. Set `terms[np.arange(N), y] = 0` before you sum.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    terms = np.maximum(0, scores - scores[samples, y][:, None] + 1)
    loss = np.sum(terms) / N + reg * np.sum(W * W)
    dscores = (terms > 0).astype(float)
    dscores[samples, y] = 0
    dscores[samples, y] = -dscores.sum(axis=1)
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_vectorized")
def vectorized_loss_not_divided(W, X, y, reg):
    """The sum is not divided by N.

    The loss is a mean over the images; otherwise it grows with the size of the batch, and the learning
    rate would have to be smaller for larger batches.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    terms = np.maximum(0, scores - scores[samples, y][:, None] + 1)
    terms[samples, y] = 0
    loss = np.sum(terms) + reg * np.sum(W * W)
    dscores = (terms > 0).astype(float)
    dscores[samples, y] = -dscores.sum(axis=1)
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_vectorized")
def vectorized_averaged_over_classes(W, X, y, reg):
    """The terms are averaged over the classes too.

    `np.mean` divides by N · C. The terms are summed over the classes, and averaged over the images.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    terms = np.maximum(0, scores - scores[samples, y][:, None] + 1)
    terms[samples, y] = 0
    loss = np.mean(terms) + reg * np.sum(W * W)
    dscores = (terms > 0).astype(float)
    dscores[samples, y] = -dscores.sum(axis=1)
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_vectorized")
def vectorized_reg_halved_in_loss(W, X, y, reg):
    """The regularisation is halved.

    Networks will use a ½ before it, so that the derivative has no factor 2. This loss has no ½: reg *
    sum(W * W).
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    terms = np.maximum(0, scores - scores[samples, y][:, None] + 1)
    terms[samples, y] = 0
    loss = np.sum(terms) / N + 0.5 * reg * np.sum(W * W)
    dscores = (terms > 0).astype(float)
    dscores[samples, y] = -dscores.sum(axis=1)
    dW = X.T @ dscores / N + reg * W
    return loss, dW


@mistake("svm_loss_vectorized")
def vectorized_reg_missing_in_loss(W, X, y, reg):
    """The regularisation is missing in the loss.

    It is in the gradient, so loss and gradient do not match: add reg * sum(W * W).
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    terms = np.maximum(0, scores - scores[samples, y][:, None] + 1)
    terms[samples, y] = 0
    loss = np.sum(terms) / N
    dscores = (terms > 0).astype(float)
    dscores[samples, y] = -dscores.sum(axis=1)
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_vectorized")
def vectorized_half_reg_gradient(W, X, y, reg):
    """The gradient of the regularisation is reg · W, half of the correct value.

    The derivative of W² is 2 W. reg · W belongs to a loss with a ½ before it. In 60 public solutions this
    is the most frequent mistake of all in this task.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    terms = np.maximum(0, scores - scores[samples, y][:, None] + 1)
    terms[samples, y] = 0
    loss = np.sum(terms) / N + reg * np.sum(W * W)
    dscores = (terms > 0).astype(float)
    dscores[samples, y] = -dscores.sum(axis=1)
    dW = X.T @ dscores / N + reg * W
    return loss, dW


@mistake("svm_loss_vectorized")
def vectorized_reg_missing_in_gradient(W, X, y, reg):
    """The regularisation is missing in the gradient.

    It is in the loss, but no step makes it smaller. Add 2 * reg * W.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    terms = np.maximum(0, scores - scores[samples, y][:, None] + 1)
    terms[samples, y] = 0
    loss = np.sum(terms) / N + reg * np.sum(W * W)
    dscores = (terms > 0).astype(float)
    dscores[samples, y] = -dscores.sum(axis=1)
    dW = X.T @ dscores / N
    return loss, dW


@mistake("svm_loss_vectorized")
def vectorized_gradient_not_divided(W, X, y, reg):
    """The gradient is not divided by N.

    The loss is a mean, so its gradient is a mean too.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    terms = np.maximum(0, scores - scores[samples, y][:, None] + 1)
    terms[samples, y] = 0
    loss = np.sum(terms) / N + reg * np.sum(W * W)
    dscores = (terms > 0).astype(float)
    dscores[samples, y] = -dscores.sum(axis=1)
    dW = X.T @ dscores + 2 * reg * W
    return loss, dW


@mistake("svm_loss_vectorized")
def vectorized_right_column_empty(W, X, y, reg):
    """The column of the right class gets no gradient.

    Each term above 0 contains minus the score of the right class: subtract X[i] from its column once per
    term.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    terms = np.maximum(0, scores - scores[samples, y][:, None] + 1)
    terms[samples, y] = 0
    loss = np.sum(terms) / N + reg * np.sum(W * W)
    dscores = (terms > 0).astype(float)
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_vectorized")
def vectorized_right_column_once(W, X, y, reg):
    """The column of the right class counts once, not once per term.

    An image with three terms above 0 is subtracted three times from the column of its own class.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    terms = np.maximum(0, scores - scores[samples, y][:, None] + 1)
    terms[samples, y] = 0
    loss = np.sum(terms) / N + reg * np.sum(W * W)
    dscores = (terms > 0).astype(float)
    dscores[samples, y] = -1.0 * (dscores.sum(axis=1) > 0)
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_vectorized")
def vectorized_terms_as_gradient(W, X, y, reg):
    """The terms themselves are used as the gradient.

    Above 0 the derivative of a term is 1, whatever its value: the gradient needs the mask `terms > 0`, as
    numbers.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    terms = np.maximum(0, scores - scores[samples, y][:, None] + 1)
    terms[samples, y] = 0
    loss = np.sum(terms) / N + reg * np.sum(W * W)
    dscores = terms.copy()
    dscores[samples, y] = -dscores.sum(axis=1)
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("svm_loss_vectorized")
def vectorized_with_a_loop(W, X, y, reg):
    """A Python loop goes through the images.

    The numbers are right, but each iteration costs as much as hundreds of products in compiled code. Let
    NumPy take all rows at once.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        for j in range(C):
            if j == y[i]:
                continue
            term = scores[j] - scores[y[i]] + 1
            if term > 0:
                loss += term
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("train")
def uphill(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    """The steps go uphill.

    The gradient points in the direction in which the loss grows. Step in the opposite direction: W -
    learning_rate * dW.
    """
    N, D = X.shape
    if self.W is None:
        self.W = 0.001 * np.random.randn(D, np.max(y) + 1)
    loss_history = []
    for _ in range(num_iters):
        batch = np.random.choice(N, batch_size)
        loss, dW = self.loss(X[batch], y[batch], reg)
        loss_history.append(loss)
        self.W = self.W + learning_rate * dW
    return loss_history


@mistake("train")
def learning_rate_missing(
    self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False
):
    """The learning rate is missing in the step.

    The gradient gives the direction of the step, the learning rate its length. Without it, the steps are
    far too long for most losses.
    """
    N, D = X.shape
    if self.W is None:
        self.W = 0.001 * np.random.randn(D, np.max(y) + 1)
    loss_history = []
    for _ in range(num_iters):
        batch = np.random.choice(N, batch_size)
        loss, dW = self.loss(X[batch], y[batch], reg)
        loss_history.append(loss)
        self.W = self.W - dW
    return loss_history


@mistake("train")
def step_lost(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    """W does not change.

    `W = self.W - …` makes a new array under another name. Store the result in `self.W`.
    """
    N, D = X.shape
    if self.W is None:
        self.W = 0.001 * np.random.randn(D, np.max(y) + 1)
    loss_history = []
    for _ in range(num_iters):
        batch = np.random.choice(N, batch_size)
        loss, dW = self.loss(X[batch], y[batch], reg)
        loss_history.append(loss)
        W = self.W - learning_rate * dW
    del W
    return loss_history


@mistake("train")
def nothing_returned(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    """Nothing is returned.

    The losses show whether training works: return the list.
    """
    N, D = X.shape
    if self.W is None:
        self.W = 0.001 * np.random.randn(D, np.max(y) + 1)
    loss_history = []
    for _ in range(num_iters):
        batch = np.random.choice(N, batch_size)
        loss, dW = self.loss(X[batch], y[batch], reg)
        loss_history.append(loss)
        self.W = self.W - learning_rate * dW
    loss_history.clear()


@mistake("train")
def last_loss_only(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    """Only one loss is kept.

    A list with only the last loss gives no learning curve. Append each loss to a list made before the
    loop.
    """
    N, D = X.shape
    if self.W is None:
        self.W = 0.001 * np.random.randn(D, np.max(y) + 1)
    loss_history = []
    for _ in range(num_iters):
        batch = np.random.choice(N, batch_size)
        loss, dW = self.loss(X[batch], y[batch], reg)
        loss_history = [loss]
        self.W = self.W - learning_rate * dW
    return loss_history


@mistake("train")
def recorded_after_the_step(
    self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False
):
    """The loss is recorded after the step.

    The loss of this batch is the one before the step. After the step you need a second call on the same
    images, which wastes time.
    """
    N, D = X.shape
    if self.W is None:
        self.W = 0.001 * np.random.randn(D, np.max(y) + 1)
    loss_history = []
    for _ in range(num_iters):
        batch = np.random.choice(N, batch_size)
        loss, dW = self.loss(X[batch], y[batch], reg)
        self.W = self.W - learning_rate * dW
        loss_history.append(self.loss(X[batch], y[batch], reg)[0])
    return loss_history


@mistake("train")
def reg_not_passed_on(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    """reg is not passed to the loss.

    `self.loss` needs the given strength; without it, all strengths in a search would give the same
    result.
    """
    N, D = X.shape
    if self.W is None:
        self.W = 0.001 * np.random.randn(D, np.max(y) + 1)
    loss_history = []
    for _ in range(num_iters):
        batch = np.random.choice(N, batch_size)
        loss, dW = self.loss(X[batch], y[batch], 0.0)
        loss_history.append(loss)
        self.W = self.W - learning_rate * dW
    return loss_history


@mistake("train")
def whole_set(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    """The whole training set is the batch.

    It works, but each step takes 45 times as long. Draw batch_size rows.
    """
    N, D = X.shape
    if self.W is None:
        self.W = 0.001 * np.random.randn(D, np.max(y) + 1)
    loss_history = []
    for _ in range(num_iters):
        batch = np.arange(N)
        loss, dW = self.loss(X[batch], y[batch], reg)
        loss_history.append(loss)
        self.W = self.W - learning_rate * dW
    return loss_history


@mistake("train")
def drawn_separately(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    """Images and labels are drawn separately.

    Two draws give two lists of rows, so the labels belong to other images. Draw once, and use the rows
    twice.
    """
    N, D = X.shape
    if self.W is None:
        self.W = 0.001 * np.random.randn(D, np.max(y) + 1)
    loss_history = []
    for _ in range(num_iters):
        batch = np.random.choice(N, batch_size)
        loss, dW = self.loss(X[batch], y[np.random.choice(N, batch_size)], reg)
        loss_history.append(loss)
        self.W = self.W - learning_rate * dW
    return loss_history


@mistake("train")
def drawn_once(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    """The batch is drawn once.

    Then all steps use the same few images. Draw inside the loop.
    """
    N, D = X.shape
    if self.W is None:
        self.W = 0.001 * np.random.randn(D, np.max(y) + 1)
    loss_history = []
    batch = np.random.choice(N, batch_size)
    for _ in range(num_iters):
        loss, dW = self.loss(X[batch], y[batch], reg)
        loss_history.append(loss)
        self.W = self.W - learning_rate * dW
    return loss_history


@mistake("train")
def first_rows(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    """The batches are always the first rows, or some rows are never drawn.

    `np.random.choice(batch_size, …)` draws from the first rows only. Draw from all N.
    """
    N, D = X.shape
    if self.W is None:
        self.W = 0.001 * np.random.randn(D, np.max(y) + 1)
    loss_history = []
    for _ in range(num_iters):
        batch = np.random.choice(N // 2, batch_size)
        loss, dW = self.loss(X[batch], y[batch], reg)
        loss_history.append(loss)
        self.W = self.W - learning_rate * dW
    return loss_history


@mistake("train")
def reset_at_each_call(
    self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False
):
    """W is reset at each call.

    A second call of train should continue from what was learnt. Make W only if it is None.
    """
    N, D = X.shape
    self.W = 0.001 * np.random.randn(D, np.max(y) + 1)
    loss_history = []
    for _ in range(num_iters):
        batch = np.random.choice(N, batch_size)
        loss, dW = self.loss(X[batch], y[batch], reg)
        loss_history.append(loss)
        self.W = self.W - learning_rate * dW
    return loss_history


@mistake("predict")
def largest_scores(self, X):
    """The largest scores are returned.

    max returns the value, argmax the position. The position is the class.
    """
    return np.max(X @ self.W, axis=1)


@mistake("predict")
def smallest_wins(self, X):
    """The smallest score wins.

    A score says how well an image fits a class: the largest wins.
    """
    return np.argmin(X @ self.W, axis=1)


@mistake("predict")
def down_the_columns(self, X):
    """The maximum is taken down the columns.

    A column holds one class for all images. A row holds all classes of one image: use axis=1.
    """
    return np.argmax(X @ self.W, axis=0)


@mistake("predict")
def scores_returned(self, X):
    """The scores themselves are returned.

    The decision is made from the scores; return the class of each image.
    """
    return X @ self.W


@mistake("hyperparameter_search")
def keys_swapped(make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500):
    """The keys are not (learning_rate, reg)

    The order is the one in the docstring: first the learning rate, then the strength of the
    regularisation.
    """
    results, best, best_accuracy = {}, None, -1.0
    for learning_rate in learning_rates:
        for reg in regs:
            classifier = make_classifier()
            classifier.train(X_train, y_train, learning_rate=learning_rate, reg=reg, num_iters=num_iters)
            train_accuracy = np.mean(classifier.predict(X_train) == y_train)
            val_accuracy = np.mean(classifier.predict(X_val) == y_val)
            results[reg, learning_rate] = (train_accuracy, val_accuracy)
            if val_accuracy > best_accuracy:
                best, best_accuracy = classifier, val_accuracy
    return results, best


@mistake("hyperparameter_search")
def validation_only(make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500):
    """Only the validation accuracy is recorded.

    The two together distinguish overfitting (far apart) from underfitting (both low). Record the pair.
    """
    results, best, best_accuracy = {}, None, -1.0
    for learning_rate in learning_rates:
        for reg in regs:
            classifier = make_classifier()
            classifier.train(X_train, y_train, learning_rate=learning_rate, reg=reg, num_iters=num_iters)
            train_accuracy = np.mean(classifier.predict(X_train) == y_train)
            val_accuracy = np.mean(classifier.predict(X_val) == y_val)
            results[learning_rate, reg] = val_accuracy
            if val_accuracy > best_accuracy:
                best, best_accuracy = classifier, val_accuracy
    return results, best


@mistake("hyperparameter_search")
def accuracies_swapped(make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500):
    """The two accuracies are swapped.

    Training comes first in the pair, validation second.
    """
    results, best, best_accuracy = {}, None, -1.0
    for learning_rate in learning_rates:
        for reg in regs:
            classifier = make_classifier()
            classifier.train(X_train, y_train, learning_rate=learning_rate, reg=reg, num_iters=num_iters)
            train_accuracy = np.mean(classifier.predict(X_train) == y_train)
            val_accuracy = np.mean(classifier.predict(X_val) == y_val)
            results[learning_rate, reg] = (val_accuracy, train_accuracy)
            if val_accuracy > best_accuracy:
                best, best_accuracy = classifier, val_accuracy
    return results, best


@mistake("hyperparameter_search")
def right_answers_counted(
    make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500
):
    """The right answers are counted.

    `np.sum` counts; an accuracy is a share: use `np.mean`.
    """
    results, best, best_accuracy = {}, None, -1.0
    for learning_rate in learning_rates:
        for reg in regs:
            classifier = make_classifier()
            classifier.train(X_train, y_train, learning_rate=learning_rate, reg=reg, num_iters=num_iters)
            train_accuracy = np.sum(classifier.predict(X_train) == y_train)
            val_accuracy = np.sum(classifier.predict(X_val) == y_val)
            results[learning_rate, reg] = (train_accuracy, val_accuracy)
            if val_accuracy > best_accuracy:
                best, best_accuracy = classifier, val_accuracy
    return results, best


@mistake("hyperparameter_search")
def measured_on_training(
    make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500
):
    """Both accuracies are measured on the training images.

    A classifier looks good on images that it has seen. Measure the second accuracy on the validation
    images.
    """
    results, best, best_accuracy = {}, None, -1.0
    for learning_rate in learning_rates:
        for reg in regs:
            classifier = make_classifier()
            classifier.train(X_train, y_train, learning_rate=learning_rate, reg=reg, num_iters=num_iters)
            train_accuracy = np.mean(classifier.predict(X_train) == y_train)
            val_accuracy = np.mean(classifier.predict(X_train) == y_train)
            results[learning_rate, reg] = (train_accuracy, val_accuracy)
            if val_accuracy > best_accuracy:
                best, best_accuracy = classifier, val_accuracy
    return results, best


@mistake("hyperparameter_search")
def chosen_on_training(make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500):
    """The best is chosen on the training images.

    Then the classifier that memorises best wins. Choose by the validation accuracy.
    """
    results, best, best_accuracy = {}, None, -1.0
    for learning_rate in learning_rates:
        for reg in regs:
            classifier = make_classifier()
            classifier.train(X_train, y_train, learning_rate=learning_rate, reg=reg, num_iters=num_iters)
            train_accuracy = np.mean(classifier.predict(X_train) == y_train)
            val_accuracy = np.mean(classifier.predict(X_val) == y_val)
            results[learning_rate, reg] = (train_accuracy, val_accuracy)
            if train_accuracy > best_accuracy:
                best, best_accuracy = classifier, train_accuracy
    return results, best


@mistake("hyperparameter_search")
def one_classifier(make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500):
    """All pairs train one classifier.

    It continues from the weights of the last pair, so the later pairs look better than they are. Make a
    new classifier inside both loops.
    """
    classifier = make_classifier()
    results, best, best_accuracy = {}, None, -1.0
    for learning_rate in learning_rates:
        for reg in regs:
            classifier.train(X_train, y_train, learning_rate=learning_rate, reg=reg, num_iters=num_iters)
            train_accuracy = np.mean(classifier.predict(X_train) == y_train)
            val_accuracy = np.mean(classifier.predict(X_val) == y_val)
            results[learning_rate, reg] = (train_accuracy, val_accuracy)
            if val_accuracy > best_accuracy:
                best, best_accuracy = classifier, val_accuracy
    return results, best


@mistake("hyperparameter_search")
def steps_not_passed_on(make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500):
    """num_iters is not passed to train.

    train then uses its own default instead of the given number.
    """
    results, best, best_accuracy = {}, None, -1.0
    for learning_rate in learning_rates:
        for reg in regs:
            classifier = make_classifier()
            classifier.train(X_train, y_train, learning_rate=learning_rate, reg=reg)
            train_accuracy = np.mean(classifier.predict(X_train) == y_train)
            val_accuracy = np.mean(classifier.predict(X_val) == y_val)
            results[learning_rate, reg] = (train_accuracy, val_accuracy)
            if val_accuracy > best_accuracy:
                best, best_accuracy = classifier, val_accuracy
    return results, best


@mistake("hyperparameter_search")
def trained_on_validation(
    make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500
):
    """The classifiers are trained on the validation images.

    Do not train on the validation images: otherwise the accuracy on them says nothing.
    """
    results, best, best_accuracy = {}, None, -1.0
    for learning_rate in learning_rates:
        for reg in regs:
            classifier = make_classifier()
            classifier.train(X_val, y_val, learning_rate=learning_rate, reg=reg, num_iters=num_iters)
            train_accuracy = np.mean(classifier.predict(X_train) == y_train)
            val_accuracy = np.mean(classifier.predict(X_val) == y_val)
            results[learning_rate, reg] = (train_accuracy, val_accuracy)
            if val_accuracy > best_accuracy:
                best, best_accuracy = classifier, val_accuracy
    return results, best
