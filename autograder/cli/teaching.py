"""The verbs of those who teach: prove and release assignments, collect and grade a class's work."""

# What a verb needs is imported inside it: `autograder --help` must not wait for nbgrader.
from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from autograder.course import Sandbox

app = typer.Typer()


@app.command()
def release(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="ASSIGNMENT", help="Default: all.")
    ] = None,
    bundle: Annotated[
        bool,
        typer.Option(
            "--bundle", help="Make the zip file that a class gets: assignments, package, how to begin."
        ),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before what students have handed in is replaced.")
    ] = False,
) -> None:
    """Generate assignments/ from source_solutions/: what students get, without solutions and hidden tests.

    What changed is proved first, as `autograder prove` does it; where something is not sound, nothing is
    released. Where students have handed in what would change, you are told what, and asked.

    For example:

    - `autograder release`
    - `autograder release 02_knn`
    - `autograder release --bundle`
    """
    from autograder.course import Course
    from autograder.release import differences
    from autograder.release.build import release_all
    from autograder.release.bundle import bundle as make_bundle
    from autograder.release.prove import require_sound

    def approve(course: Course, generated: Path, names: Sequence[str]) -> None:
        require_sound(course, generated, names)
        lines = [line for name in names for line in differences.told(course, name, generated / name)]
        for line in lines:
            typer.echo(line)
        if lines and not yes:
            typer.confirm("Replace what was handed out?", abort=True)

    course = Course.find()
    names = course.chosen(assignments)
    for made in release_all(course, names, approve):
        typer.echo(f"{made.assignment}: " + (", ".join(made.changed) or "unchanged"))
    if bundle:
        typer.echo(f"For the class: {make_bundle(course, names, course.root / f'{course.root.name}.zip')}")


@app.command()
def new(
    place: Annotated[Path, typer.Argument(metavar="NAME", help="The new folder.")],
) -> None:
    """Make a course of your own, with a small exercise to start from.

    For example:

    - `autograder new my-course`
    """
    from autograder.starter import make_course

    made = make_course(place)
    typer.echo(f"Your course is in {made}. Its README.md says how to go on:")
    typer.echo(f"  cd {place} && autograder release")


@app.command()
def prove(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="ASSIGNMENT", help="Default: all.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Prove what did not change since it was proved, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Show that assignments are sound: the reference, stubs, variants and mistakes earn what they must.

    For example:

    - `autograder prove`
    - `autograder prove 02_knn --again --json`
    """
    from autograder.course import Course
    from autograder.release.prove import prove as prove_all
    from autograder.results import proof

    course = Course.find()
    names = course.chosen(assignments)
    findings = proof.watch(prove_all(course, names, again=again))
    proof.show(findings, as_json=as_json)
    if not all(finding.holds for finding in findings):
        raise typer.Exit(1)


@app.command()
def collect(
    assignment: Annotated[str, typer.Argument(help="The assignment, for example 02_knn.")],
    archives: Annotated[
        list[Path], typer.Argument(metavar="ARCHIVE", help="Zip files, as Canvas or Moodle gives them.")
    ],
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Columns lms (a name or number of the archive's) and student (the id to grade under).",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
) -> None:
    """Put what a class handed in on Canvas or Moodle where it is graded: submitted/STUDENT/ASSIGNMENT/.

    A newer submission takes the place of an older one, which is kept in .autograder/replaced/. Files that
    could do harm (links, paths that lead elsewhere, archives in archives, what unpacks to more than 200 times
    its size) are refused by name; the others are taken.

    For example:

    - `autograder collect 02_knn submissions.zip --dry-run`
    - `autograder collect 02_knn submissions.zip --roster class.csv`
    """
    from autograder.course import Course
    from autograder.grading.collect.download import collect as collect_archives
    from autograder.results import collected

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
        int | None, typer.Option(min=1, help="Submissions at a time. Default: one a core.")
    ] = None,
    new_seed: Annotated[
        bool, typer.Option("--new-seed", help="Draw other hidden inputs than last time.")
    ] = False,
    sandbox: Annotated[
        Sandbox | None,
        typer.Option(
            help="What students' code is shut in. **bwrap**: bubblewrap, no network, nothing of this machine "
            "but its programs, the pictures and their own submission. **none**: it runs with your rights, "
            "and can read and change whatever you can. Default: bwrap, unless nbgrader_config.py says "
            "otherwise."
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Grade on a Dask cluster, whose scheduler is there (tcp://HOST:PORT), not on this machine.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Grade those again that did not change as well.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Grade what was handed in under submitted/STUDENT/ASSIGNMENT/.

    Scores go to the gradebook, graded notebooks to autograded/, pages for students to feedback/. Manual
    grades stay. What did not change since it was last graded (the submission, the assignment, the limits) is
    not graded again.

    Students' code runs in a sandbox, with limits on time, memory, processes and output.

    For example:

    - `autograder grade 02_knn`
    - `autograder grade 02_knn --student li --json`
    - `autograder grade 02_knn --force`
    - `autograder grade 02_knn --workers 8`
    - `autograder grade 02_knn --scheduler tcp://10.0.0.1:8786`
    """
    from autograder.grading.workers import hands

    hands.prepare()
    from autograder.course import FEEDBACK, Course
    from autograder.grading.engine import grade_assignment
    from autograder.grading.material import assignment_seed
    from autograder.results import report

    if workers is not None and scheduler is not None:
        message = "--workers is for this machine: a cluster has the workers that were started for it"
        raise typer.BadParameter(message)
    if new_seed and student:
        message = (
            "--new-seed is for the whole class: one student would be asked other questions than the rest"
        )
        raise typer.BadParameter(message)
    course = Course.find()
    assignment = course.assignment(assignment)
    students = course.submitted(assignment, student)
    if new_seed:
        assignment_seed(course, assignment, new=True)
    grading = grade_assignment(course, assignment, students, workers, sandbox, scheduler, force=force)
    results = report.watch(grading, len(students))
    report.show(results, assignment, as_json=as_json)
    if not as_json:
        for line in [*report.changes(results), report.tally(results)]:
            typer.echo(line)
        typer.echo(f"Feedback pages: {course.folder(FEEDBACK)}{os.sep}STUDENT{os.sep}{assignment}")
    if any(result.failure for result in results):
        raise typer.Exit(1)


@app.command()
def demo() -> None:
    """Do the main job once, on built-in data: a class of twelve hands in 02_knn and is graded.

    It runs in a temporary folder and needs nothing but a clone.

    For example:

    - `autograder demo`
    """
    from autograder import demo as show
    from autograder.course import FEEDBACK, Course
    from autograder.results import report

    course = show.build_course(Course.find())
    students = show.hand_in(course)
    sandbox, why_not = show.sandbox()
    if why_not is not None:
        typer.echo(f"Without a sandbox, for it does not work here: {why_not}.", err=True)
    results = report.watch(show.grade(course, sandbox), len(students))
    report.show(results, show.ASSIGNMENT, as_json=False)
    typer.echo(f"Feedback pages, one a student: {course.folder(FEEDBACK)}")
    surprises = show.surprises(students, results)
    for surprise in surprises:
        typer.echo(f"autograder: not as it must be: {surprise}", err=True)
    if surprises:
        raise typer.Exit(1)
    named = sum(title is not None for student in students for title in student.lost.values())
    typer.echo(
        f"{len(results)} submissions graded. All {named} known mistakes were named, "
        "and each cost its own task alone."
    )
