"""A die as claims see it: what is drawn, its process, its pads and bumps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bumpgen.check.claims.roles import Roles, roles_of
from bumpgen.check.scene import Scene
from bumpgen.check.subject import open_subject
from bumpgen.check.terminals import Terminal, terminals_of
from bumpgen.plan import Plan
from bumpgen.process import Process

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["DrawnDie", "open_die"]


@dataclass(frozen=True, eq=False)
class DrawnDie:
    """One design drawn: its layout as klayout opened it, the process it is judged with, its pads and bumps."""

    name: str
    process: Process
    layout: db.Layout
    top: db.Cell
    terminals: tuple[Terminal, ...] = ()

    @cached_property
    def scene(self) -> Scene:
        """The layout in the process's layers."""
        return Scene(self.layout, self.top, self.process)

    @cached_property
    def roles(self) -> Roles:
        """Which layers play which part."""
        return roles_of(self.process)


def open_die(name: str, process: Process, planned: Plan, path: Path) -> DrawnDie:
    """The die in a layout file that was drawn from a plan. InputError for a file that can't be judged."""
    subject = open_subject(path, process, None)
    return DrawnDie(name, process, subject.layout, subject.top, terminals_of(planned))
