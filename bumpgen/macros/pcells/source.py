"""The process a library draws with: read when the first PCell is asked for, not when the application starts."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bumpgen.process import Process

__all__ = ["Source"]


@dataclass(slots=True)
class Source:
    """A process by the name of a shipped one, or by the path of a process.toml."""

    name: str
    _read: list[Process] = field(default_factory=list)

    @property
    def process(self) -> Process:
        """The process; a file that can't be read raises InputError."""
        if not self._read:
            from bumpgen.process import read_process

            self._read.append(read_process(self.name))
            gc.collect()
            gc.freeze()  # what was loaded for it stays: a later search for garbage would stop the window for 60 ms
        return self._read[0]
