"""Pieces of metal by islands: the same numbers as an extraction of the whole layout gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import klayout.db as db
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bumpgen import read_design, resources, write_gds
from bumpgen.build import plan_and_draw
from bumpgen.check import pieces
from bumpgen.check.nets import Extraction, extract
from bumpgen.check.pieces import terminal_pieces
from bumpgen.check.scene import Scene
from bumpgen.check.terminals import Terminal, terminals_of
from bumpgen.process import Process, read_process

GOLD = read_process(str(resources.shipped("pdk", "gold_rdl", "process.toml")))
STACK = ("PAD", "PASSIVATION", "POLY1", "RDL", "POLY2", "UBM", "BALL")
STEP = 1000
"""Database units that random shapes and places are multiples of."""


def whole(scene: Scene, terminals: Sequence[Terminal]) -> NDArray[np.int64]:
    """What `terminal_pieces` stands for, by extraction of everything."""
    found = np.full(len(terminals), -1, np.int64)
    for number, piece in enumerate(extract(scene, terminals).pieces):
        found[list(piece.terminals)] = number
    return found


def renumbered(numbers: NDArray[np.int64]) -> list[int]:
    """Numbers in the order in which they first appear; -1 stays."""
    known: dict[int, int] = {-1: -1}
    return [known.setdefault(n, len(known) - 1) for n in numbers.tolist()]


def assert_equal(scene: Scene, terminals: Sequence[Terminal]) -> None:
    assert terminal_pieces(scene, terminals).tolist() == renumbered(whole(scene, terminals))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many instances each extraction is given, an array's elements one by one."""
    counts: list[int] = []

    def counted(scene: Scene, terminals: Sequence[Terminal]) -> Extraction:
        counts.append(sum(max(i.na, 1) * max(i.nb, 1) for i in scene.top.each_inst()))
        return extract(scene, terminals)

    monkeypatch.setattr(pieces, "extract", counted)
    return counts


class Drawing:
    """A layout of the gold process, drawn in µm."""

    def __init__(self, process: Process = GOLD) -> None:
        self.layout, self.process = db.Layout(), process
        self.layout.dbu = 0.001
        self.top = self.layout.create_cell("TOP")

    def layer(self, name: str) -> int:
        return int(self.layout.layer(*self.process.layers[name].gds))

    def cell(self, name: str, shapes: dict[str, tuple[int, int, int, int]]) -> db.Cell:
        cell = self.layout.create_cell(name)
        for layer, box in shapes.items():
            cell.shapes(self.layer(layer)).insert(db.Box(*(STEP * side for side in box)))
        return cell

    def stack(self, name: str = "STACK", *, without: Sequence[str] = ()) -> db.Cell:
        return self.cell(name, {layer: (-4, -4, 4, 4) for layer in STACK if layer not in without})

    def place(self, cell: db.Cell, x: float, y: float, turn: int = 0) -> None:
        shift = db.Vector(round(STEP * x), round(STEP * y))
        self.top.insert(db.CellInstArray(cell.cell_index(), db.Trans(turn % 4, turn > 3, shift)))

    def array(self, cell: db.Cell, columns: int, rows: int, pitch: int, x: int = 0, y: int = 0) -> None:
        a, b = db.Vector(STEP * pitch, 0), db.Vector(0, STEP * pitch)
        self.top.insert(
            db.CellInstArray(cell.cell_index(), db.Trans(db.Vector(STEP * x, STEP * y)), a, b, columns, rows)
        )

    @property
    def scene(self) -> Scene:
        return Scene(self.layout, self.top, self.process)


def both(x: float, y: float, number: int = 0) -> list[Terminal]:
    """A pad and a bump at one place."""
    return [
        Terminal(f"P{number}", "pad", "", x, y, site="pad"),
        Terminal(f"B{number}", "bump", "", x, y, site="bump"),
    ]


def grid(columns: int, rows: int, pitch: int) -> list[Terminal]:
    return [t for j in range(rows) for i in range(columns) for t in both(i * pitch, j * pitch, j * columns + i)]


def test_an_array_is_extracted_once(seen: list[int]) -> None:
    drawing = Drawing()
    drawing.array(drawing.stack(), 10, 8, 20)
    found = terminal_pieces(drawing.scene, grid(10, 8, 20))
    assert seen == [1]
    assert found.tolist() == [n // 2 for n in range(160)]


def test_turned_islands_are_kinds_of_their_own(seen: list[int]) -> None:
    drawing = Drawing()
    cell = drawing.cell("L", {"RDL": (-4, -4, 4, 4), "POLY2": (2, 2, 4, 4), "UBM": (2, 2, 8, 4)})
    for i in range(16):
        drawing.place(cell, 20 * i, 0, i % 8)
    terminals = [Terminal(f"B{i}", "bump", "", 20 * i + 7, 3, ("UBM",)) for i in range(16)]
    assert [n >= 0 for n in terminal_pieces(drawing.scene, terminals)] == [i % 8 == 0 for i in range(16)]
    assert seen == [8]
    assert_equal(drawing.scene, terminals)


def test_islands_that_only_just_touch_are_joined(seen: list[int]) -> None:
    drawing = Drawing()
    drawing.array(drawing.stack(), 6, 1, 8)
    terminals = grid(6, 1, 8)
    assert set(terminal_pieces(drawing.scene, terminals).tolist()) == {0}
    apart = Drawing()
    apart.array(apart.stack(), 6, 1, 9)
    assert len(set(terminal_pieces(apart.scene, grid(6, 1, 9)).tolist())) == 6
    assert seen == [6, 1]


def test_what_hangs_together_in_several_cells_is_an_island_too(seen: list[int]) -> None:
    """A daisy chain's links join their two bumps, ten times alike."""
    drawing = Drawing()
    stack, link = drawing.stack(), drawing.cell("LINK", {"RDL": (0, -1, 20, 1)})
    drawing.array(stack, 20, 1, 20)
    drawing.array(link, 10, 1, 40)
    found = terminal_pieces(drawing.scene, grid(20, 1, 20))
    assert seen == [3]
    assert found.tolist() == [n // 4 for n in range(40)]


def test_a_wire_joins_what_it_crosses_and_leaves_the_others_alone(seen: list[int]) -> None:
    drawing = Drawing()
    drawing.array(drawing.stack(), 10, 10, 20)
    drawing.place(drawing.cell("NET", {"RDL": (0, -1, 40, 1)}), 60, 100)
    found = terminal_pieces(drawing.scene, grid(10, 10, 20))
    assert seen == [5]  # the wire, its three stacks, one of the others
    assert len({found[2 * n] for n in (53, 54, 55)}) == 1
    assert len(set(found.tolist())) == 98


def test_a_terminal_off_its_metal_is_missed_at_its_place_only() -> None:
    drawing = Drawing()
    drawing.array(drawing.stack(), 5, 1, 20)
    terminals = grid(5, 1, 20)
    terminals[4] = terminals[4]._replace(x=terminals[4].x + 4.0)  # on the edge: met
    terminals[7] = terminals[7]._replace(x=terminals[7].x + 4.001)
    found = terminal_pieces(drawing.scene, terminals)
    assert [i for i, n in enumerate(found) if n < 0] == [7]
    assert_equal(drawing.scene, terminals)


def test_openings_drawn_at_one_island_only_count_for_all() -> None:
    """Where no POLY2 is drawn at all RDL and UBM join by overlap; drawn anywhere, it is asked for everywhere."""
    drawing = Drawing()
    bare = drawing.stack("BARE", without=["POLY2"])
    drawing.array(bare, 5, 1, 20)
    terminals = grid(5, 1, 20)
    assert len(set(terminal_pieces(drawing.scene, terminals).tolist())) == 5
    drawing.place(drawing.cell("HOLE", {"POLY2": (-1, -1, 1, 1)}), 500, 500)
    assert len(set(terminal_pieces(drawing.scene, terminals).tolist())) == 10
    assert_equal(drawing.scene, terminals)


def test_scaled_instances_and_own_shapes_join_too() -> None:
    drawing = Drawing()
    stack = drawing.stack()
    drawing.array(stack, 6, 1, 20)
    drawing.top.insert(db.DCellInstArray(stack.cell_index(), db.DCplxTrans(2.0, 0, False, db.DVector(10, 0))))
    drawing.top.shapes(drawing.layer("RDL")).insert(db.Box(60_000, -1000, 80_000, 1000))
    terminals = grid(6, 1, 20)
    found = terminal_pieces(drawing.scene, terminals)
    assert [renumbered(found)[2 * i] for i in range(6)] == [0, 0, 1, 2, 2, 3]
    assert_equal(drawing.scene, terminals)


def test_a_terminal_on_two_pieces_is_told_as_the_extraction_tells_it() -> None:
    """Without UBM nothing joins RDL and BALL, and a bump of no known stack is looked for on both."""
    drawing = Drawing()
    two = drawing.cell("TWO", {"RDL": (-4, -4, 4, 4), "BALL": (-4, -4, 4, 4)})
    drawing.array(two, 4, 1, 20)
    terminals = [Terminal(f"{kind}{i}", kind, "", 20 * i, 0) for i in range(4) for kind in ("pad", "bump")]
    terminals += [Terminal(f"Q{i}", "bump", "", 20 * i + 1, 0, ("RDL",)) for i in range(4)]
    assert_equal(drawing.scene, terminals)


@pytest.mark.parametrize("far", [0, 600_000])
def test_nothing_drawn_and_metal_out_of_reach(far: int) -> None:
    drawing = Drawing()
    terminals = [*both(far, 0, 0), *both(far + 20, 0, 1)]
    assert terminal_pieces(drawing.scene, terminals).tolist() == [-1] * 4
    drawing.array(drawing.stack(), 2, 1, 20, far, 0)
    assert terminal_pieces(drawing.scene, terminals).tolist() == [0, 0, 1, 1]
    assert terminal_pieces(drawing.scene, ()).tolist() == []


def test_islands_whose_sums_meet_by_chance_are_told_apart() -> None:
    one, other = pieces._factors(2).tolist()
    table = np.array([(other, 0), (0, one), (other, 0), (0, one), (1, 1)])
    assert len(set((table @ pieces._factors(2)).tolist())) == 2
    assert pieces._first_equal(table).tolist() == [0, 1, 0, 1, 4]


BOXES = st.tuples(*[st.integers(-4, 4)] * 4).filter(lambda b: b[0] < b[2] and b[1] < b[3])
STACKS = st.just(dict.fromkeys(STACK, (-2, -2, 2, 2)))
CELLS = st.lists(st.one_of(st.dictionaries(st.sampled_from(STACK), BOXES, min_size=1), STACKS), min_size=1, max_size=3)
PLACES = st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 5), st.integers(0, 7))
WIRES = st.tuples(st.sampled_from(["RDL", "PAD"]), st.integers(0, 40), st.integers(0, 40), st.integers(1, 30))
ENDS = st.tuples(
    st.sampled_from(["pad", "bump"]),
    *[st.integers(0, 5)] * 2,
    *[st.sampled_from([0, 0, 0, 1, -4])] * 2,
    st.sampled_from([(), ("PAD",), ("RDL", "UBM"), STACK]),
    st.sampled_from(["", "pad", "bump"]),
)


def random_drawing(
    cells: list[dict[str, Any]], places: list[Any], arrays: list[Any], wires: list[Any], pitch: int, extra: int
) -> Drawing:
    drawing = Drawing()
    made = [drawing.cell(f"C{i}", shapes) for i, shapes in enumerate(cells)]
    if len(made) > 1 and extra & 1:
        made[0].insert(db.CellInstArray(made[1].cell_index(), db.Trans(1, True, 1000, 2000)))
    for which, i, j, turn in places:
        drawing.place(made[which % len(made)], i * pitch, j * pitch, turn)
    for which, i, j, turn in arrays:
        drawing.array(made[which % len(made)], 1 + turn % 4, 1 + j, pitch, i * pitch, 0)
    for number, (layer, x, y, length) in enumerate(wires):
        drawing.place(drawing.cell(f"NET_{number}", {layer: (x, y, x + length, y + 1)}), 0, 0)
    if extra & 2:
        whole_trans = db.DCplxTrans(1.5, 45.0 if extra & 4 else 0.0, False, db.DVector(2 * pitch, pitch))
        drawing.top.insert(db.DCellInstArray(made[0].cell_index(), whole_trans))
    if extra & 8:
        drawing.top.shapes(drawing.layer("UBM")).insert(db.Box(0, 0, 12_000, 9_000))
    return drawing


@settings(max_examples=300, deadline=None)
@given(
    CELLS,
    st.lists(PLACES, max_size=25),
    st.lists(PLACES, max_size=2),
    st.lists(WIRES, max_size=3),
    st.sampled_from([5, 8, 9, 12]),
    st.integers(0, 15),
    st.lists(ENDS, max_size=20),
    st.booleans(),
)
def test_random_layouts_hang_together_as_the_whole_extraction_says(
    cells: list[dict[str, Any]], places: list[Any], arrays: list[Any], wires: list[Any], pitch: int, extra: int,
    ends: list[Any], everywhere: bool,
) -> None:  # fmt: skip
    drawing = random_drawing(cells, places, arrays, wires, pitch, extra if extra & 1 else extra & 4)
    terminals = [
        Terminal(f"T{n}", kind, "", i * pitch + dx, j * pitch + dy, layers, site)
        for n, (kind, i, j, dx, dy, layers, site) in enumerate(ends)
    ]
    if everywhere:
        terminals += grid(6, 6, pitch)
    assert_equal(drawing.scene, terminals)


def test_a_plan_stands_for_its_design_and_labels_can_be_left_out() -> None:
    design = read_design("balldrop_die")
    planned, whole_layout = plan_and_draw(design)
    assert terminals_of(planned) == terminals_of(design)
    _, bare = plan_and_draw(design, labels=False)
    assert whole_layout.top.labels
    assert whole_layout.nets
    assert bare == replace(whole_layout, top=replace(whole_layout.top, labels=()), nets=())


@pytest.mark.parametrize("name", resources.names("designs"))
def test_shipped_designs_hang_together_as_the_whole_extraction_says(name: str, tmp_path: Path, seen: list[int]) -> None:
    planned, layout = plan_and_draw(read_design(name), labels=False)
    write_gds(layout, tmp_path / "a.gds")
    drawn = db.Layout(False)
    drawn.read(str(tmp_path / "a.gds"))
    scene = Scene(drawn, drawn.top_cell(), planned.design.process)
    terminals = terminals_of(planned)
    assert_equal(scene, terminals)
    if name == "staggered_10k":
        assert seen[0] < 10
