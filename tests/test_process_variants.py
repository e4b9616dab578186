"""Processes that name a base: how they are merged, what they refuse, and what those that are shipped draw."""

from __future__ import annotations

import shutil
from pathlib import Path
from unittest.mock import Mock

import pytest

from bumpgen import resources
from bumpgen.command.check import CheckOptions, check
from bumpgen.errors import InputError
from bumpgen.process import Process, read_materials, read_process
from bumpgen.read import read_design
from bumpgen.rules import read_rules
from bumpgen.variant import read_raw

HEAD = 'base = "pillar"\nname = "house"\n'


def variant(folder: Path, text: str, head: str = HEAD) -> Path:
    """A process.toml in a folder of its own."""
    folder.mkdir(exist_ok=True)
    path = folder / "process.toml"
    path.write_text(head + text, "utf-8")
    return path


def read(folder: Path, text: str, head: str = HEAD) -> Process:
    return read_process(str(variant(folder, text, head)))


def refused(folder: Path, text: str, head: str = HEAD) -> InputError:
    """The error of a variant, which must stand in its own file."""
    path = variant(folder, text, head)
    with pytest.raises(InputError) as caught:
        read_process(str(path))
    where = caught.value.where
    assert where is not None
    assert where.file == path
    return caught.value


def kinds(process: Process) -> list[tuple[str, str]]:
    """Kind and film, or films, of each step."""
    return [(s.kind, getattr(s, "film", "") or ",".join(getattr(s, "films", ()))) for s in process.steps]


# merging


def test_a_variant_of_nothing_is_its_base(tmp_path: Path) -> None:
    base, same = read_process("pillar"), read(tmp_path, "")
    assert same.name == "house"
    assert same.model_dump() == base.model_dump() | {"name": "house"}
    assert same.rules == base.rules == "pillar"
    assert list(same.layers) == list(base.layers)


def test_scalars_and_lists_replace_tables_merge(tmp_path: Path) -> None:
    text = """\
title = "House pillars"
connections = [{ between = ["PAD", "PILLAR"], source = "own" }]
[sources]
HOUSE = "our own sheet"
[layers]
CAP = { gds = [135, 7], meaning = "body", description = "Solder", color = "#a7b4bd", source = "HOUSE" }
[cells.pillar]
size = { value = 54, source = "HOUSE; IHPLR" }
[sites]
bump = [{ cell = "pillar", source = "HOUSE" }]
"""
    base, process = read_process("pillar"), read(tmp_path, text)
    assert (process.title, process.mask_set) == ("House pillars", base.mask_set)
    assert [c.between for c in process.connections] == [("PAD", "PILLAR")]
    assert process.layers["CAP"].gds == (135, 7)
    assert process.layers["PILLAR"] == base.layers["PILLAR"]
    assert list(process.layers) == list(base.layers)
    assert process.default("pillar") == {"shape": "circle", "size": 54}
    assert process.sites["bump"][0].set == {}
    assert process.sites["second_pillar"] == base.sites["second_pillar"]
    assert set(process.sources) == {*base.sources, "HOUSE"}


def test_a_changed_film_keeps_its_other_keys(tmp_path: Path) -> None:
    process = read(tmp_path, '[change.films.cap]\nthickness = { value = 20, source = "own" }\n')
    was = read_process("pillar").film("cap")
    assert process.film("cap").thickness.value == 20
    assert (process.film("cap").material, process.film("cap").layer) == (was.material, was.layer)
    assert [film.name for film in process.films] == [film.name for film in read_process("pillar").films]


def test_steps_about_a_dropped_film_go_with_it(tmp_path: Path) -> None:
    process = read(tmp_path, 'drop_films = ["cap"]\ndrop_layers = ["CAP"]\n[cells.pillar]\ncap_layer = ""\n')
    was = kinds(read_process("pillar"))
    gone = [("plate", "cap"), ("reflow", "cap")]
    expected = [(kind, "second_cap" if of == "cap,second_cap" else of) for kind, of in was if (kind, of) not in gone]
    assert kinds(process) == expected
    assert "CAP" not in process.layers
    assert [c.between for c in process.connections] == [("PAD", "PILLAR"), ("PAD", "PILLAR2"), ("PILLAR2", "CAP2")]


def test_a_dropped_layer_is_no_via_either() -> None:
    process, base = read_process("gold_rdl_cr"), read_process("gold_rdl")
    assert {"POLY1", "POLY2"} & set(base.layers) - set(process.layers) == {"POLY1", "POLY2"}
    assert [c.between for c in process.connections] == [c.between for c in base.connections]
    assert [c.via for c in base.connections] == [("PASSIVATION", "POLY1"), ("POLY2",), ()]
    assert [c.via for c in process.connections] == [("PASSIVATION",), (), ()]


ADDED = """\
add_films = [
  { after = "passivation", name = "poly", material = "polyimide", thickness = { value = 5, source = "own" } },
  { name = "glue", material = "elastomer", thickness = { value = 9, source = "own" } },
  { after = "", name = "tape", material = "elastomer", thickness = { value = 9, source = "own" } },
]
add_steps = [
  { after = 0, kind = "coat", film = "poly", source = "own" },
  { kind = "cure", film = "poly", source = "own" },
  { after = { kind = "develop", film = "resist" }, kind = "coat", film = "glue", source = "own" },
  { after = 23, kind = "cure", film = "glue", source = "own" },
  { after = { kind = "cure", film = "glue" }, kind = "coat", film = "tape", source = "own" },
]
"""


def test_films_and_steps_are_added_where_they_say(tmp_path: Path) -> None:
    process, base = read(tmp_path, ADDED), read_process("pillar")
    films, was = [film.name for film in process.films], [film.name for film in base.films]
    assert films == ["tape", *was[:3], "poly", *was[3:], "glue"]
    steps = kinds(base)
    assert kinds(process) == [
        ("coat", "poly"), ("cure", "poly"), *steps[:5], ("coat", "glue"), *steps[5:23], ("cure", "glue"),
        ("coat", "tape"), *steps[23:],
    ]  # fmt: skip


def test_a_layer_is_added_where_it_says(tmp_path: Path) -> None:
    row = 'after = "PASSIVATION", gds = [5, 0], meaning = "opening", description = "Polymer", color = "#f2c45a"'
    layers = list(read(tmp_path, f'[layers]\nPOLY1 = {{ {row}, source = "own" }}\n').layers)
    assert layers[layers.index("PASSIVATION") + 1] == "POLY1"


def test_a_base_may_be_a_path_and_a_variant_itself(tmp_path: Path) -> None:
    one = variant(tmp_path / "one", '[change.films.cap]\nthickness = { value = 20, source = "own" }\n')
    (one.parent / "materials.toml").write_text('[sources]\n[materials.goo]\nname = "Goo"\ngroups = []\n', "utf-8")
    text = '[change.films.barrier]\nthickness = { value = 4, source = "own" }\n'
    two = read(tmp_path / "two", text, 'base = "../one"\nname = "two"\n')
    assert (two.film("cap").thickness.value, two.film("barrier").thickness.value) == (20, 4)
    assert two.path == tmp_path / "two" / "process.toml"
    assert [path.resolve() for path in two.bases] == [one, resources.folder("pdk") / "pillar" / "process.toml"]
    assert "goo" in two.materials
    assert len(two.files) == 4
    assert two.where("films.8.thickness").file.resolve() == one  # type: ignore[union-attr]


def test_rules_of_a_base_lie_beside_the_base(tmp_path: Path) -> None:
    table = (resources.folder("drc_rules") / "pillar.toml").read_text("utf-8")
    one = variant(tmp_path / "one", 'rules = "./mine.toml"\n')
    (one.parent / "mine.toml").write_text(table, "utf-8")
    rules = read(tmp_path / "two", "", 'base = "../one/process.toml"\nname = "two"\n').rules
    assert rules is not None
    assert Path(rules).resolve() == one.parent / "mine.toml"
    assert read_rules(rules) == read_rules("pillar")


def test_a_key_is_placed_in_the_file_that_says_it(tmp_path: Path) -> None:
    text = 'title = "x"\n[change.films.cap]\nthickness = { value = 20, source = "own" }\n[cells.pillar]\n'
    path = variant(tmp_path, text + 'size = { value = 54, source = "own" }\n')
    process, base = read_process(str(path)), resources.folder("pdk") / "pillar" / "process.toml"
    cap = next(n for n, film in enumerate(process.films) if film.name == "cap")
    found = {
        "title": (path, "title = "),
        "cells.pillar.size": (path, "size = { value = 54"),
        "cells.pillar.shape": (base, 'shape = "circle"'),
        f"films.{cap}.thickness": (path, "thickness = { value = 20"),
        f"films.{cap}.material": (base, '  { name = "cap"'),
        "grid": (base, "grid = "),
        "layers.PAD.gds": (base, "PAD = "),
        "steps.5.film": (base, '  { kind = "plate", film = "pillar"'),
    }
    for key, (file, start) in found.items():
        where = process.where(key)
        assert where.file == file, key
        assert file.read_text("utf-8").splitlines()[(where.line or 0) - 1].startswith(start), key


def test_the_base_is_an_input_of_a_design(tmp_path: Path) -> None:
    variant(tmp_path / "house", "")
    text = 'name = "d"\nprocess = "./house"\nsource = "own"\n[die]\nwidth = 500\nheight = 500\n'
    (tmp_path / "design.toml").write_text(text, "utf-8")
    inputs = {path.resolve() for path in read_design(tmp_path).inputs}
    assert {tmp_path / "house" / "process.toml", resources.folder("pdk") / "pillar" / "process.toml"} <= inputs


# mistakes

STEP = 'kind = "coat", film = "resist", source = "own"'
MISTAKES = [
    ('drop_films = ["capp"]', "base pillar has no film 'capp'", "did you mean 'cap'?"),
    ('drop_layers = ["CAPS"]', "base pillar has no layer 'CAPS'", "did you mean 'CAP'?"),
    ('drop_sites = ["bumps"]', "base pillar has no site 'bumps'", "did you mean 'bump'?"),
    ('drop_cells = ["pilar"]', "base pillar has no cell 'pilar'", "did you mean 'pillar'?"),
    ("[change.films.capp]\nmaterial = 'cu'", "base pillar has no film 'capp'", "did you mean 'cap'?"),
    ("[change.film.cap]\nmaterial = 'cu'", "unknown key 'film'", "did you mean 'films'?"),
    ("[change.films.cap]\nmaterail = 'cu'", "unknown key 'materail'", "did you mean 'material'?"),
    ("[change.films.cap]\nmaterial = 'sn98ag'", "film cap is of material 'sn98ag'", "did you mean 'sn98ag2'?"),
    ("[change.films.cap]\nthickness = 20", "20 is not a table", "write thickness = { value = 20, source = … }"),
    ("drop_steps = [99]", "there is no step 99 left of base pillar", "bumpgen pdk show numbers"),
    ('drop_steps = [{ kind = "join", film = "capp" }]', "base pillar has no step join of capp", "did you mean"),
    ('drop_steps = [{ kind = "etsch" }]', "base pillar has no step etsch", "did you mean 'etch'?"),
    ('drop_steps = [{ kind = "etch" }]', "2 steps are etch: 10, 21", "add its film, or write its number"),
    (f'add_steps = [{{ after = {{ kind = "join", film = "x" }}, {STEP} }}]', "has no step join of x", "did you mean"),
    (f"add_steps = [{{ after = 99, {STEP} }}]", "there is no step 99 left", "bumpgen pdk show numbers"),
    (f'add_steps = [{{ after = "plate", {STEP} }}]', "'plate' is not", 'write after = { kind = "…", film = "…" }'),
    ('add_steps = [{ kind = "coat", film = "goo", source = "own" }]', "names film 'goo'", ""),
    ('add_films = [{ name = "cap", material = "cu" }]', "there is a film 'cap' already", "[change.films.cap]"),
    ('add_films = [{ after = "capp", name = "x" }]', "base pillar has no film 'capp'", "did you mean 'cap'?"),
    ('add_films = [{ name = "x", material = "cu" }]', "key 'thickness' is missing", "add thickness = …"),
    ('[layers]\nX = { after = "PADS" }', "base pillar has no layer 'PADS'", "did you mean 'PAD'?"),
    ("films = []\ndrop_films = ['cap']", "films are all written anew here, so that drop_films", "drop drop_films"),
    ("steps = []\ndrop_steps = [1]", "steps are all written anew here, so that drop_steps", "drop drop_steps"),
    ("sites = 3", "3 is not a table", ""),
    ("drop_film = []", "unknown key 'drop_film'", ""),
    ("grid = 3", "3 is not a table", "write grid = { value = 3, source = … }"),
    ('grid = { value = 5, source = "own" }', "a grid of 5 µm is outside", ""),
    ('rules = "pilar"', "there is no rule table named 'pilar'", "did you mean 'pillar'?"),
    ('grid = { value = 0.005, source = "SHEET 3" }', "source 'SHEET 3' names no key of [sources]", ""),
]


@pytest.mark.parametrize(("text", "sentence", "cure"), MISTAKES, ids=[text[:50] for text, _, _ in MISTAKES])
def test_a_mistake_is_told_with_its_place_and_cure(tmp_path: Path, text: str, sentence: str, cure: str) -> None:
    error = refused(tmp_path, text + "\n")
    assert sentence in error.message
    assert cure in (error.hint or "")


@pytest.mark.parametrize(
    ("base", "sentence", "cure"),
    [
        ("pilar", "there is no process named 'pilar' to start from", "did you mean 'pillar'?"),
        ("../nowhere", "there is no process at '../nowhere' to start from", "write its path from this file"),
        ("friend", "there is no process named 'friend' to start from", 'write base = "./friend"'),
        (".", "the bases go round in a circle", "name another base"),
    ],
)
def test_a_base_that_is_none(tmp_path: Path, base: str, sentence: str, cure: str) -> None:
    variant(tmp_path / "friend", "")
    error = refused(tmp_path, "", f'base = "{base}"\nname = "house"\n' if base != "." else 'base = "./process.toml"\n')
    assert sentence in error.message
    assert cure in (error.hint or "")
    assert error.where is not None
    assert (error.where.line, error.where.key) == (1, "base")


def test_a_mistake_of_the_base_is_told_there(tmp_path: Path) -> None:
    one = variant(tmp_path / "one", "films = [3]\n", 'name = "one"\n')
    path = variant(tmp_path / "two", 'drop_films = ["cap"]\n', 'base = "../one"\nname = "two"\n')
    with pytest.raises(InputError) as caught:
        read_process(str(path))
    assert caught.value.where is not None
    assert Path(str(caught.value.where.file)).resolve() == one


def test_a_circle_of_two_is_told(tmp_path: Path) -> None:
    variant(tmp_path / "one", "", 'base = "../two"\n')
    path = variant(tmp_path / "two", "", 'base = "../one"\n')
    with pytest.raises(InputError, match="go round in a circle: two → one → two"):
        read_process(str(path))


# what is shipped

VARIANTS = {
    "pillar_bare": "pillar", "pillar_module": "pillar", "plated_bump": "pillar", "plated_pad": "plated_bump",
    "paste_print": "paste",
    "ceramic": "laminate", "board": "laminate", "balldrop_rdl": "balldrop", "balldrop_board": "balldrop",
    "flux_ball": "balldrop", "gold_rdl_tiw": "gold_rdl", "gold_rdl_cr": "gold_rdl", "gold_rdl_two_metal": "gold_rdl",
}  # fmt: skip


def test_the_shipped_variants_and_their_bases() -> None:
    found = {name: read_process(name).bases for name in resources.names("pdk")}
    assert {name: bases[0].parent.name for name, bases in found.items() if bases} == VARIANTS


@pytest.mark.parametrize("name", VARIANTS)
def test_a_shipped_variant_names_itself_and_changes_nothing_in_vain(name: str) -> None:
    process = read_process(name)
    base = read_process(VARIANTS[name])
    raw, own = (read_raw(path, Mock()).data for path in (process.bases[0], process.files[0]))
    assert process.name == name
    assert process.title != base.title
    assert process.description != base.description
    assert {key for key in ("films", "steps", "layers", "sites", "cells", "grid") if own.get(key) != raw.get(key)}


BODIES = {"laminate": "organic", "board": "organic", "balldrop_board": "organic", "ceramic": "ceramic"}
BODIES |= {"leadframe": "metal"}


@pytest.mark.parametrize("name", resources.names("pdk"))
def test_each_body_tells_its_family(name: str) -> None:
    process = read_process(name)
    bodies = [film for film in process.films if "substrate" in process.materials[film.material].groups]
    assert [process.materials[film.material].family for film in bodies] == [BODIES.get(name, "silicon")]
    assert bodies[0] is process.films[0]


def test_families_of_substrates_are_those_of_claim_25_and_silicon() -> None:
    substrates = {key: row for key, row in read_materials().items() if "substrate" in row.groups}
    assert {row.family for row in substrates.values() if "P2.25" in row.claims} == {
        "organic", "glass", "ceramic", "metal",
    }  # fmt: skip
    assert {key for key, row in substrates.items() if row.family == "silicon"} == {"silicon"}


SITES = [
    ("pillar_bare", "bump", 80), ("pillar_bare", "second_pillar", 80), ("pillar_module", "pillar", 80),
    ("pillar_module", "wirebond", 150), ("pillar_module", "ball", 500), ("plated_bump", "bump", 80),
    ("plated_pad", "bump", 80),
    ("paste_print", "bump", 160), ("laminate", "land", 500), ("laminate", "finger", 250), ("laminate", "post", 200),
    ("board", "land", 500), ("board", "post", 200), ("ceramic", "land", 500), ("ceramic", "finger", 250),
    ("ceramic", "post", 200), ("leadframe", "finger", 400), ("balldrop_board", "bump", 180), ("flux_ball", "bump", 130),
]  # fmt: skip


@pytest.mark.parametrize(("process", "site", "pitch"), SITES)
def test_sites_over_their_pads_are_clean_and_on_their_nets(tmp_path: Path, process: str, site: str, pitch: int) -> None:
    rows = f"columns = 4\nrows = 1\npitch = [{pitch}, {pitch}]\nnets = ['{{name}}']\n"
    die = "[die]\nwidth = 4000\nheight = 3000\n[pads]\nunder_bumps = true\n"
    text = f"name = 'd'\nprocess = '{process}'\nsource = 'own'\n{die}[bumps]\nsite = '{site}'\n[bumps.array]\n"
    (tmp_path / "design.toml").write_text(text + "kind = 'grid'\n" + rows, "utf-8")
    report = check(str(tmp_path), CheckOptions()).report
    assert not report.violated, [(r.rule, r.places[:1]) for r in report.violated]
    assert len(report.nets) == 4
    assert {result.rule for result in report.of("clean")} >= {"NET.OPEN.1", "NET.SHORT.1", "NET.MISS.1"}


GOLD = {"gold_rdl_tiw": "CAP.H.1", "gold_rdl_cr": "BALL.H.1", "gold_rdl_two_metal": "POLY_IM.W.1"}
"""Variants of gold_rdl, and a rule that each of them is there for."""
ROUTED = "[routing]\nlayers = ['METAL1', 'RDL']\nwidth = 20\nedge = 20\n"


@pytest.mark.parametrize("process", GOLD)
def test_the_gold_die_in_each_variant_is_clean_and_whole(tmp_path: Path, process: str) -> None:
    """The shipped die of gold_rdl: wires from its table on gold, or routed on copper and gold with vias."""
    shutil.copytree(resources.folder("designs") / "gold_rdl_die", tmp_path, dirs_exist_ok=True)
    path = tmp_path / "design.toml"
    text = path.read_text("utf-8").replace('process = "gold_rdl"', f'process = "{process}"')
    if process == "gold_rdl_two_metal":
        text = text.split("[routes]")[0] + ROUTED
    path.write_text(text, "utf-8")
    report = check(str(tmp_path), CheckOptions()).report
    assert not report.violated, [(r.rule, r.places[:1]) for r in report.violated]
    assert len(report.nets) == 12
    met = {result.rule for result in report.of("clean")}
    assert {GOLD[process], "UBM.M.1", "NET.OPEN.1", "NET.SHORT.1"} <= met
