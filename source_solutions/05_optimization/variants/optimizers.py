"""Right solutions of 05_optimization/optimizers, written differently."""

import numpy as np

from autograder.grading.mistakes import variant


@variant("sgd")
def sgd_in_the_field(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    w -= config["learning_rate"] * dw
    return w, config


@variant("sgd")
def sgd_by_addition(w, dw, config=None):
    rate = (config or {}).get("learning_rate", 0.01)
    return np.add(w, -rate * dw), dict(config or {}, learning_rate=rate)


@variant("sgd_momentum")
def sgd_momentum_in_the_field(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    v = config["momentum"] * v - config["learning_rate"] * dw
    next_w = w + v
    config["velocity"] = v
    return next_w, config


@variant("sgd_momentum")
def momentum_in_place(w, dw, config=None):
    config = dict(learning_rate=1e-2, momentum=0.9) | (config or {})
    v = np.array(config.get("velocity", 0 * w))
    v *= config["momentum"]
    v -= config["learning_rate"] * dw
    config["velocity"] = v
    return w + v, config


@variant("sgd_momentum")
def momentum_overwrites_its_array(w, dw, config=None):
    config = {"learning_rate": 1e-2, "momentum": 0.9} | (config or {})
    v = config.setdefault("velocity", np.zeros_like(w))
    v *= config["momentum"]
    v -= config["learning_rate"] * dw
    return w + v, config


@variant("nesterov_momentum")
def nesterov_momentum_in_the_field(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v_prev = config.get("velocity", np.zeros_like(w))
    mu = config["momentum"]
    v = mu * v_prev - config["learning_rate"] * dw
    w = w - mu * v_prev + (1 + mu) * v
    config["velocity"] = v
    return w, config


@variant("nesterov_momentum")
def nesterov_by_two_steps(w, dw, config=None):
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": 0.0 * w} | (config or {})
    mu, step = config["momentum"], config["learning_rate"] * dw
    velocity = mu * config["velocity"] - step
    return w + mu * velocity - step, {**config, "velocity": velocity}


@variant("nesterov_momentum")
def nesterov_overwrites_its_array(w, dw, config=None):
    config = {"learning_rate": 1e-2, "momentum": 0.9} | (config or {})
    v, mu = config.setdefault("velocity", np.zeros_like(w)), config["momentum"]
    w = w - mu * v
    v *= mu
    v -= config["learning_rate"] * dw
    return w + (1 + mu) * v, config


@variant("rmsprop")
def rmsprop_in_the_field(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))
    config["cache"] = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"])
    return next_w, config


@variant("rmsprop")
def rmsprop_towards(w, dw, config=None):
    c = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": 0.0 * w} | (config or {})
    c["cache"] = dw * dw + c["decay_rate"] * (c["cache"] - dw * dw)
    return w - dw * (c["learning_rate"] / (c["epsilon"] + c["cache"] ** 0.5)), c


@variant("rmsprop")
def rmsprop_overwrites_its_array(w, dw, config=None):
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8} | (config or {})
    cache, keep = config.setdefault("cache", np.zeros_like(w)), config["decay_rate"]
    cache *= keep
    cache += (1 - keep) * dw**2
    return w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"]), config


@variant("adam")
def adam_in_the_field(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    config["t"] += 1
    config["m"] = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    config["v"] = config["beta2"] * config["v"] + (1 - config["beta2"]) * dw**2
    mt = config["m"] / (1 - config["beta1"] ** config["t"])
    vt = config["v"] / (1 - config["beta2"] ** config["t"])
    next_w = w - config["learning_rate"] * mt / (np.sqrt(vt) + config["epsilon"])
    return next_w, config


@variant("adam")
def adam_by_one_rate(w, dw, config=None):
    c = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "m": 0.0, "v": 0.0, "t": 0}
    c |= config or {}
    c["t"] = c["t"] + 1
    c["m"] = dw + c["beta1"] * (c["m"] - dw)
    c["v"] = dw * dw + c["beta2"] * (c["v"] - dw * dw)
    root = np.sqrt(1 - c["beta2"] ** c["t"])
    rate = c["learning_rate"] * root / (1 - c["beta1"] ** c["t"])
    return w - rate * c["m"] / (np.sqrt(c["v"]) + root * c["epsilon"]), c


@variant("adam")
def adam_overwrites_its_arrays(w, dw, config=None):
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0} | (config or {})
    config["t"] += 1
    corrected = []
    for name, keep, new in (("m", config["beta1"], dw), ("v", config["beta2"], dw**2)):
        average = config.setdefault(name, np.zeros_like(w))
        average *= keep
        average += (1 - keep) * new
        corrected.append(average / (1 - keep ** config["t"]))
    m, v = corrected
    return w - config["learning_rate"] * m / (np.sqrt(v) + config["epsilon"]), config
