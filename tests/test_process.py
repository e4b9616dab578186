"""The shipped processes and materials: complete, sourced, consistent with themselves and with the claims."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bumpgen import resources
from bumpgen.cells import CELLS
from bumpgen.cells.base import CellSpec
from bumpgen.errors import InputError
from bumpgen.process import Material, Process, read_materials, read_process
from bumpgen.rules import read_rules

CARRIERS = {
    "balldrop_board": {"core", "pad"},
    "board": {"core", "copper"},
    "ceramic": {"core", "copper"},
    "laminate": {"core", "copper"},
    "leadframe": {"frame"},
}
"""Processes of boards and frames, and the films these come with."""
PROCESSES = [
    "balldrop", "balldrop_board", "balldrop_rdl", "board", "ceramic", "flux_ball", "gf180_bump", "gold_rdl",
    "gold_rdl_cr", "gold_rdl_tiw", "gold_rdl_two_metal", "laminate", "leadframe", "paste", "paste_print", "pillar",
    "pillar_bare", "pillar_module", "plated_bump", "plated_pad", "sg13g2_bump", "sg13g2_pillar", "wlcsp_400",
    "wlcsp_500", "wlcsp_500_two_rdl",
]  # fmt: skip
MATERIALS = "materials.toml"
FOUNDRY_FILMS = {"wafer", "pad", "passivation"}


def raw(name: str) -> dict[str, Any]:
    """A shipped TOML of pdk/ as plain tables, before any model."""
    path = resources.folder("pdk") / (name if name == MATERIALS else f"{name}/process.toml")
    return tomllib.loads(path.read_text("utf-8"))


def listed(data: dict[str, Any]) -> set[str]:
    """Keys of [sources] a file may name: its own, and those of its base."""
    return set(data.get("sources", {})) | (listed(raw(data["base"])) if "base" in data else set())


def tables(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table below a node, with its key path."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from tables(value, f"{path}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from tables(value, f"{path}.{number}")


def cited(source: str, known: set[str]) -> set[str]:
    """The keys of [sources] a source's text names."""
    return {key for key in known if re.search(rf"(?<!\w){re.escape(key)}(?!\w)", source)}


def parts(process: Process, site: str) -> list[CellSpec]:
    """A site's cells with the process's defaults filled in."""
    return [CELLS[part.cell].make(process, **part.values()) for part in process.sites[site]]


def part(process: Process, site: str, cell: str, layer: str | None = None) -> Any:
    """The one part of a site that is this cell, on this layer."""
    found = [p for p in parts(process, site) if p.cell == cell and layer in (None, getattr(p, "layer", None))]
    assert len(found) == 1
    return found[0]


@pytest.fixture(params=PROCESSES)
def process(request: pytest.FixtureRequest) -> Process:
    """Each shipped process in turn."""
    return read_process(request.param)


def test_the_processes_are_shipped() -> None:
    assert resources.names("pdk") == PROCESSES


@pytest.mark.parametrize("name", [*PROCESSES, MATERIALS])
def test_every_number_has_a_known_source(name: str) -> None:
    data = raw(name)
    known = listed(data)
    for path, table in tables(data):
        if "composition" in path:
            continue
        for key, value in table.items():
            if key != "after" and isinstance(value, int | float) and not isinstance(value, bool):
                assert key == "value", f"{name}{path}.{key} = {value} has no source"
        if "value" in table:
            assert cited(table["source"], known), f"{name}{path}: {table['source']!r}"


@pytest.mark.parametrize("name", [*PROCESSES, MATERIALS])
def test_every_source_is_listed_and_every_listed_one_used(name: str) -> None:
    data = raw(name)
    known, used = listed(data), set()
    for path, table in tables(data):
        if path.startswith(".sources"):
            continue
        if isinstance(table.get("source"), str):
            found = cited(table["source"], known)
            assert found, f"{name}{path}: {table['source']!r} names none of {sorted(known)}"
            used |= found
        used |= cited(str(table.get("note", "")), known) | cited(" ".join(table.get("claims", ())), known)
    assert used & set(data.get("sources", {})) == set(data.get("sources", {}))


def test_an_unknown_material_is_refused(tmp_path: Path) -> None:
    text = (resources.folder("pdk") / "pillar" / "process.toml").read_text("utf-8")
    path = tmp_path / "process.toml"
    path.write_text(text.replace('material = "sn98ag2"', 'material = "unobtainium"'), "utf-8")
    with pytest.raises(InputError, match="of material 'unobtainium'"):
        read_process(str(path))


def test_layers_every_process_needs(process: Process) -> None:
    meanings = {name: layer.meaning for name, layer in process.layers.items()}
    needed = {
        "PAD": "metal",
        "PASSIVATION": "opening",
        "DIE": "area",
        "SCRIBE": "area",
        "SEAL": "area",
        "MARK": "metal",
    }
    if process.name in CARRIERS and process.name != "balldrop_board":
        needed = {"DIE": "area", "SCRIBE": "area", "OPENING": "area", "MARK": "metal"}
    assert needed.items() <= meanings.items()
    assert meanings["LABEL"] == "text"


def test_colours_tell_layers_apart(process: Process) -> None:
    colours = [layer.color for layer in process.layers.values()]
    assert len(set(colours)) == len(colours)


def test_layers_are_listed_from_the_chip_up(process: Process) -> None:
    up = ["PAD", "PASSIVATION", "POLY1", "RDL", "POLY2", "UBM", "RESIST", "PILLAR", "CAP", "BALL", "BUMP", "STENCIL"]
    listed = [name for name in process.layers if name in up]
    assert listed == [name for name in up if name in listed]


MICROSS = {
    "POLY1": (5, 0), "RDL": (10, 0), "POLY2": (15, 0), "UBM": (20, 0), "PAD": (72, 20), "PASSIVATION": (76, 20),
}  # fmt: skip
PUBLISHED_NUMBERS = {
    "wlcsp_500": MICROSS,
    "wlcsp_400": MICROSS,
    "sg13g2_bump": {
        "PAD": (134, 0), "PASSIVATION": (9, 36), "DFPAD": (41, 36), "SEAL": (39, 0), "PASSIVATION_PILLAR": (9, 35),
    },
    "sg13g2_pillar": {
        "PAD": (134, 0), "PASSIVATION": (9, 35), "DFPAD": (41, 35), "SEAL": (39, 0), "PASSIVATION_SBUMP": (9, 36),
    },
    "gf180_bump": {
        "PAD": (53, 0), "PASSIVATION": (37, 0), "UBM": (183, 0), "UBM_ARRAY": (184, 0), "UBM_PLATE": (185, 0),
        "PROBE": (13, 17), "SEAL": (167, 5),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED_NUMBERS)
def test_layer_numbers_are_those_of_the_foundries(name: str) -> None:
    layers = read_process(name).layers
    assert {layer: layers[layer].gds for layer in PUBLISHED_NUMBERS[name]} == PUBLISHED_NUMBERS[name]


def test_foundry_processes_add_no_number_below_240(process: Process) -> None:
    """Layers without a published number must not fall on one the foundry uses."""
    if process.name.startswith(("sg13g2", "gf180")):
        own = [layer for layer in process.layers.values() if layer.source == "own"]
        assert own
        assert min(layer.gds[0] for layer in own) >= 240


def test_grids(process: Process) -> None:
    fine = ("wlcsp", "balldrop", "gold_rdl", "paste", "flux_ball")
    grid = 0.01 if process.name in ("board", "leadframe") else 0.001 if process.name.startswith(fine) else 0.005
    assert process.grid.value == grid


def test_every_process_has_pad_and_bump_sites(process: Process) -> None:
    assert {"pad", "bump"} <= set(process.sites)


def test_sites_and_cells_name_known_cells_parameters_and_layers(process: Process) -> None:
    rows = [(p.cell, p.values()) for site in process.sites.values() for p in site]
    rows += [(cell, process.default(cell)) for cell in process.cells]
    for cell, values in rows:
        assert set(values) <= set(CELLS[cell].model_fields), cell
        assert {v for k, v in values.items() if k.endswith("layer") and v} <= set(process.layers), cell


def test_every_site_and_every_default_cell_draws_on_the_grid(process: Process) -> None:
    specs = [CELLS["site"].make(process, kind=kind) for kind in process.sites]
    specs += [CELLS[cell].make(process) for cell in process.cells if cell != "trace"]
    if "trace" in process.cells:
        specs.append(CELLS["trace"].make(process, points=((0.0, 0.0), (500.0, 0.0))))
    for spec in specs:
        drawn = draw_flat(spec, process)
        assert drawn, spec.name()
        for layer, points in drawn:
            assert layer in process.layers
            steps = points / process.grid.value
            assert abs(steps - steps.round()).max() < 1e-6, spec.name()


def draw_flat(spec: CellSpec, process: Process) -> list[tuple[str, Any]]:
    """Layer and polygon of everything a cell draws."""
    from bumpgen.draw import draw_cell

    return list(draw_cell(spec.draw(process), process).flat())


def test_the_taped_out_pad_is_the_default_of_wlcsp_500() -> None:
    process = read_process("wlcsp_500")
    opening = part(process, "pad", "polymer_opening", "POLY1")
    capture = part(process, "pad", "capture_pad", "RDL")
    assert (opening.shape, opening.size, opening.corner) == ("chamfered", 40, 5.3)
    assert (capture.shape, capture.size, capture.corner, capture.teardrop) == ("chamfered", 60, 7.07, "none")
    assert process.default("trace")["width"] == 40


@pytest.mark.parametrize(
    ("name", "capture", "poly2", "ubm", "bump"), [("wlcsp_500", 270, 220, 250, 310), ("wlcsp_400", 235, 170, 215, 261)]
)
def test_wlcsp_bump_stack(name: str, capture: float, poly2: float, ubm: float, bump: float) -> None:
    process = read_process(name)
    pad = part(process, "bump", "capture_pad", "RDL")
    assert (pad.shape, pad.size, pad.teardrop) == ("circle", capture, "straight")
    assert part(process, "bump", "polymer_opening", "POLY2").size == poly2
    assert part(process, "bump", "ubm", "UBM").size == ubm
    assert part(process, "bump", "ball", "BUMP").diameter == bump


# steps


def made_by(process: Process) -> dict[str, list[str]]:
    """Film → kinds of the steps that bring it on to the wafer."""
    makers: dict[str, list[str]] = {}
    for step in process.steps:
        if step.kind in ("deposit", "coat", "plate", "print", "fill", "place"):
            makers.setdefault(step.film, []).append(step.kind)
    return makers


def test_each_film_is_made_by_one_step_before_it_is_used(process: Process) -> None:
    first = CARRIERS.get(process.name, FOUNDRY_FILMS)
    present = set(first)
    for step in process.steps:
        if step.kind in ("deposit", "coat", "plate", "print", "fill", "place"):
            used = {getattr(step, "seed", None), getattr(step, "into", None)} - {None}
            assert step.film not in present, step
            present.add(step.film)
            present |= {"flux"} if step.kind == "print" else set()
        else:
            used = {getattr(step, "film", None), getattr(step, "protected_by", None), *getattr(step, "films", ())} - {
                None
            }
        assert used <= present, f"{step} uses {used - present}"
    assert present == {film.name for film in process.films}
    assert first.isdisjoint(made_by(process))


def test_each_resist_is_exposed_developed_and_taken_off(process: Process) -> None:
    materials = read_materials()
    for film in process.films:
        groups = materials[film.material].groups
        if {"resist", "polymer"} & set(groups):
            kinds = [step.kind for step in process.steps if getattr(step, "film", None) == film.name]
            assert kinds == ["coat", "expose", "develop", "strip" if "resist" in groups else "cure"]


def test_a_mask_exposes_the_film_of_its_layer(process: Process) -> None:
    for step in process.steps:
        if step.kind == "expose":
            assert process.film(step.film).layer == step.mask


def test_each_seed_is_etched_under_what_grew_on_it(process: Process) -> None:
    etched = {film for step in process.steps if step.kind == "etch" for film in step.films}
    deposited = {step.film for step in process.steps if step.kind == "deposit"}
    assert etched - CARRIERS.get(process.name, set()) == deposited


def test_polymers_and_resists_stand_every_reflow_they_meet(process: Process) -> None:
    materials, there = read_materials(), set()
    for step in process.steps:
        if step.kind == "coat":
            there.add(step.film)
        elif step.kind == "strip":
            there.remove(step.film)
        elif step.kind == "reflow":
            for film in there:
                limit = materials[process.film(film).material].max_temperature
                assert limit is not None
                assert limit.value >= step.temperature.value


def test_each_reflow_melts_its_solder_but_no_other_metal(process: Process) -> None:
    materials = read_materials()
    for step in (s for s in process.steps if s.kind == "reflow"):
        for film in process.films:
            material, peak = materials[process.film(film.name).material], step.temperature.value
            if film.name in step.films:
                assert material.liquidus is not None
                assert material.liquidus.value < peak
            elif material.solidus is not None and "solder" not in material.groups:
                assert material.solidus.value > peak


def test_process_ends_with_a_saw_along_the_scribe(process: Process) -> None:
    saws = [step for step in process.steps if step.kind == "singulate"]
    assert [saw.layer for saw in saws] == ["SCRIBE"]


def test_pad_and_solder_are_joined_by_connections(process: Process) -> None:
    reached = {"LEAD" if process.name == "leadframe" else "PAD"}
    for _ in process.connections:
        for connection in process.connections:
            if reached & set(connection.between):
                reached |= set(connection.between)
    top = {"pillar": "CAP", "sg13g2_pillar": "CAP", "paste": "STENCIL"}
    top |= {
        "gold_rdl_tiw": "CAP",
        "leadframe": "PLATING",
        "paste_print": "STENCIL",
        "plated_bump": "BUMP",
        "plated_pad": "BUMP",
    }
    top |= {"pillar_bare": "PILLAR"} | dict.fromkeys(("laminate", "ceramic", "board"), "FINISH")
    top |= dict.fromkeys(("wlcsp_500", "wlcsp_500_two_rdl", "wlcsp_400"), "BUMP")
    assert top.get(process.name, "BALL") in reached
    for connection in process.connections:
        assert all(process.layers[layer].meaning != "opening" or layer == "STENCIL" for layer in connection.between)
        assert all(process.layers[layer].meaning == "opening" for layer in connection.via)


# what the founding methods claim (P1, P2: see pdk/materials.toml)


def test_balldrop_follows_claim_1() -> None:
    process = read_process("balldrop")
    claimed = ["deposit", "deposit", "etch", "coat", "fill", "place", "reflow", "clean", "strip"]
    kinds: Iterator[str] = (step.kind for step in process.steps)
    assert all(kind in kinds for kind in claimed)
    order = [step.kind for step in process.steps if step.kind == "reflow" or getattr(step, "film", "") == "bump_resist"]
    assert order == ["coat", "expose", "develop", "reflow", "strip"]


def test_balldrop_takes_one_ball_an_opening() -> None:
    process = read_process("balldrop")
    ball = part(process, "bump", "ball").diameter
    opening = part(process, "bump", "resist_opening")
    thickness = process.film("bump_resist").thickness.value
    assert opening.ball == ball == process.film("ball").thickness.value
    assert ball < opening.size < 2 * ball
    assert ball / 2 <= thickness <= ball


def reflowed_diameter(ball: float, ubm: float) -> float:
    """Widest diameter (µm) of a ball molten on a round UBM: a truncated sphere of the ball's volume."""
    a, volume = ubm / 2, math.pi * ball**3 / 6
    low, high = 0.0, 4 * ball
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if math.pi * middle * (3 * a**2 + middle**2) / 6 < volume else (low, middle)
    radius = (a**2 + low**2) / (2 * low)
    return 2 * radius if low >= radius else ubm


@pytest.mark.parametrize("name", ["wlcsp_500", "wlcsp_400"])
def test_published_bump_outline_is_the_reflowed_ball(name: str) -> None:
    process = read_process(name)
    wide = reflowed_diameter(process.film("ball").thickness.value, part(process, "bump", "ubm").size)
    assert wide == pytest.approx(part(process, "bump", "ball").diameter, abs=2.0)


@pytest.mark.parametrize(
    ("name", "pitch"), [("balldrop", 130), ("gold_rdl", 130), ("sg13g2_bump", 130), ("gf180_bump", 174)]
)
def test_reflowed_balls_fit_openings_and_pitch(name: str, pitch: float) -> None:
    process = read_process(name)
    wide = reflowed_diameter(part(process, "bump", "ball").diameter, part(process, "bump", "ubm").size)
    assert wide < pitch - 40
    if name == "balldrop":
        assert wide <= part(process, "bump", "resist_opening").size
    if name == "gf180_bump":
        assert wide == pytest.approx(1.3 * part(process, "bump", "ubm").size, rel=0.01)


def test_second_pillar_is_lower_than_the_first_and_than_25() -> None:
    """P2 claims 33, 34, 41, 42."""
    process = read_process("pillar")
    first, second = process.film("pillar").thickness.value, process.film("second_pillar").thickness.value
    assert second < first
    assert second < 25
    difference = part(process, "second_pillar", "pillar").size - part(process, "pillar", "pillar").size
    assert abs(difference) / 2 <= 10


def test_gold_rdl_is_what_claims_45_to_58_say() -> None:
    process = read_process("gold_rdl")
    assert process.film("rdl").material == "au"
    assert process.film("rdl").thickness.value > 1
    assert process.film("rdl_barrier").material in ("tiw", "ti", "tin", "tan")
    assert [process.film(f"ubm_{name}").material for name in ("adhesion", "copper", "nickel")] == ["ti", "cu", "ni"]
    assert not [p for p in process.sites["wirebond"] if p.cell == "ubm"]
    assert part(process, "bump", "ubm")


GROUPS = {
    "adhesion": ("P1.2", {"al", "ti", "tiw", "cr", "crcu", "cu", "ta"}),
    "metal": ("P1.3", {"niv", "tin", "tan", "ni", "crcu", "cr", "cu", "pd"}),
    "pad": ("P1.7", {"cu", "al"}),
    "pillar": ("P2.5", {"sn", "pb", "cu", "ni", "ag", "zn", "bi", "mg", "sb", "in"}),
}


@pytest.mark.parametrize("group", GROUPS)
def test_groups_are_the_claims_lists(group: str) -> None:
    claim, claimed = GROUPS[group]
    materials = read_materials()
    assert {m for m, row in materials.items() if claim in row.claims} == claimed
    extra = {"au"} if group == "pillar" else set()  # gold is added by P2 claim 12
    assert {m for m, row in materials.items() if group in row.groups} == claimed | extra


def test_only_claim_12_has_gold_pillars_and_it_drops_nickel() -> None:
    claimed = {"sn", "pb", "cu", "au", "ag", "zn", "bi", "mg", "sb", "in"}
    assert {m for m, row in read_materials().items() if "P2.12" in row.claims} == claimed


def families(group: str, claim: str = "") -> set[str | None]:
    """Families of a group's materials, of those that a claim names."""
    rows: list[Material] = [row for row in read_materials().values() if group in row.groups]
    return {row.family for row in rows if not claim or claim in row.claims}


def test_polymer_families_are_those_of_claims_53_55_57() -> None:
    inner = {"polyimide", "BCB", "porous", "parylene", "elastomer"}
    assert families("polymer", "P2.53") == families("polymer", "P2.57") == inner
    assert families("polymer", "P2.55") == inner | {"soldermask"}
    assert families("polymer") == inner | {"soldermask", "PBO"}


def test_solder_families_are_those_of_claims_50_51_73_74() -> None:
    first = {
        "high-lead",
        "SnPb",
        "SnAg",
        "SnAgCu",
        "SnBi",
        "SnAgIn",
        "SnBiZn",
        "SnZn",
        "SnBiAgCu",
        "SnAgCuSb",
        "SnSb",
        "SnZnInAg",
    }
    assert families("solder", "P2.50") == families("solder", "P2.73") == first
    assert families("solder", "P2.51") == {"SnPb", "SnAg", "SnAgCu", "SnBiZn", "SnZn", "SnZnInAg"}
    assert families("solder", "P2.74") == {
        "SnPb",
        "SnAg",
        "SnAgCu",
        "SnBiZn",
        "SnZn",
        "SnBiAgCu",
        "SnAgCuSb",
        "SnSb",
        "SnZnInAg",
    }


def test_lead_is_in_the_solders_of_claim_4_and_in_none_of_claim_5() -> None:
    solders = [row for row in read_materials().values() if "solder" in row.groups]
    assert all({"Pb", "Sn"} <= set(row.composition) for row in solders if "P1.4" in row.claims)
    assert not any("Pb" in row.composition for row in solders if "P1.5" in row.claims)
    assert sum("P1.4" in row.claims for row in solders) == 4


def test_materials_are_physical() -> None:
    for name, row in read_materials().items():
        if row.composition:
            assert sum(row.composition.values()) == pytest.approx(100, abs=0.01), name
        if row.solidus and row.liquidus:
            assert row.solidus.value <= row.liquidus.value, name
        if row.peak_reflow and row.liquidus:
            assert 20 <= row.peak_reflow.value - row.liquidus.value <= 40, name
        if row.resistivity:
            assert 1.5 < row.resistivity.value < 300, name


def test_some_known_values_in_the_units_stated() -> None:
    materials = read_materials()
    copper, ball = materials["cu"], materials["sac305"]
    assert copper.resistivity is not None
    assert copper.resistivity.value == pytest.approx(1.68, rel=0.01)
    assert ball.solidus is not None
    assert ball.liquidus is not None
    assert ball.resistivity is not None
    assert (ball.solidus.value, ball.liquidus.value) == (217, 220)
    assert ball.resistivity.value == pytest.approx(13.2)


def test_rdl_films_are_of_the_rdl_group(process: Process) -> None:
    if "RDL" in process.layers:
        assert "rdl" in read_materials()[process.film("rdl").material].groups


def house(folder: Path, old: str = "name", new: str = "name") -> Path:
    """The shipped wlcsp_500 as a process of one's own, with one edit."""
    text = (resources.folder("pdk") / "wlcsp_500" / "process.toml").read_text("utf-8")
    assert old in text
    path = folder / "process.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


OWN_MATERIALS = """\
[sources]
SHEET = "the supplier's data sheet"
[materials.goo]
name = "Goo"
groups = ["polymer"]
density = { value = 1.25, source = "SHEET p. 3" }
[materials.cu]
name = "Plated copper"
groups = ["metal", "rdl"]
resistivity = { value = 2.1, source = "SHEET" }
"""


def test_materials_beside_a_process_add_to_the_shared_ones(tmp_path: Path) -> None:
    path = house(tmp_path, 'name = "poly2", material = "polyimide_pos"', 'name = "poly2", material = "goo"')
    with pytest.raises(InputError, match="of material 'goo'"):
        read_process(str(path))
    (tmp_path / "materials.toml").write_text(OWN_MATERIALS, "utf-8")
    process = read_process(str(path))
    assert process.materials["goo"].density is not None
    assert process.materials["goo"].density.value == 1.25
    assert process.materials["cu"].name == "Plated copper"
    assert set(process.materials) == {*read_materials(), "goo"}
    assert read_materials()["cu"].name != "Plated copper"
    assert read_process("wlcsp_500").materials == read_materials()


def test_materials_are_read_again_when_edited(tmp_path: Path) -> None:
    path = house(tmp_path)
    (tmp_path / "materials.toml").write_text(OWN_MATERIALS, "utf-8")
    assert read_process(str(path)).materials["goo"].name == "Goo"
    (tmp_path / "materials.toml").write_text(OWN_MATERIALS.replace("Goo", "Slime"), "utf-8")
    assert read_process(str(path)).materials["goo"].name == "Slime"


def test_rules_may_be_a_table_beside_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "house").mkdir()
    path = house(tmp_path / "house", 'rules = "wlcsp_500"', 'rules = "./house_rules.toml"')
    (path.parent / "materials.toml").write_text("[sources]\n[materials]\n", "utf-8")
    with pytest.raises(InputError, match=r"no rule table './house_rules\.toml' beside the process\n  cure: write the"):
        read_process(str(path))
    table = (resources.folder("drc_rules") / "wlcsp_500.toml").read_text("utf-8")
    (path.parent / "house_rules.toml").write_text(table, "utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("house", "house/process.toml", str(path)):
        rules = read_process(name).rules
        assert rules is not None
        assert read_rules(rules) == read_rules("wlcsp_500")


def test_a_rule_tables_file_is_named_where_its_name_alone_was_given(tmp_path: Path) -> None:
    path = house(tmp_path, 'rules = "wlcsp_500"', 'rules = "house_rules"')
    (tmp_path / "house_rules.toml").write_text("", "utf-8")
    with pytest.raises(InputError, match=r'cure: write rules = "\./house_rules\.toml"'):
        read_process(str(path))


@pytest.mark.parametrize("source", ["MEM", "own (a guess)", "der: 2 x 3", "SKY, page 3", "see CARAVEL"])
def test_sources_are_keys_or_marks(tmp_path: Path, source: str) -> None:
    read_process(str(house(tmp_path, 'source = "TOPLINE (ball for', f'source = "{source} (ball for')))


@pytest.mark.parametrize("source", ["HOUSE 3", "by our own count", "see MEM", "SKYWATER"])
def test_other_sources_are_refused(tmp_path: Path, source: str) -> None:
    with pytest.raises(InputError, match="names no key of"):
        read_process(
            str(
                house(
                    tmp_path,
                    'source = "MINDER" },\n  { kind = "place"',
                    f'source = "{source}" }},\n  {{ kind = "place"',
                )
            )
        )


def test_a_process_knows_where_its_keys_stand(tmp_path: Path) -> None:
    path = house(tmp_path)
    where = read_process(str(path)).where("cells.ubm.size")
    assert (where.file, where.key) == (path, "cells.ubm.size")
    assert path.read_text("utf-8").splitlines()[(where.line or 0) - 1].startswith("size = { value = 250")
