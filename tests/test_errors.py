"""An error in words reads alike wherever it is met."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from autograder.errors import AutograderError


def test_a_notebook_shows_the_words_and_no_traceback(capsys) -> None:
    shell = InteractiveShell()
    shell.push({"AutograderError": AutograderError})
    shell.run_cell("raise AutograderError('The data is gone.', next='autograder download')")
    assert capsys.readouterr().out == "The data is gone.\n  next      autograder download\n"
