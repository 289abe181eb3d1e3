"""What students see when a check fails, in a notebook and while grading."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Iterator

import numpy as np
import pytest

from gradbook import (
    CheckFailed,
    check_accuracy,
    check_close,
    check_dtype,
    check_equal,
    check_faster,
    check_memory,
    check_no_loops,
    check_shape,
    check_that,
    check_unchanged,
    progress,
    task,
)
from gradbook.messages import State, short
from gradbook.protocol import answers
from gradbook.session import session


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    session.states.clear()
    yield
    session.states.clear()


@pytest.fixture
def grading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "seed", 1)


def unfinished() -> None:
    raise NotImplementedError


def fails(*calls: object) -> CheckFailed:
    def run() -> None:
        with task("relu"):
            for call in calls:
                call()  # type: ignore[operator]

    with pytest.raises(CheckFailed) as caught:
        run()
    return caught.value


def test_right_code_passes_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with task("relu"):
        check_shape("out", np.zeros((2, 3)), (2, 3))
        check_close("out", lambda: np.array([1.0, 2.0]), [1, 2 + 1e-12])
        check_equal("labels", np.array([1, 2]), [1, 2])
        check_that("all at least 0", lambda: np.arange(3) >= 0, "a sign is wrong")
    assert "relu: 4 checks passed." in capsys.readouterr().out
    assert session.states == {"relu": State.PASSED}


def test_a_wrong_value_is_explained() -> None:
    failure = fails(lambda: check_close("out", np.array([[1.0, 5.0]]), [[1.0, 2.0]]))
    text = str(failure)
    assert "relu: out: 1 of 2 values differ; largest relative error 6.0e-01." in text
    assert "expected, got" not in text
    assert "out[0, 1]: expected 2, got 5" in text
    assert "[[1, 2]]" in text
    assert session.states == {"relu": State.FAILED}


def test_a_known_wrong_value_names_its_cause() -> None:
    failure = fails(lambda: check_close("d", 25.0, 5.0, mistakes=[("The square root is missing.", 25)]))
    assert failure.cause == "The square root is missing."
    assert "The square root is missing." in failure._repr_html_()


def test_a_wrong_shape_says_both_and_the_likely_cause() -> None:
    failure = fails(lambda: check_shape("dists", np.zeros((3, 2)), (2, 3)))
    assert failure.rows()[1:4] == [
        ("expected", "shape (2, 3)"),
        ("got", "shape (3, 2)"),
        ("likely cause", "rows and columns are swapped"),
    ]


def test_a_forgotten_return_is_reported() -> None:
    assert fails(lambda: check_close("out", None, [1.0])).cause == "the function ends without a return"


def test_unfinished_code_is_not_started() -> None:
    failure = fails(lambda: check_close("out", unfinished, 1))
    assert str(failure) == "relu: not started: it calls unfinished, which is not written yet"
    assert failure._render_traceback_() == [str(failure)]
    assert session.states == {"relu": State.NOT_STARTED}


def test_an_exception_is_reported_with_its_line_and_without_a_traceback() -> None:
    def student_code() -> float:
        return float(np.ones(3) @ np.ones(4))

    text = str(fails(lambda: check_close("out", student_code, 1)))
    assert "your code raised ValueError." in text
    assert "student_code, line" in text
    assert "return float(np.ones(3) @ np.ones(4))" in text
    assert "Traceback" not in text


def test_warnings_become_messages_and_never_reach_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with task("relu"):
        check_close("out", lambda: np.log(np.zeros(1)), [-np.inf])
        warnings.warn("watch out", stacklevel=1)
    out, err = capsys.readouterr()
    assert "divide by zero" in out
    assert "watch out" in out
    assert err == ""


@pytest.mark.usefixtures("grading")
def test_while_grading_a_failing_check_explains_and_the_cell_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with task("relu"):
        check_close("first", 1.0, 2.0)
        check_close("second", 1.0, 3.0)
        check_close("third", unfinished, 3.0)
        raise AssertionError  # not reached: the block ends where the code stops
    out = capsys.readouterr().out
    assert "first: the value differs" in out
    assert "second: the value differs" in out
    assert "relu: not started" in out


def test_a_loop_in_the_function_is_found() -> None:
    def looped(x: list[int]) -> list[int]:
        return [v for v in x]  # noqa: C416

    failure = fails(lambda: check_no_loops(looped))
    assert "a list comprehension in looped" in str(failure)
    with task("relu"):
        check_no_loops(unfinished)


def test_memory_is_bounded() -> None:
    failure = fails(lambda: check_memory("room", lambda: np.ones(10**6), 10**6, "Too large an array."))
    assert "at most 1 MB" in str(failure)
    assert failure.got == "8 MB"
    with task("relu"):
        check_memory("room", lambda: np.ones(1000), 10**6, "Too large an array.")


def test_a_list_of_the_right_numbers_is_close_but_not_an_array() -> None:
    failure = fails(
        lambda: check_close("out", [1.0, 2.0], [1, 2]),
        lambda: check_shape("out", [1.0, 2.0], (2,)),
    )
    assert failure.verdict == "out is not an array."


def test_a_number_where_several_are_asked_for_is_reported() -> None:
    failure = fails(lambda: check_close("the shape", 0, (3, 6, 6, 3)))
    assert failure.verdict == "the shape is a single number, where 4 are expected."
    assert "section Returns" in str(failure)
    # If an array of one number is expected, the problem is the missing array.
    assert fails(lambda: check_close("db", 0.5, [0.5, 0.5])).verdict.endswith("where 2 are expected.")
    assert fails(lambda: check_shape("db", 0.5, (1,))).verdict == "db is not an array."
    assert fails(lambda: check_shape("db", np.float64(0.5), (1,))).verdict == "db has the wrong shape."


def test_answers_do_nothing_without_a_grader(capsys: pytest.CaptureFixture[str]) -> None:
    answers.answer("dx", unfinished)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("grading")
def test_hidden_numbers_depend_on_the_task_and_the_seed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    first = answers.hidden_rng("relu").standard_normal(4)
    assert (answers.hidden_rng("relu").standard_normal(4) == first).all()
    assert (answers.hidden_rng("affine").standard_normal(4) != first).any()
    monkeypatch.setattr(session, "seed", 2)
    assert (answers.hidden_rng("relu").standard_normal(4) != first).any()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([1.0, 0.5]), "[1, 0.5]"),
        (np.zeros((50, 2)), "shape (50, 2), float64"),
        (1 / 3, "0.333333"),
        ("x" * 500, "'" + "x" * 116 + "…"),
    ],
)
def test_values_are_shown_short(value: object, text: str) -> None:
    assert short(value) == text


def test_text_from_code_cannot_become_markup() -> None:
    failure = CheckFailed("<b>task</b>", "<script>", got="<img onerror=x>")
    assert "<script>" not in failure._repr_html_()
    assert "<img" not in failure._repr_html_()


def test_the_progress_table_lists_tasks_points_and_states(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import nbformat

    from tests.support.courses import source_notebook

    folder = tmp_path_factory.mktemp("progress")
    nbformat.write(source_notebook(), folder / "tiny.ipynb")
    monkeypatch.chdir(folder)
    progress.set_state("double", State.PASSED)
    progress.set_state("total", State.FAILED)
    progress.show_progress("tiny")
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "✓ double     2  passed",
        "✗ total      2  not yet right",
        "· square     4  check not run yet",
        "· q-why      1  graded by hand",
    ]
    assert lines[4] == "2 of 8 automatic points pass their checks; 1 more are graded by hand."


def test_importing_the_notebook_side_is_cheap() -> None:
    code = (
        "import sys, numpy, gradbook.api;"
        "heavy = {'matplotlib', 'IPython', 'nbgrader', 'rich', 'typer', 'pooch', 'tqdm', 'traitlets'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_a_function_that_was_never_defined_says_so() -> None:
    def call() -> None:
        relu  # noqa: B018, F821

    failure = fails(call)
    assert failure.verdict == "relu is not defined."
    assert "run the cell that defines relu" in str(failure)


def test_the_type_of_elements_is_checked_with_the_usual_reason() -> None:
    with task("cast"):
        check_dtype("out", lambda: np.zeros(3, np.float32), np.float32)
    whole = fails(lambda: check_dtype("out", np.zeros(3, int), float))
    assert (whole.expected, whole.got) == ("float64", "int64")
    assert "created from integers" in str(whole.cause)
    assert "float64 unless another dtype is given" in str(
        fails(lambda: check_dtype("out", np.ones(3), "f4")).cause
    )
    assert fails(lambda: check_dtype("out", None, float)).cause == "the function ends without a return"
    assert fails(lambda: check_dtype("out", [1.0], float)).got == "[1]"


def test_inputs_changed_in_place_are_named_and_restored() -> None:
    x, w = np.arange(3.0), np.ones(2)

    def centre() -> None:
        nonlocal x
        x -= x.mean()

    with task("centre"):
        check_unchanged({"x": x, "w": w}, lambda: x - x.mean())
    failure = fails(lambda: check_unchanged({"x": x, "w": w}, centre))
    assert failure.verdict == "your code changes x in place."
    np.testing.assert_array_equal(x, np.arange(3.0))


def test_speed_is_a_ratio_and_slower_code_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    def slow() -> int:
        return sum(range(200_000))

    with task("sum"):
        check_faster(lambda: None, slow, at_least=3)
    assert "× as fast" in capsys.readouterr().out
    failure = fails(lambda: check_faster(slow, lambda: None, at_least=3))
    assert failure.expected == "at least 3× as fast"
    assert "× slower" in str(failure.got)


def test_accuracy_counts_labels() -> None:
    y = np.array([0, 1, 2, 2])
    with task("predict"):
        check_accuracy("the model", lambda: np.array([0, 1, 2, 0]), y, at_least=0.75)
    failure = fails(lambda: check_accuracy("the model", np.array([2, 2, 2, 2]), y, at_least=0.75))
    assert (failure.expected, failure.got) == ("at least 75.0% of 4", "50.0%")
    assert failure.cause == "guessing reaches as much: nothing has been learnt"
    assert "these are scores" in str(fails(lambda: check_accuracy("it", np.ones((4, 3)), y, 0.5)).cause)
    assert fails(lambda: check_accuracy("it", np.ones(3), y, 0.5)).expected == "shape (4,)"


def test_what_a_check_is_given_may_be_a_callable_that_is_not_written_yet() -> None:
    y = np.array([0, 1])
    for check in (
        lambda: check_dtype("out", unfinished, float),
        lambda: check_unchanged({"y": y}, unfinished),
        lambda: check_faster(unfinished, unfinished, 2),
        lambda: check_accuracy("it", unfinished, y, 0.5),
    ):
        assert fails(check).state is State.NOT_STARTED
