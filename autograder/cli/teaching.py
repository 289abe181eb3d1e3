"""The verbs for instructors: prove and release assignments, collect and grade submissions."""

# Each verb imports what it needs in its body, so that `gradbook --help` does not wait for nbgrader.
from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from autograder.course import SandboxKind

app = typer.Typer()


@app.command()
def release(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="ASSIGNMENT", help="Default: all.")
    ] = None,
    bundle: Annotated[
        bool,
        typer.Option("--bundle", help="Make the zip file for students: assignments, package, instructions."),
    ] = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help="Do not ask before replacing released notebooks that students have submitted."
        ),
    ] = False,
) -> None:
    """Generate assignments/ from source_solutions/, without solutions and hidden tests.

    Assignments that changed are first proved, as by `gradbook prove`; if a proof fails, nothing is released.
    If students have already submitted an assignment that would change, the changes are listed and you are
    asked to confirm them.

    For example:

    - `gradbook release`
    - `gradbook release 02_knn`
    - `gradbook release --bundle`
    """
    from autograder.course import Course
    from autograder.release import differences
    from autograder.release.build import release_all
    from autograder.release.bundle import bundle as make_bundle
    from autograder.release.prove import prove as prove_all
    from autograder.release.prove import require_sound
    from autograder.reports import proof

    def approve(course: Course, generated: Path, names: Sequence[str]) -> None:
        require_sound(proof.watch_proof(prove_all(course, names, generated)))
        lines = [line for name in names for line in differences.summary(course, name, generated / name)]
        for line in lines:
            typer.echo(line)
        if lines and not yes:
            typer.confirm("Replace the released assignments?", abort=True)

    course = Course.find()
    names = course.chosen(assignments)
    for made in release_all(course, names, approve):
        typer.echo(f"{made.assignment}: " + (", ".join(made.changed) or "unchanged"))
    if bundle:
        typer.echo(f"For students: {make_bundle(course, names, course.root / f'{course.root.name}.zip')}")


@app.command()
def new(
    place: Annotated[Path, typer.Argument(metavar="NAME", help="The new folder.")],
) -> None:
    """Create your own course, with a small exercise to start from.

    For example:

    - `gradbook new my-course`
    """
    from autograder.starter import make_course

    made = make_course(place)
    typer.echo(f"Your course is in {made}. Its README.md describes the next steps:")
    typer.echo(f"  cd {place} && gradbook release")


@app.command()
def prove(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="ASSIGNMENT", help="Default: all.")
    ] = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="Also prove assignments that have not changed since the last proof."),
    ] = False,
    mutants: Annotated[
        bool,
        typer.Option("--mutants", help="Only try mutants, and show those that nothing notices as edits."),
    ] = False,
    task: Annotated[str | None, typer.Option("--task", help="With --mutants: only this task.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Prove that assignments grade as they must: the reference, stubs, variants, mistakes and mutants.

    A mutant is a reference solution with one edit made by rule. Hidden answers should notice it, and visible
    checks should agree; mutants that are accepted are listed with their reasons in the assignment's mutants/.

    For example:

    - `gradbook prove`
    - `gradbook prove 02_knn --again --json`
    - `gradbook prove 02_knn --mutants --task predict_labels`
    """
    from autograder.course import Course
    from autograder.release import mutation
    from autograder.release.prove import prove as prove_all
    from autograder.reports import proof

    if task is not None and not mutants:
        msg = "only with --mutants"
        raise typer.BadParameter(msg, param_hint="--task")
    course = Course.find()
    names = course.chosen(assignments)
    if mutants:
        surveys = proof.watch_surveys(mutation.survey(course, names, task))
        proof.show_surveys(surveys, as_json=as_json)
        raise typer.Exit(int(any(survey.problems for survey in surveys)))
    findings = proof.watch_proof(prove_all(course, names, again=again))
    proof.show(findings, as_json=as_json)
    if not all(finding.holds for finding in findings):
        raise typer.Exit(1)


@app.command()
def collect(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example 02_knn.")],
    archives: Annotated[
        list[Path], typer.Argument(metavar="ARCHIVE", help="Zip files, as downloaded from Canvas or Moodle.")
    ],
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Columns lms (the name or number in the archive) and student (the id to grade under).",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report what would be done without doing it.")
    ] = False,
) -> None:
    """Unpack submissions from Canvas or Moodle into submitted/STUDENT/ASSIGNMENT/.

    A newer submission replaces an older one, which is kept in .autograder/replaced/. Files that could do harm
    (links, paths outside the archive, nested archives, files that unpack to more than 200 times their size)
    are refused and listed; the others are accepted.

    For example:

    - `gradbook collect 02_knn submissions.zip --dry-run`
    - `gradbook collect 02_knn submissions.zip --roster class.csv`
    """
    from autograder.course import Course
    from autograder.grading.collect.download import collect as collect_archives
    from autograder.reports import collected

    course = Course.find()
    lines = collect_archives(course, course.assignment(assignment), archives, roster, dry_run=dry_run)
    collected.show(lines, dry_run=dry_run)
    if any(line.what == "refused" for line in lines):
        raise typer.Exit(1)


@app.command()
def grade(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example 02_knn.")],
    student: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this student; repeatable.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="How many submissions to grade in parallel. Default: one per core."),
    ] = None,
    new_seed: Annotated[bool, typer.Option("--new-seed", help="Draw new hidden inputs.")] = False,
    sandbox: Annotated[
        SandboxKind | None,
        typer.Option(
            help="How students' code is isolated. **bwrap**: bubblewrap, without network and with access "
            "only to installed programs, the images and the student's own submission. **none**: no "
            "isolation; the code can read and change whatever you can. Default: bwrap, unless "
            "nbgrader_config.py says otherwise."
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Grade on the Dask cluster with this scheduler (tcp://HOST:PORT) instead of this machine.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also regrade submissions that have not changed.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Grade the submissions in submitted/STUDENT/ASSIGNMENT/.

    Scores are stored in the gradebook, graded notebooks in autograded/, and pages for students in feedback/.
    Manual grades are kept. A submission is not graded again if nothing has changed since it was last graded
    (the submission, the assignment, the limits).

    Students' code runs in a sandbox, with limits on time, memory, processes and output.

    For example:

    - `gradbook grade 02_knn`
    - `gradbook grade 02_knn --student li --json`
    - `gradbook grade 02_knn --force`
    - `gradbook grade 02_knn --workers 8`
    - `gradbook grade 02_knn --scheduler tcp://10.0.0.1:8786`
    """
    from autograder.grading.workers import processes

    processes.prepare()
    from autograder.course import FEEDBACK, Course
    from autograder.grading.engine import grade_assignment
    from autograder.grading.notebook_spec import assignment_seed
    from autograder.reports import terminal
    from autograder.reports.feedback import write_feedback

    if workers is not None and scheduler is not None:
        message = (
            "--workers applies to this machine only: a cluster uses the workers that were started for it"
        )
        raise typer.BadParameter(message)
    if new_seed and student:
        message = "--new-seed applies to the whole class: hidden inputs must be the same for all students"
        raise typer.BadParameter(message)
    course = Course.find()
    assignment = course.assignment(assignment)
    students = course.submitted(assignment, student)
    if new_seed:
        assignment_seed(course, assignment, new=True)
    grading = grade_assignment(
        course, assignment, students, write_feedback, workers, sandbox, scheduler, force=force
    )
    results = terminal.watch(grading, len(students))
    terminal.show(results, assignment, as_json=as_json)
    if not as_json:
        for line in [*terminal.changes(results), *terminal.reasons(results), terminal.tally(results)]:
            typer.echo(line)
        typer.echo(f"Feedback pages: {course.folder(FEEDBACK)}{os.sep}STUDENT{os.sep}{assignment}")
    if any(result.failure for result in results):
        raise typer.Exit(1)


@app.command()
def demo() -> None:
    """Grade a built-in class: twelve submissions of 02_knn, with known mistakes.

    The demo runs in a temporary folder and needs only a clone.

    For example:

    - `gradbook demo`
    """
    from autograder import demo as show
    from autograder.course import FEEDBACK, Course
    from autograder.reports import terminal

    course = show.build_course(Course.find())
    students = show.submit(course)
    sandbox, why_not = show.choose_sandbox()
    if why_not is not None:
        typer.echo(f"Running without a sandbox, because bubblewrap does not work here: {why_not}.", err=True)
    results = terminal.watch(show.grade(course, sandbox), len(students))
    terminal.show(results, show.ASSIGNMENT, as_json=False)
    typer.echo(f"Feedback pages, one per student: {course.folder(FEEDBACK)}")
    surprises = show.surprises(students, results)
    for surprise in surprises:
        typer.echo(f"gradbook: unexpected result: {surprise}", err=True)
    if surprises:
        raise typer.Exit(1)
    named = sum(title is not None for student in students for title in student.lost.values())
    typer.echo(
        f"{len(results)} submissions graded. All {named} known mistakes were identified, "
        "and each cost only the points of its own task."
    )
