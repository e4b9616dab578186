"""What `bumpgen check` found, as a table and lines for a terminal and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bumpgen.report import Place, Report, RuleResult, counted
from bumpgen.write.reports import REPORTERS

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["CheckReport"]

FIRST = 5
"""So many places of a rule are printed; files and --json have more."""

HEADS = ("rule", "what", "limit", "worst", "places", "verdict")

MOST_NAMES = 6
MOST_NETS = 12
"""So many nets are printed, those that stand out; files and --json have all."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """A finished check: its report, the formats asked for, and the files that were written."""

    report: Report
    formats: tuple[str, ...]
    files: tuple[Path, ...]
    to_folder: bool

    @property
    def passed(self) -> bool:
        """Whether the exit code is 0."""
        return self.report.passed

    def json(self) -> str:
        """The report as JSON text."""
        return REPORTERS["json"].text(self.report).rstrip("\n")

    def show(self) -> None:
        """Print the format asked for where it goes to standard output, else the table or the verdict."""
        import click

        if not self.to_folder:
            for name in self.formats:
                if name != "table":
                    click.echo(REPORTERS[name].text(self.report), nl=False)
        if "table" in self.formats:
            self._show_table(_console(stderr=self.formats != ("table",) and not self.to_folder))
        elif self.to_folder:
            self.show_problems()
            _files(_console(), self.files)

    def show_problems(self) -> None:
        """Print the verdict and every violated rule in a line; nothing where the check is passed without any."""
        report, console = self.report, _console(stderr=True)
        for result in report.violated:
            worst = f", worst {result.worst}" if result.worst else ""
            where = next((f", first at ({p.position}) µm" for p in result.places if p.position and not p.waived), "")
            found = f"{counted(result.open, 'place', 'places')}{worst}, limit {result.asked}{where}"
            console.print(f"{result.severity}: {result.rule}: {found}", style=_style(result), markup=False)
        if not report.passed:
            console.print(f"{_verdict(report)}: {report.sentence}", style="bold red", markup=False)

    def _show_table(self, console: Console) -> None:
        report = self.report
        console.print(f"{report.subject}: {_origin(report)}", style="bold", markup=False)
        for note in report.notes:
            console.print(f"note: {note}", style="yellow", markup=False)
        if report.violated or report.of("waived"):
            _show_broken(console, report)
        for line in _measured(report) if report.figures else ():
            console.print(line, markup=False)
        for line in _unbroken(report):
            console.print(line, markup=False)
        for line in _nets(report):
            console.print(line, markup=False)
        style = "bold green" if report.passed else "bold red"
        console.print(f"{_verdict(report)}: {report.sentence}", style=style, markup=False)
        _files(console, self.files)
        console.print(f"{report.seconds:.2f} s", style="dim")


def _console(stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, stderr=stderr)


def _origin(report: Report) -> str:
    top = "" if report.top == report.subject else f"cell {report.top}, "
    return f"{top}process {report.process}, rules {report.table}"


def _verdict(report: Report) -> str:
    return "passed" if report.passed else "failed"


def _style(result: RuleResult) -> str:
    return "red" if result.severity == "error" else "yellow"


def _show_broken(console: Console, report: Report) -> None:
    """A row for each violated rule with its first places under it, then rows of rules that are waived as a whole."""
    results = (*report.violated, *report.of("waived"))
    rows = [HEADS, *map(_row, results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    console.print(_padded(HEADS, widths), style="bold", markup=False)
    for result, row in zip(results, rows[1:], strict=True):
        style = "dim" if result.verdict == "waived" else _style(result)
        console.print(_padded(row, widths), style=style, markup=False)
        if result.note:
            console.print(f"    {result.note}", style=style, markup=False)
        for line in _first(result, report.figures):
            console.print(f"    {line}", markup=False)


def _row(result: RuleResult) -> tuple[str, ...]:
    count = str(result.open) if not result.waived else f"{result.open} + {result.waived} waived"
    verdict = result.verdict if result.verdict == "waived" or result.severity == "error" else "warning"
    return result.rule, result.what, result.asked, result.worst, count, verdict


def _padded(row: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _first(result: RuleResult, sentences: bool) -> Iterator[str]:
    """The first open places, numbered as --place takes them; with their sentences where wanted."""
    shown = [(n, place) for n, place in enumerate(result.places, 1) if not place.waived][:FIRST]
    for number, place in shown:
        yield f"{number}: {_sentence(place) if sentences else _told(place)}"
    if result.open > len(shown):
        yield f"… {result.open - len(shown)} more"


def _told(place: Place) -> str:
    """Position, value and owner of a place; its sentence where it has no position."""
    if not place.position:
        return place.message
    value = f"{place.measured:.6g}" if isinstance(place.measured, int | float) else place.measured or ""
    return ", ".join(part for part in (f"({place.position}) µm", value, place.whose) if part)


def _sentence(place: Place) -> str:
    """The place's sentence, and where it is."""
    return f"{place.message} at ({place.position}) µm" if place.position else place.message


def _measured(report: Report) -> Iterator[str]:
    """Clean rules, a line each, with the figure that decides them."""
    rows = [(result.rule, result.what, result.asked, result.note) for result in report.of("clean")]
    if not rows:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    yield f"clean ({len(rows)}):"
    for row in rows:
        yield f"    {_padded(row, widths)}"


def _unbroken(report: Report) -> Iterator[str]:
    """Clean rules on a line, those that weren't tested by the reason."""
    clean = report.of("clean")
    if clean and not report.figures:
        yield f"clean ({len(clean)}): {', '.join(result.rule for result in clean)}"
    reasons: dict[str, list[str]] = {}
    for result in report.of("not tested"):
        reasons.setdefault(result.note or "no reason is known", []).append(result.rule)
    if reasons:
        yield f"not tested ({len(report.of('not tested'))}):"
    for reason, rules in reasons.items():
        yield f"    {', '.join(rules)}: {reason}"


def _nets(report: Report) -> Iterator[str]:
    """How many nets there are, and those in several pieces or beyond their current limit."""
    if not report.nets:
        return
    pieces = Counter(row.pieces for row in report.nets)
    whole = f"{pieces[1]} in one piece" if set(pieces) != {1} else "each in one piece"
    yield f"nets ({len(report.nets)}): {whole}"
    odd = [row for row in report.nets if row.pieces != 1]
    for row in odd[:MOST_NETS]:
        yield f"  {row.name}: {row.pieces} pieces, pads {_some(row.pads)}, bumps {_some(row.bumps)}"
    if len(odd) > MOST_NETS:
        yield f"  … {len(odd) - MOST_NETS} more"


def _some(names: tuple[str, ...]) -> str:
    """The first names of many."""
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _files(console: Console, files: tuple[Path, ...]) -> None:
    for path in files:
        console.print(f"wrote {path} ({path.stat().st_size:,} bytes)", markup=False)
