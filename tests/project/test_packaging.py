"""The wheel and the sdist are installable, and contain no solutions."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import autograder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The files of the wheel and of the sdist."""
    into = tmp_path_factory.mktemp("dist")
    # Without isolation, the build needs no network, because its backend is one of the development tools.
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
            continue  # the example of a new course, not one of our exercises
        assert not {"source_solutions", "mistakes", "variants", "reference"} & set(Path(name).parts), name
        assert not name.endswith(".ipynb"), name
        if not name.endswith(("release/lint.py", "CHANGELOG.md", "README.md", "METADATA", "PKG-INFO")):
            assert b"### BEGIN SOLUTION" not in content, name


def test_the_wheel_contains_the_package_the_command_and_the_kernelspec(
    built: dict[str, dict[str, bytes]],
) -> None:
    names = built["wheel"]
    version = autograder.__version__
    assert "gradbook/checks/values.py" in names
    assert "autograder/py.typed" in names
    assert "autograder/grading/kernels/autograder/kernel.json" in names
    entry_points = names[f"gradbook-{version}.dist-info/entry_points.txt"].decode()
    assert "gradbook = autograder.__main__:main" in entry_points
    assert "autograder-provisioner" in entry_points


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_every_file_of_both_packages_is_shipped(built: dict[str, dict[str, bytes]], kind: str) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "gradbook", "autograder"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    shipped = {name[name.index("/") + 1 :] if kind == "sdist" else name for name in built[kind]}
    assert set(listed.stdout.splitlines()) <= shipped


def test_the_changelog_has_an_entry_for_this_version() -> None:
    assert f"## {autograder.__version__}" in (ROOT / "CHANGELOG.md").read_text()
