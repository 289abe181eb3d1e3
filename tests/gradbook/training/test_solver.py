"""Training: compared with a hand-written loop and SciPy, stopped and resumed, and with every error."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from gradbook import CheckFailed, Solver, load_model, save_model, task


class Softmax:
    """Softmax regression that can run a function at one call of its loss."""

    def __init__(self, reg: float = 0.1, dtype: type = np.float64) -> None:
        rng = np.random.default_rng(5)
        self.params = {"W": 0.1 * rng.normal(size=(4, 3)).astype(dtype), "b": np.zeros(3, dtype)}
        self.reg = reg
        self.calls = 0
        self.at: dict[int, object] = {}

    def loss(self, X, y=None):
        self.calls += y is not None
        action = self.at.pop(self.calls, None) if y is not None else None
        if isinstance(action, BaseException):
            raise action
        scores = X @ self.params["W"] + self.params["b"]
        if y is None:
            return scores
        rows = np.arange(len(y))
        dscores = softmax(scores, axis=1)
        dscores[rows, y] -= 1
        dscores /= len(y)
        loss = -log_softmax(scores, axis=1)[rows, y].mean() + 0.5 * self.reg * np.sum(self.params["W"] ** 2)
        grads = {"W": X.T @ dscores + self.reg * self.params["W"], "b": dscores.sum(axis=0)}
        return action(loss, grads) if callable(action) else (loss, grads)


def momentum(w, dw, config):
    """Update w in place, as many students do."""
    config.setdefault("velocity", np.zeros_like(w))
    config["t"] = config.get("t", 0) + 1
    config["velocity"] *= 0.9
    config["velocity"] -= config["learning_rate"] * dw
    w += config["velocity"]
    return w, config


def sgd(w, dw, config):
    return w - config["learning_rate"] * dw, config


def make_data(num_train: int = 110, num_val: int = 40) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(6)
    y = rng.integers(3, size=num_train + num_val)
    X = np.eye(4)[y] + 0.7 * rng.normal(size=(len(y), 4))
    return {
        "X_train": X[:num_train],
        "y_train": y[:num_train],
        "X_val": X[num_train:],
        "y_val": y[num_train:],
    }


def make_solver(model: Softmax | None = None, **options) -> Solver:
    settings = {
        "update_rule": momentum,
        "optim_config": {"learning_rate": 0.05},
        "lr_decay": 0.9,
        "batch_size": 20,
        "num_epochs": 4,
        "num_train_samples": 30,
        "num_val_samples": 25,
        "verbose": False,
    } | options
    return Solver(model or Softmax(), make_data(), **settings)


def assert_same(first: Solver, second: Solver) -> None:
    """Assert that two training runs are the same, bit for bit."""
    assert first.loss_history == second.loss_history
    assert first.train_acc_history == second.train_acc_history
    assert first.val_acc_history == second.val_acc_history
    assert first.best_val_acc == second.best_val_acc
    for one, other in [
        (first.model.params, second.model.params),
        (first.best_params, second.best_params),
        (first._progress.params, second._progress.params),
    ]:
        assert one.keys() == other.keys()
        for name in one:
            np.testing.assert_array_equal(one[name], other[name])
            assert one[name].dtype == other[name].dtype
    assert first._progress.configs.keys() == second._progress.configs.keys()
    for name, config in first._progress.configs.items():
        theirs = second._progress.configs[name]
        assert {key: type(value) for key, value in config.items()} == {k: type(v) for k, v in theirs.items()}
        for key, value in config.items():
            np.testing.assert_array_equal(value, theirs[key])


def test_it_agrees_with_a_hand_written_loop():
    solver = make_solver(num_train_samples=None, num_val_samples=None)
    solver.train()
    model, data = Softmax(), make_data()
    velocity = {name: np.zeros_like(w) for name, w in model.params.items()}
    rate, losses, accuracies, best = 0.05, [], [], (-1.0, {})
    for epoch in range(5):
        for part in ("val", "train"):
            right = model.loss(data[f"X_{part}"]).argmax(axis=1) == data[f"y_{part}"]
            accuracies.append(right.mean())
        if accuracies[-2] > best[0]:
            best = accuracies[-2], {name: w.copy() for name, w in model.params.items()}
        order = np.random.default_rng([0, epoch]).permutation(110)
        for rows in order[:100].reshape(5, 20) if epoch < 4 else []:
            loss, grads = model.loss(data["X_train"][rows], data["y_train"][rows])
            losses.append(loss)
            for name in model.params:
                velocity[name] = 0.9 * velocity[name] - rate * grads[name]
                model.params[name] = model.params[name] + velocity[name]
        rate *= 0.9
    assert solver.loss_history == losses
    assert solver.val_acc_history == accuracies[::2]
    assert solver.train_acc_history == accuracies[1::2]
    assert solver.best_val_acc == best[0]
    for name, w in model.params.items():
        np.testing.assert_array_equal(solver._progress.params[name], w)
        np.testing.assert_array_equal(solver.model.params[name], best[1][name])


def test_it_reaches_the_same_minimum_as_scipy():
    data, model = make_data(), Softmax()

    def loss(flat):
        other = Softmax()
        other.params = {"W": flat[:12].reshape(4, 3), "b": flat[12:]}
        value, grads = other.loss(data["X_train"], data["y_train"])
        return value, np.concatenate([grads["W"].ravel(), grads["b"]])

    minimum = minimize(loss, np.zeros(15), jac=True, tol=1e-12)
    solver = Solver(model, data, sgd, {"learning_rate": 0.5}, batch_size=1000, num_epochs=1500, verbose=False)
    solver.train()
    assert solver.loss_history[-1] == pytest.approx(minimum.fun, rel=1e-8)
    np.testing.assert_allclose(solver._progress.params["W"].ravel(), minimum.x[:12], atol=1e-4)


def test_a_seed_gives_one_training_and_leaves_numpys_generator_alone():
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    one, two, other = make_solver(), make_solver(), make_solver(seed=1)
    for solver in (one, two, other):
        solver.train()
    assert_same(one, two)
    assert one.loss_history != other.loss_history
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_how_accuracy_is_taken_does_not_change_the_training():
    one, two = make_solver(), make_solver(num_train_samples=7, num_val_samples=None)
    one.train()
    two.train()
    assert one.loss_history == two.loss_history
    assert one.train_acc_history != two.train_acc_history


def test_the_best_parameters_are_copies_and_end_in_the_model():
    solver = make_solver(optim_config={"learning_rate": 2.0}, lr_decay=1.0, num_val_samples=None)
    params = solver.model.params
    first = params["W"].copy()
    solver.train()
    assert solver.model.params is params
    best = max(solver.val_acc_history)
    assert solver.best_val_acc == best == solver.accuracy(make_data()["X_val"], make_data()["y_val"])
    params["W"][:] = 0
    assert solver.best_params["W"].any()
    assert not np.array_equal(solver.best_params["W"], first)


def test_the_arrays_that_the_model_began_with_are_not_changed():
    model = Softmax()
    weights = model.params["W"]
    before = weights.copy()
    make_solver(model).train()
    np.testing.assert_array_equal(weights, before)


def test_the_gradients_are_clipped_together():
    norms = []

    def rule(w, dw, config):
        norms.append(np.sum(dw**2))
        return w, config

    make_solver(update_rule=rule, clip_norm=1e-3, num_epochs=1).train()
    clipped = np.sqrt(np.array(norms).reshape(-1, 2).sum(axis=1))
    np.testing.assert_allclose(clipped, 1e-3)
    norms.clear()
    make_solver(update_rule=rule, clip_norm=1e3, num_epochs=1).train()
    assert np.sqrt(np.array(norms).reshape(-1, 2).sum(axis=1)).min() > 1e-2


def test_the_learning_rate_falls_after_each_epoch():
    rates = []

    def rule(w, dw, config):
        rates.append(config["learning_rate"])
        return sgd(w, dw, config)

    make_solver(update_rule=rule, num_epochs=3).train()
    np.testing.assert_allclose(rates, np.repeat([0.05, 0.045, 0.0405], 10))


@pytest.mark.parametrize("call", [1, 3, 5, 6, 18])
def test_stopped_by_hand_and_called_again_it_is_as_if_never_stopped(call: int):
    whole, solver = make_solver(), make_solver()
    whole.train()
    solver.model.at[call] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt) as caught:
        solver.train()
    (line,) = caught.value._render_traceback_()
    assert line.startswith(f"Stopped by hand after step {call - 1} of 20 (epoch {(call - 1) // 5 + 1} of 4).")
    assert line.endswith("To continue, call train() again.")
    assert len(solver.loss_history) == call - 1
    assert len(solver.val_acc_history) == len(solver.train_acc_history) == (call - 1) // 5 + 1
    for name in ("W", "b"):
        np.testing.assert_array_equal(solver.model.params[name], solver.best_params[name])
    solver.train()
    assert_same(solver, whole)


def test_stopped_within_an_update_it_has_taken_none_of_that_step():
    whole, calls = make_solver(), []

    def rule(w, dw, config):
        calls.append(1)
        w, config = momentum(w, dw, config)
        if len(calls) == 8:  # the second parameter of the fourth step
            raise KeyboardInterrupt
        return w, config

    whole.train()
    solver = make_solver(update_rule=rule)
    with pytest.raises(KeyboardInterrupt):
        solver.train()
    assert len(solver.loss_history) == 3
    solver.train()
    assert_same(solver, whole)


def test_it_can_train_for_longer():
    short, long = make_solver(num_epochs=2), make_solver(num_epochs=4)
    short.train()
    short.train()
    assert len(short.loss_history) == 10
    short.num_epochs = 4
    short.train()
    long.train()
    assert_same(short, long)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("rate", [0.05, np.float64(0.05), np.float32(0.05)])
@pytest.mark.parametrize("call", [1, 8, 11])
def test_a_checkpoint_resumes_bit_for_bit(tmp_path: Path, call: int, rate: float, dtype: type):
    options = {"optim_config": {"learning_rate": rate, "name": "momentum", "nesterov": False}}
    whole = make_solver(Softmax(dtype=dtype), **options)
    whole.train()
    stopped = make_solver(Softmax(dtype=dtype), checkpoint=tmp_path / "half.npz", **options)
    stopped.model.at[call] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        stopped.train()
    resumed = make_solver(Softmax(dtype=dtype), **options)
    resumed.resume(tmp_path / "half.npz")
    np.testing.assert_array_equal(resumed.model.params["W"], stopped.model.params["W"])
    resumed.train()
    assert_same(resumed, whole)
    assert [path.name for path in tmp_path.iterdir()] == ["half.npz"]


def test_a_checkpoint_is_written_after_each_epoch_without_a_pickle(tmp_path: Path):
    path = tmp_path / "new folder" / "two.npz"
    solver = make_solver(num_epochs=2, checkpoint=path)
    solver.train()
    with np.load(path, allow_pickle=False) as file:
        assert not any(file[name].dtype.hasobject for name in file.files)
        assert len(file["history/loss"]) == 10
        assert len(file["history/val_acc"]) == 3
    resumed = make_solver(num_epochs=2)
    resumed.resume(path)
    assert_same(resumed, solver)


def refusal(call) -> str:
    """Return the message of a call that is refused with a ValueError and without a traceback."""
    with pytest.raises(ValueError, match=r".") as caught:
        call()
    assert isinstance(caught.value, CheckFailed)
    assert "\n".join(caught.value._render_traceback_()) == str(caught.value)
    return str(caught.value)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "half.npz"
    make_solver(num_epochs=2, checkpoint=path).train()
    return path


def test_a_missing_checkpoint_is_reported(tmp_path: Path):
    text = refusal(lambda: make_solver().resume(tmp_path / "none.npz"))
    assert "there is no such file" in text
    assert str(tmp_path / "none.npz") in text


def test_a_truncated_checkpoint_is_reported_wherever_it_ends(checkpoint: Path):
    whole = checkpoint.read_bytes()
    for length in [0, 1, 10, 100, len(whole) // 2, len(whole) - 30, len(whole) - 1]:
        checkpoint.write_bytes(whole[:length])
        assert "damaged" in refusal(lambda: make_solver().resume(checkpoint))


def test_a_pickle_in_a_checkpoint_is_never_read(tmp_path: Path, checkpoint: Path):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    member = io.BytesIO()
    np.lib.format.write_array(member, np.array(Bomb(), dtype=object), allow_pickle=True)
    with zipfile.ZipFile(checkpoint, "a") as file:
        file.writestr("config/W/numpy/bomb.npy", member.getvalue())
    assert "never read" in refusal(lambda: make_solver().resume(checkpoint))
    checkpoint.write_bytes(pickle.dumps(Bomb()))
    assert "never read" in refusal(lambda: make_solver().resume(checkpoint))
    assert not (tmp_path / "ran").exists()
    np.load(io.BytesIO(member.getvalue()), allow_pickle=True)
    assert (tmp_path / "ran").exists(), "the bomb does not work, so this test shows nothing"


def test_a_checkpoint_of_another_model_is_reported_with_names_and_shapes(checkpoint: Path):
    model = Softmax()
    model.params["W"] = np.zeros((5, 3))
    model.params["c"] = np.zeros(2)
    text = refusal(lambda: make_solver(model).resume(checkpoint))
    assert "belongs to another model" in text
    assert "expected   W (5, 3), c (2,)" in text
    assert "got        W (4, 3), c missing" in text


@pytest.mark.parametrize(("option", "message"), [({"seed": 3}, "seed"), ({"batch_size": 10}, "batch_size")])
def test_a_checkpoint_of_another_training_is_reported(checkpoint: Path, option: dict, message: str):
    assert f"its {message} is different" in refusal(lambda: make_solver(**option).resume(checkpoint))


@pytest.mark.parametrize(
    "change",
    [
        {"history/val_acc": np.zeros(9)},
        {"history/train_acc": np.zeros(1)},
        {"history/loss": None},
        {"history/loss": np.float64(3)},
        {"best_params/W": None, "best_params/b": None},
        {"params/W": np.full((4, 3), "x")},
        {"settings/seed": None},
        {"settings/seed": np.array("many")},
        {"settings": np.array(3)},
        {"config/W/python": np.array(3)},
        {"best_val_acc": np.zeros(3)},
    ],
)
def test_a_checkpoint_that_was_tampered_with_is_reported(checkpoint: Path, change: dict):
    with np.load(checkpoint) as file:
        arrays = {name: file[name] for name in file.files}
    arrays = {name: array for name, array in (arrays | change).items() if array is not None}
    np.savez(checkpoint, **arrays)
    solver = make_solver()
    assert "file" in (text := refusal(lambda: solver.resume(checkpoint))) or "incomplete or damaged" in text
    solver.train()
    whole = make_solver()
    whole.train()
    assert_same(solver, whole)


def test_a_config_that_cannot_be_saved_is_reported(tmp_path: Path):
    solver = make_solver(optim_config={"learning_rate": 0.1, "rng": np.random.default_rng()})
    assert "config/W/numpy/rng cannot be saved" in refusal(lambda: solver.save(tmp_path / "x.npz"))
    assert list(tmp_path.iterdir()) == []


def test_a_loss_that_is_nan_stops_and_keeps_the_best():
    solver = make_solver(verbose=True)
    solver.model.at[13] = lambda loss, grads: (np.nan, grads)
    text = refusal(solver.train)
    assert text.startswith("Solver: the loss is nan at step 13 (epoch 3).")
    assert "the learning rate (0.0405) is too large" in text
    assert len(solver.loss_history) == 12
    np.testing.assert_array_equal(solver.model.params["W"], solver.best_params["W"])


def test_a_learning_rate_far_too_large_is_reported():
    solver = make_solver(optim_config={"learning_rate": 1e200}, update_rule=sgd)
    text = refusal(solver.train)
    assert "the learning rate (1e+200) is too large" in text
    assert "warning" in text
    assert "overflow encountered" in text


def test_nan_at_the_first_step_is_not_blamed_on_the_learning_rate():
    data = make_data()
    data["X_train"][:, 2] = np.nan
    solver = Solver(Softmax(), data, sgd, {"learning_rate": 0.1}, verbose=False)
    text = refusal(solver.train)
    assert "at step 1 (epoch 1)" in text
    assert "look for nan in X_train" in text


def test_a_gradient_that_is_not_finite_is_reported_by_name():
    solver = make_solver()
    solver.model.at[4] = lambda loss, grads: (loss, grads | {"b": grads["b"] / 0})
    with np.errstate(divide="ignore"):
        assert "the gradient of b holds nan or infinity at step 4" in refusal(solver.train)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda loss, grads: None, "without a return"),
        (lambda loss, grads: loss, "model.loss(X, y) does not return a loss"),
        (lambda loss, grads: (grads, loss), "model.loss(X, y) does not return a loss"),
        (lambda loss, grads: (np.ones(3), grads), "the loss is not a single number"),
        (lambda loss, grads: (None, grads), "the loss is not a single number"),
        (lambda loss, grads: (loss, {"W": grads["W"]}), "the gradients lack b"),
        (lambda loss, grads: (loss, grads | {"W": grads["W"].T}), "rows and columns are swapped"),
        (lambda loss, grads: (loss, grads | {"b": None}), "the gradient of b has another shape than b"),
    ],
)
def test_what_loss_returns_must_be_a_loss_and_its_gradients(returned, message: str):
    solver = make_solver()
    solver.model.at[2] = returned
    assert message in refusal(solver.train)
    assert len(solver.loss_history) == 1


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "without a return"),
        (np.zeros((4, 3)), "let rule end with: return next_w, config"),
        ((np.zeros((4, 3)), None), "does not return a parameter and a config for W"),
        (({}, np.zeros((4, 3))), "does not return a parameter and a config"),
        ((np.zeros((3, 4)), {}), "next_w that does not match W"),
        ((0.5, {}), "next_w that does not match W"),
    ],
)
def test_what_the_update_rule_returns_must_be_a_parameter_and_a_config(returned, message: str):
    def rule(w, dw, config):
        return returned

    assert message in refusal(make_solver(update_rule=rule).train)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"X_val": None}, "the data lacks X_val"),
        ({"y_train": np.zeros(9, int)}, "X_train and y_train do not match"),
        ({"y_val": np.zeros((40, 1), int)}, "X_val and y_val do not match"),
        ({"X_val": np.zeros((0, 4)), "y_val": np.zeros(0)}, "at least one"),
        ({"X_val": np.zeros((40, 5))}, "only one of them was flattened"),
    ],
)
def test_data_that_does_not_fit_is_reported(data: dict, message: str):
    changed = {name: value for name, value in (make_data() | data).items() if value is not None}
    assert message in refusal(lambda: Solver(Softmax(), changed, sgd))


def test_an_unusable_model_or_setting_is_reported():
    assert "update_rule=sgd" in refusal(lambda: make_solver(update_rule="sgd"))
    assert "no parameters" in refusal(lambda: make_solver(object()))
    lists = Softmax()
    lists.params["b"] = [0, 0, 0]
    assert "b: a list of 3" in refusal(lambda: make_solver(lists))
    for options in [{"batch_size": 0}, {"batch_size": 2.5}, {"num_epochs": -1}, {"seed": None}]:
        (name,) = options
        assert name in refusal(lambda options=options: make_solver(**options))
    for options in [{"lr_decay": "0.9"}, {"clip_norm": 0}, {"num_val_samples": 0}]:
        (name,) = options
        assert f"{name} must be a number above 0" in refusal(lambda options=options: make_solver(**options))

    class Mute(Softmax):
        def loss(self, X, y=None):
            return super().loss(X, y) if y is not None else None

    assert "(20, C)" in refusal(lambda: make_solver(Mute()).train())


def test_in_a_check_a_bad_update_rule_reads_as_a_failing_check():
    with pytest.raises(CheckFailed) as caught, task("sgd"):
        make_solver(update_rule=lambda w, dw, config: w).train()
    assert caught.value.shown
    assert caught.value._render_traceback_() == [caught.value.title]


def test_a_stub_is_not_started_in_a_check():
    solver = make_solver()
    solver.model.at[1] = NotImplementedError()
    with pytest.raises(CheckFailed, match="not started"), task("loss"):
        solver.train()


def test_nothing_is_written_to_stderr(capfd: pytest.CaptureFixture[str]):
    make_solver(verbose=True).train()
    stopped = make_solver(verbose=True)
    stopped.model.at[3] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        stopped.train()
    assert capfd.readouterr() == ("", "")


def test_what_numpy_warns_of_is_reported_once_and_not_on_stderr(capfd: pytest.CaptureFixture[str]):
    def rule(w, dw, config):
        np.log(np.zeros(2))
        return sgd(w, dw, config)

    make_solver(update_rule=rule).train()
    out, err = capfd.readouterr()
    assert err == ""
    assert out.count("divide by zero encountered in log, in the line: np.log(np.zeros(2))") == 1


def test_in_a_terminal_the_bar_is_one_line_of_stdout(monkeypatch: pytest.MonkeyPatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal, errors = Terminal(), io.StringIO()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setattr("sys.stderr", errors)
    make_solver(verbose=True).train()
    assert errors.getvalue() == ""
    assert terminal.getvalue().count("\n") == 1
    last = terminal.getvalue().rstrip().rpartition("\r")[2]
    assert last.startswith("epoch 4 of 4 |")
    assert "step 20 of 20" in last
    assert "loss " in last
    assert "(validation 0." in last or "(validation 1." in last


SETUP = """
import numpy as np
from gradbook import Solver
class Line:
    def __init__(self, stop_at=None):
        self.params, self.stop_at, self.calls = {"w": np.zeros((1, 2))}, stop_at, 0
    def loss(self, X, y=None):
        scores = X @ self.params["w"]
        if y is None:
            return scores
        self.calls += 1
        if self.calls == self.stop_at:
            raise KeyboardInterrupt
        off = scores - np.eye(2)[y]
        return np.mean(off**2), {"w": X.T @ off / len(X)}
def sgd(w, dw, config):
    return w - config["learning_rate"] * dw, config
X, y = np.array([[-1.0], [1.0]] * 2000), np.array([0, 1] * 2000)
data = {"X_train": X, "y_train": y, "X_val": X, "y_val": y}
"""


@pytest.mark.slow
def test_in_a_notebook_the_bar_is_one_output_that_reads_well_in_html():
    sources = [
        SETUP,
        "Solver(Line(), data, sgd, {'learning_rate': 0.01}, batch_size=10, num_epochs=10).train()",
        "solver = Solver(Line(700), data, sgd, {'learning_rate': 0.01}, batch_size=10)\nsolver.train()",
        "solver.train()",
        "Solver(Line(), data, lambda w, dw, c: w, verbose=False).train()",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=60).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert not any(output.get("name") == "stderr" for cell in outputs for output in cell)
    assert outputs[0] == []
    (bar,) = outputs[1]
    assert bar.output_type == "display_data"
    assert bar.data["text/plain"].startswith("epoch 10 of 10 |█")
    assert "step 4000 of 4000" in bar.data["text/plain"]
    stopped_bar, stopped = outputs[2]
    assert "step 699 of 4000" in stopped_bar.data["text/plain"]
    assert len(stopped.traceback) == 1
    assert "Stopped by hand after step 699 of 4000 (epoch 2 of 10)." in stopped.traceback[0]
    assert "step 4000 of 4000" in outputs[3][0].data["text/plain"]
    (refused,) = outputs[4]
    assert refused.traceback[0] == "Solver: <lambda> does not return a parameter and a config for w."
    html, _ = HTMLExporter().from_notebook_node(notebook)
    assert html.count("step 4000 of 4000") == 2


def test_a_model_goes_to_a_file_and_comes_back(tmp_path: Path):
    path = tmp_path / "deep" / "model.npz"
    params = {"W": np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32), "b": np.zeros(2)}
    save_model(path, params, "CIFAR-10")
    loaded, dataset = load_model(path)
    assert dataset == "CIFAR-10"
    assert loaded.keys() == params.keys()
    for name in params:
        np.testing.assert_array_equal(loaded[name], params[name])
        assert loaded[name].dtype == params[name].dtype
    with np.load(path, allow_pickle=False) as file:
        assert str(file["dataset"]) == "CIFAR-10"
        np.testing.assert_array_equal(file["params/W"], params["W"])


def test_what_cannot_be_saved_as_a_model_is_reported_and_the_file_stays(tmp_path: Path):
    path = tmp_path / "model.npz"
    save_model(path, {"W": np.ones(2)}, "Shapes-10")
    before = path.read_bytes()
    assert "params['W']" in refusal(lambda: save_model(path, {"W": [1, 2]}, "Shapes-10"))
    assert "params['W']" in refusal(lambda: save_model(path, {"W": np.array([{}])}, "Shapes-10"))
    assert "'a/b'" in refusal(lambda: save_model(path, {"a/b": np.ones(2)}, "Shapes-10"))
    assert "load_images().name" in refusal(lambda: save_model(path, {"W": np.ones(2)}, object()))
    assert path.read_bytes() == before
    assert "cannot be written" in refusal(lambda: save_model(tmp_path, {"W": np.ones(2)}, "Shapes-10"))
    assert [file.name for file in tmp_path.iterdir()] == ["model.npz"]


def test_a_file_that_is_not_a_model_is_reported(tmp_path: Path, checkpoint: Path):
    assert "has the wrong kind" in refusal(lambda: load_model(checkpoint))
    assert "cannot be read" in refusal(lambda: load_model(tmp_path))
    np.savez(tmp_path / "own.npz", W=np.ones(3))
    assert "an .npz file with W" in refusal(lambda: load_model(tmp_path / "own.npz"))
    np.save(tmp_path / "array.npy", np.ones(3))
    assert "damaged" in refusal(lambda: load_model(tmp_path / "array.npy"))
    for name, array in {"params/W": np.array(["a"]), "params/W/x": np.ones(2)}.items():
        np.savez(tmp_path / "odd.npz", kind="gradbook model 1", dataset="CIFAR-10", **{name: array})
        assert "not numbers" in refusal(lambda: load_model(tmp_path / "odd.npz"))
    np.savez(tmp_path / "two.npz", **{"kind": "gradbook model 1", "params": 1, "params/W": 2})
    assert "damaged" in refusal(lambda: load_model(tmp_path / "two.npz"))
