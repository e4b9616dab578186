"""Checks between the tables of a design: names, nets with one end, aliases, routes that end nowhere."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeAlias, TypeVar

from bumpgen.design import UNITS, Bump, DesignFile, Pad, Route
from bumpgen.errors import InputError, Where
from bumpgen.read.source import Source, counted, listed

__all__ = ["alias_map", "check_alias_use", "check_ends", "check_routes", "off_grid", "renamed"]

MOST_QUOTED = 100
"""So many nets are written out in a cure, to be copied."""

MOST_LOOKED_AT = 300
"""About so many routes, evenly chosen, are looked at to find a table read in a wrong unit or view."""

Point: TypeAlias = tuple[float, float]
Thing = TypeVar("Thing", Pad, Bump, Route)


def alias_map(file: DesignFile, source: Source) -> dict[str, str]:
    """Other name → net, for all of [nets]; a name that stands for two nets is refused."""
    found: dict[str, str] = {}
    for net, others in file.nets.items():
        for other in others:
            rival = found.get(other) or (other if other in file.nets else None)
            if rival is not None and rival != net:
                raise InputError(
                    f"{other!r} is another name of both {rival!r} and {net!r}"
                    if rival != other
                    else f"{other!r} is a net of its own and another name of {net!r}",
                    source.setting(f"nets.{net}"),
                    hint="list each name once",
                )
            found[other] = net
    return found


def check_alias_use(file: DesignFile, used: set[str], source: Source) -> None:
    """Refuse other names, and unconnected nets, that no table has."""
    for net, others in file.nets.items():
        for other in others:
            if other not in used:
                raise InputError(
                    f"no table has a net {other!r}", source.setting(f"nets.{net}"), hint=_near(other, used)
                )
    canonical = used | set(file.nets)
    for net in file.unconnected:
        if net not in canonical:
            raise InputError(f"no table has a net {net!r}", source.setting("unconnected"), hint=_near(net, canonical))


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), 1, 0.5)
    return f"did you mean {near[0]!r}?" if near else "take it out"


def renamed(things: Sequence[Thing], nets: Mapping[str, str]) -> tuple[Thing, ...]:
    """The things with other names of nets replaced by the nets'."""
    if not nets:
        return tuple(things)
    return tuple(replace(thing, net=nets[thing.net]) if thing.net in nets else thing for thing in things)


def check_ends(pads: Sequence[Pad], bumps: Sequence[Bump], file: DesignFile, source: Source) -> None:
    """Every net of a design with pads and bumps has both, unless listed as unconnected."""
    if not pads or not bumps:
        return
    on_pads, on_bumps = _by_net(pads, "pad"), _by_net(bumps, "bump")
    single = sorted((set(on_pads) ^ set(on_bumps)) - set(file.unconnected))
    if not single:
        return
    told = []
    for net in single:
        here, there = (on_pads[net], "bump") if net in on_pads else (on_bumps[net], "pad")
        others = on_bumps if net in on_pads else on_pads
        near = difflib.get_close_matches(net, others, 1, 0.7)
        told.append(f"{net} has {here} but no {there}" + (f" (did you mean {near[0]!r}?)" if near else ""))
    quoted = ", ".join(f'"{net}"' for net in single[:MOST_QUOTED])
    raise InputError(
        f"{counted(len(single), 'net has', 'nets have')} one end: {listed(told)}",
        source.setting("pads" if single[0] in on_pads else "bumps"),
        hint="mend the table, join two names of a net under [nets], or allow it at the top of design.toml: "
        f"unconnected = [{quoted}" + (", …]" if len(single) > MOST_QUOTED else "]"),
    )


def _by_net(things: Sequence[Pad] | Sequence[Bump], what: str) -> dict[str, str]:
    """Net → the first thing on it in words."""
    found: dict[str, str] = {}
    for thing in things:
        if thing.net:
            line = f" (line {thing.line})" if thing.line else ""
            found.setdefault(thing.net, f"{what} {thing.name}{line}")
    return found


class _RouteMissError(InputError):
    """A route that doesn't get to where it should: it, or the reading of a table, may be wrong."""


def check_routes(
    routes: Sequence[Route], pads: Sequence[Pad], bumps: Sequence[Bump], file: DesignFile, path: Source, root: Source
) -> None:
    """Every route has a known net and bump, and ends on a pad, a bump or a route of its net.

    How far from a centre an end may lie is `file`'s tolerance, µm. Routes that miss are first held
    against a wrong unit or view of any table. `path` places the routes' lines, `root` settings.
    """
    centres: dict[str, list[Point]] = {}
    for net, x, y in [(p.net, p.x, p.y) for p in pads] + [(b.net, b.x, b.y) for b in bumps]:
        centres.setdefault(net, []).append((x, y))
    by_name = {bump.name: bump for bump in bumps}
    wires: dict[str, list[Route]] = {}
    for route in routes:
        wires.setdefault(route.net, []).append(route)
    try:
        for route in routes:
            where = Where(path.path, route.line)
            if route.net not in centres:
                raise InputError(f"no pad and no bump is on net {route.net!r}", where, hint=_near(route.net, centres))
            if route.bump:
                _check_bump(route, by_name, file, where)
            for end, other in ((0, -1), (-1, 0)):
                _check_end(route, (end, other), centres[route.net], wires[route.net], file, where)
    except _RouteMissError as miss:
        raise _misread(routes, wires, pads, bumps, file, root) or miss from None


def _misread(
    routes: Sequence[Route],
    wires: Mapping[str, list[Route]],
    pads: Sequence[Pad],
    bumps: Sequence[Bump],
    file: DesignFile,
    root: Source,
) -> InputError | None:
    """The table whose reading explains the miss; ends on other routes of their net tell nothing about it."""
    from bumpgen.read.misread import misread

    few = routes[:: math.ceil(len(routes) / MOST_LOOKED_AT)]
    ends = [
        (route.net, end)
        for route in few
        for end in (route.points[0], route.points[-1])
        if not _on_other(end, route, wires[route.net])
    ]
    return misread(file, few, pads, bumps, ends, root) if ends else None


def _written(place: Point, file: DesignFile) -> str:
    """A place (µm, bumps_up) as the table of routes would have it: in its unit and view, from its origin."""
    table, die = file.routes, file.die
    if table is None:
        return f"{place[0]:.12g}:{place[1]:.12g}"
    x, y = (die.width - place[0] if table.view.mirrored else place[0]), place[1]
    if table.origin == "centre":
        x, y = x - die.width / 2, y - die.height / 2
    return f"{x / UNITS[table.unit]:.9g}:{y / UNITS[table.unit]:.9g}"


def _check_bump(route: Route, bumps: Mapping[str, Bump], file: DesignFile, where: Where) -> None:
    bump = bumps.get(route.bump)
    if bump is None:
        raise InputError(f"there is no bump {route.bump!r}", where, hint=_near(route.bump, bumps))
    if bump.net != route.net:
        raise InputError(
            f"the route is on net {route.net!r}, its bump {bump.name} on {bump.net!r}",
            where,
            hint="correct one of them",
        )
    distance = _distance((bump.x, bump.y), route.points)
    if distance > max(file.tolerances.route_end, route.width / 2):
        raise _RouteMissError(
            f"the route passes its bump {bump.name} at {distance:.3f} µm",
            where,
            hint=f"lead it to {_written((bump.x, bump.y), file)}",
        )


def _check_end(
    route: Route, ends: tuple[int, int], centres: list[Point], wires: list[Route], file: DesignFile, where: Where
) -> None:
    """One end of a route (and the other one, by their indices) against the pads, bumps and routes of its net."""
    end, other = (route.points[index] for index in ends)
    reach = file.tolerances.route_end
    if min(math.dist(centre, end) for centre in centres) <= reach or _on_other(end, route, wires):
        return
    # the place where the route's other end lies is no cure for this end
    left = [centre for centre in centres if math.dist(centre, other) > reach]
    unit = file.routes.unit if file.routes is not None else "um"
    text = _written(end, file) + (f" {unit}" if unit not in ("um", "µm") else "")
    if not left:
        raise _RouteMissError(
            f"the route's end {text} lies on no pad, bump or other route of net {route.net!r}, which has no other",
            where,
            hint="check the route's points and net, and the pads and bumps of that net",
        )
    nearest = min(left, key=lambda centre: math.dist(centre, end))
    raise _RouteMissError(
        f"the route's end {text} lies {math.dist(nearest, end):.3f} µm from the nearest pad or bump of net "
        f"{route.net!r}, more than {reach:g}, and on no other route of it",
        where,
        hint=f"end it at {_written(nearest, file)}, or raise tolerances.route_end",
    )


def _on_other(end: Point, route: Route, wires: list[Route]) -> bool:
    """Whether an end lies on another route of its net."""
    return any(_distance(end, other.points) <= other.width / 2 for other in wires if other is not route)


def _distance(point: Point, line: Sequence[Point]) -> float:
    """Distance of a point from a polyline, µm."""
    return min(_to_segment(point, a, b) for a, b in pairwise(line))


def _to_segment(point: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / (dx * dx + dy * dy)
    t = min(1.0, max(0.0, t))
    return math.dist(point, (a[0] + t * dx, a[1] + t * dy))


def off_grid(things: Sequence[Pad] | Sequence[Bump], what: str, grid: float) -> list[str]:
    """A note on centres that lie between grid points (µm), with the farthest."""
    import numpy as np

    places = np.array([(thing.x, thing.y) for thing in things], np.float64).reshape(-1, 2)
    distances = np.abs(places - np.rint(places / grid) * grid).max(axis=1)
    off = np.flatnonzero(distances > 1e-6)
    if not len(off):
        return []
    worst, first = distances[off].max(), things[int(off[0])]
    where = f"{len(off)} of {len(things)} {what}s lie off the grid of {grid:g} µm by up to {worst:.3g} µm"
    at = f"{first.name} at {first.x:.9g}, {first.y:.9g}"
    return [f"{where}, and are drawn at the nearest grid point: first {at}"]
