"""A progress bar that is a single output and never writes to stderr.

nbgrader treats any output on stderr as a failure, and a notebook keeps every line of a stream. So in a
notebook the bar is one displayed output, updated in place; in a terminal it is one line of stdout.
"""

from __future__ import annotations

import sys
from typing import Any


def progress_bar(total: int, done: int, title: str, show: bool) -> Any:
    """Return tqdm's progress bar, for use in a ``with`` block.

    Parameters
    ----------
    total
        The total number of steps.
    done
        The number of steps taken before.
    title
        The initial text in front of the bar.
    show
        Whether to show the bar. If stdout is a file, it is never shown.
    """
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        # tqdm's monitor thread would write into the output of another cell that runs later.
        monitor_interval = 0

    in_notebook = show and _in_kernel()
    return Bar(
        total=total,
        initial=done,
        desc=title,
        file=_Display() if in_notebook else sys.stdout,
        # None disables the bar if stdout is not a terminal.
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
    """A file for tqdm to write to; the notebook shows only the last text written."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self._handle: Any = None

    def write(self, text: str) -> None:
        from IPython.display import display

        # tqdm begins a line with a carriage return, and pads it to overwrite the previous one.
        line = text.strip("\r\n ")
        if not line:
            return
        bundle = {"text/plain": line}
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)

    def flush(self) -> None:
        """Do nothing, because displayed text is not buffered."""
