"""Routing problems from JSON files, all lengths in µm.

Two kinds of file are read and told apart by their keys. A *case* lists the metal of a real pad ring: `die`,
`phases` (nets with their width and spacing), `bumps`, `pads`, `obstructions`, `prewires`. A *lattice* says
`N`, `die` (its side), `bump_flat`, `pad`, `width`, `spacing`, `bumps` and `nets` of one bump and one pad.
Keys that a router has no use for are passed over. Nets, terminals and obstacles are sorted by name, so that
their order in the file changes nothing. Coordinates are rounded to the grid, and a note says how many were off it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from bumpgen.errors import BumpgenError, InputError, Where
from bumpgen.route.problem import Angles, NetRule, Obstacle, Place, Problem, Terminal
from bumpgen.route.problem_shapes import GRID, Ring, area, box_corners, girth, holds, hull, octagon, ring_of, rounded
from bumpgen.route.problem_tables import Box, BumpTable, Case, Lattice, MetalTable, Point
from bumpgen.toml import read_text, validate
from bumpgen.validation import near

__all__ = ["FREE", "GRID", "read_problem"]

FREE = "free"
"""The class that all nets become where pads and bumps are paired freely."""

CHAIN = 8
"""Wires that may end in a bump of a net whose bumps are chained."""

MAX_BYTES = 200_000_000


def read_problem(path: Path | str, *, free: bool = False) -> Problem:
    """The problem in a file of either kind; wires may come to the die's edge with their whole width (`edge` 0).

    A case: a net of no more routed bumps than pads is joined in pairs, else (or without pads) as a tree. Its
    `terminal` is the pad a bump must be joined to. Bumps that are not routed are in the way of all wires but their
    net's. Angles are 45° and 90° as such files ask for; of a lattice, any.

    `free` makes all nets one class, whose pads and bumps are paired as is best, and bumps of no net may be
    used as well. Raises InputError for what can't be read, with the file, the key, the value and a cure.
    """
    file = Path(path)
    data = _data(file)
    try:
        if "phases" in data:
            return _case(validate(data, Case, file), file, free)
        if "bump_flat" in data:
            return _lattice(validate(data, Lattice, file), file, free)
    except BumpgenError as error:
        raise InputError(error.message, _inside(file, error.where), error.hint) from None
    raise InputError(
        "this is no routing problem: it has neither 'phases' nor 'bump_flat'",
        Where(file),
        hint="a case has die, phases, bumps, pads; a lattice has N, die, width, spacing, bump_flat, pad, bumps, nets",
    )


def _inside(file: Path, where: Where | None) -> Where:
    """The place of a mistake without a line: files written by programs are often one line."""
    return Where(file, None if where is None or where.key else where.line, where.key if where else None)


def _data(file: Path) -> dict[str, Any]:
    text = read_text(file, MAX_BYTES)
    try:
        data = json.loads(text)
    except RecursionError:
        raise InputError("not valid JSON: its brackets are nested too deep", Where(file)) from None
    except json.JSONDecodeError as error:
        cure = "write the problem as one JSON object" if text.strip() else "the file is empty"
        raise InputError(f"not valid JSON: {error.msg}", Where(file, error.lineno), hint=cure) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise InputError(f"not valid JSON: {error}", Where(file), hint="write lengths in µm") from None
    if not isinstance(data, dict):
        raise InputError(f"the file holds a {type(data).__name__}, not an object", Where(file), hint="begin it with {")
    return data


def _off_grid(values: Iterable[float]) -> tuple[str, ...]:
    """A note on the coordinates that rounding moves."""
    count = sum(abs(value - rounded(value)) > 1e-6 for value in values)
    return (f"{count} coordinates were rounded to the grid of {GRID:g} µm",) if count else ()


def _rule(width: float, spacing: float, key: str, *, tree: bool = False, classed: bool = False) -> NetRule:
    if abs(width / GRID / 2 - round(width / GRID / 2)) > 1e-4:
        low = math.floor(width / GRID / 2) * GRID * 2
        raise InputError(
            f"width = {width:.9g} µm is not a multiple of twice the grid of {GRID:g} µm",
            Where(key=f"{key}width"),
            hint=f"use {low:.9g} or {low + 2 * GRID:.9g}",
        )
    return NetRule(width, spacing, "tree" if tree else "pairs", classed=classed)


# ---------------------------------------------------------------- a case


def _case(case: Case, file: Path, free: bool) -> Problem:
    x0, y0, x1, y1 = case.die
    if not (x0 < x1 and y0 < y1):
        raise InputError(f"the die {list(case.die)} has no area", Where(key="die"), hint="write [x0, y0, x1, y1]")
    rules = _free_rule(case) if free else _rules(case)
    _refuse_unknown_nets(case, free)
    terminals, obstacles = _metal(case, rules, free)
    # such files list a kept wire among the obstructions as well
    distinct = {(obstacle.net, obstacle.corners): obstacle for obstacle in (*_blocks(case, rules), *obstacles)}
    _refuse_outside(terminals, case.die)
    return Problem(
        case.name or file.stem,
        case.die,
        tuple(sorted(terminals, key=lambda terminal: terminal.name)),
        rules,
        tuple(sorted(distinct.values(), key=lambda o: (o.name, o.net, o.corners))),
        Angles.OCTILINEAR,
        grid=GRID,
        notes=_off_grid(_case_coordinates(case)),
    )


def _phases(case: Case) -> dict[str, int]:
    """Number of the phase that routes each net; a net of two phases with different rules is refused."""
    found: dict[str, int] = {}
    for number, phase in enumerate(case.phases):
        for net in phase.nets:
            first = case.phases[found.setdefault(net, number)]
            if (first.width, first.spacing) != (phase.width, phase.spacing):
                raise InputError(
                    f"net {net!r} is in two phases with different width or spacing",
                    Where(key=f"phases.{number}.nets"),
                    hint="leave it in one of them",
                )
    return found


def _rules(case: Case) -> dict[str, NetRule]:
    bumps = Counter(bump.net for bump in case.bumps if bump.wanted)
    pads = Counter(pad.net for pad in case.pads)
    rules = {}
    for net, number in sorted(_phases(case).items()):
        phase = case.phases[number]
        rules[net] = _rule(phase.width, phase.spacing, f"phases.{number}.", tree=bumps[net] > pads[net])
    return rules


def _free_rule(case: Case) -> dict[str, NetRule]:
    """The rule of all nets; phases that differ can't be one class."""
    kinds = {(phase.width, phase.spacing) for phase in case.phases}
    if len(kinds) > 1:
        raise InputError(
            f"nets of {len(kinds)} different widths and spacings can't be one class",
            Where(key="phases"),
            hint="route it without free assignment",
        )
    width, spacing = kinds.pop()
    return {FREE: _rule(width, spacing, "phases.0.", classed=True)}


def _refuse_unknown_nets(case: Case, free: bool) -> None:
    """A bump that is to be joined needs a net with a rule, and the pad it names must be there."""
    known = _phases(case)
    pads = {pad.name: pad.net for pad in case.pads}
    for number, bump in enumerate(case.bumps):
        key = f"bumps.{number}"
        if bump.route and bump.net is None:
            raise InputError(f"bump {bump.name!r} is to be routed but has no net", Where(key=f"{key}.net"), "name one")
        if not bump.wanted:
            continue
        if bump.net not in known:
            cure = near(bump.net or "", known, "list it in a phase's nets, or set route to false")
            raise InputError(f"net {bump.net!r} of bump {bump.name!r} is in no phase", Where(key=f"{key}.net"), cure)
        if bump.terminal is not None:
            _refuse_partner(bump, pads, f"{key}.terminal", free)


def _refuse_partner(bump: BumpTable, pads: dict[str, str | None], key: str, free: bool) -> None:
    """The pad a bump must be joined to has to be there and of its net, or of any where all are one class."""
    pad = bump.terminal or ""
    if pad not in pads:
        cure = near(pad, pads, "name one of the pads")
        raise InputError(f"bump {bump.name!r} must be joined to {pad!r}, which is not in pads", Where(key=key), cure)
    if not free and pads[pad] != bump.net:
        cure = "name a pad of the bump's net"
        raise InputError(f"pad {pad!r} is of net {pads[pad]!r}, not {bump.net!r}", Where(key=key), cure)


def _metal(case: Case, rules: dict[str, NetRule], free: bool) -> tuple[list[Terminal], list[Obstacle]]:
    """Terminals of all pads and bumps, and the other pieces of those that are made of several."""
    terminals: list[Terminal] = []
    obstacles: list[Obstacle] = []
    names: set[str] = set()
    roles: tuple[tuple[Literal["pad", "bump"], tuple[MetalTable, ...]], ...] = (
        ("pad", case.pads),
        ("bump", case.bumps),
    )
    phased = _phases(case)
    for role, metals in roles:
        for number, metal in enumerate(metals):
            key = f"{role}s.{number}"
            if metal.name in names:
                raise InputError(f"two terminals are named {metal.name!r}", Where(key=f"{key}.name"), "rename one")
            names.add(metal.name)
            net, wires = _use(metal, rules, phased, free)
            own, others = _pieces(metal, key)
            partner = metal.terminal or "" if isinstance(metal, BumpTable) and wires else ""
            x, y = rounded(metal.x), rounded(metal.y)
            terminals.append(Terminal(metal.name, net, role, x, y, own, 0.0, wires, partner))
            obstacles += [Obstacle(ring, net, metal.name) for ring in others]
    return terminals, obstacles


def _use(metal: MetalTable, rules: dict[str, NetRule], phased: dict[str, int], free: bool) -> tuple[str, int]:
    """The net of a pad or bump, "" where it has no rule, and how many wires may end in it."""
    bump = isinstance(metal, BumpTable)
    if free:
        spare = isinstance(metal, BumpTable) and metal.net is None and not metal.dont_route
        used = spare or (metal.net in phased and (not isinstance(metal, BumpTable) or metal.wanted))
        return (FREE, 1) if used else ("", 0)
    net = metal.net if metal.net in rules else ""
    if not net or (isinstance(metal, BumpTable) and not metal.wanted):
        return net or "", 0
    return net, CHAIN if bump and rules[net].join == "tree" else 1


def _pieces(metal: MetalTable, key: str) -> tuple[Ring, list[Ring]]:
    """The convex outline that holds x, y, and the outlines of all other pieces."""
    place = (metal.x, metal.y)
    rings = [(ring_of(box_corners(box), f"{key}.rects.{i}"), f"{key}.rects.{i}") for i, box in enumerate(metal.rects)]
    rings += [(ring_of(poly, f"{key}.polys.{i}"), f"{key}.polys.{i}") for i, poly in enumerate(metal.polys)]
    if not rings:
        rings = [(_sized(metal, key), f"{key}.size")]
    for ring, at in rings:
        outer = hull(ring)
        if holds(outer, place):
            if area(outer) - area(ring) > GRID * girth(ring):
                raise InputError(
                    f"the outline of {metal.name!r} is not convex",
                    Where(key=at),
                    hint="give its metal as several convex polys or rects, one of which holds x, y",
                )
            return outer, [other for other, _ in rings if other is not ring]
    raise InputError(
        f"the place ({metal.x:g}, {metal.y:g}) of {metal.name!r} lies outside its metal",
        Where(key=f"{key}.x"),
        hint="x, y must be a point of one of its rects or polys",
    )


def _sized(metal: MetalTable, key: str) -> Ring:
    """The outline of metal that is told by its size only."""
    if metal.size is None:
        cure = "add rects, polys or a size"
        raise InputError(f"{metal.name!r} has no metal", Where(key=f"{key}.rects"), hint=cure)
    dx, dy = metal.size[0] / 2, metal.size[1] / 2
    if metal.shape == "octagon" and dx == dy:
        return octagon(metal.size[0], metal.x, metal.y, f"{key}.size")
    return ring_of(box_corners((metal.x - dx, metal.y - dy, metal.x + dx, metal.y + dy)), f"{key}.size")


def _blocks(case: Case, rules: dict[str, NetRule]) -> Iterator[Obstacle]:
    """Obstructions and kept wires; those of a net with a rule may be crossed by its wires."""
    for number, item in enumerate(case.obstructions):
        key = f"obstructions.{number}.pts"
        points = item.pts
        if item.kind == "rect":
            xs, ys = zip(*item.pts, strict=True)
            points = box_corners((min(xs), min(ys), max(xs), max(ys)))
        yield Obstacle(ring_of(points, key), item.net if item.net in rules and item.net else "", item.source)
    for number, wire in enumerate(case.prewires):
        ring = ring_of(box_corners(wire.rect), f"prewires.{number}.rect")
        yield Obstacle(ring, wire.net if wire.net in rules and wire.net else "", "kept wire")


def _refuse_outside(terminals: Iterable[Terminal], die: Box) -> None:
    for terminal in terminals:
        if not (die[0] <= terminal.x <= die[2] and die[1] <= terminal.y <= die[3]):
            raise InputError(
                f"{terminal.role} {terminal.name!r} at ({terminal.x:g}, {terminal.y:g}) lies outside the die",
                Where(key=f"{terminal.role}s"),
                hint=f"the die is {', '.join(f'{value:g}' for value in die)} µm",
            )


def _case_coordinates(case: Case) -> Iterator[float]:
    yield from case.die
    for metal in (*case.pads, *case.bumps):
        yield from (metal.x, metal.y, *(v for box in metal.rects for v in box))
        yield from (value for poly in metal.polys for point in poly for value in point)
    yield from (value for item in case.obstructions for point in item.pts for value in point)
    yield from (value for wire in case.prewires for value in wire.rect)


# ---------------------------------------------------------------- a lattice


def _lattice(data: Lattice, file: Path, free: bool) -> Problem:
    names = _bump_names(data.bumps)
    owners = _owners(data, names)
    outline = octagon(data.bump_flat, 0.0, 0.0, "bump_flat")
    half = data.pad / 2
    square = box_corners((-half, -half, half, half))
    terminals = [
        _placed(name, (FREE if free else owners.get(place, "")), "bump", place, outline)
        for place, name in names.items()
    ]
    terminals += [_placed(f"{n.net}/pad", FREE if free else n.net, "pad", _at(n.pad), square) for n in data.nets]
    die = (0.0, 0.0, data.die, data.die)
    _refuse_outside(terminals, die)
    rule = _rule(data.width, data.spacing, "", classed=free)
    return Problem(
        file.stem,
        die,
        tuple(sorted(terminals, key=lambda terminal: terminal.name)),
        {FREE: rule} if free else dict.fromkeys(sorted(owners.values()), rule),
        grid=GRID,
        notes=_off_grid(_lattice_coordinates(data)),
    )


def _at(point: Point) -> Place:
    return rounded(point[0]), rounded(point[1])


def _bump_names(bumps: tuple[Point, ...]) -> dict[Place, str]:
    """Bumps by their column and row, so that the order in the file doesn't matter."""
    places = [_at(bump) for bump in bumps]
    columns = {x: i for i, x in enumerate(sorted({x for x, _ in places}))}
    rows = {y: i for i, y in enumerate(sorted({y for _, y in places}))}
    names: dict[Place, str] = {}
    for number, (x, y) in enumerate(places):
        if (x, y) in names:
            raise InputError(f"two bumps lie at ({x:g}, {y:g})", Where(key=f"bumps.{number}"), hint="remove one")
        names[x, y] = f"bump_{columns[x]}_{rows[y]}"
    return names


def _owners(data: Lattice, names: dict[Place, str]) -> dict[Place, str]:
    """The net of each bump that has one."""
    owners: dict[Place, str] = {}
    nets: set[str] = set()
    for number, link in enumerate(data.nets):
        place, key = _at(link.bump), f"nets.{number}"
        if link.net in nets:
            raise InputError(f"two nets are named {link.net!r}", Where(key=f"{key}.net"), hint="rename one")
        if place not in names:
            what = f"net {link.net!r} ends at ({place[0]:g}, {place[1]:g}), where there is no bump"
            raise InputError(what, Where(key=f"{key}.bump"), hint="list that place in bumps")
        if place in owners:
            what = f"bump {names[place]!r} is of net {owners[place]!r} and of {link.net!r}"
            raise InputError(what, Where(key=f"{key}.bump"), hint="give each net a bump of its own")
        owners[place] = link.net
        nets.add(link.net)
    return owners


def _placed(name: str, net: str, role: Literal["pad", "bump"], place: Place, outline: Ring) -> Terminal:
    x, y = place
    corners = tuple((rounded(x + dx), rounded(y + dy)) for dx, dy in outline)
    return Terminal(name, net, role, x, y, corners, wires=1 if net else 0)


def _lattice_coordinates(data: Lattice) -> Iterator[float]:
    yield data.die
    yield from (value for point in data.bumps for value in point)
    yield from (value for link in data.nets for point in (link.bump, link.pad) for value in point)
