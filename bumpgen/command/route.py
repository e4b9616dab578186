"""`bumpgen route`: a routing problem to wires, with a table of what was made and the reasons for what was not."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bumpgen.command.look import replace_file
from bumpgen.errors import InputError, Where
from bumpgen.report import counted
from bumpgen.route.problem import Angles, Problem
from bumpgen.route.problem_file import read_problem
from bumpgen.route.routes_file import routes_json
from bumpgen.route.routing import NetRouting, Routing
from bumpgen.write.routes import routes_layout, write_routes

if TYPE_CHECKING:
    from rich.console import Console

    from bumpgen.layout import Layout

__all__ = ["RouteOptions", "RouteReport", "route"]

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


@dataclass(frozen=True, slots=True)
class RouteReport:
    """A finished routing, the files written, and the seconds all of it took."""

    routing: Routing
    files: tuple[Path, ...]
    seconds: float

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
        return json.dumps(facts | routes_json(self.routing), indent=1, ensure_ascii=False)

    def show(self) -> None:
        """Print connections, lengths and seconds as a table, then what is not routed and the files."""
        console = _console()
        console.print(_table(self.routing, self.seconds))
        for note in self.routing.problem.notes:
            console.print(f"note: {note}", markup=False)
        self.show_problems()
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
    """The reason given, else the full cuts that are known."""
    return net.reason or "; ".join(map(str, net.cuts)) or "no reason is known"


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
    table.add_row("bound", f"{routing.bound:.1f}", "µm")
    if routing.bound > 0 and routing.made == routing.asked:
        table.add_row("wirelength / bound", f"{routing.length / routing.bound:.4f}", "")
    for step, time_ in routing.seconds.items():
        table.add_row(step, f"{time_:.3f}", "s")
    table.add_row("all, with reading and writing", f"{seconds:.3f}", "s")
    return table


def route(problem: Path, options: RouteOptions, progress: bool = False) -> RouteReport:
    """Read, route and write what is asked for; wires are made in memory before the first file is touched.

    Raises InputError where the problem can't be read or a file can't be written.
    """
    start = time.perf_counter()
    _refuse(problem, options)
    posed = _posed(problem, options)
    with _line(progress) as step:
        from bumpgen.route.solve import solve

        routing = solve(posed, step)
        step("write")
        files = _write(routing, options)
    return RouteReport(routing, files, time.perf_counter() - start)


def _refuse(problem: Path, options: RouteOptions) -> None:
    """Files named for two purposes, or with another ending than their format's."""
    named = [path for path in (problem, options.out, options.gds, options.svg, options.png) if path is not None]
    for number, path in enumerate(named):
        if path.resolve() in [other.resolve() for other in named[:number]]:
            raise InputError("one file can't be two", Where(path), hint="give each file its own name")
    for option, wanted in (("gds", options.gds), ("svg", options.svg), ("png", options.png)):
        if wanted is not None and wanted.suffix.lower() != f".{option}":
            kind = wanted.suffix or "without a suffix"
            raise InputError(f"--{option} writes .{option}, not {kind}", Where(wanted), hint=f"end it in .{option}")


def _posed(path: Path, options: RouteOptions) -> Problem:
    """The problem as read, with the angles and layers asked for."""
    problem = read_problem(path, free=options.free)
    if options.angles is not None:
        problem = replace(problem, angles=Angles.OCTILINEAR if options.angles == "45" else Angles.ANY)
    return problem if options.layers is None else replace(problem, layers=options.layers)


@contextmanager
def _line(shown: bool) -> Iterator[Callable[[str], None]]:
    """Gives a function that is told the step at work; it shows on standard error, where that is a terminal."""
    if not (shown and sys.stderr.isatty()):
        yield lambda _step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("read") as status:
        yield lambda step: status.update(step)


def _write(routing: Routing, options: RouteOptions) -> tuple[Path, ...]:
    """The files asked for, each whole or not at all."""
    from bumpgen.view.plan import plan_png, plan_svg
    from bumpgen.write.gds import write_gds

    written: list[Path] = []
    if options.out is not None:
        replace_file(options.out, lambda path: write_routes(routing, path))
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
