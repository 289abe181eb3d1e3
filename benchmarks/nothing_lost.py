"""Test that nothing is lost when processes are killed while a class is graded.

At random moments the grader is killed and started again, or the workers of a Dask cluster are killed, or the
gradebook's PostgreSQL server is restarted. Afterwards, everything must be as if nothing had happened: scores,
comments, manual grades, graded notebooks and feedback. No process or folder may be left.

    python -m benchmarks.nothing_lost                      # 60 submissions, 20 times each: takes a while
    python -m benchmarks.nothing_lost --submissions 12 --times 3
    python -m benchmarks.nothing_lost --trouble server
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.clusters import a_cluster
from tests.support.databases import a_postgres, postgres_programs
from tests.support.nothing_lost import Stage, Tally, kill_grader, restart, trouble


@dataclass(frozen=True)
class Asked:
    """The options: the number of submissions, how often to cause trouble, and the random generator."""

    folder: Path
    submissions: int
    times: int
    chance: random.Random


def kill_graders(asked: Asked) -> Tally:
    """Kill the grader again and again."""
    stage = Stage(asked.folder / "file", asked.submissions)
    return stage.run(
        Tally("the grader is killed"),
        asked.times,
        lambda course, left, tally: kill_grader(course, asked.chance, stage.seconds / 2, left, tally),
    )


def kill_workers(asked: Asked) -> Tally:
    """Kill all workers of a cluster at once, again and again."""
    stage = Stage(asked.folder / "clustered", asked.submissions)
    with a_cluster(asked.folder / "cluster", workers=2) as cluster:
        return stage.run(
            Tally("a cluster's workers are killed"),
            asked.times,
            lambda course, left, tally: trouble(
                course, asked.chance, stage.seconds / 2, left, tally, cluster.kill_workers, cluster.address
            ),
        )


def restart_servers(asked: Asked) -> Tally:
    """Restart the gradebook's PostgreSQL server again and again."""
    if postgres_programs() is None:
        sys.exit("PostgreSQL is not installed: apt install postgresql")
    with a_postgres() as server:
        stage = Stage(asked.folder / "database", asked.submissions, server)
        return stage.run(
            Tally("the gradebook's server restarts"),
            asked.times,
            lambda course, left, tally: trouble(
                course, asked.chance, stage.seconds / 2, left, tally, lambda: restart(server, asked.chance)
            ),
        )


TROUBLES = {"grader": kill_graders, "workers": kill_workers, "server": restart_servers}


def main() -> None:
    """Print the table."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--submissions", type=int, default=60)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trouble", choices=TROUBLES, action="append", help="default: all three in turn")
    given = parser.parse_args()
    print("  ".join(("trouble".ljust(32), "times", "runs", "unequal", "left behind", "minutes")))
    held = True
    with tempfile.TemporaryDirectory(prefix="nothing-lost-") as name:
        asked = Asked(Path(name), given.submissions, given.times, random.Random(given.seed))
        for trouble_ in given.trouble or TROUBLES:
            tally = TROUBLES[trouble_](asked)
            _print(tally)
            held = held and tally.holds
    if not held:
        sys.exit(1)


def _print(tally: Tally) -> None:
    cells = (tally.what.ljust(32), f"{tally.times:5}", f"{tally.runs:4}", f"{tally.unequal:7}")
    print("  ".join((*cells, f"{len(tally.left):11}", f"{tally.seconds / 60:7.1f}")), flush=True)
    for left in tally.left:
        print(f"    left behind: {left}")


if __name__ == "__main__":
    main()
