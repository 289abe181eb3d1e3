"""Wrong solutions that people really write for 07_dropout/dropout, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("dropout_forward")
def dropout_p_to_drop(x, dropout_param):
    """p is taken as the probability to drop.

    Here p is the probability to keep: a number stays where its coin is below p.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape) > dropout_param["p"]) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_all_opposite(x, dropout_param):
    """p is taken as the probability to drop.

    Here p is the probability to keep, and kept numbers are divided by it.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape) > dropout_param["p"]) / (1 - dropout_param["p"])
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_modes_swapped(x, dropout_param):
    """Nothing is dropped in training.

    Training drops, testing leaves the network whole. Is your test of the mode the right way round?
    """
    if dropout_param["mode"] == "train":
        return x, (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_normal(x, dropout_param):
    """The coins come from a normal distribution.

    np.random.randn is not below p with probability p. np.random.rand is: it is uniform.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.randn(*x.shape) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_no_comparison(x, dropout_param):
    """The mask holds the random numbers themselves.

    A mask says keep or drop: compare the random numbers with p.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = np.random.rand(*x.shape) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_without_factor(x, dropout_param):
    """The factor 1/p is missing.

    Then, in training, the next layer gets only p times the input that it gets in testing.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = np.random.rand(*x.shape) < dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_wrong_factor(x, dropout_param):
    """The scale is wrong: 1/(1 − p).

    A share p is kept, so 1/p makes up for the rest.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) / (1 - dropout_param["p"])
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_multiplied(x, dropout_param):
    """Kept numbers are multiplied by p.

    Kept numbers must become larger, to make up for the dropped ones: divide.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) * dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_one_mask(x, dropout_param):
    """One mask serves all images.

    Then a batch trains one part of the network instead of one for each image.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape[1:]) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_whole_images(x, dropout_param):
    """Whole images are dropped.

    Units are dropped, each by its own coin; an image without any units teaches nothing.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (
        np.ones(x.shape)
        * (np.random.rand(len(x), *[1] * (x.ndim - 1)) < dropout_param["p"])
        / dropout_param["p"]
    )
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_two_axes(x, dropout_param):
    """Coins are tossed for two axes only.

    A batch of images has four axes; then all numbers along the other two share a coin. Use *x.shape.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape[-2:]) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_in_testing(x, dropout_param):
    """Numbers are dropped in testing too.

    Testing uses the whole network, and the same image gets the same scores each time.
    """
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_testing_scaled(x, dropout_param):
    """Testing scales by p, on top of the 1/p in training.

    One of the two is enough. With 1/p in training, testing returns x unchanged.
    """
    if dropout_param["mode"] == "test":
        return x * dropout_param["p"], (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_testing_divided(x, dropout_param):
    """Testing divides by p.

    In testing nothing was dropped, so there is nothing to make up for.
    """
    if dropout_param["mode"] == "test":
        return x / dropout_param["p"], (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_without_seed(x, dropout_param):
    """The seed is not used.

    The gradient check calls the forward pass many times, and each call must drop the same numbers.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_seed_zero(x, dropout_param):
    """A seed of 0 is ignored.

    `if seed:` is False for 0. Check for the key, or compare with None.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    if dropout_param.get("seed"):
        np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_always_seeded(x, dropout_param):
    """Every call without a seed drops the same numbers.

    A default seed makes all layers and steps drop the same units, so always the same units learn.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    np.random.seed(dropout_param.get("seed", 0))
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@mistake("dropout_forward")
def dropout_counted(x, dropout_param):
    """Exactly the share p is kept.

    Each number has its own coin: how many numbers an image keeps varies from image to image.
    """
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    p, size = dropout_param["p"], x.shape[-1]
    ranks = np.argsort(np.random.rand(*x.shape), axis=-1).argsort(axis=-1)
    mask = (ranks < round(p * size)) / p
    return x * mask, (dropout_param, mask)


@mistake("dropout_backward")
def backward_new_mask(dout, cache):
    """The backward pass draws a new mask.

    The gradient belongs to the draw of the forward pass: take the mask from the cache.
    """
    dropout_param, mask = cache
    return (
        dout
        if dropout_param["mode"] == "test"
        else dout * (np.random.rand(*dout.shape) < dropout_param["p"]) / dropout_param["p"]
    )


@mistake("dropout_backward")
def backward_without_mask(dout, cache):
    """The mask is not applied in the backward pass.

    Dropped numbers had no part in the loss, so their gradient is 0.
    """
    return dout


@mistake("dropout_backward")
def backward_without_factor(dout, cache):
    """The factor 1/p is missing in the backward pass.

    The output is x/p where x was kept, so its derivative is 1/p.
    """
    dropout_param, mask = cache
    return dout if dropout_param["mode"] == "test" else dout * (mask > 0)


@mistake("dropout_backward")
def backward_inverted(dout, cache):
    """The mask is inverted: gradients of kept numbers are dropped.

    Keep the gradient where the forward pass kept the number.
    """
    dropout_param, mask = cache
    return dout if dropout_param["mode"] == "test" else dout * (mask == 0) / dropout_param["p"]


@mistake("dropout_backward")
def backward_factor_twice(dout, cache):
    """The factor 1/p is applied twice.

    Is the mask in the cache divided by p already?
    """
    dropout_param, mask = cache
    return dout if dropout_param["mode"] == "test" else dout * mask / dropout_param["p"]


@mistake("dropout_backward")
def backward_testing_scaled(dout, cache):
    """Testing scales the gradients by p.

    In testing out is x, so the derivative is 1.
    """
    dropout_param, mask = cache
    return dropout_param["p"] * dout if dropout_param["mode"] == "test" else dout * mask


@mistake("dropout_net_loss")
def net_without_dropout(self, X, y=None):
    """Nothing is dropped: the option has no effect.

    Call dropout_forward after each ReLU, and dropout_backward in the backward pass.
    """
    last, out, caches = self.num_layers, X, {}
    self.dropout_param["mode"] = "test" if y is None else "train"
    for layer in range(1, last):
        out, affine = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
        out, relu = relu_forward(out)
        caches[layer] = affine, relu
    scores, affine = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, affine)
    for layer in range(last - 1, 0, -1):
        affine, relu = caches[layer]
        dout = relu_backward(dout, relu)
        dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        grads[f"W{layer}"] += self.reg * W
    return loss, grads


@mistake("dropout_net_loss")
def net_first_layer_only(self, X, y=None):
    """Only the first hidden layer drops.

    Dropout belongs in the loop, after each ReLU.
    """
    last, out, caches = self.num_layers, X, {}
    self.dropout_param["mode"] = "test" if y is None else "train"
    for layer in range(1, last):
        out, affine = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
        out, relu = relu_forward(out)
        dropout = None
        if layer == 1:
            out, dropout = dropout_forward(out, self.dropout_param)
        caches[layer] = affine, relu, dropout
    scores, affine = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, affine)
    for layer in range(last - 1, 0, -1):
        affine, relu, dropout = caches[layer]
        dout = dropout_backward(dout, dropout) if layer == 1 else dout
        dout = relu_backward(dout, relu)
        dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        grads[f"W{layer}"] += self.reg * W
    return loss, grads


@mistake("dropout_net_loss")
def net_last_layer_only(self, X, y=None):
    """Only the last hidden layer drops.

    Dropout belongs in the loop, after each ReLU.
    """
    last, out, caches = self.num_layers, X, {}
    self.dropout_param["mode"] = "test" if y is None else "train"
    for layer in range(1, last):
        out, affine = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
        out, relu = relu_forward(out)
        dropout = None
        if layer == last - 1:
            out, dropout = dropout_forward(out, self.dropout_param)
        caches[layer] = affine, relu, dropout
    scores, affine = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, affine)
    for layer in range(last - 1, 0, -1):
        affine, relu, dropout = caches[layer]
        dout = dropout_backward(dout, dropout) if layer == last - 1 else dout
        dout = relu_backward(dout, relu)
        dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        grads[f"W{layer}"] += self.reg * W
    return loss, grads


@mistake("dropout_net_loss")
def net_scores_dropped(self, X, y=None):
    """The scores are dropped too.

    A class whose score is dropped gets the score 0 by chance. Only hidden units are dropped.
    """
    last, out, caches = self.num_layers, X, {}
    self.dropout_param["mode"] = "test" if y is None else "train"
    for layer in range(1, last):
        out, affine = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
        out, relu = relu_forward(out)
        out, dropout = dropout_forward(out, self.dropout_param)
        caches[layer] = affine, relu, dropout
    scores, affine = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    scores, at_the_end = dropout_forward(scores, self.dropout_param)
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    dout = dropout_backward(dout, at_the_end)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, affine)
    for layer in range(last - 1, 0, -1):
        affine, relu, dropout = caches[layer]
        dout = relu_backward(dropout_backward(dout, dropout), relu)
        dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        grads[f"W{layer}"] += self.reg * W
    return loss, grads


@mistake("dropout_net_loss")
def net_images_dropped(self, X, y=None):
    """The images are dropped too.

    That would be noise on the images. Here dropout is for hidden units.
    """
    last, out, caches = self.num_layers, X, {}
    self.dropout_param["mode"] = "test" if y is None else "train"
    out, _ = dropout_forward(out, self.dropout_param)
    for layer in range(1, last):
        out, affine = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
        out, relu = relu_forward(out)
        out, dropout = dropout_forward(out, self.dropout_param)
        caches[layer] = affine, relu, dropout
    scores, affine = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, affine)
    for layer in range(last - 1, 0, -1):
        affine, relu, dropout = caches[layer]
        dout = relu_backward(dropout_backward(dout, dropout), relu)
        dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        grads[f"W{layer}"] += self.reg * W
    return loss, grads


@mistake("dropout_net_loss")
def net_drops_in_testing(self, X, y=None):
    """Testing drops units too.

    Without labels the mode is "test", before the first layer.
    """
    last, out, caches = self.num_layers, X, {}
    for layer in range(1, last):
        out, affine = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
        out, relu = relu_forward(out)
        out, dropout = dropout_forward(out, self.dropout_param)
        caches[layer] = affine, relu, dropout
    scores, affine = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, affine)
    for layer in range(last - 1, 0, -1):
        affine, relu, dropout = caches[layer]
        dout = relu_backward(dropout_backward(dout, dropout), relu)
        dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        grads[f"W{layer}"] += self.reg * W
    return loss, grads


@mistake("dropout_net_loss")
def net_mode_once(self, X, y=None):
    """After a test call the network never drops again.

    Set the mode in every call: "train" with labels, "test" without.
    """
    last, out, caches = self.num_layers, X, {}
    if y is None:
        self.dropout_param["mode"] = "test"
    for layer in range(1, last):
        out, affine = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
        out, relu = relu_forward(out)
        out, dropout = dropout_forward(out, self.dropout_param)
        caches[layer] = affine, relu, dropout
    scores, affine = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, affine)
    for layer in range(last - 1, 0, -1):
        affine, relu, dropout = caches[layer]
        dout = relu_backward(dropout_backward(dout, dropout), relu)
        dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        grads[f"W{layer}"] += self.reg * W
    return loss, grads


@mistake("dropout_net_loss")
def net_back_without_dropout(self, X, y=None):
    """The backward pass skips dropout.

    Every layer of the forward pass has its backward pass, dropout too.
    """
    last, out, caches = self.num_layers, X, {}
    self.dropout_param["mode"] = "test" if y is None else "train"
    for layer in range(1, last):
        out, affine = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
        out, relu = relu_forward(out)
        out, dropout = dropout_forward(out, self.dropout_param)
        caches[layer] = affine, relu, dropout
    scores, affine = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, affine)
    for layer in range(last - 1, 0, -1):
        affine, relu, dropout = caches[layer]
        dout = relu_backward(dout, relu)
        dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        grads[f"W{layer}"] += self.reg * W
    return loss, grads


@mistake("dropout_net_loss")
def net_unregularised(self, X, y=None):
    """The regularisation is missing in the loss.

    Add half of reg times the sum of all squared weights.
    """
    last, out, caches = self.num_layers, X, {}
    self.dropout_param["mode"] = "test" if y is None else "train"
    for layer in range(1, last):
        out, affine = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
        out, relu = relu_forward(out)
        out, dropout = dropout_forward(out, self.dropout_param)
        caches[layer] = affine, relu, dropout
    scores, affine = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, affine)
    for layer in range(last - 1, 0, -1):
        affine, relu, dropout = caches[layer]
        dout = relu_backward(dropout_backward(dout, dropout), relu)
        dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        grads[f"W{layer}"] += self.reg * W
    return loss, grads


@mistake("dropout_net_loss")
def net_half_missing(self, X, y=None):
    """The ½ of the regularisation is missing.

    It is there so that the gradient is reg times W.
    """
    last, out, caches = self.num_layers, X, {}
    self.dropout_param["mode"] = "test" if y is None else "train"
    for layer in range(1, last):
        out, affine = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
        out, relu = relu_forward(out)
        out, dropout = dropout_forward(out, self.dropout_param)
        caches[layer] = affine, relu, dropout
    scores, affine = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, affine)
    for layer in range(last - 1, 0, -1):
        affine, relu, dropout = caches[layer]
        dout = relu_backward(dropout_backward(dout, dropout), relu)
        dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += self.reg * np.sum(W * W)
        grads[f"W{layer}"] += self.reg * W
    return loss, grads


@mistake("dropout_net_loss")
def net_biases_regularised(self, X, y=None):
    """The biases are regularised too.

    A bias does not multiply anything: only weights are regularised.
    """
    last, out, caches = self.num_layers, X, {}
    self.dropout_param["mode"] = "test" if y is None else "train"
    for layer in range(1, last):
        out, affine = affine_forward(out, self.params[f"W{layer}"], self.params[f"b{layer}"])
        out, relu = relu_forward(out)
        out, dropout = dropout_forward(out, self.dropout_param)
        caches[layer] = affine, relu, dropout
    scores, affine = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, affine)
    for layer in range(last - 1, 0, -1):
        affine, relu, dropout = caches[layer]
        dout = relu_backward(dropout_backward(dout, dropout), relu)
        dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine)
    for layer in range(1, last + 1):
        W = self.params[f"W{layer}"]
        loss += 0.5 * self.reg * np.sum(W * W)
        grads[f"W{layer}"] += self.reg * W
        b = self.params[f"b{layer}"]
        loss += 0.5 * self.reg * np.sum(b * b)
        grads[f"b{layer}"] += self.reg * b
    return loss, grads
