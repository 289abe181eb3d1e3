"""Wrong solutions that people really write for 05_optimization/initialization, each with what it teaches as its docstring."""

from itertools import pairwise

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("activation_statistics")
def statistics_with_x(X, weights):
    """X is counted as a layer.

    The list begins with the output of the first layer: one array for each array of weights.
    """
    activations, statistics, h = [X], [], X
    for W in weights:
        h = np.maximum(0, h @ W)
        activations.append(h)
        statistics.append([h.mean(), h.std(), np.mean(np.all(h == 0, axis=0))])
    return activations, np.array(statistics)


@mistake("activation_statistics")
def statistics_last_layer_only(X, weights):
    """Only the last layer is kept.

    Append inside the loop: the activations of every layer are needed.
    """
    activations, statistics, h = [], [], X
    for W in weights:
        h = np.maximum(0, h @ W)
        statistics.append([h.mean(), h.std(), np.mean(np.all(h == 0, axis=0))])
    return [h], np.array(statistics)


@mistake("activation_statistics")
def statistics_without_relu(X, weights):
    """The ReLU is missing.

    Without it the layers are one linear layer, and no unit ever dies.
    """
    activations, statistics, h = [], [], X
    for W in weights:
        h = h @ W
        activations.append(h)
        statistics.append([h.mean(), h.std(), np.mean(np.all(h == 0, axis=0))])
    return activations, np.array(statistics)


@mistake("activation_statistics")
def statistics_before_relu(X, weights):
    """The statistics are those before the ReLU.

    The next layer gets the output of the ReLU: compute mean, spread and zeros from this output.
    """
    activations, statistics, h = [], [], X
    for W in weights:
        a = h @ W
        h = np.maximum(0, a)
        activations.append(h)
        statistics.append([a.mean(), a.std(), np.mean(np.all(h == 0, axis=0))])
    return activations, np.array(statistics)


@mistake("activation_statistics")
def statistics_activations_before_relu(X, weights):
    """The activations are those before the ReLU.

    Their histogram would show the negative half, which no later layer ever sees.
    """
    activations, statistics, h = [], [], X
    for W in weights:
        activations.append(h @ W)
        h = np.maximum(0, h @ W)
        statistics.append([h.mean(), h.std(), np.mean(np.all(h == 0, axis=0))])
    return activations, np.array(statistics)


@mistake("activation_statistics")
def statistics_variance(X, weights):
    """The variance is used instead of the standard deviation.

    np.var is the mean squared distance; np.std is its root, in the units of the numbers themselves.
    """
    activations, statistics, h = [], [], X
    for W in weights:
        h = np.maximum(0, h @ W)
        activations.append(h)
        statistics.append([h.mean(), h.var(), np.mean(np.all(h == 0, axis=0))])
    return activations, np.array(statistics)


@mistake("activation_statistics")
def statistics_zeros_counted(X, weights):
    """Zeros are counted, not units.

    Being 0 for one image is normal for a ReLU. A unit is dead if its whole column is 0.
    """
    activations, statistics, h = [], [], X
    for W in weights:
        h = np.maximum(0, h @ W)
        activations.append(h)
        statistics.append([h.mean(), h.std(), np.mean(h == 0)])
    return activations, np.array(statistics)


@mistake("activation_statistics")
def statistics_dead_for_one(X, weights):
    """A unit counts as dead if it is 0 for one image.

    It is dead if it is 0 for all of them: np.all, not np.any.
    """
    activations, statistics, h = [], [], X
    for W in weights:
        h = np.maximum(0, h @ W)
        activations.append(h)
        statistics.append([h.mean(), h.std(), np.mean(np.any(h == 0, axis=0))])
    return activations, np.array(statistics)


@mistake("activation_statistics")
def statistics_images_counted(X, weights):
    """Images are counted, not units.

    A unit is a column: work down the columns, axis=0.
    """
    activations, statistics, h = [], [], X
    for W in weights:
        h = np.maximum(0, h @ W)
        activations.append(h)
        statistics.append([h.mean(), h.std(), np.mean(np.all(h == 0, axis=1))])
    return activations, np.array(statistics)


@mistake("activation_statistics")
def statistics_living_counted(X, weights):
    """The living units are counted.

    Return the share of the units that are 0 for all images.
    """
    activations, statistics, h = [], [], X
    for W in weights:
        h = np.maximum(0, h @ W)
        activations.append(h)
        statistics.append([h.mean(), h.std(), np.mean(np.any(h > 0, axis=0))])
    return activations, np.array(statistics)


@mistake("activation_statistics")
def statistics_dead_number(X, weights):
    """The dead units are counted, not their share.

    Divide by the number of units, or take the mean of True and False.
    """
    activations, statistics, h = [], [], X
    for W in weights:
        h = np.maximum(0, h @ W)
        activations.append(h)
        statistics.append([h.mean(), h.std(), np.sum(np.all(h == 0, axis=0))])
    return activations, np.array(statistics)


@mistake("xavier")
def xavier_swapped(fan_in, fan_out, rng):
    """The shape is swapped.

    Data are rows and are multiplied from the left, so the weights have one row for each input.
    """
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_out, fan_in))


@mistake("xavier")
def xavier_variance(fan_in, fan_out, rng):
    """The variance is used as the standard deviation.

    rng.normal takes the standard deviation, the root of the variance.
    """
    return rng.normal(0, 2 / (fan_in + fan_out), size=(fan_in, fan_out))


@mistake("xavier")
def xavier_two_missing(fan_in, fan_out, rng):
    """The 2 is missing.

    The mean of fan-in and fan-out is half of their sum; one over that is 2 / (fan_in + fan_out).
    """
    return rng.normal(0, np.sqrt(1 / (fan_in + fan_out)), size=(fan_in, fan_out))


@mistake("xavier")
def xavier_fan_in_only(fan_in, fan_out, rng):
    """Only the fan-in counts.

    That keeps the scale of the activations alone. The gradients need the fan-out; Xavier takes the mean
    of both.
    """
    return rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, fan_out))


@mistake("xavier")
def xavier_by_he(fan_in, fan_out, rng):
    """This is He's variance.

    That is for layers with a ReLU, and comes next. Xavier's depends on the fan-out too: 2 / (fan_in + fan_out).
    """
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))


@mistake("xavier")
def xavier_uniform(fan_in, fan_out, rng):
    """The numbers are uniform, not normal.

    Uniform numbers between -s and s have the standard deviation s / √3, not s.
    """
    s = np.sqrt(2 / (fan_in + fan_out))
    return rng.uniform(-s, s, size=(fan_in, fan_out))


@mistake("xavier")
def xavier_global(fan_in, fan_out, rng):
    """rng is not used.

    np.random.randn draws from a global generator that other code uses too: nobody can repeat the result.
    """
    return np.sqrt(2 / (fan_in + fan_out)) * np.random.randn(fan_in, fan_out)


@mistake("he")
def he_swapped(fan_in, fan_out, rng):
    """The shape is swapped.

    Data are rows and are multiplied from the left, so the weights have one row for each input.
    """
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_out, fan_in))


@mistake("he")
def he_variance(fan_in, fan_out, rng):
    """The variance is used as the standard deviation.

    rng.normal takes the standard deviation, the root of the variance.
    """
    return rng.normal(0, 2 / fan_in, size=(fan_in, fan_out))


@mistake("he")
def he_two_missing(fan_in, fan_out, rng):
    """The 2 is missing: it makes up for the half that the ReLU cuts off.

    With 1 / fan_in each layer loses half of its variance to the ReLU.
    """
    return rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, fan_out))


@mistake("he")
def he_fan_out(fan_in, fan_out, rng):
    """The fan-out is used.

    A unit sums its fan_in inputs. (A square layer hides the difference.)
    """
    return rng.normal(0, np.sqrt(2 / fan_out), size=(fan_in, fan_out))


@mistake("he")
def he_by_xavier(fan_in, fan_out, rng):
    """This is Xavier's variance.

    He's does not depend on the fan-out: 2 / fan_in.
    """
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))


@mistake("he")
def he_uniform(fan_in, fan_out, rng):
    """The numbers are uniform, not normal.

    Uniform numbers between -s and s have the standard deviation s / √3, not s.
    """
    s = np.sqrt(2 / fan_in)
    return rng.uniform(-s, s, size=(fan_in, fan_out))


@mistake("he")
def he_global(fan_in, fan_out, rng):
    """rng is not used.

    np.random.randn draws from a global generator that other code uses too: nobody can repeat the result.
    """
    return np.sqrt(2 / fan_in) * np.random.randn(fan_in, fan_out)


@mistake("xavier")
def xavier_divided(fan_in, fan_out, rng):
    """The numbers are divided by the standard deviation, not multiplied by it.

    The more terms a sum has, the smaller each of them must be.
    """
    return rng.normal(size=(fan_in, fan_out)) / np.sqrt(2 / (fan_in + fan_out))


@mistake("fully_connected_net_init")
def init_last_layer_missing(
    self,
    hidden_dims,
    *,
    input_dim=3 * 32 * 32,
    num_classes=10,
    weight_scale=1e-2,
    reg=0.0,
    normalization=None,
    dropout_keep_ratio=1,
    seed=None,
):
    """The last layer is missing, from the hidden units to the classes.

    There is one more layer than hidden layers: len(hidden_dims) + 1.
    """
    self.reg, self.num_layers = reg, len(hidden_dims) + 1
    self.normalization, self.dropout_keep_ratio, self.seed = normalization, dropout_keep_ratio, seed
    self.params = {}
    sizes = [input_dim, *hidden_dims]
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
        self.params[f"W{layer}"] = weight_scale * np.random.randn(fan_in, fan_out)
        self.params[f"b{layer}"] = np.zeros(fan_out)


@mistake("fully_connected_net_init")
def init_counted_from_0(
    self,
    hidden_dims,
    *,
    input_dim=3 * 32 * 32,
    num_classes=10,
    weight_scale=1e-2,
    reg=0.0,
    normalization=None,
    dropout_keep_ratio=1,
    seed=None,
):
    """The layers are counted from 0.

    Their names are W1, b1 and so on, as in the last assignment. enumerate takes a start.
    """
    self.reg, self.num_layers = reg, len(hidden_dims) + 1
    self.normalization, self.dropout_keep_ratio, self.seed = normalization, dropout_keep_ratio, seed
    self.params = {}
    sizes = [input_dim, *hidden_dims, num_classes]
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 0):
        self.params[f"W{layer}"] = weight_scale * np.random.randn(fan_in, fan_out)
        self.params[f"b{layer}"] = np.zeros(fan_out)


@mistake("fully_connected_net_init")
def init_without_biases(
    self,
    hidden_dims,
    *,
    input_dim=3 * 32 * 32,
    num_classes=10,
    weight_scale=1e-2,
    reg=0.0,
    normalization=None,
    dropout_keep_ratio=1,
    seed=None,
):
    """The biases are missing.

    Each layer has a bias for each of its units.
    """
    self.reg, self.num_layers = reg, len(hidden_dims) + 1
    self.normalization, self.dropout_keep_ratio, self.seed = normalization, dropout_keep_ratio, seed
    self.params = {}
    sizes = [input_dim, *hidden_dims, num_classes]
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
        self.params[f"W{layer}"] = weight_scale * np.random.randn(fan_in, fan_out)


@mistake("fully_connected_net_init")
def init_swapped(
    self,
    hidden_dims,
    *,
    input_dim=3 * 32 * 32,
    num_classes=10,
    weight_scale=1e-2,
    reg=0.0,
    normalization=None,
    dropout_keep_ratio=1,
    seed=None,
):
    """The shapes are swapped.

    Data are rows and are multiplied from the left, so the weights have one row for each input.
    """
    self.reg, self.num_layers = reg, len(hidden_dims) + 1
    self.normalization, self.dropout_keep_ratio, self.seed = normalization, dropout_keep_ratio, seed
    self.params = {}
    sizes = [input_dim, *hidden_dims, num_classes]
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
        self.params[f"W{layer}"] = weight_scale * np.random.randn(fan_out, fan_in)
        self.params[f"b{layer}"] = np.zeros(fan_out)


@mistake("fully_connected_net_init")
def init_one_width(
    self,
    hidden_dims,
    *,
    input_dim=3 * 32 * 32,
    num_classes=10,
    weight_scale=1e-2,
    reg=0.0,
    normalization=None,
    dropout_keep_ratio=1,
    seed=None,
):
    """All hidden layers have the size of the first one.

    hidden_dims has a size for each: layer l goes from sizes[l - 1] to sizes[l].
    """
    self.reg, self.num_layers = reg, len(hidden_dims) + 1
    self.normalization, self.dropout_keep_ratio, self.seed = normalization, dropout_keep_ratio, seed
    self.params = {}
    sizes = [input_dim, *(len(hidden_dims) * hidden_dims[:1]), num_classes]
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
        self.params[f"W{layer}"] = weight_scale * np.random.randn(fan_in, fan_out)
        self.params[f"b{layer}"] = np.zeros(fan_out)


@mistake("fully_connected_net_init")
def init_random_biases(
    self,
    hidden_dims,
    *,
    input_dim=3 * 32 * 32,
    num_classes=10,
    weight_scale=1e-2,
    reg=0.0,
    normalization=None,
    dropout_keep_ratio=1,
    seed=None,
):
    """The biases are random.

    They start at 0: the weights already break the symmetry.
    """
    self.reg, self.num_layers = reg, len(hidden_dims) + 1
    self.normalization, self.dropout_keep_ratio, self.seed = normalization, dropout_keep_ratio, seed
    self.params = {}
    sizes = [input_dim, *hidden_dims, num_classes]
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
        self.params[f"W{layer}"] = weight_scale * np.random.randn(fan_in, fan_out)
        self.params[f"b{layer}"] = weight_scale * np.random.randn(fan_out)


@mistake("fully_connected_net_init")
def init_scale_unused(
    self,
    hidden_dims,
    *,
    input_dim=3 * 32 * 32,
    num_classes=10,
    weight_scale=1e-2,
    reg=0.0,
    normalization=None,
    dropout_keep_ratio=1,
    seed=None,
):
    """weight_scale is not used.

    randn has the standard deviation 1. Multiply by weight_scale.
    """
    self.reg, self.num_layers = reg, len(hidden_dims) + 1
    self.normalization, self.dropout_keep_ratio, self.seed = normalization, dropout_keep_ratio, seed
    self.params = {}
    sizes = [input_dim, *hidden_dims, num_classes]
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
        self.params[f"W{layer}"] = np.random.randn(fan_in, fan_out)
        self.params[f"b{layer}"] = np.zeros(fan_out)


@mistake("fully_connected_net_init")
def init_root_of_scale(
    self,
    hidden_dims,
    *,
    input_dim=3 * 32 * 32,
    num_classes=10,
    weight_scale=1e-2,
    reg=0.0,
    normalization=None,
    dropout_keep_ratio=1,
    seed=None,
):
    """The root of weight_scale is taken.

    weight_scale is the standard deviation already.
    """
    self.reg, self.num_layers = reg, len(hidden_dims) + 1
    self.normalization, self.dropout_keep_ratio, self.seed = normalization, dropout_keep_ratio, seed
    self.params = {}
    sizes = [input_dim, *hidden_dims, num_classes]
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
        self.params[f"W{layer}"] = np.sqrt(weight_scale) * np.random.randn(fan_in, fan_out)
        self.params[f"b{layer}"] = np.zeros(fan_out)


@mistake("fully_connected_net_init")
def init_positive(
    self,
    hidden_dims,
    *,
    input_dim=3 * 32 * 32,
    num_classes=10,
    weight_scale=1e-2,
    reg=0.0,
    normalization=None,
    dropout_keep_ratio=1,
    seed=None,
):
    """The weights are all positive.

    np.random.rand is uniform between 0 and 1: then all units are alike. randn is normal, about 0.
    """
    self.reg, self.num_layers = reg, len(hidden_dims) + 1
    self.normalization, self.dropout_keep_ratio, self.seed = normalization, dropout_keep_ratio, seed
    self.params = {}
    sizes = [input_dim, *hidden_dims, num_classes]
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), 1):
        self.params[f"W{layer}"] = weight_scale * np.random.rand(fan_in, fan_out)
        self.params[f"b{layer}"] = np.zeros(fan_out)


@mistake("fully_connected_net_loss")
def net_relu_on_scores(self, X, y=None):
    """There is a ReLU after the scores too.

    Scores may be negative: a negative score speaks against a class. The last layer is only affine.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    scores, relu = relu_forward(scores)
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout = relu_backward(dout, relu)
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_without_relu(self, X, y=None):
    """The ReLU between the layers is missing.

    Affine layers in a row are one affine layer, however many there are. hidden_forward has the ReLU.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout, self.grads[f"W{layer}"], self.grads[f"b{layer}"] = affine_backward(dout, caches[layer])
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_probabilities(self, X, y=None):
    """Probabilities are returned in place of scores.

    softmax_loss computes the probabilities itself. Return the output of the last affine layer.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_last_bias_missing(self, X, y=None):
    """The last layer's bias is left out.

    The last layer has biases as well, one per class.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], 0 * self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_loss_unregularised(self, X, y=None):
    """The regularisation is missing in the loss.

    It is in the gradients, so loss and gradients do not belong together: add 0.5 * reg * sum(W * W) for each layer.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_half_missing(self, X, y=None):
    """The ½ of the regularisation is missing.

    Networks have 0.5 * reg * sum(W * W), so that the derivative is reg * W.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_biases_regularised(self, X, y=None):
    """The biases are regularised too.

    They shift numbers and do not make the network more complicated. Regularise the weights alone.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
        b = self.params[f"b{layer}"]
        loss += 0.5 * self.reg * np.sum(b * b)
        self.grads[f"b{layer}"] += self.reg * b
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_last_not_regularised(self, X, y=None):
    """The last layer is left out of the regularisation.

    All layers have weights, and all are regularised: the loop ends with the last one.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_first_not_regularised(self, X, y=None):
    """The first layer is left out of the regularisation.

    All layers have weights, and all are regularised: the loop begins with layer 1.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(2, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_one_weight_each_time(self, X, y=None):
    """The same weights are counted in every layer.

    The loop adds W1 in every iteration. Each layer has its own weights.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params["W1"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * self.params[f"W{layer}"]
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_reg_gradient_doubled(self, X, y=None):
    """The gradient of the regularisation is 2 · reg · W.

    That belongs to a loss without the ½. The ½ takes the 2 away: reg · W.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += 2 * self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_reg_gradient_halved(self, X, y=None):
    """The ½ is kept in the gradient of the regularisation.

    The derivative of ½ W² is W.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += 0.5 * self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_gradients_unregularised(self, X, y=None):
    """The regularisation is missing in the gradients.

    It is in the loss, but then no step makes it smaller. Add reg * W to each weight's gradient.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_last_gradient_unregularised(self, X, y=None):
    """The regularisation is missing in the last layer's gradient.

    All weights are in the loss, so all their gradients have the term reg * W.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        if layer < last:
            self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_caches_in_forward_order(self, X, y=None):
    """The caches are used in forward order.

    In the backward pass the last hidden layer comes first, and each layer takes its own cache.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[last - layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_layers_in_forward_order(self, X, y=None):
    """The backward pass goes through the layers from the first to the last.

    The gradient comes from the loss, so the backward pass begins with the last hidden layer.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(1, last):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_stops_at_the_last_hidden(self, X, y=None):
    """The gradient is not passed on from layer to layer.

    hidden_backward returns the upstream gradient of the layer before: dout = self.hidden_backward(…).
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_first_layer_again(self, X, y=None):
    """Every hidden layer is given the images.

    A layer's input is the output of the layer before: out, cache = self.hidden_forward(out, layer).
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(X, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout = self.hidden_backward(dout, caches[layer], layer)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads


@mistake("fully_connected_net_loss")
def net_back_without_relu(self, X, y=None):
    """The backward pass skips the ReLU.

    The forward pass has affine and ReLU layers, so the backward pass has both: hidden_backward does it.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, caches[layer] = self.hidden_forward(out, layer)
    scores, caches[last] = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    self.grads = {}
    dout, self.grads[f"W{last}"], self.grads[f"b{last}"] = affine_backward(dout, caches[last])
    for layer in range(last - 1, 0, -1):
        dout, self.grads[f"W{layer}"], self.grads[f"b{layer}"] = affine_backward(dout, caches[layer][0])
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        self.grads[f"W{layer}"] += self.reg * W
    return loss, self.grads
