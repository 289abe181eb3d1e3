"""Carrying over from an earlier notebook: everything needed, nothing else, and reasons for refusals."""

from __future__ import annotations

import inspect
import linecache
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pytest

from gradbook import CheckFailed, carry_over, check_close, task
from gradbook.messages import State
from gradbook.session import session
from tests.gradbook.test_in_kernel import outputs_of

NOTEBOOK = "04_net/net"


def write(path: Path, *cells: str, solutions: bool = False) -> None:
    notebook = nbformat.v4.new_notebook()
    for source in cells:
        metadata = {"nbgrader": {"solution": True, "grade_id": "x"}} if solutions else {}
        notebook.cells.append(nbformat.v4.new_code_cell(source, metadata=metadata))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


@pytest.fixture
def earlier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write the cells of the earlier notebook, and change to the folder of the next assignment."""
    here = tmp_path / "course" / "05_next"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)

    def write_earlier(*cells: str, **options: bool) -> Path:
        path = tmp_path / "course" / f"{NOTEBOOK}.ipynb"
        write(path, *cells, **options)
        return path

    return write_earlier


def refusal(*names: str, notebook: str = NOTEBOOK, source: str = "own") -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        carry_over(notebook, *names, source=source)
    assert "\n".join(caught.value._render_traceback_()) == str(caught.value)
    return caught.value


def test_functions_come_with_what_they_use_in_the_order_asked_for(earlier):
    earlier(
        "import numpy as np\nfrom math import exp as e",
        "SCALE, SHIFT = 2, -1.5\nNAMES: list = ['a', ('b', {'c': None})]",
        "def helper(x):\n    return SCALE * x + SHIFT",
        "def forward(x, names=NAMES, dtype=np.float64):\n    return np.asarray(helper(x), dtype), names",
        "square = lambda x, power=2: x ** power\nalias = forward",
        "def backward(x):\n    def inner():\n        return square(x) + e(0)\n    return inner()",
    )
    backward, forward, alias, scale = carry_over(NOTEBOOK, "backward", "forward", "alias", "SCALE")
    assert backward(3) == 10
    assert forward(4)[0] == 6.5
    assert forward(4)[1] == ["a", ("b", {"c": None})]
    assert alias is forward
    assert scale == 2
    assert "helper" not in globals()


def test_a_class_comes_with_methods_from_several_cells(earlier):
    earlier(
        "from gradbook import add_to_class\nimport gradbook as gb",
        'class Layer:\n    """A layer."""\n\n    size: int = 3\n    kinds = ("a", "b")\n\n'
        "    def __init__(self, *, scale=1e-3):\n        self.scale = scale\n\n"
        "    @property\n    def double(self):\n        return 2 * self.scale\n\n"
        "    @staticmethod\n    def name():\n        return 'layer'\n\n"
        "    @classmethod\n    def make(cls):\n        return cls(scale=7)\n",
        "@add_to_class(Layer)\ndef forward(self, x):\n    return helper(x) * self.scale",
        "@gb.add_to_class(Layer)\ndef backward(self):\n    return 'first'",
        "def helper(x):\n    return x + 1",
        "@add_to_class(Layer)\ndef backward(self):\n    return 'last'",
        "class Net(Layer, object):\n    def both(self, x):\n"
        "        return super().forward(x), self.backward()",
    )
    net_class, layer_class = carry_over(NOTEBOOK, "Net", "Layer")
    net = net_class(scale=10)
    assert net.both(2) == (30, "last")
    assert isinstance(net, layer_class)
    assert (net.double, layer_class.name(), layer_class.make().scale) == (20, "layer", 7)
    assert layer_class.__doc__ == "A layer."


def carrying(path: Path, what: str = "2 * x") -> None:
    write(path, f"def layer(x):\n    return {what}")


def test_names_that_it_carried_over_itself_are_carried_over(earlier, tmp_path: Path):
    carrying(tmp_path / "course" / "03_layers" / "layers.ipynb")
    earlier(
        "from gradbook import carry_over",
        '(layer,) = carry_over("03_layers/layers", "layer")',
        "class Net:\n    def loss(self, x):\n        return layer(x) + 1",
    )
    (net,) = carry_over(NOTEBOOK, "Net")
    assert net().loss(3) == 7


def test_a_missing_notebook_that_it_carries_over_from_is_reported(earlier):
    earlier('(layer,) = carry_over("03_layers/layers", "layer")', "def loss(x):\n    return layer(x)")
    assert "there is no notebook 03_layers/layers" in str(refusal("loss"))


def test_a_notebook_that_carries_over_from_itself_is_reported(earlier):
    earlier(f'(layer,) = carry_over("{NOTEBOOK}", "layer")', "def loss(x):\n    return layer(x)")
    assert "carries over from itself" in str(refusal("loss"))


def test_another_function_of_that_name_is_not_called(earlier, tmp_path: Path):
    carrying(tmp_path / "course" / "03_layers" / "layers.ipynb")
    earlier(
        "def carry_over(*names):\n    raise SystemExit",
        '(layer,) = carry_over("03_layers/layers", "layer")',
    )
    (layer,) = carry_over(NOTEBOOK, "layer")
    assert layer(4) == 8


def test_the_last_definition_of_a_name_counts(earlier):
    earlier(
        "def f():\n    return 1\nold = f",
        "def g():\n    return f(), old()",
        "def f():\n    return unknown",
        "def f():\n    return 3",
    )
    (g,) = carry_over(NOTEBOOK, "g")
    assert g() == (3, 1)


def test_ipython_magics_are_skipped(earlier):
    earlier(
        "%matplotlib inline\n!touch ran\nimport math\nnames = !ls",
        "%%time\ndef timed():\n    return math.pi",
        "%%bash\ntouch ran\ndef broken(:",
        "%%writefile ran\ndef written():\n    pass",
        "def after():\n    '''\n%not a magic\n'''\n    return 'ok'\n\nafter?\n%timeit -n 1 after()",
    )
    timed, after = carry_over(NOTEBOOK, "timed", "after")
    assert timed() > 3
    assert after() == "ok"
    assert refusal("written").verdict == f"{NOTEBOOK} does not define written."
    assert list(Path.cwd().iterdir()) == []


def test_an_error_in_a_carried_function_shows_its_line(earlier):
    earlier("%matplotlib inline\n\ndef f(x):\n    y = x\n    return y / 0  # here")
    (f,) = carry_over(NOTEBOOK, "f")
    with pytest.raises(ZeroDivisionError) as caught:
        f(1)
    linecache.checkcache()
    text = "".join(traceback.format_exception(caught.value))
    assert '"<04_net/net.ipynb, code cell 1>", line 5, in f' in text
    assert "return y / 0  # here" in text
    assert inspect.getsource(f).startswith("def f(x):\n    y = x\n")
    with pytest.raises(CheckFailed) as failed, task("next"):
        check_close("f", lambda: f(1), 1)
    assert failed.value.check == "f, line 5 of the cell: return y / 0  # here"


def test_a_namespace_of_its_own(earlier):
    earlier("STATE = {'n': 0}\ndef step():\n    global count\n    count = STATE['n']\n    return check_close")
    (one,) = carry_over(NOTEBOOK, "step")
    (two,) = carry_over(NOTEBOOK, "step")
    assert one is not two
    with pytest.raises(NameError, match="check_close"):
        one()
    assert one.__module__ == "04_net.net"
    assert one.__module__ not in sys.modules


def test_an_import_that_fails_affects_only_code_that_uses_it(earlier):
    earlier(
        "import numpy as np, no_such_package\nfrom math import no_such_name, pi",
        "from no_such_module import *",
        "raise SystemExit",
        "def fine():\n    return np.add(pi, 1)",
        "def broken():\n    return no_such_package.f(no_such_name)",
    )
    (fine,) = carry_over(NOTEBOOK, "fine")
    assert fine() > 4
    failure = refusal("fine", "broken")
    assert failure.verdict == f"broken cannot be carried over from {NOTEBOOK}."
    first, second = failure.got.splitlines()
    assert first.startswith("code cell 1, line 1: import no_such_package: ModuleNotFoundError: No module")
    assert second.startswith("code cell 1, line 2: from math import no_such_name: ImportError: cannot")
    assert "install the package" in failure.next


def test_a_star_import_brings_names(earlier):
    earlier("from math import *", "def f():\n    return floor(pi)")
    f, tau = carry_over(NOTEBOOK, "f", "tau")
    assert f() == 3
    assert tau > 6


def test_a_cell_that_is_not_python_is_skipped_and_reported_if_a_name_was_in_it(earlier):
    earlier("def f():\n    return 1", "def g(:\n    return 2", "def f():\n    return g(\n", "x = 1\n\x00")
    assert refusal("g").got == "code cell 2: g: the cell is not valid Python (SyntaxError, line 1)"
    assert "code cell 3: f: the cell is not valid Python" in refusal("f").got
    earlier("def f():\n    return 1", "def g(:\n    return 2")
    assert carry_over(NOTEBOOK, "f")[0]() == 1


# What follows `{run}` would leave a file if it ran. Each row defines f, or something that f uses.
HOSTILE = [
    "{run}\ndef f(): pass",
    "for i in [1]:\n    {run}\ndef f(): pass",
    "if True:\n    {run}\n    def f(): pass",
    "with open({run}.name) as x:\n    def f(): pass",
    "try:\n    {run}\nfinally:\n    def f(): pass",
    "while {run}.closed: pass\ndef f(): pass",
    "assert {run}\ndef f(): pass",
    "@(lambda g: {run})\ndef f(): pass",
    "def wrap(g): {run}; return g\n@wrap\ndef f(): pass",
    "def wrap(g): {run}; return g\n@wrap\nclass f: pass",
    "def f(x={run}): pass",
    "def f(*, x={run}): pass",
    "def f(x=[0, ({run},)]): pass",
    "f = lambda x={run}: x",
    "def f(x=lambda y={run}: y): pass",
    "def f(x: {run}): pass",
    "def f(*x: {run}) -> {run}: pass",
    "f: {run} = 1",
    "class f:\n    {run}",
    "class f:\n    x = {run}",
    "class f:\n    x: {run} = 1\n    y: {run}",
    "class f:\n    for x in [{run}]: pass",
    "class f:\n    class g:\n        {run}",
    "class f:\n    def g(self, x={run}): pass",
    "class f:\n    @(lambda g: {run})\n    def g(self): pass",
    "class f:\n    def property(g): {run}\n    @property\n    def h(self): pass",
    "def property(g): {run}\nclass f:\n    @property\n    def h(self): pass",
    "class f({run}.__class__): pass",
    "class f(x := {run}.__class__): pass",
    "class meta(type):\n    def __new__(*a): {run}; return type.__new__(*a)\nclass f(metaclass=meta): pass",
    "class f(object, key={run}): pass",
    "class base:\n    def __init_subclass__(cls): {run}\nclass f(base): pass",
    "from enum import Enum\nclass f(Enum):\n    A = 1\n    def __init__(self, x): {run}",
    "class item:\n    def __class_getitem__(cls, i): {run}\ndef f(x: item[0], y=item[1]): pass",
    "class C: pass\ndef add_to_class(cls): {run}; return lambda g: g\n@add_to_class(C)\ndef f(self): pass",
    "class C: pass\ndef add_to_class(c): return lambda g: g\n@add_to_class({run})\ndef f(self): pass",
    "class C:\n    def __set_name__(*a): {run}\nclass f:\n    x = C()",
    "f = {run}",
    "f = (g := {run})",
    'f = f"{{{run}}}"',
    "f = [{run} for i in [1]]",
    "f = {{**{{'a': {run}}}}}",
    "f = [*[{run}]]",
    "f = 1 if {run} else 2",
    "f = {run} or 1",
    "f = {{}}.get({run})",
    "f = [1, 2][{run}.fileno() - {run}.fileno():]",
    "f = 1 < {run}.fileno()",
    "f = 1\nf += {run}.fileno()",
    "f = {{}}\nf[{run}] = 1",
    "class f: pass\nf.x = {run}",
    "f, g = 1, {run}",
    "def g(*a): {run}; return a\n__builtins__ = {{'__build_class__': g}}\nclass f:\n    x = __builtins__",
    "def g(*a, **k): {run}\n__builtins__ = {{'__import__': g}}\ndef f(x=__builtins__): os\nimport os",
]
if sys.version_info < (3, 13):  # later, a class method wraps no property
    HOSTILE.append("class A:\n    @classmethod\n    @property\n    def x(cls): {run}\ndef f(y=A.x): pass")

RUN = "print(__import__('os').system('true')) or open('ran', 'w')"

_events: list[str] = []
_watching = False


def _audit(event: str, _: object) -> None:
    if _watching and event in ("os.system", "subprocess.Popen", "os.posix_spawn"):
        _events.append(event)


sys.addaudithook(_audit)


@pytest.mark.parametrize("source", HOSTILE)
def test_nothing_runs(earlier, source: str, monkeypatch: pytest.MonkeyPatch, capfd):
    global _watching
    code = source.format(run=f"({RUN})")
    earlier(code)
    _events.clear()
    monkeypatch.setattr(f"{__name__}._watching", True)
    try:
        carry_over(NOTEBOOK, "f")
    except CheckFailed as failure:
        assert failure.state is State.FAILED  # noqa: PT017
    assert _events == []
    assert list(Path.cwd().iterdir()) == []
    assert capfd.readouterr() == ("", "")
    monkeypatch.undo()
    os.chdir(earlier("").parent)
    probe = (
        f"import ast; names = {{'__name__': 'm'}}\nfor node in ast.parse({code!r}).body:\n"
        "    exec(compile(ast.Module([node], []), 'cell', 'exec'), names)"
    )
    subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False)
    assert Path("ran").exists(), "run as it is, it leaves no trace: the row shows nothing"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("@timed\ndef f(): pass", "code cell 1, line 2: f: its decorator would run: @timed"),
        ("def f(x=g()): pass", "code cell 1, line 1: f: a default value would have to be computed: g()"),
        ("class f(make()): pass", "line 1: f: its base class would have to be computed: make()"),
        ("class f:\n    x = 1\n    y = g()", "f: in its line 3, its value would have to be computed: g()"),
        (
            "rng = make(3)\ndef f():\n    return rng",
            "line 1: rng: its value would have to be computed: make(3)",
        ),
        ("if 1:\n    def f(): pass", "line 1: f: it is a statement that runs, not a definition"),
        ("from enum import Enum\nclass f(Enum): pass", "line 2: f: its base class would run code: Enum"),
        ("class f(missing): pass", "line 1: f: NameError: name 'missing' is not defined"),
        ("@add_to_class(int)\ndef f(self): pass", "line 2: f: int is not a class of this notebook"),
        ("f = 1 / 0", "f: ZeroDivisionError: division by zero"),
    ],
)
def test_what_is_not_taken_is_reported_with_its_line(earlier, source: str, message: str):
    earlier(source)
    failure = refusal("f")
    assert failure.verdict == f"f cannot be carried over from {NOTEBOOK}."
    assert message in failure.got
    assert "only imports, definitions and constants" in failure.cause


def test_what_runs_in_a_notebook_does_not_stop_what_does_not_need_it(earlier):
    earlier("rng = make(3)", "def f(rng):\n    return [rng for rng in (rng,)]", "net = train()\nf(net)")
    assert carry_over(NOTEBOOK, "f")[0](2) == [2]


def test_what_an_earlier_version_used_does_not_count(earlier):
    earlier("rng = make(3)", "import no_such_package", "def f():\n    return rng, no_such_package")
    refusal("f")
    earlier("rng = make(3)", "def f():\n    return rng", "def f():\n    return 2")
    assert carry_over(NOTEBOOK, "f")[0]() == 2


def test_unfinished_functions_are_reported_in_one_message(earlier):
    earlier(
        "def forward(x):\n    '''Return it.'''\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        "def backward(x):\n    for i in x:\n        raise NotImplementedError",
        "def both(x):\n    return forward(x), backward(x)",
        "class Net:\n    def predict(self):\n        return both(1)",
        "from gradbook import add_to_class",
        "@add_to_class(Net)\ndef loss(self):\n    raise NotImplementedError()",
    )
    failure = refusal("Net", "both")
    assert failure.verdict == f"forward, backward and Net.loss in {NOTEBOOK} are unfinished."
    assert failure.state is State.NOT_STARTED
    assert failure.next == "finish them there, save that notebook, and run this cell again"
    assert refusal("forward").verdict == f"forward in {NOTEBOOK} is unfinished."


def test_what_only_looks_unfinished_is_taken(earlier):
    earlier(
        "class Node:\n    def compute(self):\n        raise NotImplementedError",
        "def f(kind):\n    if kind == 'odd':\n        raise NotImplementedError('not offered')\n    return 1",
        "def g():\n    return 2\n    raise NotImplementedError()",
        "def h():\n    raise NotImplementedError()",
        "def h():\n    return 3",
    )
    node, f, g, h = carry_over(NOTEBOOK, "Node", "f", "g", "h")
    assert (f(1), g(), h()) == (1, 2, 3)
    assert node().compute


def test_a_stub_in_a_class_of_a_solution_cell_is_unfinished(earlier):
    cell = "class Net:\n    def loss(self):\n        raise NotImplementedError"
    earlier(cell, solutions=True)
    assert refusal("Net").verdict == f"Net.loss in {NOTEBOOK} is unfinished."
    earlier(
        cell,
        "from gradbook import add_to_class\n@add_to_class(Net)\ndef loss(self):\n    return 1",
        solutions=True,
    )
    assert carry_over(NOTEBOOK, "Net")[0]().loss() == 1


def test_a_name_that_is_not_there_is_reported_with_the_nearest(earlier):
    earlier("def affine_forward():\n    pass\ndef relu():\n    pass")
    failure = refusal("relu", "affine_foward")
    assert failure.verdict == f"{NOTEBOOK} does not define affine_foward."
    assert failure.cause == "did you mean affine_forward?"
    assert "not saved" in refusal("zzz").cause
    earlier("from math import *\nclass Net:\n    def loss(self):\n        pass")
    for name in ("Net.loss", "*", "<property>x"):
        assert f"does not define {name}." in refusal(name).verdict
    with pytest.raises(ValueError, match="not 'theirs'"):
        carry_over(NOTEBOOK, "f", source="theirs")


def test_a_notebook_that_is_not_there_is_reported(earlier, tmp_path: Path):
    path = earlier("def f():\n    pass")
    failure = refusal("f", notebook="04_net/nets")
    assert failure.verdict == "there is no notebook 04_net/nets."
    assert failure.check == str(path.with_name("nets.ipynb"))
    assert failure.cause == "did you mean 04_net/net?"
    assert failure.next == "correct the name"
    assert refusal("f", notebook="net").cause == "did you mean 04_net/net?"
    failure = refusal("f", notebook="01_numpy/arrays")
    assert "side by side in" in failure.cause
    # layer_norm is not a typo of batch_norm.
    earlier("def f():\n    pass").rename(path.with_name("layer_norm.ipynb"))
    assert refusal("f", notebook="04_net/batch_norm").next.startswith("do 04_net/batch_norm first")
    assert failure.next.startswith("do 01_numpy/arrays first")
    assert refusal("f", notebook="04_net/features").next.startswith("do 04_net/features first")
    for name in ("../course/04_net/net", "04_net/../04_net/net", "/etc/passwd", "..", ""):
        refusal("f", notebook=name)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"cells": 3}',
        '{"cells": [{}]}',
        '{"cells": [null]}',
        '{"worksheets": []}',
        "\xff",
        "[" * 9999,
    ],
)
def test_a_file_that_is_not_a_notebook_is_reported(earlier, content: str):
    earlier("def f():\n    pass").write_bytes(content.encode("latin-1"))
    failure = refusal("f")
    assert failure.verdict == f"{NOTEBOOK} cannot be read."
    assert "open it in JupyterLab" in failure.next


def test_the_reference_is_found_above_where_it_is_there(earlier, tmp_path: Path):
    earlier("def f():\n    raise NotImplementedError()")
    assert "source" not in refusal("f").next
    failure = refusal("f", source="reference")
    assert failure.verdict == f"there is no reference for {NOTEBOOK} here."
    write(
        tmp_path / "source_solutions" / f"{NOTEBOOK}.ipynb",
        "def f():\n    ### BEGIN SOLUTION\n    return 'ours'",
    )
    assert carry_over(NOTEBOOK, "f", source="reference")[0]() == "ours"
    assert refusal("f").next.endswith('or continue with source="reference"')


def test_the_courses_own_notebook_is_carried_over(monkeypatch: pytest.MonkeyPatch):
    root = Path(__file__).parents[3]
    monkeypatch.chdir(root / "assignments" / "02_knn")
    (classifier,) = carry_over("02_knn/knn", "KNearestNeighbor", source="reference")
    model = classifier()
    model.train(np.array([[0.0], [1.0], [5.0]]), np.array([0, 0, 1]))
    np.testing.assert_array_equal(model.predict(np.array([[0.4], [4.0]]), k=1), [0, 1])
    failure = refusal("KNearestNeighbor", notebook="02_knn/knn")
    assert failure.state is State.NOT_STARTED
    assert failure.verdict.startswith(
        "KNearestNeighbor.train, KNearestNeighbor.compute_distances_two_loops, "
    )
    assert failure.next.endswith('or continue with source="reference"')


def test_while_grading_only_code_that_uses_it_fails(earlier, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr(session, "seed", 1)
    f, g = carry_over(NOTEBOOK, "f", "g")
    assert f"there is no notebook {NOTEBOOK}." in capsys.readouterr().out
    with pytest.raises(CheckFailed, match="there is no notebook"):
        g(1, x=2)
    with task("next"):
        check_close("f", lambda: f(1), 1)
    assert "there is no notebook" in capsys.readouterr().out


def test_in_a_check_it_is_a_message_of_the_check(earlier):
    with pytest.raises(CheckFailed) as caught, task("next"):
        carry_over(NOTEBOOK, "f")
    assert caught.value.shown


@pytest.mark.slow
def test_in_a_kernel_it_works_and_fails_without_a_traceback(earlier, monkeypatch: pytest.MonkeyPatch):
    path = earlier(
        "%matplotlib inline\ndef f(x):\n    return x / 0", "def g():\n    raise NotImplementedError()"
    )
    monkeypatch.chdir(path.parent)
    shown = outputs_of(
        f"from gradbook import *\nf, = carry_over({NOTEBOOK!r}, 'f')",
        "f(1)",
        f"g, = carry_over({NOTEBOOK!r}, 'g')",
    )
    shown = [re.sub(r"\x1b\[[0-9;]*m", "", text) for text in shown]
    assert shown[0] == ""
    assert "<04_net/net.ipynb, code cell 1>:3, in f(x)" in shown[1]
    assert "----> 3     return x / 0" in shown[1]
    assert shown[2].startswith(f"carry_over: g in {NOTEBOOK} is unfinished.\n  checked    ")
    assert "Traceback" not in shown[2]
