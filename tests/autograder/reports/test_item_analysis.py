"""The item analysis agrees with SciPy and with counts by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import pearsonr

from autograder.outcome import Outcome, Result
from autograder.reports import item_analysis


def results_of(points: np.ndarray, worth: tuple[float, ...]) -> list[Result]:
    """Return results from an array of shape (students, tasks)."""
    return [
        Result(
            f"s{row:02}",
            {},
            [
                Outcome(f"task{i}", float(p), w, "right" if p >= w else "wrong")
                for i, (p, w) in enumerate(zip(line, worth, strict=True))
            ],
        )
        for row, line in enumerate(points)
    ]


def test_the_discrimination_is_the_correlation_with_all_other_tasks() -> None:
    points = np.random.default_rng(0).integers(0, 3, size=(30, 4)).astype(float)
    found = item_analysis.of_tasks(results_of(points, (2, 2, 2, 2)))
    for index, task in enumerate(found):
        others = points.sum(axis=1) - points[:, index]
        assert task.discrimination == pytest.approx(pearsonr(points[:, index], others).statistic)


def test_a_task_separates_or_confuses_or_neither() -> None:
    skill = np.arange(20) >= 10
    clear = np.where(skill, 2.0, 0.0)
    noise = np.tile([2.0, 0.0, 0.0, 0.0], 5)
    found = item_analysis.of_tasks(
        results_of(np.stack([clear, clear, noise, 2 - clear * 0], axis=1), (2, 2, 2, 2))
    )
    assert [task.judgement for task in found] == ["separates", "separates", "confuses", ""]
    assert found[3].discrimination is None  # all students earned the same


def test_few_submissions_have_no_discrimination() -> None:
    found = item_analysis.of_tasks(results_of(np.array([[0.0, 0.0], [2.0, 2.0]]), (2, 2)))
    assert [task.discrimination for task in found] == [None, None]


def test_each_student_is_counted_once_per_task() -> None:
    results = results_of(np.array([[2.0], [1.0], [0.0], [0.0]]), (2,))
    results[3].outcomes[0].verdict = "not started"
    (task,) = item_analysis.of_tasks(results)
    assert (task.full, task.partial, task.none, task.not_started) == (1, 1, 1, 1)
    assert task.mean == pytest.approx(3 / 8)


def test_the_most_common_mistake_comes_first_with_its_students() -> None:
    results = results_of(np.zeros((3, 2)), (2, 2))
    results[0].outcomes[0].mistake = "Rare."
    for result in results[1:]:
        result.outcomes[1].mistake = "Common."
    assert [(m.title, m.students) for m in item_analysis.mistakes(results)] == [
        ("Common.", ("s01", "s02")),
        ("Rare.", ("s00",)),
    ]
    assert dict(item_analysis.verdicts(results)) == {"known mistake": 3, "wrong": 3}


def test_the_last_bin_includes_full_points() -> None:
    found = item_analysis.distribution(results_of(np.array([[0.0], [1.9], [2.0]]), (2,)))
    assert [count for _, _, count in found] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert item_analysis.distribution([]) == []


@pytest.mark.parametrize(("worth", "width"), [(1, 0.1), (18, 2), (23, 2), (35, 5), (101, 10)])
def test_bins_have_a_round_width_and_include_all_students(worth: int, width: float) -> None:
    found = item_analysis.distribution(results_of(np.array([[0.0], [worth / 2], [worth]]), (worth,)))
    assert [high - low for low, high, _ in found] == pytest.approx([width] * len(found))
    assert found[0][0] == 0
    assert found[-1][1] >= worth
    assert sum(count for _, _, count in found) == 3
