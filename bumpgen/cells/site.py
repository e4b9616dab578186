"""A site: a whole stack at once (all layers of a bump, or of a pad), as a cell of cells."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from pydantic import Field

from bumpgen.cells.base import CellSpec, Diameters, nested_diameters
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
    kind: str = Field("bump", max_length=64, description="which of the process's sites: bump, pad, …")
    changes: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="changed parameters, by cell or by cell.LAYER of the part"
    )
    nested: Diameters = nested_diameters()

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
        tags = [_tag(cell, values, process) for cell, values in rows]
        unused = set(self.changes) - {cell for cell, _ in rows} - set(tags)
        if unused:
            raise InputError(
                f"site {self.kind!r} has no part {min(unused)!r}",
                Where(key="site.changes"),
                hint="parts: " + ", ".join(tags),
            )
        specs = []
        for (cell, values), tag in zip(rows, tags, strict=True):
            changed = self.changes.get(cell, {}) | self.changes.get(tag, {})
            specs.append(CELLS[cell].make(process, **(values | changed)))
        return _one_count(specs, self.nested)

    def drawing(self, process: Process) -> Cell:
        """One placement for each part, at the origin."""
        drawn = [spec.draw(process) for spec in self.parts(process)]
        return Cell(self.name(), instances=tuple(Placement(cell, Transform()) for cell in drawn), ports=_ports(drawn))

    def name(self) -> str:
        """BUMP_SITE_… or PAD_SITE_…: the kind leads, so that a cell list can be read."""
        return f"{self.kind.upper()}_{super().name()}"

    def key(self) -> str:
        """Kind and changes, order-free."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True)


def _tag(cell: str, values: dict[str, Any], process: Process) -> str:
    """cell.LAYER, or the cell's name alone where it draws on several layers."""
    from bumpgen.cells import CELLS

    if cell not in CELLS:
        raise InputError(f"there is no cell {cell!r}", Where(key="sites"), hint=f"one of {', '.join(CELLS)}")
    field = CELLS[cell].model_fields.get("layer")
    if field is None:
        return cell
    return f"{cell}.{values.get('layer') or process.default(cell).get('layer') or field.default}"


def _one_count(specs: list[CellSpec], beside: tuple[float, ...]) -> list[CellSpec]:
    """The specs with one vertex count: the one that is set, else what the largest circle asks for.

    `beside` are diameters (µm) of circles of other sites at the same place.
    """
    given = {count for spec in specs if (count := getattr(spec, "vertices", 0))}
    if len(given) > 1:
        raise InputError(
            f"the parts of a site have different vertex counts: {', '.join(map(str, sorted(given)))}",
            Where(key="site.vertices"),
            hint="set one count, or 0 for all",
        )
    nested = tuple(sorted({*beside, *(diameter for spec in specs for diameter in spec.circles)}))
    count = given.pop() if given else circle_vertices(nested[-1]) if nested else 0
    update = {"vertices": count, "nested": nested}
    return [spec.model_copy(update=update) if "vertices" in type(spec).model_fields else spec for spec in specs]


def _ports(drawn: list[Cell]) -> tuple[Port, ...]:
    return tuple(port for cell in drawn for port in cell.ports)
