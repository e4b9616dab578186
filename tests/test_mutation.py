"""Single faults planted in a clean layout are all found, where they are; `python -m tests.mutation` plants 1000."""

from __future__ import annotations

from pathlib import Path

from tests.mutation import FAULTS, run

COUNT = 8 * len(FAULTS)


def test_every_planted_fault_is_found(tmp_path: Path) -> None:
    table, missed = run(COUNT, 7, tmp_path)
    assert missed == []
    assert {row["planted"] for row in table.values()} == {8}
    assert all(row["rules"] or row["nets"] for row in table.values())
