"""The wheel and the sdist: complete enough to install, and without a solution."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import autograder

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The files of the wheel and of the sdist."""
    into = tmp_path_factory.mktemp("dist")
    # Without isolation, the build needs no network: its backend is one of the development tools.
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(into), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    files: dict[str, dict[str, bytes]] = {}
    with zipfile.ZipFile(next(into.glob("*.whl"))) as wheel:
        files["wheel"] = {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(next(into.glob("*.tar.gz"))) as sdist:
        members = {member.name: sdist.extractfile(member) for member in sdist.getmembers() if member.isfile()}
        files["sdist"] = {name: member.read() for name, member in members.items() if member is not None}
    return files


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_no_solution_is_shipped(built: dict[str, dict[str, bytes]], kind: str) -> None:
    for name, content in built[kind].items():
        if "autograder/starter/" in name:
            continue  # the example of a new course, in none of ours
        assert not {"source_solutions", "mistakes", "variants", "reference"} & set(Path(name).parts), name
        assert not name.endswith(".ipynb"), name
        if not name.endswith(("release/lint.py", "CHANGELOG.md", "README.md", "METADATA", "PKG-INFO")):
            assert b"### BEGIN SOLUTION" not in content, name


def test_the_wheel_brings_the_package_the_command_and_the_kernelspec(
    built: dict[str, dict[str, bytes]],
) -> None:
    names = built["wheel"]
    version = autograder.__version__
    assert "autograder/notebook/checks.py" in names
    assert "autograder/py.typed" in names
    assert "autograder/grading/kernels/autograder/kernel.json" in names
    entry_points = names[f"gradbook-{version}.dist-info/entry_points.txt"].decode()
    assert "autograder = autograder.cli:main" in entry_points
    assert "autograder-provisioner" in entry_points


def test_the_changelog_speaks_of_this_version() -> None:
    assert f"## {autograder.__version__}" in (ROOT / "CHANGELOG.md").read_text()
