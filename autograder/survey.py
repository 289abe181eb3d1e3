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

    @property
    def survives(self) -> bool:
        """Whether no hidden answer notices it, although one could."""
        return not self.answers and not self.mutant.rule

    @property
    def disagrees(self) -> bool:
        """Whether only the checks, or only the answers notice it."""
        return self.fails_check != bool(self.answers)

    def __str__(self) -> str:
        if self.answers:
            said = "only hidden answers notice it"
        elif self.fails_check:
            said = "only a visible check notices it"
        else:
            said = "nothing notices it"
        before = [f"  - {line}" for line in self.mutant.old.split("\n")]
        after = [f"  + {line}" for line in (self.mutant.new or "(left out)").split("\n")]
        return "\n".join([f"{self.mutant.task}: {self.mutant.operator}; {said}", *before, *after])


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
        return [trial for trial in self.trials if trial.survives]

    @property
    def disagreements(self) -> list[Trial]:
        """The mutants that only the checks, or only the answers notice."""
        return [trial for trial in self.trials if trial.disagrees]

    @property
    def problems(self) -> list[str]:
        """The survivors and disagreements that are not accepted, and what is accepted without need."""
        found = {(t.mutant.old, t.mutant.new): t for t in self.trials if t.survives or t.disagrees}
        accepted = {(one.old, one.new) for one in self.accepted}
        unneeded = [f"{old!r} → {new!r}" for old, new in sorted(accepted - found.keys())]
        return [
            *(str(trial) for edit, trial in found.items() if edit not in accepted),
            *(f"{self.task}: accepted, but noticed, or not a mutant: {edit}" for edit in unneeded),
        ]
