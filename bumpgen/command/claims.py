"""`bumpgen claims`: which claims of the two founding methods a design or an assembly practises, and by what figure."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bumpgen import __version__
from bumpgen.assembly import Assembly, Part
from bumpgen.build import plan_and_draw
from bumpgen.check.assembly.drawn import DrawnPart, measure_part
from bumpgen.check.assembly.stack import Stack
from bumpgen.check.claims.dies import DrawnDie, open_die
from bumpgen.check.claims.judge import Claims, judge_claims
from bumpgen.check.claims.table import shipped_claims
from bumpgen.claim_report import ClaimReport, ClaimResult, Practice
from bumpgen.command.progress import progress_bar
from bumpgen.design import Design
from bumpgen.process import Process
from bumpgen.read import read_design
from bumpgen.read.assembly_file import is_assembly, read_assembly
from bumpgen.write.gds import write_gds

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["ClaimsReport", "claims", "claims_of_assembly", "claims_of_design"]

STYLES: dict[Practice, str] = {"practised": "green", "not practised": "yellow", "not applicable": "dim"}

FEW = 4
"""A practised claim of so many conditions or more is told with a line for each."""


@dataclass(frozen=True, slots=True)
class ClaimsReport:
    """A finished look at the claims; `everything`: those that are not applicable are shown too."""

    report: ClaimReport
    everything: bool

    def json(self) -> str:
        """The report as JSON text, every claim with the findings of its conditions."""
        return json.dumps(asdict(self.report), indent=2, ensure_ascii=False)

    def show(self) -> None:
        """Print a row for each claim: id, what it depends on, practised or not, the figure, what it says."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        console.print(f"{self.report.subject}: {self.report.process}", style="bold", markup=False)
        kinds: tuple[Practice, ...] = ("practised", "not practised")
        shown = self.report.results if self.everything else self.report.of(*kinds)
        _show_rows(console, shown)
        hidden = self.report.of("not applicable")
        if hidden and not self.everything:
            console.print(f"not applicable ({len(hidden)}), shown with --all:", markup=False)
            for figure, ids in _reasons(hidden).items():
                console.print(f"    {_spans(ids)}: {figure}", style="dim", markup=False)
        console.print(self.report.sentence, style="bold", markup=False)
        console.print(f"{self.report.seconds:.2f} s", style="dim")


def _show_rows(console: Console, results: tuple[ClaimResult, ...]) -> None:
    """A row a claim with its sentence; claims that only what they depend on decides are named below that."""
    own = [result for result in results if result.deciding != result.depends_on]
    rows = [("claim", "on", "verdict", "decided by"), *((r.claim, r.depends_on, r.practice, r.deciding) for r in own)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    console.print(_padded(rows[0], widths) + "  figure", style="bold", markup=False)
    subject = ""
    for result, row in zip(own, rows[1:], strict=True):
        if result.subject != subject and result.subject:
            console.print(result.subject, style="bold", markup=False)
        subject = result.subject
        first, *more = _figures(result)
        console.print(f"{_padded(row, widths)}  {first}", style=STYLES[result.practice], markup=False)
        for line in (*more, result.says, *_with_it(result, results)):
            console.print(f"    {line}", style="dim", markup=False)


def _figures(result: ClaimResult) -> tuple[str, ...]:
    """What decides: of a practised claim of many conditions, each on a line of its own."""
    if result.practice != "practised" or len(result.findings) < FEW:
        return (result.figure,)
    told = (f"- {finding.that}: {finding.figure}" for finding in result.findings)
    return (f"{len(result.findings)} conditions hold:", *told)


def _with_it(result: ClaimResult, results: tuple[ClaimResult, ...]) -> Iterator[str]:
    """Claims that are not practised, or don't apply, because this one isn't or doesn't."""
    found = [result.claim]
    for other in results:
        if other.depends_on in found and other.deciding == other.depends_on:
            found.append(other.claim)
    if found[1:]:
        yield f"and so {', '.join(found[1:])}, which depend on it"


def _padded(row: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))


def _spans(ids: list[str]) -> str:
    """Ids with runs of consecutive numbers told by their ends: P2.1 to P2.5, P2.7."""
    runs: list[list[str]] = []
    for one in ids:
        method, _, number = one.partition(".")
        last = runs[-1][-1].partition(".") if runs else ("", "", "0")
        if runs and last[0] == method and int(last[2]) + 1 == int(number):
            runs[-1].append(one)
        else:
            runs.append([one])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def _reasons(results: tuple[ClaimResult, ...]) -> dict[str, list[str]]:
    """Ids by the reason why they don't apply."""
    found: dict[str, list[str]] = {}
    for result in results:
        found.setdefault(result.figure, []).append(result.claim)
    return found


def claims(name: str, everything: bool = False, progress: bool = False) -> ClaimsReport:
    """Which claims a design (folder, design.toml, shipped name) or an assembly practises. InputError as reading gives.

    `everything`: claims that are not applicable are shown as well.
    """
    start = time.perf_counter()
    with progress_bar(progress) as tell:
        report = _assembly(name, tell) if is_assembly(name) else _design(name, tell)
    return ClaimsReport(replace(report, seconds=time.perf_counter() - start), everything)


Tell = Callable[[str, int], object]


def _design(name: str, tell: Tell) -> ClaimReport:
    design = read_design(name)
    tell(f"draw {design.name}", 2)
    found = claims_of_design(design)
    tell("claims", 2)
    return _report(design.name, design.process.name, found, design.inputs)


def _assembly(name: str, tell: Tell) -> ClaimReport:
    assembly = read_assembly(name)
    tell("draw " + ", ".join(assembly.parts), 2)
    found = claims_of_assembly(assembly)
    tell("claims", 2)
    processes = ", ".join(dict.fromkeys(part.process.name for part in assembly.parts.values()))
    inputs = [
        *assembly.inputs,
        *(path for part in (found.stack.parts if found.stack else {}).values() for path in part.inputs),
    ]
    return _report(assembly.name, processes, found, tuple(dict.fromkeys(inputs)))


def _report(subject: str, process: str, found: Claims, inputs: tuple[Path, ...]) -> ClaimReport:
    results = tuple(judge_claims(shipped_claims(), found))
    return ClaimReport(subject, process, results, __version__, tuple(str(path) for path in inputs))


def claims_of_design(design: Design) -> Claims:
    """The claims of one design, which is drawn, written as masks and opened again."""
    die, _ = _drawn(design, design.process, design.name)
    return Claims({die.name: die})


def claims_of_assembly(assembly: Assembly) -> Claims:
    """The claims of an assembly: each part drawn, written as masks and opened again, and all of them put together."""
    drawn = {name: _drawn(read_design(part.path), part.process, name, part) for name, part in assembly.parts.items()}
    parts = {name: part for name, (_, part) in drawn.items() if part is not None}
    return Claims({name: die for name, (die, _) in drawn.items()}, Stack(assembly, parts))


def _drawn(design: Design, process: Process, name: str, part: Part | None = None) -> tuple[DrawnDie, DrawnPart | None]:
    planned, layout = plan_and_draw(design, labels=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{design.name}.gds"
        write_gds(layout, path)
        die = open_die(name, process, planned, path)
        return die, measure_part(part, planned, path) if part is not None else None
