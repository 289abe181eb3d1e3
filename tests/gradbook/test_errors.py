"""Errors are shown as messages without a traceback in notebooks."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from gradbook.errors import GradbookError


def test_a_notebook_shows_the_message_and_no_traceback(capsys) -> None:
    shell = InteractiveShell()
    shell.push({"GradbookError": GradbookError})
    shell.run_cell("raise GradbookError('The data is gone.', next='gradbook download')")
    assert capsys.readouterr().out == "The data is gone.\n  next      gradbook download\n"
