"""The layers in `.importlinter` are respected, and a violation would be detected."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = configparser.ConfigParser()
CONTRACTS.read(ROOT / ".importlinter")


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the packages in `root`."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def lines(contract: configparser.SectionProxy, option: str) -> list[str]:
    """Return the values of an option, one per line."""
    return [line.strip() for line in contract[option].splitlines() if line.strip()]


def violation(contract: configparser.SectionProxy) -> tuple[str, str]:
    """Return a module, and another one that it must not import."""
    if contract["type"] == "forbidden":
        return lines(contract, "source_modules")[0], lines(contract, "forbidden_modules")[0]
    if contract["type"] == "independence":
        folder = contract["modules"].removesuffix(".*")
        first, second, *_ = sorted(
            path.stem for path in (ROOT / folder.replace(".", "/")).glob("*.py") if path.stem != "__init__"
        )
        return f"{folder}.{first}", f"{folder}.{second}"
    top, *_, bottom = lines(contract, "layers")
    container = contract["containers"]
    return f"{container}.{bottom.split(' | ')[0]}", f"{container}.{top.split(' | ')[0]}"


def test_every_contract_is_kept() -> None:
    run = lint(ROOT)
    assert run.returncode == 0, run.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CONTRACTS.sections() if ":" in name])
def test_a_broken_contract_is_detected(name: str, tmp_path: Path) -> None:
    for package in ("gradbook", "autograder"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    source, forbidden = violation(CONTRACTS[name])
    module = tmp_path / source.replace(".", "/")
    path = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    path.write_text(f"{path.read_text()}\nimport {forbidden}\n")
    run = lint(tmp_path)
    assert run.returncode == 1
    assert f"{CONTRACTS[name]['name']} BROKEN" in " ".join(run.stdout.split())
