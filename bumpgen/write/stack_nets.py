"""The net list of a stack of dies as CSV: one line a net, its terminals as part.name, conductor by conductor."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

__all__ = ["COLUMNS", "stack_nets_csv"]

COLUMNS = ("net", "conductors", "terminals")


def stack_nets_csv(rows: Iterable[tuple[str, list[list[str]]]]) -> str:
    """The table; terminals of one conductor are parted by blanks, conductors (there should be one) by bars."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(COLUMNS)
    for net, pieces in rows:
        named = [" ".join(end.replace(".pad ", ".pad:") for end in piece) for piece in pieces]
        out.writerow((net, len(pieces), " | ".join(named)))
    return text.getvalue()
