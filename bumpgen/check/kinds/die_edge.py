"""Die edge: how far shapes, or their centres, stay inside the outer edge of a die or a seal ring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bumpgen.check.centres import Centres, centres, compact_in_ruby
from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, pair_markers, region_markers
from bumpgen.check.near import MOST_SUSPECTS
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = ["DIE_EDGE", "DIE_EDGE_CENTRE"]

SLACK = 1e-7
"""Two lengths nearer than this are equal, µm: far below any grid."""

AT_ONCE = 1_000_000
"""So many distances of a point from an edge are computed at once, to bound the memory."""


def outer(rule: Rule, scene: Scene) -> db.Region:
    """What the edge layer encloses: its shapes without their holes. A ring must close to enclose something."""
    return scene.region(rule.layers[1]).merged().hulls().merged()


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Sides nearer to the outer edge than the limit, and what lies outside it."""
    hulls, limit = outer(rule, scene), scene.steps(rule.value)
    suspects = _suspects(rule, scene, hulls)
    shapes = scene.region(rule.layers[0]) if suspects is None else suspects
    if limit > 0:
        yield from pair_markers(shapes.enclosed_check(hulls, limit), scene)
    yield from region_markers(shapes - hulls, scene, lambda polygon: 0.0, note="lies outside")


def _suspects(rule: Rule, scene: Scene, hulls: db.Region) -> db.Region | None:
    """Shapes whose circle isn't surely deep enough inside; None: look at all."""
    import numpy as np

    found = scene.population(rule.layers[0])
    if found is None:
        return None
    twice = np.rint(2 * found.centres).astype(np.int64)
    spots = Centres(twice[:, 0], twice[:, 1], 0 * twice[:, 0], 0 * twice[:, 0], scene.dbu)
    depth = np.full(len(spots), -1.0)
    for hull in hulls.each_merged():
        depth = np.maximum(depth, _depth(spots, hull))
    chosen = np.flatnonzero(depth < (found.radii + 1) * scene.dbu + rule.value)
    return found.region(chosen) if len(chosen) <= MOST_SUSPECTS else None


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    shapes, hulls = ruby.layer(rule.layers[0]), f"{ruby.layer(rule.layers[1])}.merged.hulls.merged"
    near = [ruby.output(rule, f"{shapes}.enclosed({hulls}, {ruby.length(rule.value)})")] if rule.value > 0 else []
    return [*near, ruby.output(rule, f"({shapes} - {hulls})")]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """A square `value` from the left edge of a die."""
    size, far = 4 * rule.value + 20, rule.value + 5
    shape, die = rectangle(value, far, value + size, far + size), rectangle(0, 0, 2 * size + far, 2 * size + far)
    return Pattern((*drawn_as(rule.expressions[0], shape), *drawn_as(rule.expressions[1], die)))


def check_centre(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Boxes of compact shapes whose centre is nearer to the outer edge than the limit, or outside it."""
    import numpy as np

    spots = centres(scene, rule.layers[0])
    distance = np.full(len(spots), -1.0)
    for hull in outer(rule, scene).each_merged():
        inside = _in_box(spots, hull.bbox())
        distance[inside] = np.maximum(distance[inside], _depth(spots.take(inside), hull))
    bad = distance < rule.value + (SLACK if rule.exclusive else -SLACK)
    for i in np.flatnonzero(bad).tolist():
        beyond = distance[i] < 0
        yield Marker(spots.box(i), max(float(distance[i]), 0.0), "lies outside" if beyond else "")


def _in_box(spots: Centres, box: Any) -> Integers:
    """Indexes of the centres in a box."""
    import numpy as np

    across = (spots.x2 >= 2 * box.left) & (spots.x2 <= 2 * box.right)
    return np.flatnonzero(across & (spots.y2 >= 2 * box.bottom) & (spots.y2 <= 2 * box.top))


def _depth(spots: Centres, hull: Any) -> NDArray[Any]:
    """Distance of each centre from the outline of a polygon, µm; -1 outside it (by the even-odd rule)."""
    import numpy as np

    start = np.array([(point.x, point.y) for point in hull.each_point_hull()], np.float64)
    step = np.roll(start, -1, axis=0) - start
    chunk = max(1, AT_ONCE // len(start))
    depths = np.full(len(spots), -1.0)
    for i in range(0, len(spots), chunk):
        some = slice(i, i + chunk)
        depths[some] = _depths(spots.x2[some] / 2, spots.y2[some] / 2, start, step)
    return np.where(depths < 0, -1, depths * spots.dbu)


def _depths(x: Any, y: Any, start: Any, step: Any) -> Any:
    """As _depth, in database units."""
    import numpy as np

    dx, dy = x[:, None] - start[:, 0], y[:, None] - start[:, 1]
    along = np.clip((dx * step[:, 0] + dy * step[:, 1]) / (step**2).sum(axis=1), 0, 1)
    distance = np.hypot(dx - along * step[:, 0], dy - along * step[:, 1]).min(axis=1)
    crosses = (dy < 0) != (dy < step[:, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        right = dx < dy / step[:, 1] * step[:, 0]
    inside = (crosses & right).sum(axis=1) % 2 == 1
    return np.where(inside | (distance < SLACK), distance, -1)


def deck_centre(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    shapes, edge = compact_in_ruby(ruby, rule.layers[0]), ruby.layer(rule.layers[1])
    return [ruby.output(rule, ruby.call("centres_near_edge", shapes, edge, ruby.length(rule.value)))]


def example_centre(rule: Rule, process: Process, value: float) -> Pattern:
    """A square whose centre is `value` from the left edge of a die."""
    half, far = 10.0, 4 * rule.value + 20
    shape = rectangle(value - half, far - half, value + half, far + half)
    die = rectangle(0, 0, far * 2, far * 2)
    return Pattern((*drawn_as(rule.expressions[0], shape), *drawn_as(rule.expressions[1], die)))


DIE_EDGE = Kind(
    name="die_edge",
    meaning="least distance of the first layer's shapes from the second layer's outer edge, inside it",
    layers=(2, 2),
    quantity="distance from the edge",
    sense="least",
    check=check,
    deck=deck,
    example=example,
    owner=0,
)

DIE_EDGE_CENTRE = Kind(
    name="die_edge_centre",
    meaning="least distance of the centres of the first layer's compact shapes from the second's outer edge, inside it",
    layers=(2, 2),
    quantity="distance of the centre from the edge",
    sense="least",
    check=check_centre,
    deck=deck_centre,
    example=example_centre,
)
