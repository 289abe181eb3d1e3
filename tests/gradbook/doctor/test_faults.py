"""The catalogue of faults is as described: its sources are correct, and its faults show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from gradbook.gradcheck.numerical import numerical_gradient
from tests.faults import FAMILIES, SUBJECTS, Case, Fault, Subject, load

Gradients = dict[str, np.ndarray]

by_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
CATALOGUE = [fault for subject in SUBJECTS for fault in subject.faults]
SEED = 0


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    """Faults may divide by zero."""
    with np.errstate(all="ignore"):
        yield


def case_of(subject: Subject, fault: Fault | None = None, seed: int = SEED) -> Case:
    return subject.case(load(subject, fault), np.random.default_rng(seed))


def value(case: Case) -> float:
    """The loss, or the sum of the outputs weighted by the upstream gradient."""
    return float(np.sum(case.f(**case.inputs) * (1.0 if case.upstream is None else case.upstream)))


def gradients(case: Case) -> Gradients:
    found = case.analytic()
    named = found if isinstance(found, dict) else dict(zip(case.inputs, found, strict=True))
    assert set(named) == set(case.inputs)
    return {name: np.array(gradient, np.float64) for name, gradient in named.items()}


@cache
def right(subject: Subject) -> Gradients:
    return gradients(case_of(subject))


@cache
def wrong(subject: Subject) -> dict[str, Gradients | str]:
    """The gradients of each fault by its title: arrays, or the error that it raises."""
    found: dict[str, Gradients | str] = {}
    for fault in subject.faults:
        try:
            found[fault.title] = gradients(case_of(subject, fault))
        except (ValueError, IndexError) as error:
            found[fault.title] = repr(error)
    return found


@cache
def smooth(subject: Subject, seed: int = SEED) -> Gradients:
    """For each element of the inputs, whether the slopes on its two sides agree."""
    case = case_of(subject, seed=seed)
    here, h, found = value(case), 1e-6, {}
    for name, x in case.inputs.items():
        found[name] = np.ones(x.shape, bool)
        for index in np.ndindex(x.shape) if subject.kinks else ():
            kept = x[index]
            x[index] = kept + h
            right = (value(case) - here) / h
            x[index] = kept - h
            left = (here - value(case)) / h
            x[index] = kept
            found[name][index] = abs(right - left) < 1e-6
    return found


def same_shapes(found: Gradients | str, subject: Subject) -> bool:
    return not isinstance(found, str) and all(
        found[name].shape == expected.shape for name, expected in right(subject).items()
    )


def difference(found: Gradients, expected: Gradients, where: Gradients) -> float:
    """The largest distance of a gradient from the right one by the latter's norm; infinite if undefined.

    A gradient of 0 (a bias that batch norm takes off again) is measured by a hundredth of all of them.
    """
    worst, overall = 0.0, float(np.sqrt(sum(np.sum(gradient**2) for gradient in expected.values())))
    for name, gradient in expected.items():
        if not np.isfinite(found[name]).all():
            return np.inf
        apart = np.linalg.norm((found[name] - gradient)[where[name]])
        worst = max(worst, float(apart / max(np.linalg.norm(gradient), overall / 100)))
    return worst


@by_subject
@pytest.mark.parametrize("seed", [0, 1])
def test_the_right_source_agrees_with_central_differences(subject: Subject, seed: int) -> None:
    case = case_of(subject, seed=seed)
    expected = {
        name: numerical_gradient(lambda _: case.f(**case.inputs), x, case.upstream)
        for name, x in case.inputs.items()
    }
    where = smooth(subject, seed)
    assert subject.kinks != all(np.all(counted) for counted in where.values())
    assert difference(gradients(case), expected, where) < 1e-7


@by_subject
def test_every_fault_shows_and_every_equivalent_one_does_not(subject: Subject) -> None:
    unexpected = {}
    for fault in subject.faults:
        found = wrong(subject)[fault.title]
        apart = np.inf
        if same_shapes(found, subject):
            apart = difference(found, right(subject), smooth(subject))
        if not (apart > 1e-4 if fault.equivalent is None else apart < 1e-12):
            unexpected[fault.title] = apart
    assert not unexpected


@by_subject
def test_a_fault_leaves_the_forward_pass_as_it_is(subject: Subject) -> None:
    expected = value(case_of(subject))
    for fault in subject.faults:
        assert value(case_of(subject, fault)) == expected, fault.title


@by_subject
def test_not_finite_is_what_holds_nan_or_infinity_in_the_right_shape(subject: Subject) -> None:
    for fault in subject.faults:
        found = wrong(subject)[fault.title]
        finite = isinstance(found, str) or all(np.isfinite(gradient).all() for gradient in found.values())
        assert finite == (fault.family != "not finite"), fault.title
        assert finite or same_shapes(found, subject), fault.title


@by_subject
def test_a_wrong_shape_is_a_matter_of_axes_or_of_no_family(subject: Subject) -> None:
    for fault in subject.faults:
        if not same_shapes(wrong(subject)[fault.title], subject):
            assert fault.family in {"axes", None}, fault.title


@by_subject
def test_faults_that_are_indistinguishable_are_of_one_family(subject: Subject) -> None:
    shown = [
        (fault, found)
        for fault in subject.faults
        if fault.equivalent is None and same_shapes(found := wrong(subject)[fault.title], subject)
    ]
    for (one, first), (other, second) in combinations(shown, 2):
        if all(np.allclose(first[name], second[name], 1e-9, 1e-12, equal_nan=True) for name in first):
            assert one.family == other.family, (one.title, other.title)


@by_subject
def test_inputs_can_be_put_there_in_float32(subject: Subject) -> None:
    case = case_of(subject)
    before = value(case)
    for name, x in case.inputs.items():
        case.inputs[name] = x.astype(np.float32)
    assert 0 < abs(value(case) - before) < 1e-4 * abs(before)
    assert difference(gradients(case), right(subject), smooth(subject)) < 1e-4


@by_subject
def test_a_subject_has_faults_enough(subject: Subject) -> None:
    assert sum(fault.equivalent is None for fault in subject.faults) >= 20
    assert len({fault.title for fault in subject.faults}) == len(subject.faults)
    assert len({(fault.old, fault.new) for fault in subject.faults}) == len(subject.faults)


def test_the_names_of_subjects_differ() -> None:
    assert len({subject.name for subject in SUBJECTS}) == len(SUBJECTS)


def test_a_fault_names_a_family_or_none_and_an_equivalent_one_none() -> None:
    assert {fault.family for fault in CATALOGUE} == {*FAMILIES, None}
    assert not [fault.title for fault in CATALOGUE if fault.family and fault.equivalent]


def test_every_family_is_there_and_the_catalogue_is_large() -> None:
    counts = Counter(fault.family for fault in CATALOGUE if fault.equivalent is None)
    assert min(counts[family] for family in FAMILIES) >= 8, counts
    assert counts.total() > 350


def test_a_fault_whose_text_is_not_there_once_is_refused() -> None:
    subject = SUBJECTS[0]
    for text, times in [("no such text", 0), ("scores", subject.source.count("scores"))]:
        with pytest.raises(ValueError, match=f"occurs {times} times, not once"):
            load(subject, Fault("Nothing.", text, ""))


def test_a_traceback_shows_the_line_of_the_student() -> None:
    subject = next(subject for subject in SUBJECTS if subject.name == "affine_backward")
    names = load(subject, Fault("A slip.", "drows.reshape(x.shape)", "drows.reshape(7)"))
    with pytest.raises(ValueError, match="reshape") as raised:
        names["affine_backward"](np.ones((2, 3)), (np.ones((2, 4)), np.ones((4, 3)), np.ones(3)))
    assert str(raised.traceback[-1].statement).strip() == "dx = drows.reshape(7)"
