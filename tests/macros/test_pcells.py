"""PCells in plain Python, with the klayout package's `import pya`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bumpgen.macros.pcells import start
from bumpgen.macros.pcells.index import INDEX, index, known
from tests.macros import guided_cases
from tests.macros.pcell_cases import differences


@pytest.fixture(autouse=True, scope="module")
def _libraries() -> None:
    start()


def test_the_index_is_that_of_the_shipped_processes() -> None:
    assert INDEX.read_text(encoding="utf-8") == index(), "python -m bumpgen.macros.pcells.index"


def test_every_cell_of_every_process_is_as_the_command_line_writes_it(tmp_path: Path) -> None:
    count, told = differences(list(known()), tmp_path, bounds=False)
    assert told == []
    assert count == sum(len(row["cells"]) for row in known().values())


@pytest.mark.parametrize("process", known())
def test_at_its_bounds_a_pcell_is_or_refuses_as_the_command_line(process: str, tmp_path: Path) -> None:
    count, told = differences([process], tmp_path, bounds=True)
    assert told == []
    assert count > 300


def test_arrays_and_wires_are_as_a_design_s(tmp_path: Path) -> None:
    guided_cases.built(tmp_path)
    assert guided_cases.differences(tmp_path) == []
    assert (len(guided_cases.array_cases()), len(guided_cases.wire_cases())) == (3 * len(known()), 2 * 6)
