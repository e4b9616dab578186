"""A check as JUnit XML: a test case a rule; what fails the check is a failure, what wasn't tested is skipped."""

from __future__ import annotations

from collections.abc import Iterator

from bumpgen.report import Place, Report, RuleResult
from bumpgen.write.reports.xml import attribute, content

__all__ = ["junit"]

MOST_TOLD = 50
"""So many places of a rule are listed."""


def junit(report: Report) -> str:
    """The report as XML; warnings are told in a passing case's output unless the check is strict."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    failures = sum(1 for result in report.results if report.fails(result))
    skipped = sum(1 for result in report.results if result.verdict == "not tested" and not report.fails(result))
    counts = f'tests="{len(report.results)}" failures="{failures}" errors="0" skipped="{skipped}"'
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuites name="bumpgen check" {counts}>'
    yield f" <testsuite name={attribute(report.subject)} {counts}>"
    yield "  <properties>"
    for name, value in (
        ("file", report.file), ("top", report.top), ("process", report.process), ("rules", report.table),
        ("bumpgen", report.version),
    ):  # fmt: skip
        yield f'   <property name="{name}" value={attribute(value)}/>'
    yield "  </properties>"
    for result in report.results:
        yield from _case(report, result)
    if report.notes:
        yield f"  <system-out>{content(chr(10).join(report.notes))}</system-out>"
    yield " </testsuite>"
    yield "</testsuites>"


def _case(report: Report, result: RuleResult) -> Iterator[str]:
    name = attribute(f"{result.rule} {result.what}, {result.asked}")
    where = f" file={attribute(report.file)}" if report.file else ""
    yield f"  <testcase classname={attribute(report.table)} name={name}{where}>"
    told = content(_places(result))
    if result.verdict == "not tested":
        word = "failure" if report.fails(result) else "skipped"
        yield f"   <{word} message={attribute('not tested: ' + result.note)}/>"
    elif report.fails(result):
        yield f"   <failure type={attribute(result.severity)} message={attribute(_summary(result))}>{told}</failure>"
    elif result.places:
        yield f"   <system-out>{content(_summary(result))}\n{told}</system-out>"
    yield "  </testcase>"


def _summary(result: RuleResult) -> str:
    worst = f", worst {result.worst}" if result.worst else ""
    waived = f", {result.waived} waived" if result.waived else ""
    cause = f"; {result.note}" if result.note else ""
    return f"{result.open} of severity {result.severity}{waived}{worst}, limit {result.asked}: {result.reason}{cause}"


def _places(result: RuleResult) -> str:
    lines = [_line(place) for place in result.places[:MOST_TOLD]]
    rest = result.count - len(lines)
    return "\n".join([*lines, *([f"and {rest} more"] if rest else [])])


def _line(place: Place) -> str:
    where = f"at {place.position} µm: " if place.position else ""
    whose = f" [{place.whose}]" if place.whose else ""
    waived = f" (waived: {place.waived})" if place.waived else ""
    return f"{where}{place.message}{whose}{waived}"
