"""Wrong solutions that people really write for 03_linear/svm, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("svm_loss_naive")
def naive_right_class_counted(W, X, y, reg):
    """The right class is counted too.

    Compared with itself it has the term s - s + 1 = 1, so every picture adds 1 that no training can
    remove. Leave it out of the sum.
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

    The loss is a mean over the pictures; otherwise it grows with the size of the batch, and the learning
    rate would have to shrink with it.
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

    Once in the loop and once after it, perhaps. The mean divides by N once.
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

    Networks will have a ½ before it, so that the derivative loses its 2. This loss has none: reg * sum(W * W).
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

    It is in the gradient, so the two do not belong together: add reg * sum(W * W).
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

    A lead of nothing at all is then enough, and W = 0 is perfect. The right class has to lead by 1.
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

    A class that is far behind would pay for one that is ahead. max(0, …) cuts the terms off at 0.
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
    """Only the largest term of each picture counts.

    That is another loss, which also exists (the structured one). Here all terms above 0 are summed.
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
    """The gradient of the regularisation is reg · W, half of what it is.

    The derivative of W² is 2 W. reg · W belongs to a loss with a ½ before it. In 60 public solutions this
    is the most frequent mistake of all here.
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

    It is in the loss, but no step would ever make it smaller. Add 2 * reg * W.
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

    The loss is a mean, so its gradient is one too.
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
    """The column of the right class gets nothing.

    Each term above 0 contains minus the score of the right class: its column loses X[i] once a term.
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
    """The column of the right class counts once, not once a term.

    A picture with three terms above 0 pulls on its own class three times.
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

    A larger score of a wrong class makes the loss larger, so X[i] is added there, and subtracted at the
    right class.
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

    The loss is a mean over the pictures; otherwise it grows with the size of the batch, and the learning
    rate would have to shrink with it.
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

    `np.mean` divides by N · C. The terms are summed over the classes, and averaged over the pictures.
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

    Networks will have a ½ before it, so that the derivative loses its 2. This loss has none: reg * sum(W * W).
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

    It is in the gradient, so the two do not belong together: add reg * sum(W * W).
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
    """The gradient of the regularisation is reg · W, half of what it is.

    The derivative of W² is 2 W. reg · W belongs to a loss with a ½ before it. In 60 public solutions this
    is the most frequent mistake of all here.
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

    It is in the loss, but no step would ever make it smaller. Add 2 * reg * W.
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

    The loss is a mean, so its gradient is one too.
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
    """The column of the right class gets nothing.

    Each term above 0 contains minus the score of the right class: its column loses X[i] once a term.
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
    """The column of the right class counts once, not once a term.

    A picture with three terms above 0 pulls on its own class three times.
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
def vectorized_height_flows_back(W, X, y, reg):
    """The terms themselves flow back.

    Above 0 the hinge has the slope 1, however high the term is: the gradient needs the mask `terms > 0`,
    as numbers.
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
    """Each picture waits for the one before it.

    There is a Python loop. The numbers are right, but each pass through it costs as much as hundreds of products
    in compiled code. Let NumPy take all rows at once.
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

    The gradient points to where the loss grows. Step against it: W - learning_rate * dW.
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

    The gradient says where to go, the learning rate how far. Without it, the steps are far too long for
    most losses.
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

    `W = self.W - …` makes a new array with a name of its own. The result must end up in `self.W`.
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

    The losses are what tells whether training works: return the list.
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

    A list with the last loss alone draws no curve. Append each loss to a list made before the loop.
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
def noted_after_the_step(
    self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False
):
    """The loss is noted after the step.

    What belongs to this batch is the loss before the step; after it, a second call on the same pictures
    is needed, and is wasted.
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
def reg_not_handed_on(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    """reg is not handed on to the loss.

    `self.loss` needs the strength that was asked for; with another one, the search would search for
    nothing.
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

    It works, and takes 45 times as long a step. Draw batch_size rows.
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
def drawn_apart(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    """Pictures and labels are drawn apart.

    Two draws give two lists of rows, so the labels are those of other pictures. Draw once, use twice.
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

    All steps then look at the same few pictures. Draw inside the loop.
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
    """The batches are always the first rows, or some rows never come.

    `np.random.choice(batch_size, …)` draws among the first rows only. Draw among all N.
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
def starts_anew(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    """W starts anew at each call.

    Whoever calls train again wants to go on from what was learnt. Make W only where it is None.
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

    max says how large, argmax says where. The place is the class.
    """
    return np.max(X @ self.W, axis=1)


@mistake("predict")
def smallest_wins(self, X):
    """The smallest score wins.

    A score says how much a picture looks like a class: the largest wins.
    """
    return np.argmin(X @ self.W, axis=1)


@mistake("predict")
def down_the_columns(self, X):
    """The largest is looked for down the columns.

    A column holds one class over all pictures. Along each row, axis=1, are the classes of one picture.
    """
    return np.argmax(X @ self.W, axis=0)


@mistake("predict")
def scores_returned(self, X):
    """The scores themselves are returned.

    They are what the decision is made from; return the class of each picture.
    """
    return X @ self.W


@mistake("hyperparameter_search")
def keys_swapped(make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500):
    """The keys are not (learning_rate, reg)

    The order is the one of the docstring: first the learning rate, then the strength of the
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
    """Only the validation accuracy is noted.

    The two together tell overfitting (far apart) from underfitting (both low). Note the pair.
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

    `np.sum` counts; an accuracy is a share: `np.mean`.
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
    """Both accuracies are measured on the training pictures.

    A classifier looks good on what it has seen. The second accuracy is for the pictures held out.
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
    """The best is chosen on the training pictures.

    Then the one that memorises best wins. Choose by the validation accuracy.
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

    It goes on from where the last pair left it, so the later pairs look better than they are. Make a new
    one inside both loops.
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
def steps_not_handed_on(make_classifier, X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=500):
    """num_iters is not handed on to train.

    train then takes its own default, whatever was asked for.
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
    """The classifiers are trained on the validation pictures.

    What is held out must not be learnt from: otherwise the accuracy on it says nothing.
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
