"""PCells inside the KLayout application."""

from __future__ import annotations

from pathlib import Path

from bumpgen.macros.pcells.index import known
from tests.application import needs_application, run

SCRIPTS = Path(__file__).with_name("scripts")


@needs_application
def test_pcells_are_as_the_command_line_writes_them(tmp_path: Path) -> None:
    processes = ["wlcsp_500", "gold_rdl", "pillar"]
    found = run(SCRIPTS / "pcells_bounds.py", tmp_path, files=str(tmp_path), processes=processes)
    assert found["defaults"] == [sum(len(row["cells"]) for row in known().values()), []]
    count, told = found["bounds"]
    assert told == []
    assert count > 1500
    assert found["klayout"] == []
    assert found["early"] == []
    assert found["start"] < 0.5
