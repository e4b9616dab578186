"""Opening layouts to be judged: what can't be is refused in words, never with a traceback, a crash or a hang."""

from __future__ import annotations

import math
import random
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import klayout.db as db
import pytest

from bumpgen import write_gds, write_oasis
from bumpgen.check.engine import check_rules
from bumpgen.check.scene import Scene
from bumpgen.check.subject import open_subject
from bumpgen.errors import InputError
from bumpgen.process import Process, read_process
from bumpgen.rules import RuleTable, read_rules
from tests import check_cases


@pytest.fixture(scope="module")
def process() -> Process:
    return read_process("wlcsp_500")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> RuleTable:
    return read_rules(str(check_cases.rules(tmp_path_factory.mktemp("rules"))))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "chip.gds"
    write_gds(check_cases.layout(), path)
    return path.read_bytes()


def judged(path: Path, process: Process, table: RuleTable) -> str:
    """The verdicts as text, or what was refused."""
    try:
        subject = open_subject(path, process)
    except InputError as error:
        return f"refused: {error.message}" if error.where and error.hint else "an error without place or cure"
    results = check_rules(table, Scene(subject.layout, subject.top, process))
    return ", ".join(f"{result.rule} {result.status}" for result in results)


def records(data: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at + 4 <= len(data):
        (length,) = struct.unpack(">H", data[at : at + 2])
        yield at, length
        at += max(length, 4)


def layer(layout: db.Layout, process: Process, name: str = "UBM") -> int:
    return int(layout.layer(*process.layers[name].gds))


def test_a_layout_is_judged(tmp_path: Path, whole: bytes, process: Process, table: RuleTable) -> None:
    path = tmp_path / "chip.gds"
    path.write_bytes(whole)
    found = judged(path, process, table)
    assert "UBM.W.1 violated, RDL.W.1 clean" in found
    assert "BALL.W.1 not tested" in found


def test_oasis_and_gzip_open_too(tmp_path: Path, whole: bytes, process: Process) -> None:
    import gzip

    (tmp_path / "chip.gds.gz").write_bytes(gzip.compress(whole))
    write_oasis(check_cases.layout(), tmp_path / "chip.oas")
    for name in ("chip.gds.gz", "chip.oas"):
        assert open_subject(tmp_path / name, process).top.name == "CHIP"


def test_every_truncation_is_refused(tmp_path: Path, whole: bytes, process: Process, table: RuleTable) -> None:
    path = tmp_path / "cut.gds"
    starts = [at for at, _ in records(whole.rstrip(b"\0"))]
    for at in starts[1:]:
        path.write_bytes(whole[:at])
        assert judged(path, process, table).startswith("refused"), at


def test_flipped_bytes_give_a_verdict_or_a_refusal(
    tmp_path: Path, whole: bytes, process: Process, table: RuleTable
) -> None:
    chance, path = random.Random(7), tmp_path / "flipped.gds"
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        assert judged(path, process, table).startswith(("refused: ", "UBM.W.1 "))


@pytest.mark.parametrize(
    "head", [b"", b"\x00\x06\x00\x02\x02\x58", b"%SEMI-OASIS\r\n", b"\x1f\x8b\x08\x00", b"HEADER 600\n"]
)
def test_random_bytes_are_refused(
    tmp_path: Path, head: bytes, process: Process, table: RuleTable, capfd: pytest.CaptureFixture[str]
) -> None:
    chance, path = random.Random(11), tmp_path / "random.gds"
    for length in (0, 1, 3, 40, 5000):
        path.write_bytes(head + chance.randbytes(length))
        assert judged(path, process, table).startswith("refused")
    assert capfd.readouterr() == ("", "")


def recursive(path: Path, process: Process, whole: bytes) -> None:
    """CHIP's first reference renamed to CHIP itself: the record SNAME (0x12, string) names a cell of equal length."""
    layout = db.Layout()
    outer, inner = layout.create_cell("AAAA"), layout.create_cell("BBBB")
    outer.shapes(layer(layout, process)).insert(db.Box(0, 0, 1000, 1000))
    outer.insert(db.CellInstArray(inner.cell_index(), db.Trans()))
    inner.shapes(layer(layout, process)).insert(db.Box(0, 0, 1000, 1000))
    layout.write(str(path))
    data = path.read_bytes()
    path.write_bytes(data.replace(b"\x00\x08\x12\x06BBBB", b"\x00\x08\x12\x06AAAA"))


def test_recursive_cells_are_refused_and_klayout_is_silent(
    tmp_path: Path, process: Process, table: RuleTable, whole: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "recursive.gds"
    recursive(path, process, whole)
    assert "contain each other" in judged(path, process, table)
    assert capfd.readouterr() == ("", "")


def test_deep_hierarchy_is_judged(tmp_path: Path, process: Process, table: RuleTable) -> None:
    layout = db.Layout()
    inner = layout.create_cell("C0")
    inner.shapes(layer(layout, process)).insert(db.Box(0, 0, 240_000, 240_000))
    for depth in range(1, 201):
        outer = layout.create_cell(f"C{depth}")
        outer.insert(db.CellInstArray(inner.cell_index(), db.Trans(10, 0)))
        inner = outer
    layout.write(str(tmp_path / "deep.gds"))
    assert "UBM.W.1 violated" in judged(tmp_path / "deep.gds", process, table)


def test_cells_that_multiply_are_refused(tmp_path: Path, process: Process, table: RuleTable) -> None:
    layout = db.Layout()
    inner = layout.create_cell("C0")
    inner.shapes(layer(layout, process)).insert(db.Box(0, 0, 10, 10))
    for depth in range(1, 201):
        outer = layout.create_cell(f"C{depth}")
        for x in (0, 1):
            outer.insert(db.CellInstArray(inner.cell_index(), db.Trans(x, 0)))
        inner = outer
    layout.write(str(tmp_path / "crowd.gds"))
    assert "more than 10^60 shapes" in judged(tmp_path / "crowd.gds", process, table)


def drawn(path: Path, process: Process, *polygons: db.Polygon, dbu: float = 0.001) -> Path:
    layout = db.Layout()
    layout.dbu = dbu
    top = layout.create_cell("TOP")
    for polygon in polygons:
        top.shapes(layer(layout, process)).insert(polygon)
    layout.write(str(path))
    return path


HOSTILE = {
    "sliver": [(0, 0), (0, 300_000), (1, 300_000), (1, 0)],
    "bow tie": [(0, 0), (300_000, 300_000), (300_000, 0), (0, 300_000)],
    "touching itself": [(0, 0), (300_000, 0), (150_000, 150_000), (300_000, 300_000), (0, 300_000), (150_000, 150_000)],
    "8190 points": [
        (round(200_000 * math.cos(i * math.tau / 8190)), round(200_000 * math.sin(i * math.tau / 8190)))
        for i in range(8190)
    ],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_polygons_are_judged(name: str, tmp_path: Path, process: Process, table: RuleTable) -> None:
    polygon = db.Polygon([db.Point(*point) for point in HOSTILE[name]], True)
    found = judged(drawn(tmp_path / "a.gds", process, polygon), process, table)
    assert found.startswith("UBM.W.1 violated" if name == "sliver" else ("UBM.W.1 violated", "UBM.W.1 clean"))


BOX = db.Polygon(db.Box(0, 0, 3_000_000, 3_000_000))


def test_credible_units_open(tmp_path: Path, process: Process) -> None:
    assert open_subject(drawn(tmp_path / "a.gds", process, BOX), process).notes == ()
    coarse = drawn(tmp_path / "b.gds", process, db.Polygon(db.Box(0, 0, 600_000, 600_000)), dbu=0.005)
    (note,) = open_subject(coarse, process).notes
    assert "0.005 µm, is coarser than the grid" in note


@pytest.mark.parametrize(("dbu", "told"), [(1.0, "1000 times coarser"), (1e-6, "1000 times finer")])
def test_a_unit_1000_times_off_is_refused(
    dbu: float, told: str, tmp_path: Path, process: Process, table: RuleTable
) -> None:
    box = db.Polygon(db.Box(0, 0, 3000, 3000))
    assert told in judged(drawn(tmp_path / "a.gds", process, box, dbu=dbu), process, table)


def test_coordinates_1000_times_off_are_told(tmp_path: Path, process: Process, table: RuleTable) -> None:
    large = drawn(tmp_path / "large.gds", process, db.Polygon(db.Box(0, 0, 2_000_000_000, 2_000_000_000)))
    assert "larger than any wafer; a thousandth would be 2000 x 2000 µm" in judged(large, process, table)
    small = drawn(tmp_path / "small.gds", process, db.Polygon(db.Box(0, 0, 3000, 3000)))
    (note,) = open_subject(small, process).notes
    assert "1000 times too small" in note


def test_layers_of_another_process_are_named(tmp_path: Path, process: Process) -> None:
    layout = db.Layout()
    top = layout.create_cell("TOP")
    top.shapes(layout.layer(77, 3)).insert(db.Box(0, 0, 99_000, 99_000))
    path = tmp_path / "a.gds"
    layout.write(str(path))
    with pytest.raises(InputError, match="the file's layers are 77/3"):
        open_subject(path, process)
    top.shapes(layer(layout, process)).insert(db.Box(0, 0, 99_000, 99_000))
    layout.write(str(path))
    assert open_subject(path, process).notes == ("not in wlcsp_500 and not checked: layer 77/3",)


def test_top_cells(tmp_path: Path, process: Process) -> None:
    layout = db.Layout()
    for name in ("ONE", "TWO"):
        layout.create_cell(name).shapes(layer(layout, process)).insert(db.Box(0, 0, 99_000, 99_000))
    path = tmp_path / "a.gds"
    layout.write(str(path))
    with pytest.raises(InputError, match="2 top cells: ONE, TWO") as error:
        open_subject(path, process)
    assert "--top ONE" in str(error.value)
    assert open_subject(path, process, "TWO").top.name == "TWO"
    with pytest.raises(InputError, match="no cell 'THREE'"):
        open_subject(path, process, "THREE")
    db.Layout().write(str(path))
    with pytest.raises(InputError, match="no cell"):
        open_subject(path, process)


@pytest.mark.parametrize("what", ["missing", "folder"])
def test_what_is_no_file(what: str, tmp_path: Path, process: Process) -> None:
    path = tmp_path if what == "folder" else tmp_path / "none.gds"
    with pytest.raises(InputError):
        open_subject(path, process)


def test_the_command_ends_in_time_and_without_traceback(tmp_path: Path, process: Process, whole: bytes) -> None:
    recursive(tmp_path / "recursive.gds", process, whole)
    command = [Path(sys.executable).parent / "bumpgen", "check", "--gds", "recursive.gds", "--pdk", "wlcsp_500"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "error: recursive.gds: cells of the file contain each other: it has no end",
        "  cure: remove the reference to a parent",
    ]
