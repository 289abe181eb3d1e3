"""What is at work, and is let go at the end of a ``with`` statement's block, or ended where that fails."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Workforce(ABC):
    """Workers: let go where a ``with`` statement's block ends well, ended at once where it raises."""

    @abstractmethod
    def close(self) -> None:
        """Let the workers go, once they have nothing to do."""

    @abstractmethod
    def end(self) -> None:
        """End the workers at once."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.end()
