"""A check as KLayout's report database (.lyrdb), which its marker browser opens.

A rule is a category, a place an item with its polygons, what is wrong in words and the measured value;
waived places bear the tag the browser knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from bumpgen.report import Place, Report, RuleResult
from bumpgen.write.reports.xml import content

__all__ = ["lyrdb"]

WAIVED = "waived"
"""The marker browser's own tag for what somebody accepted."""


def lyrdb(report: Report) -> str:
    """The database as XML; a rule that was not tested is a category that says why."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield "<report-database>"
    yield f" <description>{content(report.sentence)}</description>"
    yield f" <original-file>{content(report.file)}</original-file>"
    yield f" <generator>{content(f'bumpgen {report.version} check, rules {report.table}')}</generator>"
    yield f" <top-cell>{content(report.top)}</top-cell>"
    yield f" <tags><tag><name>{WAIVED}</name><description/></tag></tags>"
    yield " <categories>"
    for result in report.results:
        yield f"  <category><name>{content(result.rule)}</name><description>{content(_about(result))}</description>"
        yield "   <categories></categories></category>"
    yield " </categories>"
    yield " <cells>"
    yield f"  <cell><name>{content(report.top)}</name><variant/><references></references></cell>"
    yield " </cells>"
    yield " <items>"
    for result in report.results:
        for place in result.places:
            yield from _item(result, place, report.top)
    yield " </items>"
    yield "</report-database>"


def _about(result: RuleResult) -> str:
    if result.verdict == "not tested":
        return f"{result.what}, limit {result.asked}: not tested, {result.note}"
    return f"{result.what}, limit {result.asked} ({result.severity}): {result.reason}"


def _item(result: RuleResult, place: Place, top: str) -> Iterator[str]:
    yield "  <item>"
    yield f"   <tags>{WAIVED if place.waived else ''}</tags>"
    yield f"   <category>{content(_quoted(result.rule))}</category>"
    yield f"   <cell>{content(top)}</cell>"
    yield "   <visited>false</visited><multiplicity>1</multiplicity>"
    yield f"   <comment>{content(place.waived)}</comment>"
    yield "   <values>"
    for value in _values(place):
        yield f"    <value>{content(value)}</value>"
    yield "   </values>"
    yield "  </item>"


def _values(place: Place) -> Iterator[str]:
    outlines = [outline for outline in place.outlines if len(outline) > 2]
    for outline in outlines:
        yield f"polygon: ({';'.join(f'{_number(x)},{_number(y)}' for x, y in outline)})"
    if not outlines and place.box is not None:
        x0, y0, x1, y1 = place.box
        yield f"box: ({_number(x0)},{_number(y0)};{_number(x1)},{_number(y1)})"
    if isinstance(place.measured, int | float):
        yield f"float: {place.measured:.9g}"
    yield f"text: {_quoted(place.message + (f' [{place.whose}]' if place.whose else ''))}"


def _number(value: float) -> str:
    return f"{round(value, 6) + 0.0:.12g}"


def _quoted(text: str) -> str:
    """A text between single quotes as KLayout's extractor reads it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
