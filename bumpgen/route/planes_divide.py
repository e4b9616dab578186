"""Which part of a die goes to which of the nets that are to have planes side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from bumpgen.errors import InputError
from bumpgen.route.planes_scene import rings_of
from bumpgen.route.planes_values import Rings
from bumpgen.route.problem import Problem

__all__ = ["divide"]


def divide(problem: Problem, nets: Sequence[str], layer: int = 0) -> dict[str, tuple[Rings, ...]]:
    """Give each point of the die to the net of the nearest terminal (of these nets): regions for `Plane.region`.

    These are the Voronoi cells of the terminals' centres, united by net; µm, corners on the grid.
    Raises InputError if a net has no terminal on the layer, or terminals of two nets have one centre.
    """
    import shapely

    own = [terminal for terminal in problem.terminals if terminal.net in nets and terminal.layer == layer]
    places = {(t.x, t.y): t.net for t in own}
    missing = sorted(set(nets) - {terminal.net for terminal in own})
    if missing:
        raise InputError(f"net {missing[0]!r} has no terminal on layer {layer} to divide the die by")
    taken = Counter(place for place, _ in {((t.x, t.y), t.net) for t in own})
    for (x, y), count in taken.items():
        if count > 1:
            raise InputError(
                f"terminals of two nets have their centre at ({x:g}, {y:g}) µm", hint="give planes regions"
            )
    die = shapely.box(*problem.outline)
    ordered = sorted(places)
    if len(ordered) == 1:
        cells = [die]
    else:
        points = shapely.multipoints(np.array(ordered))
        cells = list(shapely.get_parts(shapely.voronoi_polygons(points, extend_to=die, ordered=True)))
    out = {}
    for net in nets:
        cell = [shapely.intersection(c, die) for c, place in zip(cells, ordered, strict=True) if places[place] == net]
        area = shapely.union_all(cell)
        out[net] = rings_of(shapely.transform(area, lambda xy: np.rint(xy / problem.grid)), problem.grid)
    return out
