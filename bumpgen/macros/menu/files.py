"""The states that a design's files had, so that the folder can go back with the layout. Other files aren't touched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

__all__ = ["Files"]

WRITTEN = ("bumps.csv", "routes.csv", "new_bumps.csv", "new_routes.csv")
"""Tables that commands write, besides those a design reads."""


class Files:
    """The files of one design: design.toml, the tables it reads, those that commands write."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.names = {"design.toml", *WRITTEN}
        self.states: dict[str, dict[str, bytes]] = {}
        self._made: set[str] = set()

    def reads(self, paths: Iterable[str]) -> None:
        """Take in what the design reads from its folder."""
        self.names |= {Path(path).name for path in paths if Path(path).parent == self.folder}

    def look(self) -> tuple[str, dict[str, bytes]]:
        """The files as they are, and their digest."""
        present = [self.folder / name for name in sorted(self.names)]
        files = {path.name: path.read_bytes() for path in present if path.is_file()}
        total = hashlib.sha256()
        for name, data in files.items():
            total.update(f"{name}\0{len(data)}\0".encode() + data)
        return total.hexdigest(), files

    def note(self) -> str:
        """Keep the files as they are, to come back to; their digest."""
        digest, files = self.look()
        self.states[digest] = files
        return digest

    def made_since(self, state: str) -> None:
        """Files that weren't there in a state were made by a command, and may be taken away again."""
        self._made |= set(self.look()[1]) - set(self.states[state])

    def restore(self, state: str) -> None:
        """Put the files back to a kept state; what commands made since then is taken away."""
        files = self.states[state]
        parts: dict[Path, Path] = {}
        try:
            for name, data in files.items():
                path = self.folder / name
                if not path.is_file() or path.read_bytes() != data:
                    parts[path] = path.with_name(f".{name}.part")
                    parts[path].write_bytes(data)
            for path, part in parts.items():  # only when all are written
                part.replace(path)
            for name in self._made - set(files):
                (self.folder / name).unlink(missing_ok=True)
        finally:
            for part in parts.values():
                part.unlink(missing_ok=True)
