"""What goes wrong, said so that it can be mended: the message, where, and the cure.

Every error a user can cause is a `BumpgenError`; the command line prints it as one
message and exits with code 2. A traceback is always a bug of bumpgen's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing pathlib takes longer than all of this package's light part
    from pathlib import Path

__all__ = ["BumpgenError", "GeometryError", "InputError", "Where"]


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a mistake: a file, a line of it (counted from 1), a key path in it."""

    file: Path | str | None = None
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        place = "" if self.file is None else str(self.file)
        if self.line is not None:
            place += f":{self.line}"
        if self.key is not None:
            place += f" [{self.key}]" if place else f"[{self.key}]"
        return place


class BumpgenError(Exception):
    """Root of all errors bumpgen raises on purpose.

    Parameters
    ----------
    message : what is wrong, with the offending value in the sentence.
    where : the file, line and key it was found at.
    hint : what to write instead.
    """

    def __init__(self, message: str, where: Where | None = None, hint: str | None = None):
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = self.message if self.where is None else f"{self.where}: {self.message}"
        return text if self.hint is None else f"{text}\n  cure: {self.hint}"

    def located(self, where: Where) -> BumpgenError:
        """The same error with a place, where it had none yet."""
        if self.where is None:
            self.where = where
        return self


class InputError(BumpgenError, ValueError):
    """A file, an option or a value that a person wrote and that can't be used."""


class GeometryError(BumpgenError, ValueError):
    """A shape that can't be built: off grid, negative, too many points, out of range."""
