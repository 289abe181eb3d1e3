"""A progress bar that is one output, whatever shows it, and never writes to stderr.

nbgrader takes anything on stderr for a failure, and a notebook keeps every line of a stream. So in a
notebook the bar is one displayed output, updated in place; in a terminal it is a line of stdout.
"""

from __future__ import annotations

import sys
from typing import Any


def progress_bar(total: int, done: int, title: str, show: bool) -> Any:
    """Return tqdm's progress bar, for use in a ``with`` block.

    Parameters
    ----------
    total
        Number of steps.
    done
        Steps taken before.
    title
        What stands before the bar at first.
    show
        False for a bar that shows nothing. Where stdout is a file, nothing is shown either.
    """
    from tqdm import tqdm

    class Bar(tqdm):
        # tqdm's watching thread would write into the output of whichever cell runs by then.
        monitor_interval = 0

    in_notebook = show and _in_kernel()
    return Bar(
        total=total,
        initial=done,
        desc=title,
        file=_Display() if in_notebook else sys.stdout,
        # None: not where stdout is no terminal.
        disable=(False if in_notebook else None) if show else True,
        mininterval=0.5,
        ncols=110,
        ascii=False,
        unit="step",
        bar_format="{desc} |{bar}| step {n_fmt} of {total_fmt} [{elapsed}<{remaining}]{postfix}",
    )


def _in_kernel() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


class _Display:
    """A file for tqdm to write to; what was written last is what the notebook shows."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self._handle: Any = None

    def write(self, text: str) -> None:
        from IPython.display import display

        # tqdm begins a line with a carriage return, and pads it to cover the one before.
        line = text.strip("\r\n ")
        if not line:
            return
        bundle = {"text/plain": line}
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)

    def flush(self) -> None:
        """Do nothing: what is displayed is out."""
