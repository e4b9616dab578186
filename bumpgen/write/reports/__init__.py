"""Reports of a check, one format a file. Every format is text; equal reports give equal text, without the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from bumpgen.report import Report

__all__ = ["REPORTERS", "Reporter"]

Text: TypeAlias = "Callable[[Report], str]"


class Reporter(NamedTuple):
    """A format: the ending of its files, what reads it, and the function that gives the text."""

    extension: str
    reader: str
    text: Text


def _lyrdb(report: Report) -> str:
    from bumpgen.write.reports.lyrdb import lyrdb

    return lyrdb(report)


def _json(report: Report) -> str:
    from bumpgen.write.reports.facts import json_text

    return json_text(report)


def _junit(report: Report) -> str:
    from bumpgen.write.reports.junit import junit

    return junit(report)


def _sarif(report: Report) -> str:
    from bumpgen.write.reports.sarif import sarif

    return sarif(report)


def _markdown(report: Report) -> str:
    from bumpgen.write.reports.markdown import markdown

    return markdown(report)


REPORTERS: Mapping[str, Reporter] = {
    "lyrdb": Reporter(".lyrdb", "KLayout's marker browser", _lyrdb),
    "json": Reporter(".json", "programs", _json),
    "junit": Reporter(".xml", "CI servers", _junit),
    "sarif": Reporter(".sarif", "code scanning", _sarif),
    "markdown": Reporter(".md", "a pull request's comments", _markdown),
}
"""Formats by name."""
