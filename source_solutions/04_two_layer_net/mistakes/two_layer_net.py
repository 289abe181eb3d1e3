"""Wrong solutions that people really write for 04_two_layer_net/two_layer_net, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("affine_forward")
def forward_without_bias(x, w, b):
    """The bias is missing.

    out is x w + b: the bias is the output of a unit for an image that is all zeros.
    """
    out = x.reshape(len(x), -1) @ w
    return out, (x, w, b)


@mistake("affine_forward")
def forward_without_cache(x, w, b):
    """Only out is returned, without the cache.

    The backward pass will ask for x, w and b. Return a pair: out, and the cache.
    """
    out = x.reshape(len(x), -1) @ w + b
    return out


@mistake("affine_forward")
def forward_column_by_column(x, w, b):
    """The pixels are read column by column.

    With order="F" the numbers of an image are not in the order of the rows of w. Plain reshape
    reads row by row.
    """
    out = x.reshape(len(x), -1, order="F") @ w + b
    return out, (x, w, b)


@mistake("affine_forward")
def forward_mixes_images(x, w, b):
    """x is reshaped to (D, N) and transposed, which mixes the images.

    reshape keeps the order of the numbers, so the rows are no longer images. Reshape to (N, D) at
    once.
    """
    out = x.reshape(-1, len(x)).T @ w + b
    return out, (x, w, b)


@mistake("affine_forward")
def forward_bias_subtracted(x, w, b):
    """The bias is subtracted.

    It is added: a large bias makes a unit more likely to be active.
    """
    out = x.reshape(len(x), -1) @ w - b
    return out, (x, w, b)


@mistake("affine_backward")
def dx_stays_flat(dout, cache):
    """dx keeps the flat shape.

    A gradient has the shape of its variable. Reshape dx to x.shape.
    """
    x, w, _ = cache
    dx = dout @ w.T
    dw = x.reshape(len(x), -1).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


@mistake("affine_backward")
def dx_divided(dout, cache):
    """dx is divided by N.

    The loss has divided by N already, and dout brings that along. Each layer only multiplies.
    """
    x, w, _ = cache
    dx = (dout @ w.T / len(x)).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


@mistake("affine_backward")
def dx_ignores_upstream(dout, cache):
    """dx ignores the upstream gradient.

    w is the local derivative only. Downstream is upstream times local.
    """
    x, w, _ = cache
    dx = (np.ones_like(dout) @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


@mistake("affine_backward")
def backward_other_order(dout, cache):
    """The gradients come in another order.

    The order is that of the forward pass's arguments: dx, dw, db.
    """
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = dout.sum(axis=0)
    return db, dw, dx


@mistake("affine_backward")
def dw_divided(dout, cache):
    """dw is divided by N.

    The loss has divided by N already, and dout brings that along. A weight adds up over all
    images.
    """
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout / len(x)
    db = dout.sum(axis=0)
    return dx, dw, db


@mistake("affine_backward")
def dw_transposed(dout, cache):
    """dw comes out transposed.

    A gradient has the shape of its variable: dw has the shape of w, (D, M).
    """
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = dout.T @ x.reshape(len(x), -1)
    db = dout.sum(axis=0)
    return dx, dw, db


@mistake("affine_backward")
def dw_of_last_image(dout, cache):
    """dw holds one image only.

    In a loop over the images, dw is overwritten. Add to it instead: every image contributes to the
    gradient of every weight.
    """
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    rows = x.reshape(len(x), -1)
    for i in range(len(x)):
        dw = np.outer(rows[i], dout[i])
    db = dout.sum(axis=0)
    return dx, dw, db


@mistake("affine_backward")
def dw_ignores_upstream(dout, cache):
    """dw ignores the upstream gradient.

    x is the local derivative only. Downstream is upstream times local.
    """
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ np.ones_like(dout)
    db = dout.sum(axis=0)
    return dx, dw, db


@mistake("affine_backward")
def db_not_summed(dout, cache):
    """db is not summed.

    b was broadcast to every row, so it touches every row of out. What was broadcast forward is
    summed backward.
    """
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = dout
    return dx, dw, db


@mistake("affine_backward")
def db_mean(dout, cache):
    """db is a mean.

    The loss has divided by N already, and dout brings that along. Here the rows are summed.
    """
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = dout.mean(axis=0)
    return dx, dw, db


@mistake("affine_backward")
def db_wrong_axis(dout, cache):
    """db is summed along the wrong axis.

    Each bias belongs to a column of out. Sum down the columns: axis=0.
    """
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = dout.sum(axis=1)
    return dx, dw, db


@mistake("affine_backward")
def db_one_sum(dout, cache):
    """db is one sum over everything.

    Each unit has its own bias. Sum over the images only: axis=0.
    """
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = dout.sum() * np.ones(w.shape[1])
    return dx, dw, db


@mistake("relu_forward")
def relu_abs(x):
    """The sign is dropped by abs.

    ReLU sets negative numbers to 0; np.abs makes them positive.
    """
    return np.abs(x), x


@mistake("relu_forward")
def relu_minimum(x):
    """The smaller one is kept.

    np.minimum keeps the numbers below 0, which ReLU should set to 0.
    """
    return np.minimum(0, x), x


@mistake("relu_forward")
def relu_without_cache(x):
    """Only out is returned, without the cache.

    The backward pass will ask where x was positive. Return a pair: out, and x.
    """
    return np.maximum(0, x)


@mistake("relu_forward")
def relu_mask(x):
    """The mask is returned.

    x > 0 says only where the numbers are positive; these numbers stay unchanged.
    """
    return (x > 0).astype(float), x


@mistake("relu_forward")
def relu_leaks(x):
    """The negative side leaks.

    That is a leaky ReLU, which is a different unit. This one is 0 below 0.
    """
    return np.maximum(0.1 * x, x), x


@mistake("relu_backward")
def mask_of_dout(dout, cache):
    """The mask looks at dout.

    The forward pass set out to 0 where x was negative. The sign of the upstream gradient does not
    matter.
    """
    return dout * (dout > 0)


@mistake("relu_backward")
def both_masks(dout, cache):
    """The upstream gradient is masked by its own sign as well.

    Only x decides. A negative gradient says that the loss falls when the number grows, and that
    must not be lost.
    """
    return dout * (cache > 0) * (dout > 0)


@mistake("relu_backward")
def no_mask(dout, cache):
    """The mask is not applied.

    Where x was below 0 the output is 0 whatever x is, so the downstream gradient is 0.
    """
    return dout.copy()


@mistake("relu_backward")
def opposite_mask(dout, cache):
    """The mask is inverted.

    Gradients pass where x was above 0.
    """
    return dout * (cache < 0)


@mistake("relu_backward")
def mask_only(dout, cache):
    """The mask is returned, without the upstream gradient.

    It is the local derivative only. Downstream is upstream times local.
    """
    return (cache > 0).astype(float)


@mistake("relu_backward")
def output_for_mask(dout, cache):
    """The output is used as the mask.

    Above 0 the derivative is 1, however large x is. Use x > 0, not the numbers themselves.
    """
    return dout * np.maximum(cache, 0)


@mistake("svm_loss")
def svm_right_class_counted(x, y):
    """The right class is counted too.

    Compared with itself it has the term s - s + 1 = 1. Set `terms[rows, y] = 0` before you sum.
    """
    N = len(x)
    rows = np.arange(N)
    terms = np.maximum(0, x - x[rows, y][:, None] + 1)
    dx = (terms > 0).astype(float)
    dx[rows, y] = 0
    dx[rows, y] = -dx.sum(axis=1)
    return terms.sum() / N, dx / N


@mistake("svm_loss")
def svm_not_divided(x, y):
    """The sum is not divided by N.

    The loss is a mean over the examples; otherwise it grows with the size of the batch.
    """
    N = len(x)
    rows = np.arange(N)
    terms = np.maximum(0, x - x[rows, y][:, None] + 1)
    terms[rows, y] = 0
    dx = (terms > 0).astype(float)
    dx[rows, y] = -dx.sum(axis=1)
    return terms.sum(), dx / N


@mistake("svm_loss")
def svm_averaged_over_classes(x, y):
    """The terms are averaged over the classes too.

    `np.mean` divides by N · C. The terms are summed over the classes, and averaged over the
    examples.
    """
    N = len(x)
    rows = np.arange(N)
    terms = np.maximum(0, x - x[rows, y][:, None] + 1)
    terms[rows, y] = 0
    dx = (terms > 0).astype(float)
    dx[rows, y] = -dx.sum(axis=1)
    return terms.mean(), dx / N


@mistake("svm_loss")
def svm_no_margin(x, y):
    """The margin of 1 is missing.

    Then a margin of 0 is enough. The right class must have a margin of 1.
    """
    N = len(x)
    rows = np.arange(N)
    terms = np.maximum(0, x - x[rows, y][:, None])
    terms[rows, y] = 0
    dx = (terms > 0).astype(float)
    dx[rows, y] = -dx.sum(axis=1)
    return terms.sum() / N, dx / N


@mistake("svm_loss")
def svm_negative_terms(x, y):
    """Terms below 0 are counted.

    Then a class with a very low score makes up for one with too high a score. max(0, …) cuts the
    terms off at 0.
    """
    N = len(x)
    rows = np.arange(N)
    terms = x - x[rows, y][:, None] + 1
    terms[rows, y] = 0
    dx = (terms > 0).astype(float)
    dx[rows, y] = -dx.sum(axis=1)
    return terms.sum() / N, dx / N


@mistake("svm_loss")
def svm_gradient_not_divided(x, y):
    """The gradient is not divided by N.

    The loss is a mean, so its gradient is one too.
    """
    N = len(x)
    rows = np.arange(N)
    terms = np.maximum(0, x - x[rows, y][:, None] + 1)
    terms[rows, y] = 0
    dx = (terms > 0).astype(float)
    dx[rows, y] = -dx.sum(axis=1)
    return terms.sum() / N, dx


@mistake("svm_loss")
def svm_right_class_empty(x, y):
    """The right class gets no gradient.

    Each term above 0 contains minus the score of the right class: it gets −1 for each such term.
    """
    N = len(x)
    rows = np.arange(N)
    terms = np.maximum(0, x - x[rows, y][:, None] + 1)
    terms[rows, y] = 0
    dx = (terms > 0).astype(float)
    return terms.sum() / N, dx / N


@mistake("svm_loss")
def svm_right_class_once(x, y):
    """The right class counts once, not once per term.

    In an example with three terms above 0, the right class gets −3.
    """
    N = len(x)
    rows = np.arange(N)
    terms = np.maximum(0, x - x[rows, y][:, None] + 1)
    terms[rows, y] = 0
    dx = (terms > 0).astype(float)
    dx[rows, y] = -1.0 * (dx.sum(axis=1) > 0)
    return terms.sum() / N, dx / N


@mistake("svm_loss")
def svm_terms_as_gradient(x, y):
    """The gradient holds the terms themselves.

    Above 0 the derivative of the hinge is 1, however high the term is: the gradient needs the mask
    `terms > 0`, as numbers.
    """
    N = len(x)
    rows = np.arange(N)
    terms = np.maximum(0, x - x[rows, y][:, None] + 1)
    terms[rows, y] = 0
    dx = terms.copy()
    dx[rows, y] = -dx.sum(axis=1)
    return terms.sum() / N, dx / N


@mistake("softmax_loss")
def softmax_not_divided(x, y):
    """The sum is not divided by N.

    The loss is a mean over the examples; otherwise it grows with the size of the batch.
    """
    N = len(x)
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    dx[np.arange(N), y] -= 1
    return -log_p[np.arange(N), y].sum(), dx / N


@mistake("softmax_loss")
def softmax_wrong_sign(x, y):
    """The loss has the wrong sign.

    Logarithms of probabilities are negative; the loss is minus their mean, and at least 0.
    """
    N = len(x)
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    dx[np.arange(N), y] -= 1
    return log_p[np.arange(N), y].mean(), dx / N


@mistake("softmax_loss")
def softmax_all_classes(x, y):
    """All classes are counted.

    The loss uses the probability of the right class alone. Pick it with `np.arange(N), y`.
    """
    N = len(x)
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    dx[np.arange(N), y] -= 1
    return -log_p.sum() / N, dx / N


@mistake("softmax_loss")
def softmax_down_the_columns(x, y):
    """The probabilities are summed down the columns.

    Each row is an example: its probabilities sum to 1 along axis=1.
    """
    N = len(x)
    shifted = x - x.max()
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    dx = np.exp(log_p)
    dx[np.arange(N), y] -= 1
    return -log_p[np.arange(N), y].mean(), dx / N


@mistake("softmax_loss")
def softmax_gradient_not_divided(x, y):
    """The gradient is not divided by N.

    The loss is a mean, so its gradient is one too.
    """
    N = len(x)
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    dx[np.arange(N), y] -= 1
    return -log_p[np.arange(N), y].mean(), dx


@mistake("softmax_loss")
def softmax_one_not_subtracted(x, y):
    """The 1 of the right class is not subtracted.

    The gradient is probabilities minus truth. Without the truth, all scores only fall.
    """
    N = len(x)
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    return -log_p[np.arange(N), y].mean(), dx / N


@mistake("softmax_loss")
def softmax_one_added(x, y):
    """The 1 of the right class is added.

    The gradient is probabilities minus truth: that of the right class is negative, so that its
    score rises.
    """
    N = len(x)
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    dx[np.arange(N), y] += 1
    return -log_p[np.arange(N), y].mean(), dx / N


@mistake("softmax_loss")
def softmax_divided_unevenly(x, y):
    """1 / N is subtracted, and then divided by N once more.

    Subtract 1, then divide everything by N; or divide first, and then subtract 1 / N.
    """
    N = len(x)
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    dx[np.arange(N), y] -= 1 / N
    return -log_p[np.arange(N), y].mean(), dx / N


@mistake("softmax_loss")
def softmax_not_shifted(x, y):
    """The scores are not shifted: exp overflows.

    e to the 1000 is more than a float64 holds. Subtract each row's maximum first: the probabilities
    do not change. In 60 public solutions nothing is forgotten more often.
    """
    N = len(x)
    shifted = x
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    dx[np.arange(N), y] -= 1
    return -log_p[np.arange(N), y].mean(), dx / N


@mistake("softmax_loss")
def softmax_one_shift(x, y):
    """One maximum shifts all rows.

    The exponentials of a row far below that maximum are all 0, and 0 / 0 is not a number. Each row needs its own maximum.
    """
    N = len(x)
    shifted = x - x.max()
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    dx[np.arange(N), y] -= 1
    return -log_p[np.arange(N), y].mean(), dx / N


@mistake("softmax_loss")
def softmax_log_of_zero(x, y):
    """The logarithm of 0 is taken: so small a probability is rounded to 0.

    A class whose score is 1,000 lower has a probability that float64 rounds to 0, and log(0) is −∞.
    Subtract logarithms: shifted score minus the logarithm of the sum.
    """
    N = len(x)
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    dx = p.copy()
    dx[np.arange(N), y] -= 1
    return -np.log(p[np.arange(N), y]).mean(), dx / N


@mistake("softmax_loss")
def softmax_small_number(x, y):
    """Something small is added inside the logarithm, which caps the loss.

    With 1e-8 added, no example can cost more than 18.4, however wrong it is, and loss and gradient
    no longer belong together. Subtract logarithms instead.
    """
    N = len(x)
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    dx = p.copy()
    dx[np.arange(N), y] -= 1
    return -np.log(p[np.arange(N), y] + 1e-8).mean(), dx / N


@mistake("two_layer_net_init")
def init_swapped(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
    """The shapes of the weights are swapped.

    X W1 is (N, D) times (D, H): W1 has one row per input and one column per hidden unit.
    """
    self.reg = reg
    self.params = {
        "W1": weight_scale * np.random.randn(hidden_dim, input_dim),
        "b1": np.zeros(hidden_dim),
        "W2": weight_scale * np.random.randn(num_classes, hidden_dim),
        "b2": np.zeros(num_classes),
    }


@mistake("two_layer_net_init")
def init_biases_one(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
    """The biases start at 1.

    They start at 0: at the start no unit has an advantage.
    """
    self.reg = reg
    self.params = {
        "W1": weight_scale * np.random.randn(input_dim, hidden_dim),
        "b1": np.ones(hidden_dim),
        "W2": weight_scale * np.random.randn(hidden_dim, num_classes),
        "b2": np.ones(num_classes),
    }


@mistake("two_layer_net_init")
def init_biases_random(
    self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0
):
    """The biases are random.

    The weights are enough to make the units differ. Biases start at 0.
    """
    self.reg = reg
    self.params = {
        "W1": weight_scale * np.random.randn(input_dim, hidden_dim),
        "b1": weight_scale * np.random.randn(hidden_dim),
        "W2": weight_scale * np.random.randn(hidden_dim, num_classes),
        "b2": weight_scale * np.random.randn(num_classes),
    }


@mistake("two_layer_net_init")
def init_constant(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
    """All weights are the same.

    Then all hidden units compute the same, get the same gradient, and stay the same for ever.
    """
    self.reg = reg
    self.params = {
        "W1": weight_scale * np.ones((input_dim, hidden_dim)),
        "b1": np.zeros(hidden_dim),
        "W2": weight_scale * np.ones((hidden_dim, num_classes)),
        "b2": np.zeros(num_classes),
    }


@mistake("two_layer_net_init")
def init_uniform(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
    """The weights are all positive.

    np.random.rand draws from 0 to 1. np.random.randn draws from a normal distribution about 0.
    """
    self.reg = reg
    self.params = {
        "W1": weight_scale * np.random.rand(input_dim, hidden_dim),
        "b1": np.zeros(hidden_dim),
        "W2": weight_scale * np.random.rand(hidden_dim, num_classes),
        "b2": np.zeros(num_classes),
    }


@mistake("two_layer_net_init")
def init_scale_unused(
    self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0
):
    """weight_scale is not used.

    Weights of size 1 make scores in the hundreds: the first loss is huge, and so are the first
    steps.
    """
    self.reg = reg
    self.params = {
        "W1": np.random.randn(input_dim, hidden_dim),
        "b1": np.zeros(hidden_dim),
        "W2": np.random.randn(hidden_dim, num_classes),
        "b2": np.zeros(num_classes),
    }


@mistake("two_layer_net_init")
def init_root_of_scale(
    self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0
):
    """The root of weight_scale is taken.

    weight_scale is the standard deviation itself. A standard deviation multiplies; only a variance
    would need a root.
    """
    self.reg = reg
    self.params = {
        "W1": np.sqrt(weight_scale) * np.random.randn(input_dim, hidden_dim),
        "b1": np.zeros(hidden_dim),
        "W2": np.sqrt(weight_scale) * np.random.randn(hidden_dim, num_classes),
        "b2": np.zeros(num_classes),
    }


@mistake("two_layer_net_init")
def init_reg_lost(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
    """reg is not kept.

    loss will look for it in self.reg.
    """
    self.reg = 0.0
    self.params = {
        "W1": weight_scale * np.random.randn(input_dim, hidden_dim),
        "b1": np.zeros(hidden_dim),
        "W2": weight_scale * np.random.randn(hidden_dim, num_classes),
        "b2": np.zeros(num_classes),
    }


@mistake("two_layer_net_loss")
def net_relu_on_scores(self, X, y=None):
    """There is a ReLU after the scores too.

    Scores may be negative: a negative score speaks against a class. A class whose score is set to 0
    gets no gradient any more.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    scores, relu2 = relu_forward(scores)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dscores = relu_backward(dscores, relu2)
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1 + self.reg * p["W1"], "b1": db1, "W2": dW2 + self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_without_relu(self, X, y=None):
    """The ReLU between the layers is missing.

    Two affine layers in a row are only one affine layer: the second one costs time and adds nothing.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h = a
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(dh, affine1)
    grads = {"W1": dW1 + self.reg * p["W1"], "b1": db1, "W2": dW2 + self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_probabilities(self, X, y=None):
    """Probabilities are returned in place of scores.

    softmax_loss computes the probabilities itself. Return the output of the second affine layer.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1 + self.reg * p["W1"], "b1": db1, "W2": dW2 + self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_without_b2(self, X, y=None):
    """b2 is left out.

    The second layer has biases as well, one per class.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], 0 * p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1 + self.reg * p["W1"], "b1": db1, "W2": dW2 + self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_loss_unregularised(self, X, y=None):
    """The regularisation is missing in the loss.

    It is in the gradients, so loss and gradients do not belong together: add 0.5 * reg * sum(W * W) for W1 and
    W2.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1 + self.reg * p["W1"], "b1": db1, "W2": dW2 + self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_half_missing(self, X, y=None):
    """The ½ of the regularisation is missing.

    Networks have 0.5 * reg * sum(W * W), so that the derivative is reg * W. (The linear classifiers
    had no ½.)
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1 + self.reg * p["W1"], "b1": db1, "W2": dW2 + self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_biases_regularised(self, X, y=None):
    """The biases are regularised too.

    They shift scores and do not make the network more complicated. Regularise W1 and W2 alone.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * sum(np.sum(value**2) for value in p.values())
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {
        "W1": dW1 + self.reg * p["W1"],
        "b1": db1 + self.reg * p["b1"],
        "W2": dW2 + self.reg * p["W2"],
        "b2": db2 + self.reg * p["b2"],
    }
    return loss, grads


@mistake("two_layer_net_loss")
def net_w2_not_regularised(self, X, y=None):
    """W2 is left out of the regularisation.

    Both layers have weights, and both are regularised.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * np.sum(p["W1"] ** 2)
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1 + self.reg * p["W1"], "b1": db1, "W2": dW2, "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_w1_not_regularised(self, X, y=None):
    """W1 is left out of the regularisation.

    Both layers have weights, and both are regularised.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * np.sum(p["W2"] ** 2)
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1, "b1": db1, "W2": dW2 + self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_w1_twice(self, X, y=None):
    """W1 is counted twice, and W2 not at all.

    A line was copied and not changed. The sum goes over W1 and W2.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W1"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1 + self.reg * p["W1"], "b1": db1, "W2": dW2 + self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_reg_divided(self, X, y=None):
    """The regularisation is divided by N.

    The data part is a mean over the images; the regularisation does not depend on them.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg / len(X) * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1 + self.reg * p["W1"], "b1": db1, "W2": dW2 + self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_reg_gradient_doubled(self, X, y=None):
    """The gradient of the regularisation is 2 · reg · W.

    That belongs to a loss without the ½. The ½ takes the 2 away: reg · W.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1 + 2 * self.reg * p["W1"], "b1": db1, "W2": dW2 + 2 * self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_reg_gradient_halved(self, X, y=None):
    """The ½ is kept in the gradient of the regularisation.

    The derivative of ½ W² is W.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1 + 0.5 * self.reg * p["W1"], "b1": db1, "W2": dW2 + 0.5 * self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_gradients_unregularised(self, X, y=None):
    """The regularisation is missing in the gradients.

    It is in the loss, but then no step makes it smaller. Add reg * W to the gradients of W1
    and W2.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_w2_gradient_unregularised(self, X, y=None):
    """The regularisation is missing in the gradient of W2.

    Both W1 and W2 are in the loss, so both gradients have the term reg * W.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW1 + self.reg * p["W1"], "b1": db1, "W2": dW2, "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_back_without_relu(self, X, y=None):
    """The backward pass skips the ReLU.

    The forward pass has three layers, so the backward pass has three as well: relu_backward comes
    between the two affine layers.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(dh, affine1)
    grads = {"W1": dW1 + self.reg * p["W1"], "b1": db1, "W2": dW2 + self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_mask_of_gradient(self, X, y=None):
    """The ReLU's mask comes from the wrong place

    relu_backward needs the cache that relu_forward has returned, not the gradient itself.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, dh), affine1)
    grads = {"W1": dW1 + self.reg * p["W1"], "b1": db1, "W2": dW2 + self.reg * p["W2"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_gradients_swapped(self, X, y=None):
    """The gradients of W1 and W2 are swapped.

    Each gradient has the name of its parameter, and its shape.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {"W1": dW2 + self.reg * p["W2"], "b1": db1, "W2": dW1 + self.reg * p["W1"], "b2": db2}
    return loss, grads


@mistake("two_layer_net_loss")
def net_bias_gradients_regularised(self, X, y=None):
    """The gradients of the biases are regularised too.

    The regularisation has no term with the biases, so their gradients have none.
    """
    p = self.params
    a, affine1 = affine_forward(X, p["W1"], p["b1"])
    h, relu = relu_forward(a)
    scores, affine2 = affine_forward(h, p["W2"], p["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
    dh, dW2, db2 = affine_backward(dscores, affine2)
    _, dW1, db1 = affine_backward(relu_backward(dh, relu), affine1)
    grads = {
        "W1": dW1 + self.reg * p["W1"],
        "b1": db1 + self.reg * p["b1"],
        "W2": dW2 + self.reg * p["W2"],
        "b2": db2 + self.reg * p["b2"],
    }
    return loss, grads
