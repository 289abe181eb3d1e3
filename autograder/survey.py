"""The data types of a survey: mutants, what noticed them, and which of them an author accepts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A reference solution with one edit.

    Attributes
    ----------
    task
        The task's id.
    number
        Its position among the task's mutants.
    operator
        The kind of the edit.
    old, new
        The statement that is edited, before and after. Of a compound statement only the first line.
    source
        The function with the edit.
    rule
        Why nothing of the task can show the edit; empty for most mutants.
    """

    task: str
    number: int
    operator: str
    old: str
    new: str
    source: str
    rule: str

    @property
    def name(self) -> str:
        """The task's id and the number."""
        return f"{self.task}-{self.number}"


@dataclass(frozen=True)
class Trial:
    """What noticed a mutant.

    Attributes
    ----------
    mutant
        The mutant.
    answers
        The names of the hidden answers that it gets wrong.
    fails_check
        Whether a visible check fails it.
    """

    mutant: Mutant
    answers: tuple[str, ...]
    fails_check: bool


@dataclass(frozen=True)
class Accepted:
    """A mutant that the author accepts: it survives, or checks and answers do not say the same of it.

    Attributes
    ----------
    task, old, new
        The task, and the edited statement before and after.
    reason
        Why it is accepted.
    """

    task: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True)
class Survey:
    """What checks and answers say of a task's mutants.

    Attributes
    ----------
    notebook, task
        ``02_knn/knn`` and the task's id.
    trials
        Its mutants, and what noticed them.
    accepted
        The mutants of the task that the author accepts.
    """

    notebook: str
    task: str
    trials: tuple[Trial, ...]
    accepted: tuple[Accepted, ...]

    @property
    def noticed(self) -> int:
        """The number of mutants that a hidden answer notices."""
        return sum(bool(trial.answers) for trial in self.trials)

    @property
    def by_rule(self) -> int:
        """The number of mutants that no answer notices, because nothing of the task can show them."""
        return sum(not trial.answers and bool(trial.mutant.rule) for trial in self.trials)

    @property
    def survivors(self) -> list[Trial]:
        """The mutants that no hidden answer notices, although one could."""
        return [trial for trial in self.trials if not trial.answers and not trial.mutant.rule]

    @property
    def disagreements(self) -> list[Trial]:
        """The mutants that only the checks, or only the answers notice."""
        return [trial for trial in self.trials if trial.fails_check != bool(trial.answers)]

    @property
    def findings(self) -> list[Trial]:
        """The survivors and the disagreements that are not accepted."""
        accepted = {(one.old, one.new) for one in self.accepted}
        found = [trial for trial in self.trials if trial in self.survivors or trial in self.disagreements]
        return [trial for trial in found if (trial.mutant.old, trial.mutant.new) not in accepted]

    @property
    def unneeded(self) -> list[Accepted]:
        """The accepted mutants that neither survive nor disagree."""
        found = [trial.mutant for trial in (*self.survivors, *self.disagreements)]
        known = {(mutant.old, mutant.new) for mutant in found}
        return [one for one in self.accepted if (one.old, one.new) not in known]


def finding_text(trial: Trial) -> str:
    """Return a survivor or a disagreement as an edit: what notices it, the lines before, those after."""
    if trial.answers:
        said = "only hidden answers notice it"
    elif trial.fails_check:
        said = "only a visible check notices it"
    else:
        said = "nothing notices it"
    before = [f"  - {line}" for line in trial.mutant.old.split("\n")]
    after = [f"  + {line}" for line in (trial.mutant.new or "(left out)").split("\n")]
    return "\n".join([f"{trial.mutant.task}: {trial.mutant.operator}; {said}", *before, *after])


def unneeded_text(accepted: Accepted) -> str:
    """Return a line on an accepted mutant that is noticed, or that no longer exists."""
    edit = f"{accepted.old!r} → {accepted.new!r}"
    return f"{accepted.task}: this mutant is accepted, but it is noticed, or does not exist: {edit}"
