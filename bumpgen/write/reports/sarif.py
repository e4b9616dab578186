"""A check as SARIF 2.1.0 (OASIS standard, 27 March 2020), which code scanning reads.

A layout has no lines: a result points at the file, and tells its position in µm in its message, in its
logical locations (net, cell) and in its properties.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from bumpgen.report import Place, Report, RuleResult

__all__ = ["sarif"]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(report: Report) -> str:
    """The report as a SARIF log of one run; rules that were not tested are notifications of the tool."""
    run = {
        "tool": {"driver": _driver(report)},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": [
            _result(report, index, result, place)
            for index, result in enumerate(report.results)
            for place in result.places
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _driver(report: Report) -> dict[str, Any]:
    rules = [
        {
            "id": result.rule,
            "shortDescription": {"text": f"{result.what}, limit {result.asked}"},
            "fullDescription": {"text": result.reason},
            "help": {"text": f"{result.reason}. Source: {result.source}"},
            "defaultConfiguration": {"level": result.severity},
        }
        for result in report.results
    ]
    return {"name": "bumpgen", "version": report.version or "0", "rules": rules}


def _invocation(report: Report) -> dict[str, Any]:
    notes = [
        {
            "level": "note",
            "message": {"text": f"{result.rule} was not tested: {result.note}"},
            "associatedRule": {"id": result.rule},
        }
        for result in report.of("not tested")
    ]
    notes += [{"level": "note", "message": {"text": note}} for note in report.notes]
    notes += [
        {
            "level": "note",
            "message": {"text": f"{result.rule} has {result.count} places, of which {len(result.places)} are listed"},
            "associatedRule": {"id": result.rule},
        }
        for result in report.results
        if len(result.places) < result.count
    ]
    return {"executionSuccessful": True, "toolExecutionNotifications": notes}


def _result(report: Report, index: int, result: RuleResult, place: Place) -> dict[str, Any]:
    where = f" at {place.position} µm" if place.position else ""
    found: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": result.severity,
        "message": {"text": f"{place.message}{where}{f' ({place.whose})' if place.whose else ''}"},
        "locations": [_location(report, place)],
        "partialFingerprints": {"place/v1": _fingerprint(place)},
        "properties": {"measured": place.measured, "limit": result.limit, "unit": result.unit},
    }
    if place.box is not None:
        found["properties"]["box_um"] = [round(value, 6) + 0.0 for value in place.box]
    if place.waived:
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": place.waived}]
    return found


def _location(report: Report, place: Place) -> dict[str, Any]:
    logical = [{"name": report.top, "kind": "module"}] if report.top else []
    logical += [{"name": place.cell, "kind": "type"}] if place.cell else []
    logical += [{"name": place.net, "kind": "member"}] if place.net else []
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(report.file or report.subject, safe="/._-~")},
            "region": {"startLine": 1},
        }
    }
    return location | ({"logicalLocations": logical} if logical else {})


def _fingerprint(place: Place) -> str:
    """Tells a place again in the next check: its rule, box and, where it has none, its message."""
    box = place.message if place.box is None else ",".join(f"{round(value, 3) + 0.0:.3f}" for value in place.box)
    return hashlib.sha256(f"{place.rule} {box}".encode()).hexdigest()[:32]
