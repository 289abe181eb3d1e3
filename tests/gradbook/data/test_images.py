"""load_images: which data set it returns, from where, and in which form."""

from __future__ import annotations

import errno
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from gradbook.data import cifar10, images, shapes10
from gradbook.data.dataset import data_folder
from gradbook.errors import GradbookError
from gradbook.files import CONFIG_FILE, DATASETS, SOURCE


@pytest.fixture
def cifar(tiny, folder, tmp_path, monkeypatch):
    """A data folder with the tiny CIFAR-10."""
    monkeypatch.setattr(cifar10, "CIFAR10", tiny.archive.dataset)
    path = tmp_path / "archive.tar.gz"
    path.write_bytes(tiny.content)
    return cifar10.install(path, archive=tiny.archive)


def as_documented(found, train, test):
    for X, y, n in ((found.X_train, found.y_train, train), (found.X_test, found.y_test, test)):
        assert X.shape == (n, 32, 32, 3)
        assert X.dtype == np.uint8
        assert isinstance(X, np.memmap)
        assert X.flags.c_contiguous
        assert not X.flags.writeable
        assert y.shape == (n,)
        assert y.dtype == np.int64
        assert set(np.unique(y)) <= set(range(10))
    assert len(found.class_names) == 10
    return True


class TestWhich:
    def test_shapes10_until_there_is_cifar10(self, folder):
        found = images.load_images()
        assert found.name == "Shapes-10"
        assert as_documented(found, 10_000, 2_000)
        assert "`gradbook download` fetches CIFAR-10" in str(found)

    def test_cifar10_once_it_is_there(self, cifar, tiny):
        found = images.load_images()
        assert found.name == "CIFAR-10"
        assert as_documented(found, 100, 20)
        np.testing.assert_array_equal(found.X_test, tiny.X[100:])
        np.testing.assert_array_equal(found.y_train, tiny.y[:100])
        assert str(found) == "CIFAR-10: 100 training and 20 test images of 10 classes."
        assert repr(found) == f"<{found}>"

    def test_a_name_insists(self, cifar):
        assert images.load_images("shapes10").name == "Shapes-10"
        assert images.load_images("CIFAR-10").name == "CIFAR-10"

    def test_the_environment_insists(self, cifar, monkeypatch):
        monkeypatch.setenv("AUTOGRADER_DATASET", "shapes10")
        assert images.load_images().name == "Shapes-10"
        assert images.load_images("cifar10").name == "CIFAR-10"

    @pytest.mark.parametrize("name", ["cifr10", "CIFAR 10", "cifar100"])
    def test_did_you_mean(self, folder, name):
        with pytest.raises(GradbookError, match=r"There is no data set .* Did you mean 'cifar10'\?"):
            images.load_images(name)

    def test_insisting_on_what_is_not_there(self, folder):
        with pytest.raises(GradbookError, match="CIFAR-10 is not downloaded") as caught:
            images.load_images("cifar10")
        assert caught.value.details["next"].startswith("gradbook download")


class TestDamaged:
    @pytest.mark.parametrize("content", [b"", b"not NumPy's", b"PK\x03\x04", b"\x80\x04N."])
    def test_another_file(self, cifar, content):
        cifar.write_bytes(content)
        with pytest.raises(GradbookError, match="The file of CIFAR-10 is damaged"):
            images.load_images()

    def test_cut_off(self, cifar):
        cifar.write_bytes(cifar.read_bytes()[:-1])
        with pytest.raises(GradbookError, match="The file of CIFAR-10 is damaged"):
            images.load_images()

    def test_another_shape(self, cifar):
        np.save(cifar, np.zeros((3, 3)))
        with pytest.raises(GradbookError, match=r"float64 \(3, 3\)"):
            images.load_images()

    def test_an_archive_of_arrays(self, cifar):
        with cifar.open("wb") as file:
            np.savez(file, X=np.zeros(3))
        with pytest.raises(GradbookError, match="The file of CIFAR-10 is damaged"):
            images.load_images()

    def test_unreadable(self, cifar, monkeypatch):
        def refused(*_, **__):
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr(np.lib.format, "open_memmap", refused)
        with pytest.raises(GradbookError, match="No permission to read"):
            images.load_images()

    def test_shapes10_is_drawn_again(self, folder):
        path = shapes10.SHAPES10.path(folder)
        path.write_bytes(b"half a fi")
        assert images.load_images().name == "Shapes-10"
        assert shapes10.SHAPES10.status(folder).state == "verified"


class TestFolder:
    def test_the_environment_names_it(self, folder):
        assert data_folder() == folder

    def test_else_the_course(self, tmp_path, monkeypatch):
        monkeypatch.delenv("AUTOGRADER_DATA", raising=False)
        (tmp_path / CONFIG_FILE).touch()
        deep = tmp_path / SOURCE / "02_knn"
        deep.mkdir(parents=True)
        monkeypatch.chdir(deep)
        assert data_folder() == tmp_path / DATASETS

    def test_else_the_users_cache(self, tmp_path, monkeypatch):
        monkeypatch.delenv("AUTOGRADER_DATA", raising=False)
        monkeypatch.chdir(tmp_path)
        assert data_folder().name == "gradbook"


class TestStatus:
    def states(self):
        return {status.dataset.name: status.state for status in images.status()}

    def test_nothing_there(self, folder):
        assert self.states() == {"CIFAR-10": "not there", "Shapes-10": "not there"}
        assert "next: gradbook download" in str(images.status()[0])

    def test_verified(self, cifar):
        images.load_images("shapes10")
        assert self.states() == {"CIFAR-10": "verified", "Shapes-10": "verified"}
        assert str(cifar) in str(images.status()[0])

    def test_one_wrong_byte(self, cifar):
        content = bytearray(cifar.read_bytes())
        content[-1] ^= 1
        cifar.write_bytes(content)
        assert self.states()["CIFAR-10"] == "corrupt"
        assert "next: delete the file, then gradbook download" in str(images.status()[0])

    def test_cut_off(self, cifar):
        cifar.write_bytes(b"half")
        status = images.status()[0]
        assert (status.state, status.size) == ("corrupt", 4)


def test_importing_is_cheap():
    """Does a notebook's kernel not import packages that only the command line needs?"""
    heavy = {"pooch", "requests", "rich", "tqdm", "matplotlib", "nbgrader", "IPython", "typer"}
    code = f"import sys, gradbook.data.images; print({heavy!r} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_another_size_is_reported(folder, tiny):
    """Is a file that fits the format but not the data set refused?"""
    other = replace(tiny.archive.dataset, train=99)
    tiny.archive.dataset.save(np.zeros(tiny.archive.dataset.size, np.uint8), folder)
    with pytest.raises(GradbookError, match="damaged"):
        other.open(folder)
