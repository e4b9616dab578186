"""Power and ground as planes of metal poured around all other metal. Lengths are µm.

A plane is the union of all discs (octagons where wires are octilinear) of its least width that keep their
distance from everything foreign: erosion and dilation, the opening of mathematical morphology (Serra, Image
Analysis and Mathematical Morphology, 1982), made from offsets of the foreign metal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bumpgen.route.planes_divide import divide
from bumpgen.route.planes_drawn import drawable
from bumpgen.route.planes_holes import punch
from bumpgen.route.planes_islands import Islands, islands_of, spokes_by_name
from bumpgen.route.planes_joints import Spoke, moats, spokes_of
from bumpgen.route.planes_narrow import Settled, settle
from bumpgen.route.planes_scene import Scene, Surroundings, rings_of
from bumpgen.route.planes_values import Dropped, HoleRule, Plane, Pour, Region, Rings, check_planes
from bumpgen.route.problem import Problem
from bumpgen.route.routing import Wire

__all__ = ["Dropped", "HoleRule", "Plane", "Pour", "Region", "Rings", "divide", "drawable", "pour"]


def pour(problem: Problem, wires: Sequence[Wire], planes: Sequence[Plane]) -> tuple[Pour, ...]:
    """Pour planes around terminals, obstacles and wires as drawn; one result for each plane, in their order.

    Raises InputError for a plane that can't be poured as asked, GeometryError for wires that can't be drawn.
    """
    check_planes(problem, tuple(planes))
    scene = Scene.of(problem, wires)
    poured: dict[int, tuple[Plane, Pour]] = {}
    for index in sorted(range(len(planes)), key=lambda i: (planes[i].priority, i)):
        around = scene.around(planes[index], list(poured.values()))
        poured[index] = planes[index], _poured(problem, around, scene)
    return tuple(poured[index][1] for index in range(len(planes)))


def _poured(problem: Problem, around: Surroundings, scene: Scene) -> Pour:
    """One plane."""
    import shapely

    settled = settle(around, _centres(around))
    spokes = spokes_of(around, settled.metal)
    metal = _with_spokes(around, settled.metal, spokes)
    parts = shapely.get_parts(metal)
    islands = islands_of(around, parts, spokes)
    held = shapely.multipolygons(parts[list(islands.held)])
    count = 0
    rule = around.plane.holes
    if rule is not None:
        x0, y0, x1, y1 = (value / problem.grid for value in problem.outline)
        keep = _keep_clear(around, scene, spokes)
        held, count = punch(around, held, rule, (round((x0 + x1) / 2), round((y0 + y1) / 2)), keep)
    return _result(around, islands, held, count, spokes, _left_out(parts, islands, settled), settled.narrow)


def _centres(around: Surroundings) -> Any:
    """Where the centres of a plane's discs may be."""
    import shapely

    if shapely.is_empty(around.limits):
        return around.limits
    shapes = moats(around)
    frame = shapely.buffer(shapely.envelope(around.limits), 4 * around.reach, join_style="mitre")
    outside = shapely.get_parts(frame.difference(around.limits))
    distances = np.concatenate((around.distances, np.zeros(len(shapes) + len(outside)))) + around.reach
    zones = around.offsets.around(np.concatenate((around.foreign, shapes, outside)), distances)
    return frame.difference(shapely.union_all(zones))


def _with_spokes(around: Surroundings, metal: Any, spokes: Sequence[Spoke]) -> Any:
    import shapely

    if not spokes:
        return metal
    return around.offsets.finished(shapely.union_all([*shapely.get_parts(metal), *(spoke.metal for spoke in spokes)]))


def _keep_clear(around: Surroundings, scene: Scene, spokes: Sequence[Spoke]) -> Any:
    """What holes keep off: metal of the net, spokes, and the net's terminals on all layers, where vias are."""
    same = [t.net == around.plane.net for t in scene.problem.terminals]
    extra = np.array([*scene.terminals[np.array(same, bool)], *(spoke.metal for spoke in spokes)], dtype=object)
    return np.concatenate((extra, around.others))


def _left_out(parts: Any, islands: Islands, settled: Settled) -> list[tuple[Any, str]]:
    loose = [(area, "holds no terminal") for area in settled.loose]
    return [*loose, *((parts[index], reason) for index, reason in sorted(islands.dropped.items()))]


def _result(
    around: Surroundings,
    islands: Islands,
    metal: Any,
    holes: int,
    spokes: Sequence[Spoke],
    dropped: Sequence[tuple[Any, str]],
    narrow: Any,
) -> Pour:
    """What was poured, in µm."""
    grid = around.grid
    return Pour(
        around.plane.net,
        around.plane.layer,
        rings_of(metal, grid),
        tuple(sorted((_dropped(area, reason, grid) for area, reason in dropped), key=lambda d: (d.place, d.area))),
        islands.joined,
        islands.wired,
        islands.unjoined,
        islands.pieces,
        tuple(spokes_by_name(around, spokes)),
        holes,
        round(metal.area * grid * grid, 6),
        tuple(sorted(_place(area, grid) for area in narrow)),
    )


def _dropped(area: Any, reason: str, grid: float) -> Dropped:
    return Dropped(round(area.area * grid * grid, 6), _place(area, grid), reason)


def _place(area: Any, grid: float) -> tuple[float, float]:
    """A place within an area, µm."""
    inner = area.representative_point()
    return round(inner.x * grid, 3), round(inner.y * grid, 3)
