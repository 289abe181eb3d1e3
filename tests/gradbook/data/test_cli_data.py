"""The commands `download` and `data`, and the errors of the command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from autograder import __version__, cli
from gradbook.data import cifar10


@pytest.fixture
def autograder(capsys, monkeypatch):
    """Run a command, and return exit code, stdout and stderr."""

    def run(*words: object):
        monkeypatch.setattr(sys, "argv", ["autograder", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return stop.value.code, out, err

    return run


@pytest.fixture
def archive(tiny, server, folder, monkeypatch):
    """Make the commands use the tiny CIFAR-10."""
    served = tiny.served_at(server.file(tiny.content))
    monkeypatch.setattr(cifar10, "CIFAR10", served.dataset)
    for function in (cifar10.download, cifar10.install):
        monkeypatch.setitem(function.__kwdefaults__, "archive", served)
    monkeypatch.setitem(cifar10.download.__kwdefaults__, "pause", 0)
    return served


def test_download(autograder, archive, folder):
    code, out, err = autograder("download")
    assert (code, out) == (0, f"CIFAR-10 is ready: {folder / 'cifar10.npy'}\n")
    assert err == ""


def test_download_twice(autograder, archive, server):
    autograder("download")
    code, out, _ = autograder("download")
    assert code == 0
    assert "is already installed" in out
    assert "gradbook download --force" in out
    autograder("download", "--force")
    assert len(server.asked) == 2


def test_mirror(autograder, archive, server, tiny):
    code, _, _ = autograder("download", "--mirror", server.file(tiny.content, "/mirror"))
    assert code == 0
    assert server.asked == ["/mirror"]


def test_from(autograder, archive, server, tiny, tmp_path):
    path = tmp_path / "it is 'here' 数据.tar.gz"
    path.write_bytes(tiny.content)
    assert autograder("download", "--from", path)[0] == 0
    assert server.asked == []


def test_failure_goes_to_stderr(autograder, archive, tmp_path):
    code, out, err = autograder("download", "--from", tmp_path / "gone")
    assert (code, out) == (1, "")
    assert err.startswith("gradbook: There is no such file or folder.\n")
    assert str(tmp_path / "gone") in err
    assert "  next " in err


def test_from_and_mirror_exclude_each_other(autograder, archive):
    code, _, err = autograder("download", "--from", "x", "--mirror", "y")
    assert code == 2
    assert "--mirror" in err


def test_progress_is_drawn_on_a_terminal(autograder, archive, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    _, out, err = autograder("download")
    assert "cifar-10-python.tar.gz" in err
    assert "100%" in err
    assert "%" not in out


def test_data(autograder, archive, folder):
    code, out, _ = autograder("data")
    assert code == 0
    assert out.count("not there") == 2
    autograder("download")
    code, out, _ = autograder("data")
    assert code == 0
    assert out.startswith("CIFAR-10   verified")
    (folder / "cifar10.npy").write_bytes(b"")
    code, out, _ = autograder("data")
    assert code == 1
    assert "corrupt" in out


@pytest.mark.parametrize(("typed", "meant"), [("dowload", "download"), ("dat", "data")])  # codespell:ignore
def test_did_you_mean(autograder, typed, meant):
    code, _, err = autograder(typed)
    assert code == 2
    assert f"Did you mean '{meant}'" in err


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["download", "--help"], ["data", "--help"]])
def test_help(autograder, words):
    code, out, _ = autograder(*words)
    assert code == 0
    assert "Usage" in out


def test_help_has_examples(autograder):
    assert "gradbook download --from cifar-10-python.tar.gz" in autograder("download", "--help")[1]


def test_version(autograder):
    assert autograder("--version") == (0, f"gradbook {__version__}\n", "")


def start(folder, *words):
    return subprocess.Popen(
        [sys.executable, "-c", "from autograder.cli import main; main()", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"AUTOGRADER_DATA": str(folder)},
    )


def test_ctrl_c(server, tiny, folder):
    """Is an interrupted download reported as stopped, and does it leave nothing behind?"""
    process = start(folder, "download", "--mirror", server.slow(tiny.content))
    assert server.stalled.wait(60)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert err.endswith("Stopped. Finished work is kept; repeat the command to continue.\n")
    assert "Traceback" not in err
    assert os.listdir(folder) == []


def test_kill(autograder, archive, server, tiny, folder):
    """Does a killed download leave nothing that could be mistaken for the data set?"""
    process = start(folder, "download", "--mirror", server.slow(tiny.content))
    assert server.stalled.wait(60)
    process.kill()
    process.communicate(timeout=60)
    assert autograder("data")[1].startswith("CIFAR-10   not there")
    assert autograder("download")[0] == 0
    assert autograder("data")[1].startswith("CIFAR-10   verified")


def test_starts_fast():
    """Does the command line start without importing the heavy packages?"""
    code = "import sys, autograder.cli; print({'numpy', 'pooch', 'nbgrader', 'IPython'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
