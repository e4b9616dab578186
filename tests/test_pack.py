"""`bumpgen pack`: everything in one folder or ZIP, whole or not at all, with what a mask shop asks."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

import bumpgen
from bumpgen.cli import main
from bumpgen.masks.order import PlateFacts, mask_order
from bumpgen.masks.set import mask_set
from bumpgen.write.order import ORDERS

WHOLE = "balldrop_rdl_die"
"""A design that answers the whole intake list."""
PARTIAL = "flux_ball_die"


def run(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(main, ["pack", *arguments])
    return found.exit_code, found.output


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pack") / "whole.zip"
    code, said = run(WHOLE, "-o", str(out))
    assert code == 0, said
    return out


def test_a_pack_has_everything(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        names = set(archive.namelist())
    masks = {name for name in names if name.startswith("masks/") and name.endswith((".gds", ".oas"))}
    assert len(masks) == 10
    wanted = {
        "README.txt", "manifest.json", "order.md", "order.csv", "order.pdf", "layers.csv",
        f"layout/{WHOLE}.gds", f"layout/{WHOLE}.oas", f"layout/{WHOLE}_bumps.csv", f"layout/{WHOLE}.png",
        f"check/{WHOLE}.json", f"check/{WHOLE}.md", f"check/{WHOLE}.lyrdb", f"masks/{WHOLE}_marks.csv",
        f"wafer/{WHOLE}_wafer.sinf", f"wafer/{WHOLE}_wafer.svg", "process/run_sheet.html", "process/section.svg",
    }  # fmt: skip
    assert wanted <= names
    assert not any(name != "manifest.json" and name.endswith("manifest.json") for name in names)


def test_the_manifest_has_the_checksum_of_each_file(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert set(manifest["outputs"]) == set(archive.namelist()) - {"manifest.json"}
        for name, facts in manifest["outputs"].items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == facts["sha256"]
    assert manifest["missing"] == {WHOLE: []}


def test_the_order_says_tone_bias_and_reading_sense(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        text = archive.read("order.csv").decode()
        markdown = archive.read("order.md").decode()
        pages = PdfReader(io.BytesIO(archive.read("order.pdf"))).pages
        listed = {row["name"] if "name" in row else row["mask"] for row in csv.DictReader(io.StringIO(text))}
    first, second = text.split("\n\n")
    rows = list(csv.DictReader(io.StringIO(first)))
    assert [(row["mask"], row["data"], row["bias"]) for row in rows] == [
        ("POLY1", "dark", "-1"), ("RDL", "clear", "-1"), ("POLY2", "dark", "-1"), ("UBM_ETCH", "dark", "+2"),
        ("BUMP_RESIST", "dark", "0"),
    ]  # fmt: skip
    assert listed
    answers = {row["asked"]: row for row in csv.DictReader(io.StringIO(second))}
    assert "right-reading chrome down" in answers["reading sense with chrome side"]["order_says"]
    assert answers["CD tolerance"]["order_says"] == "± 0.5 µm"
    assert answers["plate size and glass"]["order_says"] == "7x7x0.120 in soda-lime"
    assert "| 4 | UBM_ETCH |" in markdown
    assert "UBM_ETCH" in "".join(page.extract_text() for page in pages)


def test_the_same_pack_is_made_each_time(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        run(PARTIAL, "-o", str(tmp_path / name), "-q")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_what_is_missing_is_said_with_its_cure(tmp_path: Path) -> None:
    code, said = run(PARTIAL, "-o", str(tmp_path / "pack"), "--json")
    assert code == 1
    facts = json.loads(said)
    assert facts["complete"] is False
    missing = {row["asked"]: row["cure"] for row in facts["designs"][PARTIAL]["intake"] if row["state"] == "missing"}
    assert "[wafer] table" in missing["stepping distance and wafer map"]
    assert "[mask] table" in missing["plate size and glass"]
    assert (tmp_path / "pack" / "order.pdf").is_file()


def test_every_mask_set_gives_an_order() -> None:
    for name in ("balldrop_die", "gold_rdl_die", "module_chip", "caravel_gf180"):
        design = bumpgen.read_design(name)
        rows = mask_set(design.process)
        files = {row.step: (f"{row.name}.gds",) for row in rows if row.layer}
        order = mask_order(design, bumpgen.build_layout(design), rows, files, PlateFacts())
        assert [row.name for row in order.rows] == [row.name for row in rows if row.layer]
        assert len(order.answers) == 15
        for write in ORDERS.values():
            assert write(order) == write(order)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    code, said = run(PARTIAL, "-o", str(tmp_path), "-q")
    assert code == 2
    assert "something else than a pack" in said
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_pack_is_replaced_whole_and_kept_if_a_new_one_fails(tmp_path: Path) -> None:
    out = tmp_path / "pack"
    assert run(PARTIAL, "-o", str(out), "-q")[0] == 1
    before = {path.relative_to(out) for path in out.rglob("*")}
    code, said = run(PARTIAL, "-o", str(out), "--waive", str(tmp_path / "nowhere.toml"), "-q")
    assert code == 2, said
    assert {path.relative_to(out) for path in out.rglob("*")} == before
    assert run(PARTIAL, "-o", str(out), "-f", "gds", "-q")[0] == 1
    assert not list(out.rglob("masks/*.oas"))
    assert [path.name for path in tmp_path.iterdir()] == ["pack"]


def test_an_assembly_is_packed_with_its_parts(tmp_path: Path) -> None:
    out = tmp_path / "both"
    code, said = run("pillar_to_pillar", "-o", str(out), "-q")
    assert code == 1, said
    parts = sorted(path.name for path in (out / "parts").iterdir())
    assert len(parts) == 2
    assert all((out / "parts" / part / "order.md").is_file() for part in parts)
    assert any(path.suffix == ".csv" for path in (out / "assembly").iterdir())
    assert any((out / "check").iterdir())


def test_another_format_is_refused(tmp_path: Path) -> None:
    code, said = run(PARTIAL, "-o", str(tmp_path / "a.zip"), "-f", "gdss")
    assert code == 2
    assert "gds" in said
