"""Attacks from inside the kernel, on the code that records and transmits answers."""

from __future__ import annotations

from tests.hostile.attacks import FULL, OWN_LOST, WRONG, Attack, answering, forging

_FORGED = """
from IPython.display import display
MIME = "application/vnd.gradbook.answer+json"
def forged(**value):
    relation = {"name": "close", "parameters": {"rtol": 1e99}}
    return {MIME: {"name": "labels", "weight": 1e300, "about": "", "relation": relation, **value}}
"""

#: Malformed payloads for `parse_answers`, which must not stop the judge.
_MALFORMED = [
    {"value": {"array": "", "dtype": "float64", "shape": [10**18, 0]}},
    {"value": {"array": "", "dtype": "(", "shape": [0]}},
    {"value": {"array": "", "dtype": "(,)f8", "shape": [0]}},
    {"value": {"array": "", "dtype": "<U" + "9" * 20, "shape": [0]}},
    {"value": {"array": "AAAA", "dtype": "O", "shape": [1]}},
    {"value": {"array": "AAAA", "dtype": "<U999999999", "shape": [0]}},
    {"value": {"array": "AAAA", "dtype": "f8,(999999999,)f8", "shape": [1]}},
    {"value": {"array": "AAAA", "dtype": "f8", "shape": [-1, -8]}},
    {"value": {"array": "AAAA", "dtype": "f8", "shape": [1e400]}},
    {"value": {"int": "9" * 5000}},
    {"value": {"int": "9" * 4000}},
    {"value": {"dict": [[{"list": []}, {"none": True}]]}},
    {"value": {"dict": [1]}},
    {"value": {"list": {"a": 1}}},
    {"value": {"float": "nan"}},
    {"value": {"opaque": "\u202e\x1b[2J<script>"}},
    {"value": []},
    {"value": None},
    {"error": {"type": ["x"], "message": {"a": 1}}},
    {"error": None},
    {"weight": "inf", "value": {"none": True}},
    {"weight": -5, "value": {"none": True}},
    {"relation": {"name": "nonsense", "parameters": {"rtol": "x"}}, "value": {"none": True}},
    {"relation": None, "value": {"none": True}},
    {"name": {"a": 1}, "value": {"none": True}},
    {"about": "x" * 10**5, "value": {"none": True}},
]

#: The points of attacks that break the transmission of all answers. With the reference solution of `double`
#: in place of the attack, the task that needs it is correct.
_SPOILT = {"total": 2.0}


def _nesting(one: str) -> Attack:
    """Return an attack with ever more deeply nested outputs, until one is too deep to be read."""
    text = (
        "def predict(x, W):\n"
        "    nested = 0\n"
        "    for _ in range(1000):\n"
        f"        nested = {one}\n"
        "        display({'application/json': nested, 'text/plain': 'x'}, raw=True)\n"
        "    return np.zeros(len(x))"
    )
    return Attack(OWN_LOST, {"predict": text})


ATTACKS = {
    "numpy-testing": forging(
        "np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None\n"
        "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True"
    ),
    "checks": forging(
        "import gradbook\nfrom gradbook import api\nfrom gradbook.checks import behaviour, gradient, values\n"
        "for name in [name for name in dir(gradbook) if name.startswith('check_')]:\n"
        "    globals()[name] = lambda *a, **k: print('passed')\n"
        "    for module in (gradbook, api, behaviour, gradient, values):\n"
        "        setattr(module, name, globals()[name])"
    ),
    "answer": forging("def answer(*a, **k):\n    print('passed')"),
    "answer-in-the-package": forging(
        "from gradbook.protocol import answers, relations\n"
        "own = answers._display\n"
        "def _forge(payload):\n"
        "    payload['relation'] = {'name': 'close', 'parameters': {'rtol': 1e99}}\n"
        "    payload['weight'] = 1e9 if payload['name'] == 'labels' else payload['weight']\n"
        "    own(payload)\n"
        "answers._display = _forge\n"
        "relations._close = relations._equal = lambda *a, **k: None"
    ),
    "hidden-rng": forging("def hidden_rng(task):\n    return np.random.default_rng(0)"),
    "numpy-random": forging(
        "class Known:\n    def __getattr__(self, name):\n"
        "        return lambda *a, **k: np.zeros(a[0] if a else 1)\n"
        "np.random.default_rng = lambda *a: Known()",
        {},
    ),
    "display": forging("import IPython.display\nIPython.display.display = lambda *a, **k: None", _SPOILT),
    "sys-modules": forging(
        "import sys, types\n"
        "for name in list(sys.modules):\n"
        "    if name.startswith(('gradbook', 'autograder', 'IPython.display', 'json')):\n"
        "        sys.modules[name] = types.ModuleType(name)",
        _SPOILT,
    ),
    "input-transformer": forging(
        "get_ipython().input_transformers_cleanup.append(\n"
        "    lambda lines: [] if any('answer(' in line for line in lines) else lines)",
        _SPOILT,
    ),
    "ast-transformer": forging(
        "import ast\nclass Passing(ast.NodeTransformer):\n"
        "    def visit_Call(self, node):\n"
        "        if getattr(node.func, 'id', '') == 'answer' and node.args[0].value == 'labels':\n"
        "            node.args[1] = ast.parse('lambda: W', mode='eval').body\n"
        "        return node\n"
        "get_ipython().ast_transformers.append(Passing())"
    ),
    "run-cell": forging("get_ipython().run_cell_async = None\nget_ipython().run_cell = None", _SPOILT),
    "hooks": forging(
        "def before(info):\n    seen = info.raw_cell\n    display(2.0)\n"
        "get_ipython().events.register('pre_run_cell', before)\n"
        "get_ipython().events.register('post_run_cell', lambda result: display(2.0))"
    ),
    "publisher": forging(
        f"{_FORGED}\npub = get_ipython().display_pub\nown = pub.publish\n"
        "def publish(data, *a, **k):\n"
        "    own(data, *a, **k)\n"
        "    if MIME in data and data[MIME]['name'] == 'labels':\n"
        "        own(forged(value={'list': []}), *a, **k)\n"
        "pub.publish = publish"
    ),
    "malformed-answers": Attack(
        OWN_LOST,
        {
            "predict": f"{_FORGED}\nfrom math import inf, nan\nMALFORMED = {_MALFORMED!r}\n"
            "def predict(x, W):\n"
            "    for value in MALFORMED:\n"
            "        display(forged(**value), raw=True)\n"
            "        display({MIME: value}, raw=True)\n"
            "    display({MIME: 'x'}, raw=True)\n"
            "    display({MIME: [1]}, raw=True)\n"
            "    return np.zeros(len(x))"
        },
    ),
    "forging-thread": forging(
        f"{_FORGED}\nimport threading, time\n"
        "def keep_forging():\n"
        "    while True:\n"
        "        display(forged(value={'list': [{'int': '0'}] * 9}), raw=True)\n"
        "        time.sleep(0.01)\n"
        "threading.Thread(target=keep_forging, daemon=True).start()"
    ),
    "forging-messages": forging(
        "kernel = get_ipython().kernel\n"
        "def send(kind, content):\n"
        "    parent = kernel.get_parent()\n"
        "    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)\n"
        "def everywhere(*_):\n"
        "    send('execute_result', {'data': {'text/plain': '2.0'}, 'metadata': {}, 'execution_count': 1})\n"
        "    send('nonsense', {'x': 1})\n"
        "    send('display_data', {'data': {'text/plain': '2.0'}, 'metadata': {}, 'transient': {}})\n"
        "    send('stream', {'name': 'stdout', 'text': '2.0'})\n"
        "    send('comm_open', {'comm_id': 'x', 'target_name': 'y', 'data': {}})\n"
        "get_ipython().events.register('pre_run_cell', everywhere)"
    ),
    "broken-messages": Attack(
        OWN_LOST,
        {
            "predict": "kernel = get_ipython().kernel\n"
            "def predict(x, W):\n"
            "    parent = kernel.get_parent()\n"
            "    for kind in ('stream', 'display_data', 'execute_result', 'error', 'status',\n"
            "                 'clear_output', 'update_display_data', 'execute_input', 'comm_open'):\n"
            "        for content in ({}, {'data': None}, {'data': 1, 'transient': 3}, {'text': 5}):\n"
            "            kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)\n"
            "    return np.zeros(len(x))"
        },
    ),
    "outputs-that-no-notebook-holds": Attack(
        FULL,
        {
            "predict": "kernel = get_ipython().kernel\n"
            "def predict(x, W):\n"
            "    for data in ({'text/plain': {'a': 1}}, {'image/png': 5}, {'text/html': [[]]}, {'x': 1}):\n"
            "        display(data, raw=True)\n"
            "    for name in (5, 'stdin'):\n"
            "        kernel.session.send(kernel.iopub_socket, 'stream', {'name': name, 'text': 5},\n"
            "                            parent=kernel.get_parent())\n"
            "    return (x @ W).argmax(axis=1)"
        },
    ),
    "deep-lists": _nesting("[nested]"),
    "deep-objects": _nesting("{'a': nested}"),
    "numbers-of-no-character": Attack(
        FULL,
        {
            "predict": "print('&#' + '9' * 5000, '&#' + '0' * 5000 + '65')\n"
            "def predict(x, W):\n    return (x @ W).argmax(axis=1)"
        },
    ),
    "raw-messages": Attack(
        OWN_LOST,
        {
            "predict": "socket = get_ipython().kernel.iopub_thread.socket\n"
            "def predict(x, W):\n"
            "    for parts in ([b'garbage'], [b'<IDS|MSG>', b'', b'{', b'{}', b'{}', b'{}'], [b''] * 100):\n"
            "        get_ipython().kernel.iopub_thread.schedule(lambda: socket.send_multipart(parts))\n"
            "    return np.zeros(len(x))"
        },
        verdict="the kernel sent an invalid message",
    ),
    "idle-too-early": Attack(
        OWN_LOST,
        {
            "predict": "kernel = get_ipython().kernel\n"
            "def predict(x, W):\n"
            "    kernel.session.send(kernel.iopub_socket, 'status', {'execution_state': 'idle'},\n"
            "                        parent=kernel.get_parent())\n"
            "    return np.zeros(len(x))"
        },
    ),
    "forked-twin": forging(
        f"{_FORGED}\nimport os\nif os.fork() == 0:\n"
        "    try:\n        display(forged(value={'list': []}), raw=True)\n    finally:\n        os._exit(0)"
    ),
    "exit-callbacks": forging(
        f"{_FORGED}\nimport atexit, gc\nclass Late:\n    def __del__(self):\n"
        "        display(forged(value={'list': []}), raw=True)\n"
        "atexit.register(lambda: display(forged(value={'list': []}), raw=True))\n"
        "gc.callbacks.append(lambda *a: None)\nlate = Late(); late.own = late; del late"
    ),
    "import-hook": forging(
        "import sys\nclass Finder:\n    def find_spec(self, name, path=None, target=None):\n"
        "        raise ImportError(name)\nsys.meta_path.insert(0, Finder())",
    ),
    "magics": forging(
        "shell = get_ipython()\nfor name in ('time', 'timeit', 'capture'):\n"
        "    shell.register_magic_function(lambda *a: None, 'cell', name)\n"
        "shell.register_magic_function(lambda *a: None, 'line', 'matplotlib')"
    ),
    "clock": Attack(
        FULL,
        {
            "double": "import time\n"
            "time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0\n"
            "time.sleep = lambda *_: None\ndef double(x):\n    return 2 * x"
        },
    ),
    "tracing": forging(
        "import sys\ndef trace(frame, event, arg):\n    return trace\n"
        "sys.setprofile(trace)\nsys.settrace(trace)"
    ),
    "begins-grading": forging("from gradbook.checks import cell_monitor\ncell_monitor.begin_grading(0)", {}),
    "lying-array": answering(
        "return np.zeros(len(x)).view(Liar)",
        before="class Liar(np.ndarray):\n"
        "    __eq__ = __ne__ = __lt__ = lambda self, other: np.ones(self.shape, bool)\n"
        "    __array_function__ = __array_ufunc__ = lambda *a, **k: True",
    ),
    "lying-objects": answering(
        "return np.array([Liar()] * len(x), dtype=object)",
        before="class Liar:\n    __eq__ = lambda self, other: True\n    __array__ = lambda self: 1 / 0",
    ),
    "lying-type": answering(
        "return Liar()",
        before="class Liar(int):\n    __str__ = __repr__ = __int__ = __index__ = lambda self: 1 / 0",
    ),
    "not-numbers": answering("return np.array([np.nan, np.inf, -np.inf] * 3)"),
    "complex-numbers": answering("return np.full(len(x), 1 + 2j)"),
    "giant-answer": answering("return np.zeros(10**7)"),
    "giant-list": answering("return [0.5] * 10**6"),
    "giant-number": answering("return 10**100_000"),
    "deep-answer": answering(
        "nested = []\n    for _ in range(10**5):\n        nested = [nested]\n    return nested"
    ),
    "circular-answer": answering("own = []\n    own.append(own)\n    return own"),
    "endless-generator": answering("return iter(int, 1)"),
    "endless-text-of-an-error": answering(
        "raise Endless",
        "time limit 6 s",
        before="class Endless(Exception):\n    def __str__(self):\n        while True: pass",
    ),
    "strange-error": answering(
        "raise type('<script>alert(1)</script>\\x1b[2J', (Exception,), {})('\\x1b[2J<img src=x>')"
    ),
    "no-exception-at-all": answering("raise BaseException", "no answer recorded"),
    "keyboard-interrupt": answering("raise KeyboardInterrupt", "no answer recorded"),
    "generator-exit": answering("raise GeneratorExit"),
    "recursion": answering("return predict(x, W)", "raised RecursionError"),
    "asks": answering("return input('The answer, please: ')", "raised an exception"),
    "endless-repr": Attack(
        FULL,
        {
            "predict": "class Endless:\n    def __repr__(self):\n        while True: pass\n"
            "def predict(x, W):\n    return (x @ W).argmax(axis=1)\nEndless()"
        },
    ),
}

#: Attacks that try to reveal hidden tests to other students through the feedback.
LEAKS = {
    "tells-history": Attack(OWN_LOST, {"predict": f"{WRONG}\nprint(In)\nprint(*_ih, sep='\\n')\nIn[-2]"}),
    "tells-by-hook": forging(
        "get_ipython().events.register('pre_run_cell', lambda info: print(info.raw_cell))\n"
        "get_ipython().events.register('pre_run_cell', lambda info: display(info.raw_cell))"
    ),
    "tells-by-error": Attack(
        OWN_LOST,
        {"predict": "def predict(x, W):\n    raise ValueError(repr(In[-1])[-290:])"},
        verdict="raised ValueError",
    ),
    "tells-by-traceback": Attack(
        OWN_LOST,
        {"predict": "def predict(x, W):\n    import sys\n    print(In[-1], file=sys.__stdout__)\n    1 / 0"},
    ),
    "tells-by-number": forging(
        "def tell(info):\n"
        "    display({'text/html': ''.join(f'&#{ord(one):05000}' for one in info.raw_cell)}, raw=True)\n"
        "    print(''.join(f'&#{ord(one):012};' for one in info.raw_cell))\n"
        "get_ipython().events.register('pre_run_cell', tell)"
    ),
    "tells-by-mime": forging(
        "def tell(info):\n"
        "    display({'text/html': '<pre>' + info.raw_cell + '</pre>', 'text/plain': info.raw_cell,\n"
        "             'text/markdown': info.raw_cell, 'text/latex': info.raw_cell}, raw=True)\n"
        "get_ipython().events.register('pre_run_cell', tell)"
    ),
    "tells-in-an-added-cell": Attack(
        OWN_LOST,
        {"predict": f"{WRONG}\nraise ValueError('\\n'.join(In))"},
        verdict="the solution cell raised ValueError",
    ),
}
