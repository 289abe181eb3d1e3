"""Wrong solutions that people really write for 03_linear/softmax, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("softmax_loss_naive")
def naive_no_shift(W, X, y, reg):
    """The scores are not shifted: exp overflows.

    exp(710) is infinite in float64, and infinity divided by infinity is not a number. First subtract from
    the scores of each image their maximum: only differences count. In 60 public solutions this is the
    most frequent mistake in this task.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_loss_not_divided(W, X, y, reg):
    """The sum is not divided by N.

    The loss is a mean over the images; otherwise it grows with the size of the batch, and the learning
    rate would have to be smaller for larger batches.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_loss_divided_twice(W, X, y, reg):
    """The loss is divided by N twice.

    Perhaps once in the sum and once after it. The mean divides by N once.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_reg_halved_in_loss(W, X, y, reg):
    """The regularisation is halved.

    Networks will use a ½ before it, so that the derivative has no factor 2. This loss has no ½: reg *
    sum(W * W).
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N + 0.5 * reg * np.sum(W * W)
    dW = dW / N + reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_reg_missing_in_loss(W, X, y, reg):
    """The regularisation is missing in the loss.

    It is in the gradient, so loss and gradient do not match: add reg * sum(W * W).
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_base_two(W, X, y, reg):
    """The logarithm is to base 2.

    The gradient is that of the natural logarithm, np.log. With np.log2 the loss is 1.44 times as large,
    in bits.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log2(total) - scores[y[i]] / np.log(2)
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_log_of_sum_missing(W, X, y, reg):
    """The log of the sum is missing.

    The rest only says how far the score of the right class is below the largest score. The probability is
    a quotient, and its logarithm has two parts: minus the score of the right class, and the logarithm of
    the sum of all powers.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += -scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_minus_missing(W, X, y, reg):
    """The minus before the logarithm is missing.

    Probabilities are below 1, and their logarithms below 0. The loss is minus the logarithm.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += scores[y[i]] - np.log(total)
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_no_logarithm(W, X, y, reg):
    """There is no logarithm.

    1 - p also falls as p grows, but it is never larger than 1, however sure the classifier is of a wrong
    class, and its gradient is different.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += 1 - np.exp(scores[y[i]]) / total
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_most_probable(W, X, y, reg):
    """The most probable class is used, not the right one.

    Then a classifier that is sure, and wrong, has no loss. The labels y say which probability counts.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - np.max(scores)
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == np.argmax(scores))) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_never_below_zero(W, X, y, reg):
    """The maximum is never below 0, so low scores are not shifted: all powers are 0.

    Its initial value is 0. When all scores of an image lie far below 0, their powers underflow, and the
    sum is 0.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - max(0.0, np.max(scores))
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_half_reg_gradient(W, X, y, reg):
    """The gradient of the regularisation is reg · W, half of the correct value.

    The derivative of W² is 2 W. reg · W belongs to a loss with a ½ before it.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_reg_missing_in_gradient(W, X, y, reg):
    """The regularisation is missing in the gradient.

    It is in the loss, but no step makes it smaller. Add 2 * reg * W.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N
    return loss, dW


@mistake("softmax_loss_naive")
def naive_gradient_not_divided(W, X, y, reg):
    """The gradient is not divided by N.

    The loss is a mean, so its gradient is a mean too.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_gradient_divided_twice(W, X, y, reg):
    """The gradient is divided by N twice.

    Perhaps once when the images are added up, and once more at the end. The mean divides by N once.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_one_not_subtracted(W, X, y, reg):
    """The 1 is not subtracted at the right class.

    The gradient is the probability, minus 1 at the right class. Without the −1, each step lowers the
    scores of all classes, and the score of the right class never rises.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += p * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_right_column_only(W, X, y, reg):
    """Only the column of the right class gets a gradient.

    The loss uses one probability, but it depends on all scores, through the sum. Each column gets p · x.
    """
    N = X.shape[0]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        p = np.exp(scores[y[i]]) / total
        dW[:, y[i]] += (p - 1) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_naive")
def naive_wrong_sign(W, X, y, reg):
    """The gradient has the wrong sign.

    A larger score of a wrong class makes the loss larger: add p there, and subtract 1 at the right class.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += ((j == y[i]) - p) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_no_shift(W, X, y, reg):
    """The scores are not shifted: exp overflows.

    exp(710) is infinite in float64, and infinity divided by infinity is not a number. First subtract from
    the scores of each image their maximum: only differences count. In 60 public solutions this is the
    most frequent mistake in this task.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N + reg * np.sum(W * W)
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_loss_not_divided(W, X, y, reg):
    """The sum is not divided by N.

    The loss is a mean over the images; otherwise it grows with the size of the batch, and the learning
    rate would have to be smaller for larger batches.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) + reg * np.sum(W * W)
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_loss_divided_twice(W, X, y, reg):
    """The loss is divided by N twice.

    Perhaps once in the sum and once after it. The mean divides by N once.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N / N + reg * np.sum(W * W)
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_reg_halved_in_loss(W, X, y, reg):
    """The regularisation is halved.

    Networks will use a ½ before it, so that the derivative has no factor 2. This loss has no ½: reg *
    sum(W * W).
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N + 0.5 * reg * np.sum(W * W)
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_reg_missing_in_loss(W, X, y, reg):
    """The regularisation is missing in the loss.

    It is in the gradient, so loss and gradient do not match: add reg * sum(W * W).
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_base_two(W, X, y, reg):
    """The logarithm is to base 2.

    The gradient is that of the natural logarithm, np.log. With np.log2 the loss is 1.44 times as large,
    in bits.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log2(totals[:, 0]) - scores[samples, y] / np.log(2)) / N + reg * np.sum(W * W)
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_log_of_sum_missing(W, X, y, reg):
    """The log of the sum is missing.

    The rest only says how far the score of the right class is below the largest score. The probability is
    a quotient, and its logarithm has two parts: minus the score of the right class, and the logarithm of
    the sum of all powers.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(-scores[samples, y]) / N + reg * np.sum(W * W)
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_batch_axis(W, X, y, reg):
    """The probabilities are normalised over the batch.

    A column holds the powers of one class for all images. The probabilities of one image, a row, must add
    up to 1: axis=1.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    chances = powers / powers.sum(axis=0)
    loss = np.sum(-np.log(chances[samples, y])) / N + reg * np.sum(W * W)
    dscores = chances
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_column_maximum(W, X, y, reg):
    """The maximum is taken down the columns.

    Then a different number is subtracted from each class, which changes the differences within an image,
    and so the probabilities. Subtract one number per row: axis=1, keepdims=True.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=0)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N + reg * np.sum(W * W)
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_half_reg_gradient(W, X, y, reg):
    """The gradient of the regularisation is reg · W, half of the correct value.

    The derivative of W² is 2 W. reg · W belongs to a loss with a ½ before it.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N + reg * np.sum(W * W)
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_reg_missing_in_gradient(W, X, y, reg):
    """The regularisation is missing in the gradient.

    It is in the loss, but no step makes it smaller. Add 2 * reg * W.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N + reg * np.sum(W * W)
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_gradient_not_divided(W, X, y, reg):
    """The gradient is not divided by N.

    The loss is a mean, so its gradient is a mean too.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N + reg * np.sum(W * W)
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_gradient_divided_twice(W, X, y, reg):
    """The gradient is divided by N twice.

    Perhaps once when the images are added up, and once more at the end. The mean divides by N once.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N + reg * np.sum(W * W)
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_one_not_subtracted(W, X, y, reg):
    """The 1 is not subtracted at the right class.

    The gradient is the probability, minus 1 at the right class. Without the −1, each step lowers the
    scores of all classes, and the score of the right class never rises.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N + reg * np.sum(W * W)
    dscores = powers / totals
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_whole_columns(W, X, y, reg):
    """The 1 is subtracted from whole columns.

    `dscores[:, y]` are the columns of all labels, in every row. For one place per row, use two lists of
    indices: `dscores[np.arange(N), y]`.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N + reg * np.sum(W * W)
    dscores = powers / totals
    dscores[:, y] -= 1
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_not_normalised(W, X, y, reg):
    """The gradient uses the powers before they are divided by their sum.

    The gradient needs probabilities, which add up to 1 for each image.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N + reg * np.sum(W * W)
    dscores = powers.copy()
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_one_maximum(W, X, y, reg):
    """One maximum is used for the whole matrix: other rows underflow.

    An image whose scores all lie far below that maximum has only powers of 0, and 0 divided by 0 is not a
    number. Each row has its own maximum: axis=1, keepdims=True.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max()
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N + reg * np.sum(W * W)
    dscores = powers / totals
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_gradient_not_shifted(W, X, y, reg):
    """The gradient uses powers of scores that are not shifted.

    The loss is safe, but its gradient still overflows. Compute the powers of the shifted scores once, and
    use them for both.
    """
    N = X.shape[0]
    samples = np.arange(N)
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    totals = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(totals[:, 0]) - scores[samples, y]) / N + reg * np.sum(W * W)
    dscores = np.exp(X @ W) / np.exp(X @ W).sum(axis=1, keepdims=True)
    dscores[samples, y] -= 1
    dW = X.T @ dscores / N + 2 * reg * W
    return loss, dW


@mistake("softmax_loss_vectorized")
def vectorized_with_a_loop(W, X, y, reg):
    """A Python loop goes through the images.

    The numbers are right, but each iteration costs as much as hundreds of products in compiled code. Let
    NumPy take all rows at once.
    """
    N, C = X.shape[0], W.shape[1]
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(N):
        scores = X[i] @ W
        scores = scores - np.max(scores)
        total = np.sum(np.exp(scores))
        loss += np.log(total) - scores[y[i]]
        for j in range(C):
            p = np.exp(scores[j]) / total
            dW[:, j] += (p - (j == y[i])) * X[i]
    loss = loss / N + reg * np.sum(W * W)
    dW = dW / N + 2 * reg * W
    return loss, dW
