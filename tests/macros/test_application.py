"""bumpgen inside the KLayout application."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from klayout import db, lay, rdb, tl

from bumpgen.cells import CELLS
from bumpgen.process import read_process
from tests.application import ApplicationError, needs_application, run
from tests.shared import ROOT

SCRIPTS = Path(__file__).with_name("scripts")


@needs_application
def test_cells_are_drawn_in_the_application_without_pips_klayout(tmp_path: Path) -> None:
    process = read_process("wlcsp_500")
    found = run(SCRIPTS / "imports.py", tmp_path, process="wlcsp_500")
    assert found["version"].startswith("KLayout 0.")
    assert found["cell"] == CELLS["ubm"].make(process).draw(process).name
    assert Path(found["home"]) == tmp_path / "profile"


@needs_application
def test_a_script_that_loads_pips_klayout_fails_its_test(tmp_path: Path) -> None:
    script = tmp_path / "loads.py"
    file = "/usr/lib/python3/site-packages/klayout/db.py"
    script.write_text(
        f"import sys, types\ndef found(arguments):\n    module = types.ModuleType('klayout.pips')\n"
        f"    module.__file__ = {file!r}\n    sys.modules['klayout.pips'] = module\n"
    )
    with pytest.raises(ApplicationError, match=r"a Python package of klayout was loaded: klayout\.pips"):
        run(script, tmp_path)


@needs_application
def test_a_script_that_raises_fails_its_test(tmp_path: Path) -> None:
    script = tmp_path / "raises.py"
    script.write_text("def found(arguments):\n    raise ValueError('as it should')\n")
    with pytest.raises(ApplicationError, match="ValueError: as it should"):
        run(script, tmp_path)


OURS = {"format", "message", "parameters", "version"}
"""Called as methods of strings, of the main window, the application and bumpgen's own, which pip's klayout lacks."""


def test_nothing_is_called_that_is_no_method_in_klayout_0_30() -> None:
    """Some methods of 0.28 are values in 0.30, LayoutView.active_cellview_index for one."""
    kinds: dict[str, set[str]] = {}
    for each in (each for module in (db, lay, rdb, tl) for each in vars(module).values() if isinstance(each, type)):
        for name, member in (item for base in each.__mro__ for item in vars(base).items()):
            kinds.setdefault(name, set()).add(type(member).__name__)
    values = {name for name, found in kinds.items() if found == {"getset_descriptor"}}
    assert "active_cellview_index" in values
    files = list((ROOT / "bumpgen" / "macros").rglob("*.py"))
    called = {
        (file.name, node.lineno, node.func.attr)
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert len(called) > 500
    assert {call for call in called if call[2] in values - OURS} == set()
