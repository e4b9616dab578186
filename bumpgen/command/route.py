"""`bumpgen route`: a routing problem to wires, with a table of what was made and the reasons for what was not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bumpgen.command.look import replace_file
from bumpgen.command.progress import stages
from bumpgen.errors import InputError, Where
from bumpgen.report import counted
from bumpgen.route.problem import Angles, Problem
from bumpgen.route.problem_file import read_problem
from bumpgen.route.routes_file import routes_json, routes_text
from bumpgen.route.routing import Cut, NetRouting, Routing
from bumpgen.write.routes import routes_layout, write_routes

if TYPE_CHECKING:
    from rich.console import Console

    from bumpgen.layout import Layout
    from bumpgen.route.advice import Suggestion, Swap
    from bumpgen.view.picture import Picture

__all__ = ["Advice", "RouteOptions", "RouteReport", "route"]

MOST_SHOWN = 20
"""So many nets are printed with their reason; files and --json have all."""

PICTURE_WIDTH = 1600
"""Pixels."""


@dataclass(frozen=True, slots=True)
class RouteOptions:
    """The command's options as given; None where one is not."""

    out: Path | None = None
    gds: Path | None = None
    svg: Path | None = None
    png: Path | None = None
    angles: str | None = None
    free: bool = False
    layers: int | None = None
    suggest: bool = False
    capacity: Path | None = None
    before_after: Path | None = None
    ratlines: Path | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """Bumps to exchange and how many connections are made then; sizes of wires at which all are made."""

    swaps: tuple[Swap, ...]
    made: int
    sizes: tuple[Suggestion, ...]

    def json(self) -> dict[str, Any]:
        """As ROUTES.json holds it under `suggestions`."""
        swaps = [{"nets": list(swap.nets), "bumps": list(swap.bumps)} for swap in self.swaps]
        sizes = [
            {
                "varied": each.varied,
                "percent": each.percent,
                "fails_at_percent": each.fails or None,
                "rules": {net: {"width": rule.width, "space": rule.space} for net, rule in sorted(each.rules.items())},
            }
            for each in self.sizes
        ]
        return {"swaps": swaps, "connections_made_with_swaps": self.made, "sizes": sizes}

    def lines(self, routing: Routing) -> Iterator[str]:
        """In words."""
        if self.swaps:
            count = counted(len(self.swaps), "exchange of bumps makes", "exchanges of bumps make")
            yield f"suggested: {count} {self.made} of {routing.asked} connections:"
            yield from (f"  {swap}" for swap in self.swaps[:MOST_SHOWN])
            if len(self.swaps) > MOST_SHOWN:
                yield f"  and {len(self.swaps) - MOST_SHOWN} more; --json and ROUTES.json have all"
        elif routing.made < routing.asked:
            yield "no exchange of bumps was found with which more is routed"
        if not self.sizes:
            yield "no smaller width or space was found at which everything is routed"
        yield from (f"{'reserve' if size.is_reserve else 'suggested'}: {size}" for size in self.sizes)


@dataclass(frozen=True, slots=True)
class RouteReport:
    """A finished routing, the files written, the seconds all of it took, and advice where it was asked for."""

    routing: Routing
    files: tuple[Path, ...]
    seconds: float
    advice: Advice | None = None

    @property
    def complete(self) -> bool:
        """Whether every connection was made: the exit code is 0."""
        return not self.unrouted

    @property
    def unrouted(self) -> tuple[NetRouting, ...]:
        """Nets that lack connections, by name."""
        return tuple(net for _, net in sorted(self.routing.nets.items()) if net.status != "routed")

    def json(self) -> str:
        """What ROUTES.json holds, and which files were written, as JSON text."""
        facts: dict[str, Any] = {
            "problem": self.routing.problem.name,
            "complete": self.complete,
            "files": [str(path) for path in self.files],
        }
        facts |= routes_json(self.routing)
        if self.advice is not None:
            facts["suggestions"] = self.advice.json()
        return json.dumps(facts, indent=1, ensure_ascii=False)

    def show(self) -> None:
        """Print connections, lengths and seconds as a table, then what is not routed and the files."""
        console = _console()
        console.print(_table(self.routing, self.seconds))
        for note in self.routing.problem.notes:
            console.print(f"note: {note}", markup=False)
        for line in _layers_told(self.routing):
            console.print(line, markup=False)
        self.show_problems()
        if self.advice is not None:
            for line in self.advice.lines(self.routing):
                console.print(line, markup=False)
        for path in self.files:
            console.print(f"wrote {path}", markup=False)

    def show_problems(self) -> None:
        """Print each net that is not wholly routed, with the reason."""
        console = _console()
        for net in self.unrouted[:MOST_SHOWN]:
            made = f"{len(net.wires)} of {counted(net.asked, 'connection', 'connections')}"
            console.print(f"{net.net}: {net.status}, {made}: {_reason(net)}", style="red", markup=False)
        if len(self.unrouted) > MOST_SHOWN:
            more = len(self.unrouted) - MOST_SHOWN
            console.print(f"and {more} more nets; --json and ROUTES.json have all", style="red", markup=False)


def _reason(net: NetRouting) -> str:
    """The reason given with the first full cut that is known, and how many there are."""
    full = "" if not net.cuts or str(net.cuts[0]) in net.reason else str(net.cuts[0])
    more = f"{len(net.cuts)} cuts are full in all" if len(net.cuts) > 1 else ""
    return "; ".join(part for part in (net.reason, full, more) if part) or "no reason is known"


def _layers_told(routing: Routing) -> Iterator[str]:
    """What a problem drawn flat asked of a second layer, and why."""
    if routing.problem.layers == 1 or any(terminal.layer for terminal in routing.problem.terminals):
        return
    above = sorted({wire.net for wire in routing.wires if wire.layer})
    if above:
        nets = counted(len(above), "net", "nets")
        named = ", ".join(above[:6]) + ", …" * (len(above) > 6)
        yield f"one layer is not enough: it refused {nets}, which run above it: {named}"
    elif routing.made == routing.asked:
        yield f"one layer is enough; {routing.problem.layers} were allowed"


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def _table(routing: Routing, seconds: float) -> Any:
    """Figures of a routing; the ratio compares with the bound of all connections, so only a full one has it."""
    from rich.table import Table

    table = Table(title=routing.problem.name, title_justify="left", box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column("what")
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_row("connections asked", f"{routing.asked}", "")
    table.add_row("connections made", f"{routing.made}", "")
    table.add_row("wirelength", f"{routing.length:.1f}", "µm")
    table.add_row("straight-line bound", f"{routing.bound:.1f}", "µm")
    if any(rule.classed for rule in routing.problem.nets.values()):
        table.add_row("shortest assignment", f"{_shortest(routing.problem):.1f}", "µm")
    if routing.bound > 0 and routing.made == routing.asked:
        table.add_row("wirelength / bound", f"{routing.length / routing.bound:.4f}", "")
    if routing.problem.layers > 1:
        used = len({wire.layer for wire in routing.wires})
        table.add_row("layers used", f"{used} of {routing.problem.layers}", "")
    for step, time_ in routing.seconds.items():
        table.add_row(step, f"{time_:.3f}", "s")
    table.add_row("all, with reading and writing", f"{seconds:.3f}", "s")
    return table


def _shortest(problem: Problem) -> float:
    """Length of the shortest pairing of pads with bumps by straight lines, whether wires fit there or not, µm."""
    from bumpgen.route.pairing import bound, connections

    return bound(problem, connections(problem))


def route(problem: Path, options: RouteOptions, progress: bool = False) -> RouteReport:
    """Read, route and write what is asked for; wires are made in memory before the first file is touched.

    Raises InputError where the problem can't be read or a file can't be written.
    """
    start = time.perf_counter()
    _refuse(problem, options)
    posed = _posed(problem, options)
    with stages(progress) as step:
        from bumpgen.route.solve import solve

        routing = solve(posed, step)
        advice = _advice(routing, step) if options.suggest else None
        step("write")
        files = (*_write(routing, options, advice), *_write_pictures(routing, options))
    return RouteReport(routing, files, time.perf_counter() - start, advice)


def _advice(routing: Routing, step: Callable[[str], None]) -> Advice:
    """What would help; of a full routing how much larger the wires could be."""
    from bumpgen.route.advice import Varied, apply, swaps, widths
    from bumpgen.route.solve import solve

    complete = routing.made == routing.asked
    varied: tuple[Varied, ...] = ("width and space",) if complete else ("width and space", "width", "space")
    exchanges = swaps(routing, step)
    made = solve(apply(routing.problem, exchanges)).made if exchanges else routing.made
    found = (widths(routing, step, each) for each in varied)
    return Advice(exchanges, made, tuple(each for each in found if each is not None))


def _refuse(problem: Path, options: RouteOptions) -> None:
    """Files named for two purposes, or with another ending than their format's."""
    picture = (".svg", ".png")
    wanted: tuple[tuple[str, Path | None, tuple[str, ...]], ...] = (
        ("gds", options.gds, (".gds",)),
        ("svg", options.svg, (".svg",)),
        ("png", options.png, (".png",)),
        ("capacity", options.capacity, picture),
        ("before-after", options.before_after, picture),
        ("ratlines", options.ratlines, picture),
    )
    named = [path for path in (problem, options.out, *(path for _, path, _ in wanted)) if path is not None]
    for number, path in enumerate(named):
        if path.resolve() in [other.resolve() for other in named[:number]]:
            raise InputError("one file can't be two", Where(path), hint="give each file its own name")
    for option, target, endings in wanted:
        if target is not None and target.suffix.lower() not in endings:
            kind, right = target.suffix or "without a suffix", " or ".join(endings)
            raise InputError(f"--{option} writes {right}, not {kind}", Where(target), hint=f"end it in {right}")


def _posed(path: Path, options: RouteOptions) -> Problem:
    """The problem as read, with the angles and layers asked for."""
    problem = read_problem(path, free=options.free)
    if options.angles is not None:
        problem = replace(problem, angles=Angles.OCTILINEAR if options.angles == "45" else Angles.ANY)
    return problem if options.layers is None else replace(problem, layers=options.layers)


def _write(routing: Routing, options: RouteOptions, advice: Advice | None) -> tuple[Path, ...]:
    """The files asked for, each whole or not at all."""
    from bumpgen.view.plan import plan_png, plan_svg
    from bumpgen.write.gds import write_gds

    written: list[Path] = []
    if options.out is not None:
        replace_file(options.out, lambda path: _write_routes(routing, advice, path))
        written.append(options.out)
    drawn: tuple[tuple[Path | None, Callable[[Layout, Path], object]], ...] = (
        (options.gds, write_gds),
        (options.svg, lambda layout, path: path.write_text(plan_svg(layout, width=PICTURE_WIDTH), encoding="utf-8")),
        (options.png, lambda layout, path: plan_png(layout, path, width=PICTURE_WIDTH)),
    )
    layout = routes_layout(routing) if any(path is not None for path, _ in drawn) else None
    for target, make in drawn:
        if target is not None and layout is not None:
            replace_file(target, partial(make, layout))
            written.append(target)
    return tuple(written)


def _write_routes(routing: Routing, advice: Advice | None, path: Path) -> None:
    """ROUTES.json; with advice as its last key."""
    if advice is None:
        write_routes(routing, path)
        return
    text = routes_text(routing).removesuffix("\n}\n")
    told = json.dumps(advice.json(), ensure_ascii=False)
    path.write_text(f'{text},\n "suggestions": {told}\n}}\n', encoding="utf-8")


def _write_pictures(routing: Routing, options: RouteOptions) -> tuple[Path, ...]:
    """The pictures that show a problem or how full it is, as SVG or PNG by their files' endings."""
    from bumpgen.route.pairing import connections
    from bumpgen.view.before_after import before_after
    from bumpgen.view.capacity import capacity_map
    from bumpgen.view.ratlines import ratlines

    problem = routing.problem
    lowest = [wire for wire in routing.wires if wire.layer == 0]  # gates are those of the lowest layer
    drawn: tuple[tuple[Path | None, Callable[[], Picture]], ...] = (
        (options.capacity, lambda: capacity_map(problem, _gates(routing), lowest, PICTURE_WIDTH)),
        (options.before_after, lambda: before_after(problem, connections(problem), routing.wires)),
        (options.ratlines, lambda: ratlines(problem, connections(problem), PICTURE_WIDTH)),
    )
    written = []
    for target, make in drawn:
        if target is not None:
            data = _picture_bytes(make(), target.suffix.lower())
            replace_file(target, partial(_write_bytes, data))
            written.append(target)
    return tuple(written)


def _gates(routing: Routing) -> list[Cut]:
    """All gates as full as they are; those that refused a net as full as that net would make them."""
    refused = sorted((cut for net in routing.nets.values() for cut in net.cuts), key=lambda cut: cut.demand)
    return list({(cut.start, cut.end): cut for cut in (*routing.gates, *refused)}.values())


def _picture_bytes(picture: Picture, suffix: str) -> bytes:
    from bumpgen.view.png import to_png
    from bumpgen.view.svg import to_svg

    return to_svg(picture).encode() if suffix == ".svg" else to_png(picture)


def _write_bytes(data: bytes, path: Path) -> None:
    path.write_bytes(data)
