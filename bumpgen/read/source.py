"""Which file a table is in and which lines of design.toml asked for it; files outside are refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bumpgen.errors import InputError, Where
from bumpgen.toml import line_of

__all__ = ["Source", "counted", "inside", "listed"]

MAX_NAMED = 10
"""So many culprits are named one by one; of the rest the count is told."""


@dataclass(frozen=True, slots=True)
class Source:
    """A table's file, and the key of the design.toml (and its text) that names it.

    Without a design.toml, as when a reader is called by itself, mistakes in the settings are
    placed at the table's file.
    """

    path: Path
    key: str = ""
    toml: Path | None = None
    text: str = ""

    @property
    def label(self) -> str:
        """The file as notes name it: its path in the design folder."""
        if self.toml is None:
            return self.path.name
        return self.path.relative_to(self.toml.parent).as_posix()

    def setting(self, name: str = "") -> Where:
        """The place of a setting of this table, e.g. `columns.x`."""
        key = ".".join(part for part in (self.key, name) if part)
        if self.toml is None:
            return Where(self.path, key=key or None)
        return Where(self.toml, line_of(self.text, key.split(".")), key)


def inside(toml: Path, text: str, name: str, key: str) -> Source:
    """The file `name` of a design folder; paths that leave the folder, by links too, are refused."""
    where = Where(toml, line_of(text, key.split(".")), key)
    cure = f"put the file into {toml.parent} and write its path from there"
    if not name.strip() or any(ord(c) < 32 for c in name):
        raise InputError(f"{name!r} is not a file name", where, hint="write the file's path in the design folder")
    if Path(name).is_absolute():
        raise InputError(f"{name!r} is an absolute path", where, hint=cure)
    path = toml.parent / name
    try:
        real = path.resolve()
    except (OSError, RuntimeError):
        raise InputError(f"{name!r} is a link that leads to itself", where, hint=cure) from None
    if ".." in Path(name).parts or not real.is_relative_to(toml.parent.resolve()):
        raise InputError(f"{name!r} leaves the design folder", where, hint=cure)
    return Source(path, key.rpartition(".")[0], toml, text)


def counted(count: int, one: str, more: str) -> str:
    """A count with the words for one thing or for more, e.g. counted(1, "net has", "nets have")."""
    return f"{count} {one if count == 1 else more}"


def listed(things: list[str]) -> str:
    """The first ten things, and how many more there are."""
    rest = len(things) - MAX_NAMED
    return "; ".join(things[:MAX_NAMED]) + (f"; and {rest} more" if rest > 0 else "")
