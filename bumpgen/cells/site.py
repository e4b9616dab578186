"""A site: a whole stack at once (all layers of a bump, or of a pad), as a cell of cells."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from pydantic import Field

from bumpgen.cells.base import CellSpec
from bumpgen.errors import InputError, Where
from bumpgen.geometry import Transform, circle_vertices
from bumpgen.layout import Cell, Placement, Port
from bumpgen.process import Process

__all__ = ["Site"]


class Site(CellSpec):
    """The parts the process puts at a site, drawn with one vertex count and phase.

    Facets of one layer then lie over facets of the next, so enclosures are the same all around.
    """

    cell: ClassVar[str] = "site"
    kind: str = Field("bump", description="which of the process's sites: bump, pad, …")
    changes: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="changed parameters, by cell or by cell.LAYER of the part"
    )

    def parts(self, process: Process) -> list[CellSpec]:
        """The specs of all parts, sharing the largest round part's vertex count."""
        from bumpgen.cells import CELLS

        if self.kind not in process.sites:
            raise InputError(
                f"process {process.name} has no site {self.kind!r}",
                Where(key="site.kind"),
                hint=f"it has {', '.join(process.sites)}",
            )
        rows = [(part.cell, part.values()) for part in process.sites[self.kind]]
        unused = set(self.changes) - {k for cell, values in rows for k in (cell, _tag(cell, values))}
        if unused:
            raise InputError(
                f"site {self.kind!r} has no part {sorted(unused)[0]!r}",
                hint="parts: " + ", ".join(_tag(cell, values) for cell, values in rows),
            )
        specs = []
        for cell, values in rows:
            changed = self.changes.get(cell, {}) | self.changes.get(_tag(cell, values), {})
            specs.append(CELLS[cell].make(process, **(values | changed)))
        count = max((_vertices(spec) for spec in specs), default=0)
        return [_with_vertices(spec, count) for spec in specs]

    def draw(self, process: Process) -> Cell:
        """One placement for each part, at the origin."""
        drawn = [spec.draw(process) for spec in self.parts(process)]
        return Cell(self.name(), instances=tuple(Placement(cell, Transform()) for cell in drawn), ports=_ports(drawn))

    def name(self) -> str:
        """BUMP_SITE_… or PAD_SITE_…: the kind leads, so that a cell list can be read."""
        return f"{self.kind.upper()}_{super().name()}"

    def key(self) -> str:
        """Kind and changes, order-free."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True)


def _tag(cell: str, values: dict[str, Any]) -> str:
    return f"{cell}.{values['layer']}" if "layer" in values else cell


def _vertices(spec: CellSpec) -> int:
    """Vertices a round part asks for; 0 for parts without circles."""
    fields = type(spec).model_fields
    if "vertices" not in fields:
        return 0
    size = getattr(spec, "size", None) or getattr(spec, "diameter", 0.0)
    return circle_vertices(size) if size else 0


def _with_vertices(spec: CellSpec, count: int) -> CellSpec:
    if "vertices" not in type(spec).model_fields or getattr(spec, "vertices", 0):
        return spec
    return spec.model_copy(update={"vertices": count})


def _ports(drawn: list[Cell]) -> tuple[Port, ...]:
    return tuple(port for cell in drawn for port in cell.ports)
