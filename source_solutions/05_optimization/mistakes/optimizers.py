"""Wrong solutions that people really write for 05_optimization/optimizers, each with what it teaches as its docstring."""

import numpy as np

from autograder.grading.mistakes import mistake


@mistake("sgd")
def sgd_uphill(w, dw, config=None):
    """The step goes uphill.

    The gradient points to where the loss grows; the step goes the opposite way.
    """
    config = {"learning_rate": 1e-2} | (config or {})
    return w + config["learning_rate"] * dw, config


@mistake("sgd")
def sgd_fixed_rate(w, dw, config=None):
    """The learning rate of the config is not used.

    Use config["learning_rate"], whatever the default is.
    """
    config = {"learning_rate": 1e-2} | (config or {})
    return w - 1e-2 * dw, config


@mistake("sgd")
def sgd_sign_only(w, dw, config=None):
    """Only the gradient's sign is used.

    Plain gradient descent takes long steps where the gradient is large.
    """
    config = {"learning_rate": 1e-2} | (config or {})
    return w - config["learning_rate"] * np.sign(dw), config


@mistake("sgd")
def sgd_step_returned(w, dw, config=None):
    """The step is returned, not the new w.

    next_w is w plus the step.
    """
    config = {"learning_rate": 1e-2} | (config or {})
    return -config["learning_rate"] * dw, config


@mistake("sgd_momentum")
def sgd_momentum_uphill(w, dw, config=None):
    """The velocity is pushed uphill.

    Subtract the gradient from the velocity, so that it pushes downhill.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = config["momentum"] * config["velocity"] + config["learning_rate"] * dw
    return w + velocity, config | {"velocity": velocity}


@mistake("sgd_momentum")
def sgd_momentum_velocity_not_kept(w, dw, config=None):
    """The velocity is not kept for the next step.

    The config that is returned must hold the new velocity, or each step starts from rest.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    return w + velocity, config


@mistake("sgd_momentum")
def sgd_momentum_averaged(w, dw, config=None):
    """The gradient is weighted by 1 − momentum.

    That is Adam's average. Here the velocity gets the whole step, learning_rate · dw.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = (
        config["momentum"] * config["velocity"] - (1 - config["momentum"]) * config["learning_rate"] * dw
    )
    return w + velocity, config | {"velocity": velocity}


@mistake("sgd_momentum")
def sgd_momentum_old_velocity(w, dw, config=None):
    """The step uses the old velocity.

    First update the velocity, then take the step with the new one.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    return w + config["velocity"], config | {"velocity": velocity}


@mistake("sgd_momentum")
def sgd_momentum_as_nesterov(w, dw, config=None):
    """This is Nesterov's momentum.

    Classical momentum adds the new velocity, and nothing else.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    return w + velocity + config["momentum"] * (velocity - config["velocity"]), config | {
        "velocity": velocity
    }


@mistake("sgd_momentum")
def sgd_momentum_friction_missing(w, dw, config=None):
    """The velocity is not slowed down by momentum.

    Without friction the ball never comes to rest: multiply the old velocity by config["momentum"].
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = config["velocity"] - config["learning_rate"] * dw
    return w + velocity, config | {"velocity": velocity}


@mistake("sgd_momentum")
def sgd_momentum_fixed(w, dw, config=None):
    """The momentum of the config is not used.

    Use config["momentum"], whatever the default is.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = 0.9 * config["velocity"] - config["learning_rate"] * dw
    return w + velocity, config | {"velocity": velocity}


@mistake("nesterov_momentum")
def nesterov_momentum_uphill(w, dw, config=None):
    """The velocity is pushed uphill.

    Subtract the gradient from the velocity, so that it pushes downhill.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = config["momentum"] * config["velocity"] + config["learning_rate"] * dw
    next_w = w + velocity + config["momentum"] * (velocity - config["velocity"])
    return next_w, config | {"velocity": velocity}


@mistake("nesterov_momentum")
def nesterov_momentum_velocity_not_kept(w, dw, config=None):
    """The velocity is not kept for the next step.

    The config that is returned must hold the new velocity, or each step starts from rest.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    next_w = w + velocity + config["momentum"] * (velocity - config["velocity"])
    return next_w, config


@mistake("nesterov_momentum")
def nesterov_momentum_averaged(w, dw, config=None):
    """The gradient is weighted by 1 − momentum.

    That is Adam's average. Here the velocity gets the whole step, learning_rate · dw.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = (
        config["momentum"] * config["velocity"] - (1 - config["momentum"]) * config["learning_rate"] * dw
    )
    next_w = w + velocity + config["momentum"] * (velocity - config["velocity"])
    return next_w, config | {"velocity": velocity}


@mistake("nesterov_momentum")
def nesterov_momentum_classical(w, dw, config=None):
    """This is classical momentum.

    It is often called Nesterov's, but it is not: the look-ahead, momentum times the change of the
    velocity, is missing.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    next_w = w + velocity
    return next_w, config | {"velocity": velocity}


@mistake("nesterov_momentum")
def nesterov_momentum_old_not_taken_back(w, dw, config=None):
    """The old look-ahead is not taken back.

    w is already ahead by momentum · (old velocity). Subtract this before you add the new look-ahead.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    next_w = w + velocity + config["momentum"] * velocity
    return next_w, config | {"velocity": velocity}


@mistake("nesterov_momentum")
def nesterov_momentum_sign(w, dw, config=None):
    """The look-ahead has the wrong sign.

    It continues in the direction of the new velocity.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = config["momentum"] * config["velocity"] - config["learning_rate"] * dw
    next_w = w + velocity - config["momentum"] * (velocity - config["velocity"])
    return next_w, config | {"velocity": velocity}


@mistake("nesterov_momentum")
def nesterov_momentum_fixed(w, dw, config=None):
    """The momentum of the config is not used.

    Use config["momentum"], whatever the default is.
    """
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    velocity = 0.9 * config["velocity"] - config["learning_rate"] * dw
    next_w = w + velocity + 0.9 * (velocity - config["velocity"])
    return next_w, config | {"velocity": velocity}


@mistake("rmsprop")
def rmsprop_root_missing(w, dw, config=None):
    """The root is missing.

    The cache holds squares: its root has the size of a gradient.
    """
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)} | (
        config or {}
    )
    cache = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    next_w = w - config["learning_rate"] * dw / (cache + config["epsilon"])
    return next_w, config | {"cache": cache}


@mistake("rmsprop")
def rmsprop_epsilon_inside(w, dw, config=None):
    """ε is inside the root.

    It is added to the root, so that the denominator is never 0.
    """
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)} | (
        config or {}
    )
    cache = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    next_w = w - config["learning_rate"] * dw / np.sqrt(cache + config["epsilon"])
    return next_w, config | {"cache": cache}


@mistake("rmsprop")
def rmsprop_adagrad(w, dw, config=None):
    """The squares are added up and never forgotten.

    That is AdaGrad, whose steps shrink for ever. Weight the old cache by decay_rate and the new square by
    1 − decay_rate.
    """
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)} | (
        config or {}
    )
    cache = config["cache"] + dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    return next_w, config | {"cache": cache}


@mistake("rmsprop")
def rmsprop_swapped(w, dw, config=None):
    """decay_rate weights the wrong term.

    Weight the old cache by decay_rate, and the new square by 1 − decay_rate.
    """
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)} | (
        config or {}
    )
    cache = (1 - config["decay_rate"]) * config["cache"] + config["decay_rate"] * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    return next_w, config | {"cache": cache}


@mistake("rmsprop")
def rmsprop_old_cache(w, dw, config=None):
    """The step is divided by the root of the old cache.

    First update the cache, then divide the step by the root of the new one.
    """
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)} | (
        config or {}
    )
    cache = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"])
    return next_w, config | {"cache": cache}


@mistake("rmsprop")
def rmsprop_cache_not_kept(w, dw, config=None):
    """The cache is not kept for the next step.

    The config that is returned must hold the new cache.
    """
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)} | (
        config or {}
    )
    cache = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    return next_w, config


@mistake("adam")
def adam_uncorrected(w, dw, config=None):
    """There is no bias correction.

    m and v start at 0 and are too small at first: divide copies of them by 1 − beta ** t.
    """
    config = {
        "learning_rate": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "m": np.zeros_like(w),
        "v": np.zeros_like(w),
        "t": 0,
    } | (config or {})
    t = config["t"] + 1
    m = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    v = config["beta2"] * config["v"] + (1 - config["beta2"]) * dw**2
    m_hat = m
    v_hat = v
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    return next_w, config | {"m": m, "v": v, "t": t}


@mistake("adam")
def adam_t_used_before(w, dw, config=None):
    """t is used before it is incremented.

    t counts this step too: it is incremented first, so that it is 1 in the first step.
    """
    config = {
        "learning_rate": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "m": np.zeros_like(w),
        "v": np.zeros_like(w),
        "t": 0,
    } | (config or {})
    t = config["t"] + 1
    m = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    v = config["beta2"] * config["v"] + (1 - config["beta2"]) * dw**2
    m_hat = m / (1 - config["beta1"] ** max(config["t"], 1))
    v_hat = v / (1 - config["beta2"] ** max(config["t"], 1))
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    return next_w, config | {"m": m, "v": v, "t": t}


@mistake("adam")
def adam_t_not_kept(w, dw, config=None):
    """t is not kept for the next step.

    Then every step is corrected as if it were the same step.
    """
    config = {
        "learning_rate": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "m": np.zeros_like(w),
        "v": np.zeros_like(w),
        "t": 0,
    } | (config or {})
    t = config["t"] + 1
    m = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    v = config["beta2"] * config["v"] + (1 - config["beta2"]) * dw**2
    m_hat = m / (1 - config["beta1"] ** t)
    v_hat = v / (1 - config["beta2"] ** t)
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    return next_w, config | {"m": m, "v": v}


@mistake("adam")
def adam_corrected_kept(w, dw, config=None):
    """The corrected m and v are kept.

    The correction is for this step's copies alone. Kept, it would be applied again and again.
    """
    config = {
        "learning_rate": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "m": np.zeros_like(w),
        "v": np.zeros_like(w),
        "t": 0,
    } | (config or {})
    t = config["t"] + 1
    m = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    v = config["beta2"] * config["v"] + (1 - config["beta2"]) * dw**2
    m_hat = m / (1 - config["beta1"] ** t)
    v_hat = v / (1 - config["beta2"] ** t)
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    return next_w, config | {"m": m_hat, "v": v_hat, "t": t}


@mistake("adam")
def adam_betas_swapped(w, dw, config=None):
    """beta1 and beta2 are swapped.

    beta1 belongs to m, beta2 to v.
    """
    config = {
        "learning_rate": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "m": np.zeros_like(w),
        "v": np.zeros_like(w),
        "t": 0,
    } | (config or {})
    t = config["t"] + 1
    m = config["beta2"] * config["m"] + (1 - config["beta2"]) * dw
    v = config["beta1"] * config["v"] + (1 - config["beta1"]) * dw**2
    m_hat = m / (1 - config["beta2"] ** t)
    v_hat = v / (1 - config["beta1"] ** t)
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    return next_w, config | {"m": m, "v": v, "t": t}


@mistake("adam")
def adam_epsilon_inside(w, dw, config=None):
    """ε is inside the root.

    It is added to the root, so that the denominator is never 0.
    """
    config = {
        "learning_rate": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "m": np.zeros_like(w),
        "v": np.zeros_like(w),
        "t": 0,
    } | (config or {})
    t = config["t"] + 1
    m = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    v = config["beta2"] * config["v"] + (1 - config["beta2"]) * dw**2
    m_hat = m / (1 - config["beta1"] ** t)
    v_hat = v / (1 - config["beta2"] ** t)
    next_w = w - config["learning_rate"] * m_hat / np.sqrt(v_hat + config["epsilon"])
    return next_w, config | {"m": m, "v": v, "t": t}


@mistake("adam")
def adam_square_missing(w, dw, config=None):
    """v averages the gradients, not their squares.

    v is an average of dw², so that its root has the size of a gradient, whatever its sign.
    """
    config = {
        "learning_rate": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "m": np.zeros_like(w),
        "v": np.zeros_like(w),
        "t": 0,
    } | (config or {})
    t = config["t"] + 1
    m = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    v = config["beta2"] * config["v"] + (1 - config["beta2"]) * np.abs(dw)
    m_hat = m / (1 - config["beta1"] ** t)
    v_hat = v / (1 - config["beta2"] ** t)
    next_w = w - config["learning_rate"] * m_hat / (np.sqrt(v_hat) + config["epsilon"])
    return next_w, config | {"m": m, "v": v, "t": t}
