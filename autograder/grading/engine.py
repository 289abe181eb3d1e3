"""Grading many submissions at once.

Grading one is a function of its files and of what is the same for all; it runs in a process of its own, and
one submission's trouble never becomes another's.
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from nbformat import NotebookNode
from nbgrader.preprocessors import LimitOutput

from autograder.course import METADATA, SUBMITTED, WORK, Course
from autograder.errors import AutograderError
from autograder.files import short_tempdir
from autograder.grading import bubblewrap, fingerprint, ledger
from autograder.grading.collect import find_notebook
from autograder.grading.execute import GradingExecute
from autograder.grading.graft import UnreadableError, graft_file, read_cells
from autograder.grading.judge import KEY_RESOURCE, Judge
from autograder.grading.key import Key, answer_key
from autograder.grading.material import RESOURCE, Material, prepare
from autograder.grading.record import open_gradebook, record, register
from autograder.results.feedback import write_feedback
from autograder.results.outcome import Outcome, Result, outcomes, plain

if TYPE_CHECKING:
    from traitlets.config import Config


@dataclass(frozen=True)
class Standard:
    """What a notebook of the assignment is graded by."""

    material: Material
    key: Key


def standards(course: Course, assignment: str, config: Config | None = None) -> list[Standard]:
    """Return what an assignment's notebooks are graded by, answer keys included.

    Parameters
    ----------
    course, assignment
        What is graded.
    config
        The configuration to run the reference with; by default the course's.

    Raises
    ------
    AutograderError
        When there is no source, no fitting release, or a reference that does not answer.
    """
    execute = GradingExecute(config=config or course.config())
    return [
        Standard(material, answer_key(course, material, execute)) for material in prepare(course, assignment)
    ]


def grade_folder(student: str, folder: Path, standards: list[Standard], config: Config) -> Result:
    """Grade the notebooks in a folder; nothing is written.

    Parameters
    ----------
    student
        The student's id.
    folder
        What was handed in.
    standards
        What it is graded by, as `standards` returns it.
    config
        The course's configuration.
    """
    began = time.monotonic()
    result = Result(student, {}, [])
    expected = [standard.material.name for standard in standards]
    for standard in standards:
        material = standard.material
        path = find_notebook(folder, material.name, expected)
        if path is None:
            result.notes.append(f"{material.name}.ipynb was not handed in")
            result.outcomes += [
                Outcome(task.id, 0, task.points, "not handed in") for task in material.tasks.values()
            ]
            continue
        if path.name != f"{material.name}.ipynb":
            result.notes.append(f"{path.name} was taken as {material.name}.ipynb")
        judged = _grade_notebook(path, standard, config)
        own = judged.metadata[METADATA]
        if "unreadable" in own:
            result.notes.append(f"{path.name} could not be read: {own['unreadable']}")
        result.notes += own["notes"]
        result.notebooks[material.name] = judged
        result.outcomes += outcomes(judged)
        result.graded.append(material.name)
    result.notes = [plain(note) for note in result.notes]
    result.seconds = time.monotonic() - began
    return result


def _grade_notebook(path: Path, standard: Standard, config: Config) -> NotebookNode:
    resources: dict[str, Any] = {
        "metadata": {"path": str(path.parent), "name": path.stem},
        RESOURCE: standard.material,
        KEY_RESOURCE: standard.key,
    }
    notebook = graft_file(path, standard.material.source, standard.material.release)
    for step in (GradingExecute(config=config), Judge(config=config), LimitOutput(config=config)):
        notebook, resources = step.preprocess(notebook, resources)
    return notebook


def grade_students(
    course: Course,
    assignment: str,
    students: Sequence[str],
    workers: int | None = None,
    sandbox: str | None = None,
) -> Iterator[Result]:
    """Grade submissions, several at once; yield each result as it comes.

    Parameters
    ----------
    course, assignment
        What is graded.
    students
        Whose.
    workers
        Processes; by default one a core.
    sandbox
        One of ``SANDBOXES``; by default what the course's configuration says.

    Raises
    ------
    AutograderError
        When there is nothing to grade by, or the sandbox does not work here.
    """
    config = _config(course, sandbox)
    if GradingExecute(config=config).sandbox == "bwrap":
        bubblewrap.require()
    graded_by = standards(course, assignment, config)
    # A forked worker would inherit the gradebook's open connection and its locks.
    context = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
    context.set_forkserver_preload([__name__])
    waiting, suspects = list(students), set[str]()
    with tempfile.TemporaryDirectory(prefix="autograder-", dir=short_tempdir()) as scratch:
        while waiting:
            # Who was at work when a worker died is tried again alone, so that it can take nobody along.
            batch = [student for student in waiting if student not in suspects] or waiting[:1]
            begin = (_begin_work, (scratch, os.getpid()))
            with ProcessPoolExecutor(workers or os.cpu_count(), context, *begin) as pool:
                futures: dict[Future[Result], str] = {}
                for student in batch:
                    folder, mark = course.folder(SUBMITTED) / student / assignment, _mark(scratch, student)
                    futures[pool.submit(_grade_marked, mark, student, folder, graded_by, config)] = student
                try:
                    for future in as_completed(futures):
                        died = isinstance(future.exception(), BrokenProcessPool)
                        # Kept no longer: the results of a large class would fill the memory.
                        student = futures.pop(future)
                        if died and student not in suspects:
                            continue
                        waiting.remove(student)
                        yield _result(future, student)
                except BaseException:
                    _end_work()
                    pool.shutdown(cancel_futures=True)
                    raise
            lost = [student for student in batch if student in waiting]
            suspects |= {student for student in lost if _mark(scratch, student).exists()} or set(lost)


def _config(course: Course, sandbox: str | None) -> Config:
    config = course.config()
    if sandbox is not None:
        config.GradingExecute.sandbox = sandbox
    return config


def _mark(scratch: str, student: str) -> Path:
    """Return the file that is there while a student's submission is being graded."""
    return Path(scratch) / hashlib.sha256(student.encode("utf-8", "surrogateescape")).hexdigest()


def _grade_marked(
    mark: Path, student: str, folder: Path, standards: list[Standard], config: Config
) -> Result:
    mark.touch()
    result = grade_folder(student, folder, standards, config)
    mark.unlink()
    return result


def _begin_work(scratch: str, engine: int) -> None:
    """Make a new worker ready: what it writes lies in `scratch`, and Ctrl-C is not for it to answer."""
    threading.Thread(target=_end_with, args=(engine, scratch), daemon=True).start()
    tempfile.tempdir = scratch
    if hasattr(os, "setsid"):
        os.setsid()


def _end_with(engine: int, scratch: str) -> None:
    """Wait until the engine's process is gone: killed, it leaves workers and kernels that nobody ends."""
    with contextlib.suppress(psutil.NoSuchProcess):
        main = psutil.Process(engine)
        while main.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.5)
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def _end_work() -> None:
    """End all workers at once, and the kernels that they started."""
    for worker in multiprocessing.active_children():
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in psutil.Process(worker.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        worker.kill()


def grade_own(course: Course, assignment: str) -> Result:
    """Grade a learner's own copy of an assignment, in ``work/``; nothing is written down.

    Raises
    ------
    AutograderError
        When there is no copy.
    """
    folder = course.folder(WORK) / assignment
    if not folder.is_dir():
        msg = f"You have no copy of {assignment} yet."
        raise AutograderError(msg, expected=folder, next="autograder lab")
    for path in sorted(folder.glob("*.ipynb")):
        try:
            read_cells(path)
        except UnreadableError as error:
            msg = f"{path.name} cannot be read: {error}."
            saved = folder / ".ipynb_checkpoints" / f"{path.stem}-checkpoint.ipynb"
            again = f"mv {path} {path}.broken, then autograder lab for a new copy"
            next_ = f"cp {saved} {path}, what JupyterLab saved last; or {again}" if saved.is_file() else again
            raise AutograderError(msg, where=path, next=next_) from None
    # One's own code needs no walls against oneself, and runs on systems that have none.
    config = _config(course, "none")
    return grade_folder("you", folder, standards(course, assignment, config), config)


def _result(future: Future[Result], student: str) -> Result:
    """Return what a worker found; its own failure, which is ours and not the student's, stops no other."""
    try:
        return future.result()
    except Exception as error:
        return Result(student, {}, [], failure=_said(error))


def grade_assignment(
    course: Course,
    assignment: str,
    students: Sequence[str],
    workers: int | None = None,
    sandbox: str | None = None,
    *,
    force: bool = False,
) -> Iterator[Result]:
    """Grade submissions, write each down with its feedback page, and yield it.

    Those that grading again would not change are yielded as they were graded.

    Parameters
    ----------
    course, assignment, students
        What is graded.
    workers
        Processes; by default one a core.
    sandbox
        One of ``SANDBOXES``; by default what the course's configuration says.
    force
        Grade them all.

    Raises
    ------
    AutograderError
        When there is nothing to grade by, or the sandbox does not work here.
    """
    register(course, assignment)
    common = fingerprint.of_assignment(course, assignment, prepare(course, assignment))
    prints = {
        student: fingerprint.of_submission(course.folder(SUBMITTED) / student / assignment, common)
        for student in students
    }
    with open_gradebook(course) as gradebook:
        unchanged = {} if force else ledger.unchanged(course, gradebook, assignment, prints)
    yield from unchanged.values()
    changed = [student for student in students if student not in unchanged]
    if not changed:
        return
    for result in grade_students(course, assignment, changed, workers, sandbox):
        if result.failure is None:
            try:
                _write_down(course, assignment, result, prints[result.student])
            except Exception as error:  # one submission's trouble, and the others go on
                result.failure = _said(error)
        yield result


def _write_down(course: Course, assignment: str, result: Result, print_: str) -> None:
    """Record a result with its page; it counts as done from the last step on."""
    result.changes = record(course, assignment, result, print_)
    write_feedback(course, assignment, result.student, has_notebooks=bool(result.notebooks))
    with open_gradebook(course) as gradebook:
        ledger.complete(gradebook, assignment, result.student)


def _said(error: BaseException) -> str:
    if isinstance(error, BrokenProcessPool):
        return "the process that graded it died, twice"
    return error.what if isinstance(error, AutograderError) else f"{type(error).__name__}: {error}"
