"""`bumpgen wires`: which nets a design has routed, and wires that are drawn by hand."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bumpgen.build import plan_and_draw
from bumpgen.command.edit import Edit
from bumpgen.command.progress import stages
from bumpgen.design import Design, Route
from bumpgen.errors import InputError, Where
from bumpgen.plan import Plan, connectivity, plan
from bumpgen.plan.connect import wire_layer
from bumpgen.read.routing import with_classes
from bumpgen.report import counted
from bumpgen.route.from_plan import problem_of
from bumpgen.route.problem import Terminal
from bumpgen.validation import near

__all__ = ["Wired", "add_wires", "remove_wires", "route_wires"]

HAND = ("net", "layer", "width_um", "points_um")
"""Columns of a table of wires drawn by hand."""


@dataclass(frozen=True, slots=True)
class Wired:
    """What a design's nets are joined by now: wires that were drawn by hand, all wires, and what is still open."""

    design: str
    kept: int
    wires: int
    length: float
    problems: tuple[str, ...]
    told: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is open, nor touches what it shouldn't: the exit code is 0."""
        return not self.problems

    def json(self) -> str:
        """The report as JSON text."""
        facts = {
            "design": self.design, "kept": self.kept, "wires": self.wires, "length_um": round(self.length, 3),
            "problems": list(self.problems), "told": list(self.told),
        }  # fmt: skip
        return json.dumps(facts, indent=1, ensure_ascii=False)

    def show(self) -> None:
        """Print it."""
        text = f"{self.design}: {counted(self.wires, 'wire', 'wires')}, {self.length / 1000:.1f} mm"
        sys.stdout.write(f"{text}, {self.kept} of them drawn by hand\n" + "".join(f"  {line}\n" for line in self.told))
        self.show_problems()

    def show_problems(self) -> None:
        """Print what is open or touches."""
        sys.stderr.write("".join(f"{line}\n" for line in self.problems))


def _wired(edit: Edit, progress: bool, told: Sequence[str] = ()) -> Wired:
    """Put the changed files in place, once all of the design has been routed with them; what came out."""
    import tomlkit

    from bumpgen.geometry import Trace

    with stages(progress) as step:
        planned, _ = edit.tried(tomlkit.dumps(edit.document), lambda trial: plan_and_draw(trial, step, labels=False))
        kept = len(edit.save().routes)
    routes = planned.design.routes
    length = sum(Trace(route.points, route.width).length for route in routes)
    open_ = tuple(f"{f.kind}: {f.message} at ({f.x:g}, {f.y:g}) µm" for f in connectivity(planned))
    return Wired(str(edit.path), kept, len(routes), length, open_, tuple(told))


def route_wires(design: str, nets: Sequence[str] = (), progress: bool = False) -> Wired:
    """Have all nets routed, or also those of `nets`: said in [routing]; wires drawn by hand stay.

    The wires themselves are drawn by every build, the same each time.
    """
    edit = Edit(design)
    wanted, told = _meant(edit, nets)
    routing = dict(edit.value("routing") or {})
    only = list(routing.pop("only", []))
    idle = not routing.pop("enabled", True)
    if wanted and edit.value("routing") is not None and not only and not idle:
        told.append("all nets are routed already")
    elif wanted and not set(_joinable(edit.design)) <= {*only, *wanted}:
        routing["only"] = list(dict.fromkeys((*only, *wanted)))
    edit.set_table("routing", routing)
    return _wired(edit, progress, told)


def _meant(edit: Edit, nets: Sequence[str]) -> tuple[list[str], list[str]]:
    """Nets as a router knows them, and what is to be told: free classes in place of their pads' nets."""
    design, routing = edit.design, edit.design.file.routing
    bumps = {bump.net for bump in design.bumps}
    known = ({pad.net for pad in design.pads} | bumps) - {""}
    for net in nets:
        if net not in known:
            raise InputError(
                f"no pad and no bump is on net {net!r}", Where(edit.path), hint=near(net, known, "check its name")
            )
    pooled = routing.pooled(nets, bumps) if routing is not None else {}
    told = [f"{net} is paired freely within class {name}: all of the class is meant" for net, name in pooled.items()]
    alone = set(nets) - pooled.keys() - set(_joinable(design))
    told += [f"{net} has one end only: there is nothing to join" for net in nets if net in alone]
    return list(dict.fromkeys(pooled.get(net, net) for net in nets)), told


def _joinable(design: Design) -> list[str]:
    """Nets and free classes that have two pads and bumps or more, in order."""
    pads = with_classes(design.file.routing, design.pads, design.bumps)
    ends = Counter([pad.net for pad in pads if pad.net] + [bump.net for bump in design.bumps if bump.net])
    return sorted(net for net, count in ends.items() if count > 1)


def remove_wires(design: str, nets: Sequence[str] = (), progress: bool = False) -> Wired:
    """Take away the wires of some nets, drawn by hand or routed; without `nets` of all."""
    edit = Edit(design)
    gone, told = _meant(edit, nets)
    left = [route for route in edit.design.routes if nets and route.net not in nets]
    edit.put_routes(left)
    routing, table = edit.value("routing"), edit.design.file.routing
    if routing is not None and table is not None:
        kept = {key: value for key, value in routing.items() if key != "only"}
        only = [net for net in _joinable(edit.design) if nets and net not in gone and table.asks_for(net)]
        if only:
            edit.set_table("routing", {**kept, "only": only})
        elif kept.keys() - {"enabled"}:
            edit.set_table("routing", {**kept, "enabled": False})
        else:
            del edit.document["routing"]
    return _wired(edit, progress, told)


def add_wires(design: str, file: Path, progress: bool = False) -> Wired:
    """Take wires drawn by hand (a table of HAND's columns, µm, bumps_up) into the design, which keeps them from now on.

    A wire's net is that of the pads and bumps its ends lie on; an end is led on to the middle of what it lies on.
    """
    edit = Edit(design)
    planned = plan(edit.design)
    found = list(_by_hand(file, planned))
    known = {(route.net, route.points) for route in edit.design.routes}
    new = [route for route in found if (route.net, route.points) not in known]
    edit.put_routes([*edit.design.routes, *new])
    return _wired(edit, progress, [f"{counted(len(new), 'wire', 'wires')} taken from {file}"])


def _by_hand(file: Path, planned: Plan) -> Iterator[Route]:
    """The wires of a table, each with its net, from middle to middle of what it joins."""
    terminals = [t for t in problem_of(planned).terminals if t.layer == 0]
    layer = wire_layer(planned)
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
    except OSError as error:
        raise InputError(f"can't read it: {error.strerror}", Where(file), hint="check its name") from None
    for line, row in enumerate(rows, 2):
        where = Where(file, line)
        lacking = [key for key in HAND if row.get(key) is None]
        if lacking:
            raise InputError(f"there is no column {lacking[0]}", where, hint=f"the columns are {', '.join(HAND)}")
        if row["layer"] not in ("", layer):
            raise InputError(f"wires run on {layer}, not on {row['layer']}", where, hint=f"draw it on {layer}")
        yield _wire(row, terminals, where)


def _wire(row: dict[str, str], terminals: Sequence[Terminal], where: Where) -> Route:
    try:
        width = float(row["width_um"])
        points = [(float(x), float(y)) for x, y in (text.split(":") for text in row["points_um"].split())]
    except ValueError:
        raise InputError("width or points are no numbers", where, hint="write points as x:y x:y …, µm") from None
    if len(points) < 2 or not width > 0 or not all(math.isfinite(v) for point in points for v in point):
        raise InputError("a wire needs a width and two points", where, hint="draw it again")
    ends = [_end(points[0], terminals, where), _end(points[-1], terminals, where)]
    nets = dict.fromkeys(end.net for end in ends)
    if len(nets) > 1:
        raise InputError(
            f"the wire joins {ends[0].name} of {ends[0].net} with {ends[1].name} of {ends[1].net}", where,
            hint="draw it between pads and bumps of one net",
        )  # fmt: skip
    net = next(iter(nets))
    if row["net"] not in ("", net):
        raise InputError(f"the wire is said to be on {row['net']}, its ends lie on {net}", where, hint="correct one")
    line = [(ends[0].x, ends[0].y), *points, (ends[1].x, ends[1].y)]
    whole = [point for point, before in zip(line, [None, *line], strict=False) if point != before]
    return Route(net, tuple(whole), width, name=f"{ends[0].name} to {ends[1].name}")


def _end(point: tuple[float, float], terminals: Sequence[Terminal], where: Where) -> Terminal:
    """The pad or bump that a wire's end lies on."""
    import shapely

    spot = shapely.Point(point)
    near = [t for t in terminals if math.dist(point, (t.x, t.y)) < 2 * _reach(t)]
    on = [t for t in near if _area(t).distance(spot) <= t.radius]
    if not on:
        raise InputError(
            f"the wire's end at ({point[0]:g}, {point[1]:g}) µm lies on no pad and no bump", where,
            hint="draw it into the metal of one",
        )  # fmt: skip
    found = min(on, key=lambda t: math.dist(point, (t.x, t.y)))
    if not found.net:
        raise InputError(f"the wire ends on {found.name}, which has no net", where, hint="give it a net first")
    return found


def _area(terminal: Terminal) -> Any:
    import shapely

    corners = terminal.outline
    return shapely.Polygon(corners) if len(corners) > 2 else shapely.MultiPoint(corners)


def _reach(terminal: Terminal) -> float:
    return terminal.radius + max(math.dist(corner, (terminal.x, terminal.y)) for corner in terminal.outline)
