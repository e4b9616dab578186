"""A routing as files: ROUTES.json, and a layout of its wires, terminals and obstacles."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path

from bumpgen.geometry import Disc, Polygon, Shape, Trace
from bumpgen.layout import Cell, Drawn, Label, LayerNumber, Layout, Meaning, Placement
from bumpgen.route.problem import Problem, Terminal
from bumpgen.route.routes_file import routes_text
from bumpgen.route.routing import NetRouting, Routing, parts
from bumpgen.write.atomic import replacing
from bumpgen.write.gds import write_gds

__all__ = ["routes_layout", "write_routes", "write_routes_gds"]

FIRST_WIRE_LAYER = 10
"""GDS number of RDL; RDL2 is 11, and so on."""

LABEL_BYTES = 512
"""Longest text of GDSII."""

QUARTER = 32
"""Sides of a quarter circle where a terminal's rounded outline is no disc on the grid."""


def write_routes(routing: Routing, path: Path | str, *, seconds: bool = True) -> None:
    """Write ROUTES.json, whole or not at all; without `seconds` equal routings give equal bytes.

    Raises InputError where the file can't be written.
    """
    with replacing(path) as draft:
        Path(draft).write_text(routes_text(routing, seconds=seconds), encoding="utf-8")


def write_routes_gds(routing: Routing, path: Path | str) -> None:
    """Write the routing as GDSII, as routes_layout draws it."""
    write_gds(routes_layout(routing), path)


def routes_layout(routing: Routing) -> Layout:
    """The routing drawn: wires and kept metal on RDL (RDL2, …), one cell a net; PAD, BUMP, KEEPOUT, DIE, LABEL.

    Terminals are metal of the wire layer; they are drawn on PAD and BUMP so that one can tell what is whose.
    Obstacles of a net are metal of that net, all others keep-outs. Raises GeometryError where a wire's width
    is no multiple of twice the grid.
    """
    problem = routing.problem
    numbers = _numbers(problem.layers)
    nets = _net_cells(routing)
    top = Cell(_cell_name(problem.name, set()), _fixed(problem), tuple(map(Placement, nets)), _labels(problem))
    return Layout(
        top,
        numbers,
        problem.grid,
        outline=problem.outline,
        colors=_colors(problem.layers),
        title=f"{problem.name}: {routing.made} of {routing.asked} connections",
        notes=problem.notes,
        meanings=_meanings(problem.layers),
    )


def _wire_layer(index: int) -> str:
    return "RDL" if index == 0 else f"RDL{index + 1}"


def _numbers(layers: int) -> dict[str, LayerNumber]:
    """Layers from the chip up."""
    wires = {_wire_layer(i): (FIRST_WIRE_LAYER + i, 0) for i in range(layers)}
    return {"DIE": (250, 0), "KEEPOUT": (249, 0), "PAD": (1, 0), **wires, "BUMP": (40, 0), "LABEL": (254, 0)}


def _colors(layers: int) -> dict[str, str]:
    shades = ("#d9603b", "#59a14f", "#b07aa1", "#3a9a9a")
    wires = {_wire_layer(i): shades[i % len(shades)] for i in range(layers)}
    own = {"DIE": "#4d4d4d", "KEEPOUT": "#7f7f7f", "PAD": "#4c78a8", "BUMP": "#e0b040", "LABEL": "#1f1f1f"}
    return own | wires


def _meanings(layers: int) -> dict[str, Meaning]:
    found: dict[str, Meaning] = {"DIE": "area", "KEEPOUT": "area", "LABEL": "text"}
    return found | dict.fromkeys(("PAD", "BUMP", *map(_wire_layer, range(layers))), "metal")


def _fixed(problem: Problem) -> tuple[Drawn, ...]:
    """The die's outline, terminals and keep-outs."""
    x0, y0, x1, y1 = problem.outline
    die = Drawn("DIE", Polygon(((x0, y0), (x1, y0), (x1, y1), (x0, y1))))
    keepouts = (Drawn("KEEPOUT", Polygon(obstacle.corners)) for obstacle in problem.obstacles if not obstacle.net)
    metal = (Drawn(terminal.role.upper(), _shape(terminal, problem.grid)) for terminal in problem.terminals)
    return (die, *keepouts, *metal)


def _shape(terminal: Terminal, grid: float) -> Shape:
    """A terminal's metal: a disc where it is one on the grid, else a polygon that holds it."""
    if not terminal.radius:
        return Polygon(terminal.outline)
    if len(terminal.outline) == 1 and _on_grid((*terminal.outline[0], terminal.radius), grid):
        return Disc(*terminal.outline[0], 2 * terminal.radius)
    import shapely

    outward = terminal.radius / math.cos(math.pi / 4 / QUARTER)  # sides, not corners, lie on the circle
    area = shapely.MultiPoint(terminal.outline).convex_hull.buffer(outward, quad_segs=QUARTER)
    return Polygon(tuple((float(x), float(y)) for x, y in area.exterior.coords[:-1]))


def _on_grid(values: Iterable[float], grid: float) -> bool:
    return all(abs(value / grid - round(value / grid)) < 1e-4 for value in values)


def _net_cells(routing: Routing) -> list[Cell]:
    """One cell for each net that has wires or metal of its own, by name."""
    taken: set[str] = set()
    cells = []
    for net in sorted({*routing.nets, *(o.net for o in routing.problem.obstacles if o.net)}):
        shapes = (*_wires(routing.nets.get(net), routing.problem.grid), *_kept(routing.problem, net))
        if shapes:
            cells.append(Cell(_cell_name(f"NET_{net}", taken), shapes))
    return cells


def _wires(net: NetRouting | None, grid: float) -> list[Drawn]:
    return [
        Drawn(_wire_layer(wire.layer), Trace(points, width))
        for wire in (net.wires if net else ())
        for points, width in parts(wire, grid)
        if len(points) > 1
    ]


def _kept(problem: Problem, net: str) -> list[Drawn]:
    """Metal of a net that was there before, on its layer or on all."""
    found = []
    for obstacle in problem.obstacles:
        if obstacle.net == net:
            on = range(problem.layers) if obstacle.layer is None else (obstacle.layer,)
            found += [Drawn(_wire_layer(layer), Polygon(obstacle.corners)) for layer in on]
    return found


def _cell_name(name: str, taken: set[str]) -> str:
    """A name with what GDSII forbids replaced, at most 120 letters; a number keeps look-alikes apart."""
    plain = base = re.sub(r"[^A-Za-z0-9_$?]", "_", name)[:120] or "routing"
    count = 1
    while plain in taken:
        count += 1
        plain = f"{base}_{count}"
    taken.add(plain)
    return plain


def _labels(problem: Problem) -> tuple[Label, ...]:
    """Name and net at each terminal."""
    return tuple(
        Label("LABEL", _label(f"{terminal.name} {terminal.net}".strip()), terminal.x, terminal.y)
        for terminal in problem.terminals
        if terminal.name.strip()
    )


def _label(text: str) -> str:
    """As much of a text as GDSII holds."""
    return text.replace("\0", " ").encode()[:LABEL_BYTES].decode(errors="ignore")
