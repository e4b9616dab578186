"""The joint list of an assembly as CSV: one line a joint, columns as in joint_list.JointRow."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from bumpgen.joint_list import JointRow

__all__ = ["joints_csv"]


def joints_csv(rows: Iterable[JointRow]) -> str:
    """The table; what isn't measured stays empty."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(JointRow._fields)
    out.writerows(rows)
    return text.getvalue()
