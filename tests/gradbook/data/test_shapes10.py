"""Shapes-10: identical on every machine, and always available."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import numpy as np
import pytest

from gradbook.data import shapes10
from gradbook.data.dataset import DataSet, digest
from gradbook.data.shapes10 import PALETTE, SHAPES10, Draws, open_or_draw
from gradbook.data.silhouettes import SILHOUETTES


@pytest.fixture(scope="module")
def drawn():
    return shapes10.draw()


def test_is_the_same_on_every_machine(drawn):
    assert digest(drawn) == SHAPES10.sha256
    assert SHAPES10.sha256 == "6029ea34249734e97c4c54c4856f6020909adeb49baa91f2e3f0e065a97f691f"


def test_the_classes_are_balanced(drawn):
    X_train, y_train, X_test, y_test = SHAPES10.split(drawn)
    assert X_train.shape == (10_000, 32, 32, 3)
    assert X_test.shape == (2_000, 32, 32, 3)
    assert np.bincount(np.concatenate([y_train, y_test])).tolist() == [1_200] * 10
    # The first images, which notebooks use, are as balanced as any sample.
    assert np.bincount(y_train[:1_000], minlength=10).min() > 70


def test_no_image_twice(drawn):
    X_train, _, X_test, _ = SHAPES10.split(drawn)
    images = {image.tobytes() for image in np.concatenate([X_train, X_test])}
    assert len(images) == 12_000


def test_colours_have_no_brightness():
    assert abs(PALETTE.sum(axis=1)).max() <= 1


class TestSilhouettes:
    axis = (np.arange(32, dtype=np.int32) * 2 - 31) * 128
    u, v, r = axis[None, :], axis[:, None], np.int32(10 * 256)

    @pytest.mark.parametrize("silhouette", SILHOUETTES, ids=lambda shape: shape.__name__)
    def test_fills_a_part_of_the_image(self, silhouette):
        inside = silhouette(self.u, self.v, self.r) > 0
        assert 0.05 < inside.mean() < 0.5
        assert not inside[0].any()
        assert not inside[:, 0].any()

    def test_no_two_are_alike(self):
        drawn = [silhouette(self.u, self.v, self.r) > 0 for silhouette in SILHOUETTES]
        for n, one in enumerate(drawn):
            for other in drawn[:n]:
                assert (one != other).mean() > 0.05

    def test_a_disc_is_as_deep_as_it_should_be(self):
        depth = SILHOUETTES[0](self.u, self.v, self.r)
        true = self.r - np.hypot(self.u, self.v)
        near = abs(true) < 256
        assert abs(depth - true)[near].max() < 16


class TestDraws:
    def test_the_stream_is_numpys(self):
        assert Draws(10).raw(3).tolist() == np.random.PCG64(10).random_raw(3).tolist()

    def test_between_includes_both_ends(self):
        numbers = Draws(0).between(-2, 3, 10, 100)
        assert numbers.shape == (10, 100)
        assert np.unique(numbers).tolist() == [-2, -1, 0, 1, 2, 3]

    def test_bytes(self):
        numbers = Draws(0).bytes(7, 1000)
        assert numbers.shape == (7, 1000)
        assert (numbers.min(), numbers.max()) == (-128, 127)


class TestKeeping:
    def test_is_drawn_once(self, folder, monkeypatch):
        first = open_or_draw(folder)
        monkeypatch.setattr(shapes10, "draw", None)
        np.testing.assert_array_equal(open_or_draw(folder), first)
        assert os.listdir(folder) == ["shapes10.npy"]

    @pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC])
    def test_where_nothing_may_be_written(self, folder, drawn, monkeypatch, code):
        def refused(*_, **__):
            raise OSError(code, "refused")

        monkeypatch.setattr("tempfile.mkstemp", refused)
        monkeypatch.setattr(shapes10, "draw", drawn.copy)
        data = open_or_draw(folder)
        assert digest(data) == SHAPES10.sha256
        assert not data.flags.writeable
        assert os.listdir(folder) == []

    def test_a_folder_that_cannot_be_made(self, tmp_path, drawn, monkeypatch):
        (tmp_path / "file").touch()
        monkeypatch.setattr(shapes10, "draw", drawn.copy)
        assert digest(open_or_draw(tmp_path / "file" / "datasets")) == SHAPES10.sha256

    def test_reading_writes_nothing(self, folder, monkeypatch):
        open_or_draw(folder)
        monkeypatch.setattr(DataSet, "save", None)
        open_or_draw(folder)

    def test_processes_at_once(self, folder):
        """Do processes that start at the same time all get the complete data set, and leave one file?"""
        code = (
            "import sys; from gradbook.data.images import load_images\n"
            "print('ready', flush=True); sys.stdin.read(1)\n"
            "print(load_images().X_train[-1].sum())"
        )
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        running = [subprocess.Popen([sys.executable, "-c", code], **pipes) for _ in range(3)]
        for process in running:
            assert process.stdout.readline() == "ready\n"
        for process in running:
            process.stdin.write("g")
            process.stdin.flush()
        sums = [process.communicate()[0] for process in running]
        assert [process.returncode for process in running] == [0, 0, 0]
        assert len(set(sums)) == 1
        assert os.listdir(folder) == ["shapes10.npy"]
        assert SHAPES10.status(folder).state == "verified"
