"""What a student sees in a real kernel, cell by cell."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

SETUP = "import numpy as np\nfrom gradbook import *\nclass Model:\n    pass"
CHECK = 'with task("double"):\n    check_close("double", lambda: double(3), 6)'
METHOD = 'with task("fit"):\n    Model().fit()'


def outputs_of(*sources: str) -> list[str]:
    """Run cells in one kernel; return what each showed, errors included, as plain text."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=60).execute()
    return [
        "\n".join(
            "\n".join(output.traceback)
            if output.output_type == "error"
            else str(output.get("text") or output.get("data", {}).get("text/plain", ""))
            for output in cell.outputs
        )
        for cell in notebook.cells
    ]


@pytest.mark.slow
def test_a_check_never_speaks_of_an_older_version() -> None:
    shown = outputs_of(
        SETUP,
        "def double(x):\n    return x * 2",
        CHECK,
        "show_progress('none')",
        "def double(x):\n    return (x * 2",
        CHECK,
        "def double(x):\n    return x + 2",
        "show_progress('none')",
        CHECK,
        "x = undefined\ndef double(x):\n    return x * 2",
        CHECK,
        "def double(x):\n    return x * 2\ndouble(undefined)",
        CHECK,
    )
    assert "double: 1 check passed." in shown[2]
    assert "✓ double" in shown[3]
    assert "did not run to its end" in shown[5]
    assert "SyntaxError in line 2 of its cell" in shown[5]
    assert "passed" not in shown[5]
    assert "changed since its check: run it again" in shown[7]
    assert "double: the value differs" in shown[8]
    assert "NameError in line 1 of its cell" in shown[10]
    assert "double: 1 check passed." in shown[12]


@pytest.mark.slow
def test_a_method_of_the_same_name_in_another_check_changes_no_state() -> None:
    shown = outputs_of(
        SETUP,
        "def double(x):\n    return x * 2",
        CHECK,
        'with task("other"):\n    class Toy:\n        def double(self):\n            return 4\n'
        '    check_equal("toy", Toy().double(), 4)',
        "show_progress('none')",
    )
    assert "✓ double" in shown[4]


@pytest.mark.slow
def test_a_method_is_known_by_its_class_too() -> None:
    check = 'with task("model_init"):\n    check_equal("size", lambda: Model(3).size, 3)'
    shown = outputs_of(
        SETUP,
        "@add_to_class(Model)\ndef __init__(self, size):\n    raise NotImplementedError",
        check,
        "@add_to_class(Model)\ndef __init__(self, size):\n    self.size = size",
        check,
        "@add_to_class(Model)\ndef __init__(self, size):\n    self.size = (size",
        check,
    )
    assert "model_init: not started" in shown[2]
    assert "it calls" not in shown[2]
    assert "model_init: 1 check passed." in shown[4]
    assert "SyntaxError in line 3 of its cell" in shown[6]


@pytest.mark.slow
def test_typos_are_reported() -> None:
    shown = outputs_of(
        SETUP,
        CHECK,
        "def fit(self):\n    pass",
        METHOD,
        "@add_to_class(Model)\ndef fit(self):\n    self.X_train = 1\n    return self.X_trian",
        METHOD,
        "@add_to_class(Model)\ndef fit():\n    pass",
        METHOD,
        "@add_to_class(Model)\ndef fit(self):\n    return np.sqr(3)",
        METHOD,
        "@add_to_class(Model)\ndef fit(self):\n    while True:\n        raise KeyboardInterrupt",
        METHOD,
        "@add_to_class(Model)\ndef fit(self):\n    raise SystemExit",
        METHOD,
    )
    assert "double is not defined." in shown[1]
    assert "its cell has not been run" in shown[1]
    assert "the line @add_to_class(Model) above def is missing" in shown[3]
    assert "Did you mean X_train?" in shown[5]
    assert "fit, line 4 of the cell: return self.X_trian" in shown[5]
    assert "self may be missing" in shown[7]
    assert "check the spelling" in shown[9]
    assert "stopped by hand." in shown[11]
    assert "your code raised SystemExit." in shown[13]
    assert not any("Traceback" in text for text in shown)


@pytest.mark.slow
def test_the_error_itself_is_one_line_below_the_panel() -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in (SETUP, "def double(x):\n    return x", CHECK)]
    )
    NotebookClient(notebook, kernel_name="python3", allow_errors=True, timeout=60).execute()
    panel, error = notebook.cells[-1].outputs
    assert "<table" in panel.data["text/html"]
    assert "expected   6" in panel.data["text/plain"]
    assert "got        3" in panel.data["text/plain"]
    assert error.traceback == ["double: double: the value differs; largest relative error 5.0e-01."]
