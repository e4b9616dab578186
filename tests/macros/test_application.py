"""bumpgen inside the KLayout application."""

from __future__ import annotations

from pathlib import Path

import pytest

from bumpgen.cells import CELLS
from bumpgen.process import read_process
from tests.application import ApplicationError, needs_application, run

SCRIPTS = Path(__file__).with_name("scripts")


@needs_application
def test_cells_are_drawn_in_the_application_without_pips_klayout(tmp_path: Path) -> None:
    process = read_process("wlcsp_500")
    found = run(SCRIPTS / "imports.py", tmp_path, process="wlcsp_500")
    assert found["version"].startswith("KLayout 0.")
    assert found["cell"] == CELLS["ubm"].make(process).draw(process).name
    assert found["klayout"] == []
    assert Path(found["home"]) == tmp_path / "profile"


@needs_application
def test_a_script_that_raises_fails_its_test(tmp_path: Path) -> None:
    script = tmp_path / "raises.py"
    script.write_text("def found(arguments):\n    raise ValueError('as it should')\n")
    with pytest.raises(ApplicationError, match="ValueError: as it should"):
        run(script, tmp_path)
