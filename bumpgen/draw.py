"""Plan + routes → Layout: every stack at its place, wires, marks, labels, the die's outline."""

from __future__ import annotations

import re

import numpy as np

from bumpgen.cells import CELLS
from bumpgen.design import CellTable, Design, nets_of
from bumpgen.geometry import Rect, Transform
from bumpgen.layout import Cell, Drawn, Instance, Label, Layout, Meaning, Net, Placement
from bumpgen.plan import Plan, PlannedSite
from bumpgen.plan.connect import wire_layer
from bumpgen.plan.lattice import instances
from bumpgen.plan.notches import Fill, notch_fills
from bumpgen.process import Process

__all__ = ["draw", "draw_cell"]


def draw(plan: Plan, *, labels: bool = True) -> Layout:
    """The whole layout of a plan; the top cell bears the design's name.

    Without `labels` it bears no texts and has no list of nets: checks of what is drawn need neither.
    """
    design = plan.design
    fills = notch_fills(plan)
    placed = [*_sites(plan), *_wires(plan, fills), *(i for table in design.file.cells for i in _by_hand(table, design))]
    top = Cell(design.name, _outline(design), tuple(placed), tuple(_labels(plan)) if labels else ())
    layout = _layout(top, design, nets_of(design.pads, design.bumps) if labels else (), _told(fills))
    if not design.file.fill:
        return layout
    from bumpgen.fill import filled

    return filled(layout, design, labels=labels)


def _told(fills: tuple[Fill, ...]) -> tuple[str, ...]:
    """What was filled, as a note."""
    if not fills:
        return ()
    nets = ", ".join(dict.fromkeys(fill.net for fill in fills))
    return (f"{len(fills)} slit{'s' * (len(fills) > 1)} narrower than the notch rule filled with metal, on {nets}",)


def draw_cell(cell: Cell, process: Process, title: str = "") -> Layout:
    """A layout of one cell alone, e.g. for a look at a parametric cell."""
    return Layout(
        cell, _numbers(process), process.grid.value, colors=_colors(process), meanings=_meanings(process), title=title
    )


def _layout(top: Cell, design: Design, nets: tuple[Net, ...], notes: tuple[str, ...]) -> Layout:
    process = design.process
    return Layout(
        top,
        _numbers(process),
        process.grid.value,
        outline=(0.0, 0.0, design.die.width, design.die.height),
        nets=nets,
        colors=_colors(process),
        meanings=_meanings(process),
        title=design.file.title or design.name,
        notes=(*design.notes, *notes),
    )


def _numbers(process: Process) -> dict[str, tuple[int, int]]:
    return {name: layer.gds for name, layer in process.layers.items()}


def _colors(process: Process) -> dict[str, str]:
    return {name: layer.color for name, layer in process.layers.items()}


def _meanings(process: Process) -> dict[str, Meaning]:
    return {name: layer.meaning for name, layer in process.layers.items()}


def _sites(plan: Plan) -> list[Instance]:
    """Stacks, drawn once for each spec; sites on a lattice become arrays."""
    groups: dict[int, list[PlannedSite]] = {}
    for site in (*plan.sites, *plan.vias):
        groups.setdefault(id(site.spec), []).append(site)
    found: list[Instance] = []
    for group in groups.values():
        cell = group[0].spec.draw(plan.design.process)
        found += instances(cell, np.array([(site.x, site.y) for site in group]), plan.design.process.grid.value)
    return found


def _wires(plan: Plan, fills: tuple[Fill, ...]) -> list[Instance]:
    """One cell for each net's wires and planes, so that a net can be found in the cell tree."""
    design, layer = plan.design, wire_layer(plan)
    by_net: dict[str, list[Drawn]] = {}
    for route in design.routes:
        trace = CELLS["trace"].make(
            design.process, points=route.points, width=route.width, join=route.join, layer=route.layer or layer
        )
        by_net.setdefault(route.net, []).extend(trace.draw(design.process).shapes)
    for pour in design.routed.pours if design.routed else ():
        by_net.setdefault(pour.net, []).extend(Drawn(pour.layer, shape) for shape in pour.shapes)
    for fill in fills:
        by_net[fill.net].append(Drawn(fill.layer, fill.shape))
    names = _net_cell_names(by_net)
    return [Placement(Cell(names[net], tuple(shapes))) for net, shapes in sorted(by_net.items())]


def _net_cell_names(nets: dict[str, list[Drawn]]) -> dict[str, str]:
    """NET_<name> with what GDSII forbids replaced; a number keeps look-alikes apart."""
    taken: dict[str, str] = {}
    for net in sorted(nets):
        plain = base = "NET_" + re.sub(r"[^A-Za-z0-9_$?]", "_", net).strip("_")
        count = 1
        while plain in taken.values():
            count += 1
            plain = f"{base}_{count}"
        taken[net] = plain
    return taken


def _by_hand(table: CellTable, design: Design) -> list[Placement]:
    """A [[cells]] entry: the same cell at each of its places; the reader has checked both."""
    cell = CELLS[table.cell].make(design.process, **table.set).draw(design.process)
    return [Placement(cell, Transform(x, y, table.rotation)) for x, y in table.at]


def _outline(design: Design) -> tuple[Drawn, ...]:
    if "DIE" not in design.process.layers:
        return ()
    die = design.die
    return (Drawn("DIE", Rect(die.width / 2, die.height / 2, die.width, die.height)),)


def _labels(plan: Plan) -> list[Label]:
    """Name and net at every pad and bump, on the LABEL layer where the process has one."""
    if "LABEL" not in plan.design.process.layers:
        return []
    texts = dict.fromkeys((f"{site.name} {site.net}".strip(), site.x, site.y) for site in plan.sites)
    return [Label("LABEL", *text) for text in texts]  # a pad under its bump bears the bump's name
