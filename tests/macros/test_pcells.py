"""PCells in plain Python, with the klayout package's `import pya`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bumpgen.macros.pcells import start
from bumpgen.macros.pcells.index import INDEX, index, known
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


@pytest.mark.parametrize("process", ["wlcsp_500", "gold_rdl", "pillar"])
def test_at_its_bounds_a_pcell_is_or_refuses_as_the_command_line(process: str, tmp_path: Path) -> None:
    count, told = differences([process], tmp_path, bounds=True)
    assert told == []
    assert count > 300
