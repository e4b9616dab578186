"""A check as JSON: all that the report holds but the time it took."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from bumpgen.report import NetRow, Place, Report, RuleResult

__all__ = ["json_text"]


def json_text(report: Report) -> str:
    """The report as JSON; lengths are µm, resistances Ω, currents A."""
    return json.dumps(_facts(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _facts(report: Report) -> dict[str, Any]:
    return {
        "subject": report.subject,
        "file": report.file,
        "inputs": list(report.inputs),
        "top": report.top,
        "process": report.process,
        "rules": report.table,
        "bumpgen": report.version,
        "unit": "um",
        "passed": report.passed,
        "strict": report.strict,
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "waived": sum(result.waived for result in report.results),
        "not_tested": len(report.of("not tested")),
        "notes": list(report.notes),
        "results": [_result(result) for result in report.results],
        "nets": [_net(row) for row in report.nets],
    }


def _result(result: RuleResult) -> dict[str, Any]:
    return {
        "rule": result.rule,
        "kind": result.kind,
        "layers": list(result.layers),
        "limit": result.limit,
        "unit": result.unit,
        "severity": result.severity,
        "reason": result.reason,
        "source": result.source,
        "verdict": result.verdict,
        "note": result.note,
        "worst": result.worst,
        "count": result.count,
        "waived": result.waived,
        "places": [_place(place) for place in result.places],
    }


def _place(place: Place) -> dict[str, Any]:
    centre = None if place.centre is None else [_rounded(value) for value in place.centre]
    return {
        "at": centre,
        "box": None if place.box is None else [_rounded(value) for value in place.box],
        "measured": _rounded(place.measured) if isinstance(place.measured, float) else place.measured,
        "message": place.message,
        "net": place.net,
        "cell": place.cell,
        "waived": place.waived,
        "outlines": [[[_rounded(x), _rounded(y)] for x, y in outline] for outline in place.outlines],
    }


def _net(row: NetRow) -> dict[str, Any]:
    return asdict(row) | {"pads": list(row.pads), "bumps": list(row.bumps)}


def _rounded(value: float) -> float:
    """A length to the picometre: what binary fractions add is no measurement."""
    return round(value, 6) + 0.0
