"""The shipped rule tables: complete against what is published, and kept by the processes' own defaults."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bumpgen import resources
from bumpgen.cells import CELLS
from bumpgen.check.kinds import KINDS
from bumpgen.errors import InputError
from bumpgen.process import Process, read_process
from bumpgen.rules import Rule, RuleTable, read_rules

TABLES = [
    "balldrop", "balldrop_rdl", "flux_ball", "gf180_bump", "gold_rdl", "gold_rdl_tiw", "gold_rdl_two_metal",
    "laminate", "leadframe", "paste", "paste_print", "pillar", "pillar_module", "plated_bump", "plated_pad",
    "sg13g2_bump",
    "sg13g2_pillar", "wlcsp_400", "wlcsp_500", "wlcsp_500_two_rdl", "wlcsp_deca_400",
]  # fmt: skip
PUBLISHED = Path(__file__).resolve().parents[2] / "shared" / "data" / "published_rules"
needs_published = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the published CSV tables are not beside this checkout"
)


@pytest.fixture(params=TABLES)
def table(request: pytest.FixtureRequest) -> RuleTable:
    """Each shipped table in turn."""
    return read_rules(request.param)


@pytest.fixture(params=[name for name in TABLES if name != "wlcsp_deca_400"])
def process(request: pytest.FixtureRequest) -> Process:
    """Each process that a table is written for."""
    return read_process(request.param)


def test_the_tables_are_shipped() -> None:
    assert resources.names("drc_rules") == TABLES


def test_each_process_names_its_table() -> None:
    for name in resources.names("pdk"):
        process = read_process(name)
        assert process.rules is not None
        lineage = (name, *(path.parent.name for path in process.bases))
        assert read_rules(process.rules).process in lineage


def test_rules_name_layers_of_their_process(table: RuleTable) -> None:
    layers = read_process(table.process).layers
    for rule in table.rules:
        assert set(rule.names) <= set(layers), rule.id
        assert rule.id.split(".")[0] in {*layers, "MASK"}, rule.id


def test_rules_are_of_known_kinds(table: RuleTable) -> None:
    for rule in table.rules:
        least, most = KINDS[rule.kind].layers
        assert least <= len(rule.layers) <= most, rule.id
        if rule.kind in ("width", "enclosure", "notch", "space"):
            assert isinstance(rule.limit, int | float), rule.id


def test_sources_are_listed_and_used(table: RuleTable) -> None:
    used: set[str] = set()
    for rule in table.rules:
        found = {key for key in table.sources if re.search(rf"(?<!\w){key}(?!\w)", f"{rule.source} {rule.reason}")}
        assert {k for k in found if k in rule.source}, f"{rule.id}: {rule.source!r}"
        used |= found
    assert used == set(table.sources)


def test_every_rule_says_why(table: RuleTable) -> None:
    assert all(len(rule.reason) > 8 for rule in table.rules)


def test_two_rules_of_one_id_are_refused(tmp_path: Path) -> None:
    text = (resources.folder("drc_rules") / "paste.toml").read_text("utf-8")
    path = tmp_path / "paste.toml"
    path.write_text(text.replace('"UBM.W.1"', '"UBM.S.1"'), "utf-8")
    with pytest.raises(InputError, match=r"two rules have the id UBM\.S\.1"):
        read_rules(str(path))


# what the defaults of a process draw, held against the simple rules of its table


def drawn(cell: str, v: dict[str, Any]) -> Iterator[tuple[str, float, str]]:
    """Layer, smaller side (µm) and shape of what a part draws, from its parameters."""
    size = min(v["size"], v.get("height") or v["size"]) if "size" in v else v.get("diameter", v.get("width", 0.0))
    shape = v.get("shape", "circle")
    if cell == "pad_opening":
        yield v["opening_layer"], size, shape
        yield v["pad_layer"], size + 2 * v["enclosure"], shape
    elif cell == "wirebond_pad":
        inner = min(v["width"], v["height"])
        yield v["opening_layer"], inner, "square"
        yield v["metal_layer"], inner + 2 * v["enclosure"], "square"
    elif cell == "pillar":
        yield v["layer"], size, shape
        yield v["cap_layer"], size - 2 * v["cap_pullback"], shape
    else:
        yield v["layer"], size, shape


def stacks(process: Process) -> dict[str, dict[str, tuple[float, str]]]:
    """Site → layer → size (µm) and shape; where there is no RDL, the bump stands on its pad."""
    found: dict[str, dict[str, tuple[float, str]]] = {}
    for site, parts in process.sites.items():
        rows = [(p.cell, CELLS[p.cell].make(process, **p.values()).model_dump()) for p in parts]
        found[site] = {layer: (size, shape) for cell, values in rows for layer, size, shape in drawn(cell, values)}
    if "RDL" not in process.layers:
        found |= {site: found["pad"] | stack for site, stack in found.items() if site not in ("pad", "probe")}
    return found


def nominal(limit: float | str) -> list[float]:
    """Numbers a size or oversize limit allows: "44 ± 3|49 ± 3" → 44, 49."""
    return [float(choice.split("±")[0]) for choice in str(limit).split("|")]


def kept(rule: Rule, stack: dict[str, tuple[float, str]]) -> bool | None:
    """Whether a stack keeps a rule; None where the rule says nothing of it."""
    if not set(rule.layers) <= set(stack):
        return None
    sizes = [stack[layer][0] for layer in rule.layers]
    match rule.kind:
        case "width":
            return sizes[0] >= float(rule.limit)
        case "size":
            return sizes[0] in nominal(rule.limit)
        case "enclosure":
            return (sizes[0] - sizes[1]) / 2 >= float(rule.limit)
        case "oversize":
            return sizes[0] - sizes[1] in nominal(rule.limit)
        case "ratio_min":
            return sizes[0] / sizes[1] > float(rule.limit)
        case "ratio_max":
            return sizes[0] / sizes[1] < float(rule.limit)
        case "match":
            return abs(sizes[0] - sizes[1]) / 2 <= float(rule.limit)
        case "shape":
            return stack[rule.layers[0]][1] in str(rule.limit).split("|")
    return None


def test_defaults_keep_the_rules_of_their_table(process: Process) -> None:
    assert process.rules is not None
    judged = 0
    for site, stack in stacks(process).items():
        for rule in read_rules(process.rules).rules:
            # a probe pad has no bump: the manual exempts it from the bump pad's shape and metal
            if site == "probe" and rule.id in ("PASSIVATION.SH.1", "PAD.W.1", "PAD.OV.1"):
                continue
            verdict = kept(rule, stack)
            assert verdict is not False, f"{site} breaks {rule.id} = {rule.limit}: {stack}"
            judged += verdict is True
    assert judged >= 5


def test_the_two_pillars_keep_the_match_rule() -> None:
    both = stacks(read_process("pillar"))
    stack = {"PILLAR": both["pillar"]["PILLAR"], "PILLAR2": both["second_pillar"]["PILLAR2"]}
    rule = read_rules("pillar").rule("PILLAR2.M.1")
    assert kept(rule, stack) is True
    assert kept(rule, stack | {"PILLAR2": (stack["PILLAR"][0] + 20.01, "circle")}) is False


def test_a_broken_default_would_be_found() -> None:
    stack = stacks(read_process("wlcsp_500"))["bump"]
    rules = read_rules("wlcsp_500")
    assert kept(rules.rule("UBM.W.1"), stack | {"UBM": (249.04, "circle")}) is False
    assert kept(rules.rule("UBM.EN.1"), stack | {"POLY2": (220.12, "circle")}) is False


def test_stencil_parts_from_its_paste() -> None:
    process, rules = read_process("paste"), read_rules("paste")
    aperture = CELLS["stencil_aperture"].make(process).model_dump()
    assert aperture["size"] / (4 * aperture["foil"]) >= float(rules.rule("STENCIL.AR.1").limit)
    assert aperture["size"] / aperture["foil"] >= float(rules.rule("STENCIL.AS.1").limit)


def test_wires_are_wide_enough(process: Process) -> None:
    width, layer = process.default("trace").get("width"), process.default("trace").get("layer", "RDL")
    assert (width is None) == (layer not in process.layers)
    if width is not None:
        assert process.rules is not None
        assert width >= float(read_rules(process.rules).rule(f"{layer}.W.1").limit)


# what is published

AMKOR = {
    "POLY1.W.1": (35, 35), "POLY1.S.1": (20, 20), "PAD.EN.1": (7.5, 7.5), "RDL.W.1": (10, 10), "RDL.S.1": (10, 10),
    "RDL.EN.1": (10, 10), "POLY2.W.1": (170, 220), "POLY2.S.1": (25, 25), "UBM.W.1": (215, 250), "UBM.EN.1": (15, 15),
    "RDL.EN.2": (10, 10), "UBM.S.1": (10, 10), "UBM.E.1": (155, 195), "BUMP.W.1": (261, 310), "BUMP.P.1": (400, 500),
    "BUMP.P.2": (400, 500), "BUMP.E.1": (25, 25), "DIE.SZ.1": ("750 x 1000", "1000 x 1000"),
    "DIE.SZ.2": ("6800 x 6800", "6800 x 6800"),
}  # fmt: skip
"""google/skywater-pdk@7198cf6 docs/rules/wlcsp/amkor.csv: limits at 400 and at 500 µm pitch."""


@pytest.mark.parametrize(("name", "column"), [("wlcsp_400", 0), ("wlcsp_500", 1)])
def test_wlcsp_limits(name: str, column: int) -> None:
    rules = read_rules(name)
    assert {identity: rules.rule(identity).limit for identity in AMKOR} == {k: v[column] for k, v in AMKOR.items()}


def published_rows(file: str) -> Iterator[tuple[str, list[str]]]:
    """Rule id and row of a SkyWater CSV; a row like "(ubm.-.-)" opens a section."""
    section = ""
    for row in csv.reader((PUBLISHED / file).read_text("utf-8").splitlines()):
        opened = re.match(r"\((\w+)\.", row[0])
        section = opened[1] if opened else section
        if not opened and section and row[0]:
            yield f"{section}{'.' if file == 'amkor.csv' else ' '}{row[0]}", row


def as_number(text: str) -> float | str:
    """A cell's number, or its text in lower case."""
    try:
        return float(text)
    except ValueError:
        return text.lower()


@needs_published
@pytest.mark.parametrize(("name", "column"), [("wlcsp_400", -2), ("wlcsp_500", -1)])
def test_wlcsp_tables_equal_the_published_csv(name: str, column: int) -> None:
    rules = read_rules(name).rules
    rows = list(published_rows("amkor.csv"))
    assert len(rows) == 19
    for identity, row in rows:
        found = [r for r in rules if re.fullmatch(rf"SKY wlcsp/amkor\.csv {re.escape(identity)}( \(.*\))?", r.source)]
        assert [r.limit for r in found] == [as_number(row[column])], identity


@needs_published
def test_deca_table_equals_the_published_csv() -> None:
    rules = read_rules("wlcsp_deca_400").rules
    rows = [(identity, row) for identity, row in published_rows("deca.csv") if identity != "cpmm2 x.1"]
    assert len(rows) == 20
    for identity, row in rows:
        found = [r for r in rules if re.fullmatch(rf"SKY wlcsp/deca\.csv {re.escape(identity)}(,.*)?", r.source)]
        assert len(found) == 1, identity
        if isinstance(as_number(row[-1]), float):
            assert found[0].limit == as_number(row[-1]), identity


@needs_published
@pytest.mark.parametrize("file", ["gf180_31_Top_Metal_76.csv", "gf180_32_Probe_pad_79.csv"])
def test_gf180_table_equals_the_published_csv(file: str) -> None:
    rules = read_rules("gf180_bump").rules
    rows = [r for r in csv.reader((PUBLISHED / file).read_text("utf-8").splitlines()) if re.match(r"(TM|PM)\.", r[0])]
    assert len(rows) >= 5
    for row in rows:
        identity = row[0].replace(" ", "").rstrip("*")
        found = [r for r in rules if re.search(rf"(?<!\w){re.escape(identity)}(?!\w)", r.source)]
        assert len(found) == 1, identity
        limit = as_number(row[-1].split("/")[0])
        if isinstance(limit, float):
            assert found[0].limit == limit, identity
        elif grown := re.fullmatch(r"a\+(\d+)", limit):
            assert nominal(found[0].limit) == [float(grown[1])], identity


@needs_published
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (
            "sg13g2_bump",
            {
                "Padb.a": "PASSIVATION.SZ.1",
                "Padb.b": "PASSIVATION.S.1",
                "Padb.c": "PAD.EN.1",
                "Padb.d": "PASSIVATION.E.1",
            },
        ),
        (
            "sg13g2_pillar",
            {
                "Padc.a": "PASSIVATION.SZ.1",
                "Padc.b": "PASSIVATION.S.1",
                "Padc.c": "PAD.EN.1",
                "Padc.d": "PASSIVATION.E.1",
            },
        ),
    ],
)
def test_ihp_tables_equal_the_published_deck(name: str, rows: dict[str, str]) -> None:
    deck = json.loads((PUBLISHED / "rule_tables.json").read_text("utf-8"))["ihp_sg13g2"]
    rules = read_rules(name)
    for published, identity in rows.items():
        assert published in rules.rule(identity).source
        assert nominal(rules.rule(identity).limit)[0] == deck["rules"][published]
    assert rules.rule("MASK.G.1").limit == deck["grid"]


def by_size(rule: Rule) -> list[tuple[float, ...]]:
    """Pairs of size and limit of a rule like "44: 75|49: 80"."""
    return [tuple(map(float, choice.split(":"))) for choice in str(rule.limit).split("|")]


@pytest.mark.parametrize("name", ["pillar", "sg13g2_pillar"])
def test_ihp_pillar_rows_belong_together(name: str) -> None:
    """Table 6.1: openings, spaces and pitches of three pillars; pitch is opening + space, a pillar 9 wider."""
    rules = read_rules(name)
    spaces, pitches = by_size(rules.rule("PASSIVATION.S.2")), by_size(rules.rule("PILLAR.P.2"))
    assert [size for size, _ in spaces] == nominal(read_rules("sg13g2_pillar").rule("PASSIVATION.SZ.1").limit)
    assert pitches == [(opening + 9, opening + space) for opening, space in spaces]
    assert rules.rule("PASSIVATION.S.1").limit == min(space for _, space in spaces)
    assert rules.rule("PILLAR.P.1").limit == min(pitch for _, pitch in pitches)
