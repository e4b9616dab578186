"""The half that bumpgen mate writes has the names, nets and mirrored places of what it meets; fingers are in order."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bumpgen import resources
from bumpgen.cli import main
from bumpgen.command.mate import MateOptions, mate
from bumpgen.command.stacked import stack_of
from bumpgen.design import Bump, Design, DesignFile, Die
from bumpgen.errors import InputError
from bumpgen.frames import AssemblyView, Coordinates, DieView, Pose
from bumpgen.mate import Fan, Mate, fingers, mirrored_half, standing
from bumpgen.pitches import least_pitch
from bumpgen.process import read_process
from bumpgen.read import read_design
from bumpgen.read.assembly_file import read_assembly
from bumpgen.rules import read_rules

WIDTH, HEIGHT = 2000.0, 1400.0
FAN = Fan(700.0, 250.0, 300.0, "finger", "finger_side")


def design_of(bumps: list[Bump], width: float = WIDTH, height: float = HEIGHT) -> Design:
    file = DesignFile(name="tried", process="pillar", die=Die(width=width, height=height))
    return Design(file, Path("tried/design.toml"), read_process("pillar"), bumps=tuple(bumps))


def of_half(half: Mate) -> Design:
    bumps = [Bump(site.name, site.x, site.y, site.net) for site in half.sites]
    return design_of(bumps, half.width, half.height)


maps = st.lists(
    st.tuples(st.integers(1, 3999), st.integers(1, 2799), st.sampled_from(["VDD", "VSS", "D0", ""])),
    min_size=1, max_size=40, unique_by=lambda row: row[:2],
).map(lambda rows: [Bump(f"B{i}", x * 0.5, y * 0.5, net) for i, (x, y, net) in enumerate(rows)])  # fmt: skip


@given(maps, st.booleans())
def test_the_half_of_a_half_has_the_places_names_and_nets_of_the_whole(bumps, down):
    size = (WIDTH, HEIGHT)
    half = mirrored_half(design_of(bumps), bumps, size, 100, down=down)
    first = of_half(half)
    again = mirrored_half(first, first.bumps, size, 100, down=not down)
    assert [(s.name, s.x, s.y, s.net) for s in again.sites] == [(b.name, b.x, b.y, b.net) for b in bumps]


@given(maps, st.booleans())
def test_a_half_on_a_die_of_its_own_lies_bump_on_bump(bumps, down):
    """Both dies in one assembly, the half where it says that it lies: every bump on the one of its name."""
    design = design_of(bumps)
    half = mirrored_half(design, bumps, None, 100, down=down)
    view = AssemblyView("both")
    first = Pose(DieView("first"), view, half.own_face, (0.0, 0.0), (WIDTH / 2, HEIGHT / 2))
    second = Pose(DieView("second"), view, half.face, half.at, (half.width / 2, half.height / 2))
    here = first.above(Coordinates(first.die, np.array([(b.x, b.y) for b in bumps])))
    there = second.above(Coordinates(second.die, np.array([(s.x, s.y) for s in half.sites])))
    np.testing.assert_allclose(there.seen(view), here.seen(view), atol=2e-6)
    assert {half.own_face, half.face} == {"up", "down"}
    assert [s.name for s in half.sites] == [b.name for b in bumps]


@given(maps)
def test_a_half_keeps_its_margin_on_all_sides(bumps):
    half = mirrored_half(design_of(bumps), bumps, None, 100)
    places = np.array([(s.x, s.y) for s in half.sites])
    assert places.min() >= 100 - 1e-6
    assert (np.array((half.width, half.height)) - places).min() >= 100 - 1e-6
    assert half.width < np.ptp(places[:, 0]) + 2 * 100 + 20 + 1e-6


@given(maps)
def test_a_carrier_reaches_beyond_the_die_it_carries(bumps):
    half = mirrored_half(design_of(bumps), bumps, None, 100, down=True)
    assert WIDTH + 200 <= half.width < WIDTH + 220
    assert HEIGHT + 200 <= half.height < HEIGHT + 220
    assert half.at == (0.0, 0.0)


def test_a_map_is_mirrored_along_x_and_stays_along_y():
    """By hand: seen through its back, a die's left is right."""
    half = mirrored_half(design_of([Bump("A", 100, 300, "N")]), [Bump("A", 100, 300, "N")], (WIDTH, HEIGHT), 100)
    assert [(s.name, s.x, s.y, s.net) for s in half.sites] == [("A", 1900.0, 300.0, "N")]


def test_bumps_off_a_stated_die_are_refused():
    bumps = [Bump("A", 100, 300, ""), Bump("B", 1000, 700, "")]
    with pytest.raises(InputError, match=r"1 of 2 bumps lie off a die of 1000 x 1000 µm, the first is A"):
        mirrored_half(design_of(bumps), bumps, (1000, 1000), 100)


def ring(counts: dict[str, int], depth: float = 120) -> list[Bump]:
    """Wire-bond pads along the edges, as many as stated, 100 µm apart about the edge's middle."""
    found = []
    for edge, count in counts.items():
        for i in range(count):
            t = (i - (count - 1) / 2) * 100
            x, y = {
                "bottom": (WIDTH / 2 + t, depth), "top": (WIDTH / 2 + t, HEIGHT - depth),
                "left": (depth, HEIGHT / 2 + t), "right": (WIDTH - depth, HEIGHT / 2 + t),
            }[edge]  # fmt: skip
            found.append(Bump(f"{edge}{i}", x, y, f"{edge}{i}"))
    return found


def crossing(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> bool:
    """Whether two wires, straight in plan, have a point in common."""

    def side(a, b, c) -> float:
        return float(np.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])))

    (a, b), (c, d) = one, other
    return side(a, b, c) != side(a, b, d) and side(c, d, a) != side(c, d, b)


def wires(pads: list[Bump], half: Mate) -> list[tuple[np.ndarray, np.ndarray]]:
    there = {site.name: np.array((site.x, site.y)) for site in half.sites}
    return [(np.array((pad.x, pad.y)), there[pad.name]) for pad in pads]


sides = st.dictionaries(st.sampled_from(["bottom", "top", "left", "right"]), st.integers(1, 8), min_size=1)


@given(sides, st.randoms())
def test_fingers_stand_apart_beside_the_die_and_no_wires_cross(counts, random):
    pads = ring(counts)
    random.shuffle(pads)
    half = fingers(design_of(pads), pads, FAN)
    assert sorted((s.name, s.net) for s in half.sites) == sorted((p.name, p.net) for p in pads)
    for site in half.sites:
        beside = {"left": -site.x, "right": site.x - WIDTH, "bottom": -site.y, "top": site.y - HEIGHT}
        assert beside[site.name.rstrip("0123456789")] == FAN.clearance
        assert site.kind == (FAN.upright if site.name.startswith(("bottom", "top")) else FAN.lying)
    assert not any(crossing(one, other) for one, other in combinations(wires(pads, half), 2))
    for one, other in combinations(half.sites, 2):
        apart = max(abs(one.x - other.x), abs(one.y - other.y))
        assert apart >= FAN.pitch - 1e-9


def test_fingers_that_do_not_fit_say_how_many_do_and_what_would_help():
    pads = [Bump(f"W{i}", 100 + 90 * i, 60, f"N{i}") for i in range(20)]
    with pytest.raises(
        InputError, match=r"20 fingers 250 µm apart don't fit beside the bottom edge.*room for 12"
    ) as hit:
        fingers(design_of(pads), pads, FAN)
    assert hit.value.hint == "set them 1650 µm away from the die, or 155 µm apart"
    assert len(fingers(design_of(pads), pads, replace(FAN, clearance=1650)).sites) == 20
    assert len(fingers(design_of(pads), pads, replace(FAN, pitch=155)).sites) == 20


@pytest.mark.parametrize(
    ("process", "site", "axis", "expected"),
    [
        ("laminate", "finger", 0, 250),  # FINISH: 150 wide, 100 apart; openings of 280 run into one another
        ("laminate", "finger_side", 1, 250),
        ("laminate", "land", 0, 350),  # copper 250 + 75 is 325, which would leave no web: openings of 350 touch
        ("laminate", "post", 0, 200),  # PILLAR2.P.1
        ("leadframe", "finger", 0, 340),  # LEAD: 180 wide, 160 apart
    ],
)
def test_the_least_pitch_is_what_the_rules_of_the_process_ask(process, site, axis, expected):
    read = read_process(process)
    assert least_pitch(read, read_rules(process), site, axis) == expected


def test_openings_that_would_leave_a_thin_web_are_moved_apart():
    """A wider space rule of the copper brings the openings of 280 to 290 apart: a web of 10, so it is 280 + 50."""
    read, table = read_process("laminate"), read_rules("laminate")
    rows = [rule.model_copy(update={"limit": 140.0}) if rule.id == "FINISH.S.1" else rule for rule in table.rules]
    assert least_pitch(read, table.model_copy(update={"rules": tuple(rows)}), "finger", 0) == 330


def test_a_carrier_holds_all_its_halves_about_the_dies_middle():
    pads = ring({"bottom": 3, "left": 2})
    around = fingers(design_of(pads), pads, FAN)
    on = standing([around], 650, None)
    moved = np.array([(s.x - on.width / 2, s.y - on.height / 2) for s in on.sites])
    as_drawn = np.array([(s.x - WIDTH / 2, s.y - HEIGHT / 2) for s in around.sites])
    np.testing.assert_allclose(moved, as_drawn)
    assert min(min(s.x, s.y, on.width - s.x, on.height - s.y) for s in on.sites) >= 650


# -- the command -------------------------------------------------------------------------------------


def copied(name: str, folder: Path) -> Path:
    shutil.copytree(resources.folder("designs") / name, folder / "first")
    return folder / "first"


CASES = [
    ("pillar_to_pillar/first", "second", {}, 47),
    ("pillar_to_pillar/first", "second", {"process": "plated_bump", "site": "bump"}, 47),
    ("pillar_on_ball/first", "second", {"process": "balldrop"}, 29),
    ("chip_to_board/first", "carrier", {"process": "board", "site": "post", "die": (2400.0, 2200.0)}, 29),
    ("module_chip", "carrier", {"sites": "wirebond"}, 32),
    ("module_chip", "second", {"sites": "pillar", "process": "pillar"}, 48),
    ("ball_module_chip", "carrier", {"sites": "ball", "margin": 500.0}, 64),
]


@pytest.mark.parametrize(("name", "role", "options", "count"), CASES)
def test_every_joint_and_wire_of_the_assembly_it_writes_is_found(name, role, options, count, tmp_path):
    first = copied(name, tmp_path)
    mate(str(first), MateOptions(role, tmp_path / role, assembly=True, **options))
    stack = stack_of(read_assembly(tmp_path))
    found = (*stack.joints, *stack.wires)
    assert [len(one.pairs) for one in found] == [count]
    assert [len(alone) for one in found for alone in one.alone] == [0, 0]
    assert not stack.nets.shorted
    assert not len(stack.nets.opened)
    assert {name for pair in found for name in pair.table.between} == {"first", role}


def test_the_same_bytes_again(tmp_path):
    first = copied("module_chip", tmp_path)
    for run in ("one", "two"):
        mate(str(first), MateOptions("carrier", tmp_path / run / "carrier", sites="wirebond"))
    for file in ("bumps.csv", "design.toml"):
        assert (tmp_path / "one/carrier" / file).read_bytes() == (tmp_path / "two/carrier" / file).read_bytes()


def test_an_opening_is_drawn_through_the_carriers_middle(tmp_path):
    first = copied("ball_module_chip", tmp_path)
    mate(str(first), MateOptions("carrier", tmp_path / "carrier", sites="ball", margin=500.0, opening=(1400.0, 1200.0)))
    stack = stack_of(read_assembly(written(tmp_path)))
    carrier = stack.parts["carrier"]
    assert [outline.size for outline in carrier.openings] == [(1400.0, 1200.0)]
    die = carrier.part.file.die
    assert carrier.opening_places.xy.tolist() == [[die.width / 2, die.height / 2]]


def written(folder: Path) -> Path:
    text = """
    name = "tried"
    [parts.first]
    design = "first"
    face = "down"
    [parts.carrier]
    design = "carrier"
    face = "up"
    [[joints]]
    name = "balls"
    between = ["first", "carrier"]
    sites = [["ball"], ["land"]]
    """
    (folder / "assembly.toml").write_text(text, "utf-8")
    return folder


REFUSED = [
    ("pillar_to_pillar/first", {"opening": (900.0, 900.0)}, "only a carrier has an opening", "--as carrier"),
    (
        "ball_module_chip",
        {"role": "carrier", "sites": "ball", "process": "pillar", "opening": (9.0, 9.0)},
        "layer 'OPENING' is not in process pillar",
        "set layer",
    ),
    ("pillar_to_pillar/first", {"sites": "ball"}, "has no bumps of site 'ball'", "one of bump"),
    ("pillar_to_pillar/first", {"process": "pillr"}, "there is no process named 'pillr'", "pillar"),
    ("pillar_to_pillar/first", {"site": "post"}, "process pillar has no site 'post'", "pillar"),
    ("pillar_to_pillar/first", {"die": (500.0, 500.0)}, "lie off a die of 500 x 500 µm", "--die"),
    ("module_chip", {"role": "carrier", "sites": "wirebond", "process": "pillar"}, "no site 'finger'", "laminate"),
    ("module_chip", {"role": "carrier", "sites": "wirebond", "pitch": 600.0}, "don't fit beside the", "away from"),
]


@pytest.mark.parametrize(("name", "options", "message", "cure"), REFUSED)
def test_what_cannot_be_met_is_refused_and_nothing_is_written(name, options, message, cure, tmp_path):
    first = copied(name, tmp_path)
    with pytest.raises(InputError, match=message) as hit:
        mate(str(first), MateOptions(**({"role": "second", "out": tmp_path / "half"} | options)))
    assert cure in (hit.value.hint or "")
    assert not (tmp_path / "half").exists()


def test_what_something_else_wrote_is_not_written_over(tmp_path):
    first = copied("pillar_to_pillar/first", tmp_path)
    other = tmp_path / "other"
    shutil.copytree(resources.folder("designs") / "gold_rdl_die", other)
    before = {path.name: path.read_bytes() for path in other.iterdir()}
    with pytest.raises(InputError, match="this holds something that bumpgen mate didn't write"):
        mate(str(first), MateOptions("second", other))
    assert {path.name: path.read_bytes() for path in other.iterdir()} == before
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "new"):
        for die in ((1000.0, 800.0), (1200.0, 900.0)):
            mate(str(first), MateOptions("second", tmp_path / folder, die=die))
            assert read_design(tmp_path / folder).die.width == die[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "first", "new", "other"]


def test_a_process_of_ones_own_goes_with_the_half(tmp_path):
    first = copied("pillar_to_pillar/first", tmp_path)
    (first / "house").mkdir()
    text = (resources.folder("pdk") / "pillar" / "process.toml").read_text("utf-8")
    (first / "house" / "process.toml").write_text(text.replace('name = "pillar"', 'name = "house"', 1), "utf-8")
    path = first / "design.toml"
    path.write_text(path.read_text("utf-8").replace('process = "pillar"', 'process = "./house"'), "utf-8")
    for _ in range(2):  # the second time over the first
        mate(str(first), MateOptions("second", tmp_path / "second"))
    half = read_design(tmp_path / "second")
    assert half.file.process == "./house"
    assert half.process.path == tmp_path / "second" / "house" / "process.toml"


def test_the_designs_own_folder_is_not_written_over(tmp_path):
    first = copied("pillar_to_pillar/first", tmp_path)
    before = {path.name: path.read_bytes() for path in first.iterdir()}
    with pytest.raises(InputError, match="the output folder is the design's own"):
        mate(str(first), MateOptions("second", first))
    assert {path.name: path.read_bytes() for path in first.iterdir()} == before


def test_an_assembly_elsewhere_is_refused_before_anything_is_written(tmp_path):
    first = copied("pillar_to_pillar/first", tmp_path / "here")
    with pytest.raises(InputError, match="not beside the assembly"):
        mate(str(first), MateOptions("second", tmp_path / "there" / "second", assembly=True))
    assert not (tmp_path / "there").exists()


def test_on_the_command_line(tmp_path):
    first = copied("pillar_to_pillar/first", tmp_path)
    arguments = ["mate", str(first), "--as", "second", "-o", str(tmp_path / "second"), "--assembly"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert "47 bumps in pillar" in result.output
    assert CliRunner().invoke(main, ["check", str(tmp_path)], catch_exceptions=False).exit_code == 0
    assert read_design(tmp_path / "second").bumps[0].name == "A1"
