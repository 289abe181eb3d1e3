"""No result is lost if grading processes are killed: the short form of the benchmark."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support.clusters import a_cluster
from tests.support.databases import a_postgres, needs_postgres
from tests.support.nothing_lost import Stage, Tally, kill_grader, restart, trouble

pytestmark = pytest.mark.slow

KILLS = 3


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("stage"), 12)


def test_the_grader_is_killed(stage: Stage) -> None:
    chance = random.Random(1)
    done = stage.run(
        Tally("the grader is killed"),
        KILLS,
        lambda course, left, tally: kill_grader(course, chance, stage.seconds / 2, left, tally),
    )
    assert done.holds, done


def test_a_clusters_workers_are_killed(stage: Stage) -> None:
    with a_cluster(stage.folder / "cluster") as cluster:
        done = stage.run(
            Tally("a cluster's workers are killed"),
            1,
            lambda course, left, tally: trouble(
                course, random.Random(2), stage.seconds, left, tally, cluster.kill_workers, cluster.address
            ),
        )
    assert done.holds, done


@needs_postgres
def test_the_gradebooks_server_restarts(tmp_path: Path) -> None:
    chance = random.Random(3)
    with a_postgres() as server:
        stage = Stage(tmp_path, 6, server)
        done = stage.run(
            Tally("the gradebook's server restarts"),
            1,
            lambda course, left, tally: trouble(
                course, chance, stage.seconds, left, tally, lambda: restart(server, chance)
            ),
        )
    assert done.holds, done
