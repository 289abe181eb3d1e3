"""How a task of a submission was graded, as text in a terminal."""

from __future__ import annotations

from autograder.grading.appeal import Appeal
from autograder.outcome import plain


def appeal_text(appeal: Appeal, script: str) -> str:
    """Return the text of an appeal.

    Parameters
    ----------
    appeal
        How the task was graded.
    script
        The path of the script that computes the answers again.
    """
    outcome = appeal.outcome
    lines = [f"{outcome.task}: {outcome.points:g} of {outcome.max_points:g} points, {outcome.verdict}"]
    if outcome.mistake:
        lines.append(f"Known mistake: {outcome.mistake}")
    if outcome.message:
        lines.append(outcome.message)
    for number, lent in enumerate(appeal.lent, start=1):
        with_ = f"with the reference solution of {', '.join(lent)}" if lent else "the student's code alone"
        lines.append(f"Run {number}: {with_}")
    for answer in appeal.answers:
        lines += ["", answer.name, f"  expected  {answer.expected}"]
        for number, (got, difference) in enumerate(answer.got, start=1):
            lines.append(f"  run {number}     {got}: {difference or 'right'}")
    lines += ["", f"An answer counts if it is right in one of the runs. To compute them again: {script}"]
    return plain("\n".join(lines))
