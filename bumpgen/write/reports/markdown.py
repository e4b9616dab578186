"""A check as Markdown for a pull request: the verdict, what is broken and where, the rest folded away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bumpgen.report import NetRow, Place, Report, RuleResult, counted

__all__ = ["markdown"]

FIRST = 3
"""So many places of a rule are named in the table."""

MOST_NETS = 500
"""So many nets are listed: a comment on GitHub holds 65,536 characters."""


def markdown(report: Report) -> str:
    """The report as GitHub's Markdown; text from files is escaped."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"### bumpgen check {'passed' if report.passed else 'failed'}: {_text(report.sentence)}"
    yield ""
    yield f"Process {_text(report.process)}, rules {_text(report.table)}, top cell {_text(report.top)}."
    if report.violated:
        yield ""
        head = ("rule", "severity", "what", "limit", "worst", "places", "first places, µm")
        yield from _table(head, map(_violated, report.violated))
    yield from _notes(report.notes)
    waived = [result for result in report.results if result.waived]
    clean, untested = report.of("clean"), report.of("not tested")
    yield from _details(
        f"{sum(result.waived for result in waived)} waived", ("rule", "place, µm", "reason"), _waived(waived)
    )
    yield from _details(f"{len(untested)} not tested", ("rule", "what", "why not"), map(_untested, untested))
    yield from _details(f"{len(clean)} clean", ("rule", "what", "limit"), map(_clean, clean))
    nets = report.nets[:MOST_NETS]
    rest = f", the first {MOST_NETS} of them" if len(report.nets) > MOST_NETS else ""
    head = ("net", "pads", "bumps", "pieces", "length, µm", "resistance, Ω", "current limit, A")
    yield from _details(f"{counted(len(report.nets), 'net', 'nets')}{rest}", head, map(_net, nets))


def _violated(result: RuleResult) -> tuple[str, ...]:
    shown = [place for place in result.places if not place.waived][:FIRST]
    rest = result.open - len(shown)
    where = "; ".join([*map(_where, shown), *([f"{rest} more"] if rest else [])])
    why = f"{result.what}: {result.reason}{f'; {result.note}' if result.note else ''}"
    return (
        result.rule, result.severity, why, result.asked, result.worst, str(result.open),
        where,
    )  # fmt: skip


def _where(place: Place) -> str:
    return f"({place.position}){f' {place.whose}' if place.whose else ''}" if place.position else place.message


def _waived(results: Iterable[RuleResult]) -> Iterator[tuple[str, ...]]:
    for result in results:
        for place in result.places:
            if place.waived:
                yield result.rule, place.position or place.message, place.waived


def _untested(result: RuleResult) -> tuple[str, ...]:
    return result.rule, result.what, result.note


def _clean(result: RuleResult) -> tuple[str, ...]:
    return result.rule, result.what, result.asked


def _net(row: NetRow) -> tuple[str, ...]:
    numbers = (row.length, row.resistance, row.current_limit)
    return (
        row.name, ", ".join(row.pads), ", ".join(row.bumps), str(row.pieces),
        *("" if value is None else f"{value:.4g}" for value in numbers),
    )  # fmt: skip


def _notes(notes: tuple[str, ...]) -> Iterator[str]:
    if notes:
        yield ""
        yield from (f"- {_text(note)}" for note in notes)


def _details(summary: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    lines = list(rows)
    if lines:
        yield ""
        yield f"<details><summary>{_text(summary)}</summary>"
        yield ""
        yield from _table(head, lines)
        yield ""
        yield "</details>"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(_text, row))} |"


def _text(text: str) -> str:
    """Text that Markdown and HTML show as it is, on one line."""
    for mark in "\\`*_[]|#~":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())
