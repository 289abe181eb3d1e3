"""Which tests notice a fault: plants one fault in each of many modules, and runs the tests on each.

``python -m benchmarks.planted_faults --count 60 --seed 1`` draws 60 modules and one edit in each, by rule: an
operator, a comparison, a constant, a condition or a return value is changed. It works in clones of
the committed tree, and first runs the tests without a fault.
The tests of ``make test`` run on all faults first; with ``--all`` the others of ``make test-all`` follow on
those that passed. Results go to ``build/planted_faults.jsonl`` as they come, and a run that was stopped goes
on with the missing faults.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Seconds after which the tests of a tier count as hung: a fault may make a loop endless.
TIMEOUT_S = 3600

RESULTS = ROOT / "build/planted_faults.jsonl"
PACKAGES = ("gradbook", "autograder")

#: The tiers, from the fast one on: the marker expression of each, without what an earlier tier ran.
TIERS = {"make test": "not slow and not trial", "make test-all": "slow and not trial"}

_SWAPPED: dict[type[ast.AST], str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.And: "or",
    ast.Or: "and",
}


@dataclass(frozen=True)
class Fault:
    """An edit of one module.

    Attributes
    ----------
    module, line
        Where it is.
    start, end
        The characters of the file that it replaces.
    old, new
        The text before and after.
    """

    module: str
    line: int
    start: int
    end: int
    old: str
    new: str


def edits(path: Path) -> Iterator[Fault]:
    """Yield every edit that the rule allows in a module."""
    text = path.read_text(encoding="utf-8")
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    data = text.encode()

    def fault(node: ast.expr | ast.stmt, new: str) -> Fault:
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        module = str(path.relative_to(ROOT))
        return Fault(module, node.lineno, start, end, data[start:end].decode(), new)

    for function in (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)):
        for node in (inner for statement in function.body for inner in ast.walk(statement)):
            if isinstance(node, ast.BinOp) and type(node.op) in _SWAPPED:
                new = f"{ast.unparse(node.left)} {_SWAPPED[type(node.op)]} {ast.unparse(node.right)}"
                yield fault(node, f"({new})")
            elif isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPPED and len(node.ops) == 1:
                left, right = ast.unparse(node.left), ast.unparse(node.comparators[0])
                yield fault(node, f"({left} {_SWAPPED[type(node.ops[0])]} {right})")
            elif isinstance(node, ast.BoolOp):
                joined = f" {_SWAPPED[type(node.op)]} ".join(
                    f"({ast.unparse(value)})" for value in node.values
                )
                yield fault(node, f"({joined})")
            elif isinstance(node, ast.Constant) and type(node.value) in (int, float, bool):
                yield fault(node, repr(not node.value if isinstance(node.value, bool) else node.value + 1))
            elif isinstance(node, ast.If | ast.IfExp):
                yield fault(node.test, f"(not ({ast.unparse(node.test)}))")
            elif isinstance(node, ast.Return) and node.value is not None:
                yield fault(node.value, "None")


def draw(count: int, seed: int) -> list[Fault]:
    """Return one fault in each of `count` modules, drawn by `seed`."""
    rng = random.Random(seed)
    modules = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    # A nested function is walked with its outer one, too.
    allowed = {path: list(dict.fromkeys(edits(path))) for path in modules}
    chosen = rng.sample([path for path in modules if allowed[path]], count)
    return [rng.choice(allowed[path]) for path in chosen]


def clone(folder: Path) -> Path:
    """Return a clone of the committed tree in a folder, in which kernels start as they do here."""
    root = folder / "tree"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(root)], check=True)
    return root


def plant(fault: Fault, root: Path) -> None:
    """Apply a fault to the copy of the tree in `root`."""
    path = root / fault.module
    data = path.read_bytes()
    path.write_bytes(data[: fault.start] + fault.new.encode() + data[fault.end :])


def mirrored(fault: Fault) -> str:
    """Return the folder of tests that mirrors a fault's module, or the nearest one above it."""
    folder = Path("tests") / Path(fault.module).parent
    return str(next(place for place in (folder, *folder.parents) if (ROOT / place).is_dir()))


def notices(tier: str, root: Path, *first: str) -> bool:
    """Return whether tests of a tier fail in a clone.

    Parameters
    ----------
    tier
        Its name.
    root
        The clone.
    first
        Folders of tests that are tried before the whole tier, because they most likely fail.
    """
    environment = {**os.environ, "PYTHONPATH": str(root)}
    for tests in [*([folder] for folder in first), []]:
        options = ["-q", "-x", "-n", "auto", "-p", "no:cacheprovider", "-m", TIERS[tier]]
        command = [sys.executable, "-m", "pytest", *options, *tests]
        try:
            done = subprocess.run(command, cwd=root, env=environment, capture_output=True, timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return True
        # 5: there are no tests of this tier among them.
        if done.returncode not in (0, 5):
            return True
    return False


def try_tier(tier: str, faults: Sequence[Fault]) -> list[Fault]:
    """Run the tests of a tier on faults; return those that it notices."""
    lines = RESULTS.read_text().splitlines() if RESULTS.exists() else []
    known = {(json.dumps(one["fault"]), one["tier"]): bool(one["noticed"]) for one in map(json.loads, lines)}
    for fault in faults:
        key = json.dumps(asdict(fault)), tier
        if key in known:
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(dir=ROOT.parent) as folder:
            root = clone(Path(folder))
            plant(fault, root)
            known[key] = notices(tier, root, mirrored(fault))
        result = {"fault": asdict(fault), "tier": tier, "noticed": known[key]}
        with RESULTS.open("a") as file:
            file.write(json.dumps(result) + "\n")
        edit = f"{fault.module}:{fault.line}  {fault.old!r} → {fault.new!r}"
        found = "noticed" if known[key] else "not noticed"
        print(f"{tier} {found:<12} {time.monotonic() - began:5.0f} s  {edit}", flush=True)
    return [fault for fault in faults if known[json.dumps(asdict(fault)), tier]]


def main() -> None:
    """Plant the faults that have no result yet, and print what came of all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="also run the slow tests, which take hours")
    options = parser.parse_args()
    faults = draw(options.count, options.seed)
    RESULTS.parent.mkdir(exist_ok=True)
    fast, slow = TIERS
    with tempfile.TemporaryDirectory(dir=ROOT.parent) as folder:
        root = clone(Path(folder))
        for tier in TIERS if options.all else [fast]:
            if notices(tier, root):
                sys.exit(f"Without a fault, {tier} fails: it would notice every fault.")
    by_fast = try_tier(fast, faults)
    print(f"{fast} notices {len(by_fast)} of {len(faults)}.")
    if options.all:
        by_slow = try_tier(slow, [fault for fault in faults if fault not in by_fast])
        share = len(by_fast) / max(len(by_fast) + len(by_slow), 1)
        print(f"{slow} notices {len(by_slow)} of the others: {fast} notices {share:.0%} of all.")


if __name__ == "__main__":
    main()
