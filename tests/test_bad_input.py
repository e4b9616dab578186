"""Bad input, one case a kind: exit code 2, one message with place, value and cure, earlier output untouched.

Every case is one edit of a small valid design: four pads, four bumps, four routes.
"""

from __future__ import annotations

import gzip
import io
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import klayout.db as db
import openpyxl
import pytest
from click.testing import CliRunner, Result

from bumpgen import resources
from bumpgen.cli import main

Edit = Callable[[Path], None]

DESIGN = """\
name = "mini"
process = "wlcsp_500"

[die]
width = 1400
height = 1400

[pads.table]
file = "pads.csv"
unit = "um"
view = "bumps_up"
columns = { name = "pad", x = "x", y = "y", net = "net" }

[bumps]
naming = { a1 = "top_left", letters = "rows", view = "bumps_up" }

[bumps.table]
file = "bumps.csv"
unit = "um"
view = "bumps_up"
columns = { name = "ball", x = "x", y = "y", net = "net" }

[bumps.check]
file = "pinmap.csv"
view = "bumps_up"
naming = { a1 = "top_left", letters = "rows", view = "bumps_up" }

[routes]
file = "routes.csv"
unit = "um"
view = "bumps_up"
columns = { net = "net", width = "width", points = "points", bump = "bump" }
"""
PADS = "pad,x,y,net\nP1,100,100,vss\nP2,1300,100,vdd\nP3,1300,1300,out\nP4,100,1300,in\n"
BUMPS = "ball,x,y,net\nA1,450,950,in\nA2,950,950,out\nB1,450,450,vss\nB2,950,450,vdd\n"
PINMAP = ",1,2\nA,in,out\nB,vss,vdd\n"
ROUTES = (
    "net,width,points,bump\n"
    "vss,40,100:100 450:450,B1\n"
    "vdd,40,1300:100 950:450,B2\n"
    "out,40,1300:1300 950:950,A2\n"
    "in,40,100:1300 450:950,A1\n"
)
FILES = {"design.toml": DESIGN, "pads.csv": PADS, "bumps.csv": BUMPS, "pinmap.csv": PINMAP, "routes.csv": ROUTES}


@dataclass(frozen=True)
class Case:
    """One mistake: its name, the edit that makes it, what the message must say.

    `cure` is text of the cure; "" where the message itself says what to do.
    """

    name: str
    edit: Edit
    must: tuple[str, ...]
    cure: str = " "


def swap(file: str, old: str, new: str, more: Edit | None = None) -> Edit:
    """Replace text that must be there, once, then do `more`."""

    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        if more is not None:
            more(folder)

    return edit


def toml(old: str, new: str, more: Edit | None = None) -> Edit:
    return swap("design.toml", old, new, more)


def bumps(old: str, new: str) -> Edit:
    return swap("bumps.csv", old, new)


def put(file: str, data: bytes | str) -> Edit:
    """Write a file whole."""

    def edit(folder: Path) -> None:
        (folder / file).write_bytes(data.encode() if isinstance(data, str) else data)

    return edit


def xlsx(data: bytes, name: str = "bumps.xlsx") -> Edit:
    """Bumps from an XLSX file of these bytes."""
    return toml('"bumps.csv"', f'"{name}"', put(name, data))


def sheet(rows: list[list[Any]], *more: str) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title in more:
        book.create_sheet(title)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


GOOD_SHEET = sheet([line.split(",") for line in BUMPS.split()])


def repacked(part: str, change: Callable[[bytes], bytes], extra: dict[str, bytes] | None = None) -> bytes:
    """The good sheet with one part changed and others added."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(GOOD_SHEET))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
        for info in source.infolist():
            data = source.read(info)
            out.writestr(info.filename, change(data) if info.filename == part else data)
        for name, data in (extra or {}).items():
            out.writestr(name, data)
    return stream.getvalue()


SHEET1 = "xl/worksheets/sheet1.xml"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def declared(size: int) -> bytes:
    """The good sheet with a huge size written into the zip's directory for its sheet."""
    data = bytearray(GOOD_SHEET)
    at = data.index(SHEET1.encode(), data.index(b"PK\x01\x02"))
    data[at - 22 : at - 18] = size.to_bytes(4, "little")
    return bytes(data)


def chip(
    labels: tuple[str, ...] = ("vss", "vdd", "out", "in"), size: float = 1400, tops: int = 1, doubled: bool = False
) -> bytes:
    """A chip's GDS: openings 37/0, texts 37/10, outline 0/0."""
    layout = db.Layout()
    for number in range(tops):
        cell = layout.create_cell(f"chip{number}")
        cell.shapes(layout.layer(0, 0)).insert(db.DBox(0, 0, size, size))
        for (x, y), label in zip(((100, 100), (1300, 100), (1300, 1300), (100, 1300)), labels, strict=True):
            cell.shapes(layout.layer(37, 0)).insert(db.DBox(x - 30, y - 30, x + 30, y + 30))
            cell.shapes(layout.layer(37, 10)).insert(db.DText(label, x, y))
            if doubled:
                cell.shapes(layout.layer(37, 10)).insert(db.DText(label + "_2", x + 10, y))
    options = db.SaveLayoutOptions()
    options.format = "GDS2"
    return bytes(layout.write_bytes(options))


def from_gds(data: bytes, extra: str = "", name: str = "chip.gds", opening: int = 37) -> Edit:
    old = DESIGN[DESIGN.index("[pads.table]") : DESIGN.index("[bumps]")]
    layers = f"opening_layer = [{opening}, 0]\ntext_layer = [37, 10]"
    new = f'[pads.gds]\nfile = "{name}"\n{layers}\nview = "bumps_up"\n{extra}\n\n'
    return toml(old, new, put(name, data))


def array(text: str, kind: str = "grid", pitch: int = 500, more: Edit | None = None) -> Edit:
    """Bumps of an array over their pads instead of tables."""
    start = DESIGN.index("[pads.table]")
    new = f'[pads]\nunder_bumps = true\n\n[bumps.array]\nkind = "{kind}"\npitch = [{pitch}, 500]\n{text}\n'
    return toml(DESIGN[start:], new, more)


def linked(folder: Path) -> None:
    outside = folder.parent / "outside.csv"
    outside.write_text(BUMPS, encoding="utf-8")
    (folder / "bumps.csv").unlink()
    (folder / "bumps.csv").symlink_to(outside)


def looped(folder: Path) -> None:
    (folder / "bumps.csv").unlink()
    (folder / "bumps.csv").symlink_to("bumps.csv")


def as_folder(folder: Path) -> None:
    (folder / "bumps.csv").unlink()
    (folder / "bumps.csv").mkdir()


def as_pipe(folder: Path) -> None:
    (folder / "bumps.csv").unlink()
    os.mkfifo(folder / "bumps.csv")


def without(file: str) -> Edit:
    return lambda folder: (folder / file).unlink()


def balldrop(changes: str) -> Edit:
    """The same bumps in the ball-drop process, pads under them, with changed parameters."""
    start, end = DESIGN.index("[pads.table]"), DESIGN.index("[bumps]")
    routes = DESIGN[DESIGN.index("[routes]") :]
    pads = toml(DESIGN[start:end], "[pads]\nunder_bumps = true\n\n", toml(routes, changes))
    return toml('"wlcsp_500"', '"balldrop"', pads)


MIRRORED = "ball,x,y,net\nA1,950,950,in\nA2,450,950,out\nB1,950,450,vss\nB2,450,450,vdd\n"

TOML_CASES = [
    Case("no_design", without("design.toml"), ("design.toml", "no such file")),
    Case("empty_design", put("design.toml", ""), ("design.toml", "is empty")),
    Case("bom_only_design", put("design.toml", b"\xef\xbb\xbf"), ("design.toml", "is empty")),
    Case("binary_design", put("design.toml", b"\x89PNG\r\n\x1a\n\x00\xff"), ("design.toml", "0x89", "UTF-8")),
    Case("latin1_design", put("design.toml", DESIGN.encode() + b"# 5 \xb5m\n"), ("design.toml:33", "0xb5"), "UTF-8"),
    Case("utf16_design", put("design.toml", DESIGN.encode("utf-16")), ("design.toml", "UTF-8"), "UTF-8"),
    Case("not_toml", toml("width = 1400", "width: 1400"), ("design.toml:5", "TOML"), ""),
    Case("key_twice", toml("width = 1400", "width = 1400\nwidth = 1500"), ("design.toml:6", "TOML"), ""),
    Case("deep_toml", put("design.toml", "a = " + "[" * 100_000), ("design.toml", "nested"), ""),
    Case("huge_integer", toml("width = 1400", "width = 1" + "0" * 5000), ("design.toml", "TOML"), ""),
    Case(
        "unknown_key",
        toml("width = 1400", "widht = 1400"),
        ("design.toml:5 [die.widht]", "unknown key 'widht'"),
        "'width'",
    ),
    Case("unknown_table", toml("[die]", "[dye]"), ("[dye]", "unknown key"), "'die'"),
    Case("missing_name", toml('name = "mini"\n', ""), ("design.toml", "[name]", "missing"), "name ="),
    Case("bad_name", toml('"mini"', '"../mini"'), ("design.toml:1 [name]", "'../mini'"), ""),
    Case("negative_die", toml("width = 1400", "width = -1400"), ("design.toml:5 [die.width]", "-1400"), ""),
    Case("nan_die", toml("width = 1400", "width = nan"), ("design.toml:5 [die.width]", "nan"), ""),
    Case("infinite_die", toml("height = 1400", "height = inf"), ("design.toml:6 [die.height]", "inf"), ""),
    Case("huge_die", toml("width = 1400", "width = 1e9"), ("design.toml:5 [die.width]", "1000000000"), ""),
    Case("text_die", toml("width = 1400", 'width = "wide"'), ("design.toml:5 [die.width]", "'wide'"), ""),
    Case("unknown_process", toml("wlcsp_500", "wlcsp_501"), ("design.toml:2 [process]", "'wlcsp_501'"), "wlcsp_500"),
    Case(
        "process_outside",
        toml('"wlcsp_500"', '"../process.toml"'),
        ("design.toml:2 [process]", "leaves"),
        "put the file",
    ),
    Case(
        "two_sources", toml("[pads.table]", "[pads]\nunder_bumps = true\n[pads.table]"), ("[pads]", "exactly one"), ""
    ),
    Case("no_source", toml("[bumps.check]", '[pads.gds]\nfile = "x"\n[bumps.check]'), ("pads.gds", "missing")),
    Case("unknown_site", toml("[bumps]", '[bumps]\nsite = "pump"'), ("[bumps.site]", "'pump'", "wlcsp_500"), "bump"),
    Case(
        "unknown_part",
        toml("[bumps.check]", "[bumps.changes.umb]\nsize = 9\n[bumps.check]"),
        ("bumps.changes", "'umb'"),
        "ubm",
    ),
    Case(
        "unknown_parameter",
        toml("[bumps.check]", "[bumps.changes.ubm]\nradius = 9\n[bumps.check]"),
        ("bumps.changes.ubm.radius", "'radius'"),
        "size",
    ),
    Case(
        "negative_size",
        toml("[bumps.check]", "[bumps.changes.ubm]\nsize = -250\n[bumps.check]"),
        ("bumps.changes.ubm.size", "-250", "greater than 0"),
        "",
    ),
    Case(
        "unknown_layer",
        toml("[bumps.check]", '[bumps.changes.ubm]\nlayer = "UMB"\n[bumps.check]'),
        ("design.toml:24 [bumps.changes.ubm.layer]", "'UMB'"),
        "UBM",
    ),
    Case("ball_too_large", balldrop("[bumps.changes.resist_opening]\nball = 120"), ("resist_opening", "120", "95"), ""),
    Case(
        "two_balls_fit",
        balldrop("[bumps.changes.resist_opening]\nball = 45"),
        ("resist_opening", "two balls of 45"),
        "",
    ),
    Case(
        "unknown_cell",
        toml("[routes]", '[[cells]]\ncell = "cros"\nat = [[0, 0]]\n[routes]'),
        ("cells", "'cros'"),
        "one of",
    ),
    Case(
        "bad_cell_value",
        toml("[routes]", '[[cells]]\ncell = "label"\nat = [[9, 9]]\nset = { text = "" }\n[routes]'),
        ("cells.0", "text"),
        "",
    ),
    Case(
        "bad_rotation",
        toml("[routes]", '[[cells]]\ncell = "label"\nat = [[9, 9]]\nrotation = 45\n[routes]'),
        ("45",),
        "",
    ),
    Case("bad_view", toml('view = "bumps_up"', 'view = "top"'), ("[pads.table.view]", "'top'", "bumps_down"), ""),
    Case("bad_unit", toml('unit = "um"', 'unit = "furlong"'), ("[pads.table.unit]", "furlong", "mil"), ""),
]

LACKS = [
    Case(
        f"missing_{key}",
        toml(text, ""),
        ("design.toml:8 [pads.table]", "pads.csv", key),
        'columns = { name = "pad", net = "net", x = "x", y = "y" }',
    )
    for key, text in (
        ("unit", 'unit = "um"\n'),
        ("view", 'view = "bumps_up"\n'),
        ("columns", 'columns = { name = "pad", x = "x", y = "y", net = "net" }\n'),
    )
]

TABLE_CASES = [
    Case("no_table", toml("bumps.csv", "bump.csv"), ("bump.csv", "no such file"), "'bumps.csv'"),
    Case("empty_table", put("bumps.csv", ""), ("bumps.csv", "empty"), "column names"),
    Case("bom_only_table", put("bumps.csv", b"\xef\xbb\xbf"), ("bumps.csv", "empty")),
    Case("header_only", put("bumps.csv", "ball,x,y,net\n"), ("bumps.csv:1", "no rows")),
    Case("binary_table", put("bumps.csv", b"ball,x,y,net\nA1,\x00\x01,2,in\n"), ("bumps.csv:2", "zero byte"), "UTF-8"),
    Case("utf16_table", put("bumps.csv", BUMPS.encode("utf-16")), ("bumps.csv", "UTF-16"), "UTF-8"),
    Case("latin1_table", put("bumps.csv", BUMPS.encode() + b"C1,1,2,\xe9\n"), ("bumps.csv:6", "0xe9"), "UTF-8"),
    Case("xlsx_named_csv", put("bumps.csv", GOOD_SHEET), ("bumps.csv", "XLSX"), ".xlsx"),
    Case("gzip_named_csv", put("bumps.csv", gzip.compress(BUMPS.encode())), ("bumps.csv", "gzip"), "gunzip"),
    Case(
        "table_of_unknown_kind", toml("bumps.csv", "bumps.pdf", put("bumps.pdf", "%PDF")), ("bumps.pdf", ".pdf"), ".csv"
    ),
    Case("open_quote", bumps("A2,950", '"A2,950'), ("bumps.csv:3", "CSV"), "quotes"),
    Case("huge_cell", bumps("A2,", "A" * 200_000 + ","), ("bumps.csv:3", "field larger"), "quotes"),
    Case("folder_for_table", as_folder, ("bumps.csv", "folder")),
    Case("pipe_for_table", as_pipe, ("bumps.csv", "pipe")),
    Case(
        "traversal",
        toml("bumps.csv", "../bumps.csv"),
        ("[bumps.table.file]", "'../bumps.csv'", "leaves"),
        "put the file",
    ),
    Case("absolute_path", toml("bumps.csv", "/etc/passwd"), ("[bumps.table.file]", "'/etc/passwd'"), "put the file"),
    Case("link_outside", linked, ("[bumps.table.file]", "'bumps.csv'", "leaves"), "put the file"),
    Case("link_loop", looped, ("bumps.csv",), ""),
    Case("zero_in_path", toml("bumps.csv", "bumps\\u0000.csv"), ("[bumps.table.file]", "not a file name")),
    Case("empty_path", toml("bumps.csv", ""), ("[bumps.table.file]", "''")),
    Case("long_path", toml("bumps.csv", "b" * 300 + ".csv"), ("bbb.csv", "can't be read"), ""),
    Case("wrong_header_line", put("bumps.csv", "my bumps\n" + BUMPS), ("columns", "'ball'", "line 1"), "header = 2"),
    Case(
        "header_beyond_end",
        toml('file = "bumps.csv"', 'file = "bumps.csv"\nheader = 9'),
        ("bumps.csv:9", "line 9"),
        "header",
    ),
    Case("unknown_column", toml('name = "ball"', 'name = "bal"'), ("[bumps.table.columns.name]", "'bal'"), "'ball'"),
    Case("unknown_role", toml('name = "ball"', 'nmae = "ball"'), ("[bumps.table.columns.nmae]", "'nmae'"), "name"),
    Case("no_x", toml('name = "ball", x = "x", ', 'name = "ball", '), ("[bumps.table.columns]", "'x'"), "'x'"),
    Case("no_names", toml('name = "ball", x', "x"), ("[bumps.table]", "no names"), 'number = "B{n}"'),
    Case(
        "bad_number_pattern",
        toml('file = "bumps.csv"', 'file = "bumps.csv"\nnumber = "B"'),
        ("number", "'B'", "{n}"),
        "",
    ),
    Case("column_twice", bumps("ball,x,y,net", "ball,x,x,net"), ("bumps.csv", "2 columns", "'x'"), '"@B"'),
    Case("letter_beyond", toml('name = "ball"', 'name = "@Z"'), ("[bumps.table.columns.name]", "@Z", "@D")),
    Case("too_many_cells", bumps("A2,950,950,out", "A2,950,950,out,put"), ("bumps.csv:3", "'put'"), "quotes"),
    Case("too_few_cells", bumps("A2,950,950,out", "A2,950"), ("bumps.csv:3 [y]", "empty"), "number"),
    Case("empty_x", bumps("A2,950", "A2,"), ("bumps.csv:3 [x]", "empty"), "number"),
    Case("empty_name", bumps("A2,", ","), ("bumps.csv:3 [ball]", "empty"), "number"),
    Case("nan", bumps("A2,950", "A2,nan"), ("bumps.csv:3 [x]", "'nan'"), "number"),
    Case("infinite", bumps("A2,950", "A2,inf"), ("bumps.csv:3 [x]", "'inf'"), "number"),
    Case("overflow", bumps("A2,950", "A2,1e999"), ("bumps.csv:3 [x]", "1e999", "too large"), "number"),
    Case("huge_number", bumps("A2,950", "A2,9.5e9"), ("bumps.csv:3 [x]", "9.5e9"), 'unit = "um"'),
    Case("underscore_number", bumps("A2,950", "A2,9_50"), ("bumps.csv:3 [x]", "'9_50'"), "number"),
    Case("decimal_comma", bumps("A2,950", 'A2,"950,5"'), ("bumps.csv:3 [x]", "'950,5'"), "950.5"),
    Case("number_with_unit", bumps("A2,950", "A2,950um"), ("bumps.csv:3 [x]", "'950um'"), "unit setting"),
    Case("text_for_number", bumps("A2,950", "A2,right"), ("bumps.csv:3 [x]", "'right'"), "number"),
    Case("name_twice", bumps("A2,950", "A1,950"), ("bumps.csv:3", "A1", "line 2"), 'duplicates = "first"'),
    Case(
        "place_twice", bumps("A2,950,950", "A2,450,950"), ("bumps.csv:3", "A2", "A1 of line 2"), 'duplicates = "first"'
    ),
    Case("bump_off_die", bumps("A2,950", "A2,1450"), ("bumps.csv:3", "A2", "1450", "1400 x 1400"), 'off_die = "drop"'),
    Case("negative_place", bumps("B1,450", "B1,-450"), ("bumps.csv:4", "B1", "-450"), "origin"),
    Case("pad_off_die", swap("pads.csv", "P3,1300", "P3,13000"), ("pads.csv:4", "P3", "13000"), "unit"),
    Case("wrong_unit", toml('unit = "um"', 'unit = "mm"'), ("pads.csv:3 [x]", "1300 mm"), ""),
    Case(
        "negative_pad_width",
        toml('net = "net" }', 'net = "net", width = "w" }', put("pads.csv", "pad,x,y,net,w\nP1,100,100,vss,-5\n")),
        ("pads.csv:2 [w]", "-5", "greater than 0"),
    ),
    Case(
        "bad_angle",
        toml(
            'name = "ball", x',
            'angles = "a", name = "ball", x',
            put("bumps.csv", "ball,x,y,net,a\nA1,450,950,in,north\n"),
        ),
        ("bumps.csv:2 [a]", "'north'"),
        "angles",
    ),
]

NET_CASES = [
    Case("bump_without_pad", bumps("A1,450,950,in", "A1,450,950,inn"), ("A1", "'inn'"), ""),
    Case(
        "net_with_one_end",
        swap("pads.csv", ",in\n", ",reset\n"),
        ("in has bump A1 (line 2)", "reset has pad P4 (line 5)"),
        "unconnected",
    ),
    Case("alias_of_nothing", toml("[die]", '[nets]\nvss = ["gnd"]\n[die]'), ("[nets.vss]", "'gnd'")),
    Case(
        "alias_twice",
        toml("[die]", '[nets]\nvss = ["gnd"]\nvdd = ["gnd"]\n[die]'),
        ("[nets.vdd]", "'gnd'", "'vss'"),
        "once",
    ),
    Case("unknown_unconnected", toml("[die]", 'unconnected = ["outt"]\n[die]'), ("[unconnected]", "'outt'"), "'out'"),
    Case(
        "mirrored_bumps",
        put("bumps.csv", MIRRORED),
        ("[bumps.table.view]", "mirrored", "4 of 4 positions"),
        "bumps_down",
    ),
    Case(
        "swapped_names",
        bumps("A1,450,950,in\nA2,950,950,out", "A2,450,950,in\nA1,950,950,out"),
        ("A2 (line 2)", "A1 belongs"),
    ),
    Case("no_ball_name", bumps("A2,", "2A,"), ("2A", "line 3", "no ball name"), "rename"),
    Case(
        "pinmap_wrong_net",
        swap("pinmap.csv", "vss", "vssd"),
        ("pinmap.csv", "B1 (line 4)", "'vss'", "'vssd'"),
        "[nets]",
    ),
    Case(
        "pinmap_other_side",
        put("pinmap.csv", ",2,1\nA,out,in\nB,vdd,vss\n"),
        ("[bumps.check.view]", "2 … 1"),
        "bumps_down",
    ),
    Case(
        "pinmap_upside_down",
        put("pinmap.csv", ",1,2\nB,vss,vdd\nA,in,out\n"),
        ("[bumps.check.naming", "B … A"),
        "bottom_left",
    ),
    Case(
        "pinmap_gap",
        put("pinmap.csv", ",1,2,4\nA,in,out,x\nB,vss,vdd,y\n"),
        ("pinmap.csv:1", "4 doesn't follow 2"),
        "empty cells",
    ),
    Case("pinmap_turned", put("pinmap.csv", ",A,B\n1,in,vss\n2,out,vdd\n"), ("naming.letters", "numbers"), "columns"),
    Case(
        "pinmap_lacks_ball",
        put("pinmap.csv", ",1,2\nA,in,out\nB,vss,\n"),
        ("B2 (line 5)", "not in the pin map"),
        "table",
    ),
    Case("pinmap_empty", put("pinmap.csv", "\n\n"), ("pinmap.csv", "empty")),
    Case("pinmap_bad_head", put("pinmap.csv", ",1,two\nA,in,out\nB,vss,vdd\n"), ("pinmap.csv:1", "'two'"), "heads"),
    Case("route_of_no_net", swap("routes.csv", "in,40", "inn,40"), ("routes.csv:5", "'inn'"), "'in'"),
    Case("route_to_no_bump", swap("routes.csv", "A1\n", "A7\n"), ("routes.csv:5", "'A7'"), "did you mean"),
    Case("route_to_wrong_bump", swap("routes.csv", "A1\n", "A2\n"), ("routes.csv:5", "A2", "'in'", "'out'"), "correct"),
    Case(
        "route_ends_nowhere",
        swap("routes.csv", "100:1300 450", "100:1200 450"),
        ("routes.csv:5", "100:1200"),
        "100:1300",
    ),
    Case(
        "route_misses_bump", swap("routes.csv", "450:450,B1", "400:400 100:100,B1"), ("routes.csv:2", "B1"), "450:450"
    ),
    Case("route_of_one_point", swap("routes.csv", "100:100 450:450", "100:100"), ("routes.csv:2 [points]", "2 points")),
    Case(
        "route_bad_point",
        swap("routes.csv", "100:100 450:450", "100:100 450"),
        ("routes.csv:2 [points]", "'450'"),
        "x:y",
    ),
    Case("route_nan", swap("routes.csv", "100:100", "nan:100"), ("routes.csv:2 [points]", "'nan'"), "x:y"),
    Case("route_without_width", swap("routes.csv", "vss,40", "vss,"), ("routes.csv:2 [width]", "no width"), "um"),
    Case("route_negative_width", swap("routes.csv", "vss,40", "vss,-40"), ("routes.csv:2 [width]", "-40")),
    Case(
        "route_off_die",
        swap("routes.csv", "100:100 450", "100:100 100:-5 450"),
        ("routes.csv:2 [points]", "100:-5"),
        "view",
    ),
    Case(
        "route_point_twice", swap("routes.csv", "100:100 450", "100:100 100:100 450"), ("routes.csv:2", "twice"), "once"
    ),
]

XLSX_CASES = [
    Case("xlsx_not_zip", xlsx(b"ball,x,y,net\n"), ("bumps.xlsx", "no XLSX"), ".csv"),
    Case("xlsx_empty", xlsx(b""), ("bumps.xlsx", "empty")),
    Case("xlsx_cut_off", xlsx(GOOD_SHEET[: len(GOOD_SHEET) // 2]), ("bumps.xlsx", "BadZipFile"), "save it again"),
    Case(
        "xlsx_old_xls",
        xlsx(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("bumps.xlsx", ".xls"),
        "without a password",
    ),
    Case(
        "xlsx_bomb_ratio",
        xlsx(repacked(SHEET1, lambda d: d + b" " * 50_000_000)),
        ("bumps.xlsx", "times its size"),
        "zip bomb",
    ),
    Case("xlsx_bomb_declared", xlsx(declared(4_000_000_000)), ("bumps.xlsx", "unpacks to 4,000"), "zip bomb"),
    Case(
        "xlsx_many_parts",
        xlsx(repacked("", bytes, {f"x{i}": b"" for i in range(2500)})),
        ("bumps.xlsx", "parts"),
        "zip bomb",
    ),
    Case(
        "xlsx_entities",
        xlsx(repacked(SHEET1, lambda d: d.replace(b"<worksheet", ENTITIES + b"<worksheet", 1))),
        ("bumps.xlsx", "sheet1.xml", "<!DOCTYPE"),
        "CSV",
    ),
    Case(
        "xlsx_broken_xml",
        xlsx(repacked(SHEET1, lambda d: d[:200])),
        ("bumps.xlsx", "not a readable XLSX"),
        "save it again",
    ),
    Case(
        "xlsx_no_workbook",
        xlsx(repacked("[Content_Types].xml", lambda _: b"<x/>")),
        ("bumps.xlsx", "not a readable"),
        "CSV",
    ),
    Case("xlsx_two_sheets", xlsx(sheet([["a"]], "Other")), ("bumps.xlsx", "2 sheets"), "'Other'"),
    Case(
        "xlsx_no_such_sheet",
        toml('"bumps.csv"', '"b.xlsx"\nsheet = "X"', put("b.xlsx", GOOD_SHEET)),
        ("'X'",),
        "'Sheet'",
    ),
    Case(
        "xlsx_text_cell",
        xlsx(sheet([["ball", "x", "y", "net"], ["A1", "a", 2, "in"]])),
        ("bumps.xlsx:2 [x]", "'a'"),
        "number",
    ),
    Case(
        "xlsx_truth",
        xlsx(sheet([["ball", "x", "y", "net"], ["A1", True, 2, "in"]])),
        ("bumps.xlsx:2 [x]", "'True'"),
        "number",
    ),
    Case(
        "xlsx_formula",
        xlsx(sheet([["ball", "x", "y", "net"], ["A1", "=1+1", 2, "in"]])),
        ("bumps.xlsx:2 [x]", "empty"),
        "number",
    ),
    Case("xlsx_blank", xlsx(sheet([])), ("bumps.xlsx", "empty")),
]

CHIP = chip()
GDS_CASES = [
    Case("gds_cut_off", from_gds(CHIP[: len(CHIP) * 2 // 3]), ("chip.gds", "not a readable GDS"), "cut off"),
    Case(
        "gds_gz_cut_off",
        from_gds(gzip.compress(CHIP)[:-60], name="chip.gds.gz"),
        ("chip.gds.gz", "not a readable"),
        "cut off",
    ),
    Case("gds_empty", from_gds(b""), ("chip.gds", "empty"), "export"),
    Case("gds_junk", from_gds(bytes(range(256)) * 8), ("chip.gds", "not a readable GDS"), "another kind"),
    Case("gds_text", from_gds(b"pad,x,y\n"), ("chip.gds", "not a readable GDS"), "another kind"),
    Case("gds_no_opening_layer", from_gds(CHIP, opening=38), ("[pads.gds.opening_layer]", "38/0"), "37/0"),
    Case("gds_two_tops", from_gds(chip(tops=2)), ("chip.gds", "2 top cells", "chip1"), 'top = "chip0"'),
    Case("gds_no_such_top", from_gds(CHIP, 'top = "chap0"'), ("[pads.gds.top]", "'chap0'"), "chip0"),
    Case("gds_no_die_layer", from_gds(CHIP, "die_layer = [99, 0]"), ("[pads.gds.die_layer]", "99/0"), "37/0"),
    Case("gds_other_die", from_gds(chip(size=1500)), ("chip.gds", "1500 x 1500", "1400 x 1400"), "width = 1500"),
    Case(
        "gds_label_missing",
        from_gds(chip(("vss", "vdd", "", "in"))),
        ("chip.gds", "1 of 4", "1300, 1300", "37/10"),
        "min_size",
    ),
    Case("gds_two_labels", from_gds(chip(doubled=True)), ("chip.gds", "vss and vss_2 at 100, 100"), "one net name"),
    Case("gds_latin1_label", from_gds(CHIP.replace(b"out\0", b"o\xfct\0")), ("chip.gds", "label", "UTF-8"), "ASCII"),
    Case("gds_all_small", from_gds(CHIP, "min_size = 100"), ("[pads.gds.min_size]", "100"), ""),
]
ARRAY_CASES = [
    Case("array_off_die", array("columns = 9\nrows = 2"), ("[bumps.array.pitch]", "1400 x 1400"), "fewer columns"),
    Case("array_of_none", array("columns = 0\nrows = 2"), ("[bumps.array.columns]", "greater than 0"), ""),
    Case("array_huge", array("columns = 100000\nrows = 100000"), ("[bumps.array]", "100000 x 100000"), ""),
    Case("array_rings", array("columns = 2\nrows = 2\nrings = 5", kind="rings"), ("[bumps.array]", "5 rings"), ""),
    Case(
        "keepout_outside",
        array("columns = 2\nrows = 2\nkeepouts = [[2000, 0, 2100, 50]]"),
        ("keepouts", "2000", "outside"),
        "lower left",
    ),
    Case(
        "keepout_inside_out",
        array("columns = 2\nrows = 2\nkeepouts = [[200, 0, 100, 50]]"),
        ("keepouts", "200", "no area"),
        "x0 < x1",
    ),
    Case(
        "keepout_all", array("columns = 2\nrows = 2\nkeepouts = [[0, 0, 1400, 1400]]"), ("keepouts", "no bump"), "less"
    ),
    Case(
        "depopulate_unknown",
        array('columns = 2\nrows = 2\ndepopulate = ["C9"]'),
        ("depopulate", "C9", "2 x 2"),
        '"A1:C3"',
    ),
    Case("depopulate_junk", array('columns = 2\nrows = 2\ndepopulate = ["1A"]'), ("depopulate", "1A"), '"A1:C3"'),
    Case(
        "cell_off_grid",
        toml("[routes]", '[[cells]]\ncell = "a1_mark"\nat = [[9.0005, 9]]\n[routes]'),
        ("cells", "9.0005", "grid"),
        "use 9 or 9.001",
    ),
    Case(
        "cell_off_the_wafer",
        toml("[routes]", '[[cells]]\ncell = "a1_mark"\nat = [[1e300, 9]]\n[routes]'),
        ("cells", "1e+300", "wafer"),
        "",
    ),
    Case(
        "unknown_site_of_a_kind",
        swap("design.toml", "[bumps]\n", '[bumps]\nsites = { x = "nose" }\n'),
        ("bumps.sites.x", "'nose'"),
        "it has",
    ),
    Case("nets_braces", array('columns = 2\nrows = 2\nnets = ["{nope}"]'), ("[bumps.array]", "'{nope}'"), ""),
    Case(
        "skip_all_letters",
        array(
            "columns = 2\nrows = 2\n"
            'naming = { a1 = "top_left", letters = "rows", view = "bumps_up", skip = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" }'
        ),
        ("skip", "fewer than two letters"),
        "",
    ),
    Case("negative_pitch", array("columns = 2\nrows = 2", pitch=-5), ("[bumps.array.pitch", "-5"), ""),
]

WORDING_CASES = [
    Case(
        "die_as_list",
        toml("[die]\nwidth = 1400\nheight = 1400\n", "die = [1400, 1400]\n"),
        ("design.toml:4 [die]: [1400, 1400] is not a table",),
        "die = { width = …, height = … }",
    ),
    Case("width_true", toml("width = 1400", "width = true"), ("[die.width]: true is not a number",), "width = 250"),
    Case("width_in_quotes", toml("width = 1400", 'width = "2600"'), ("[die.width]: '2600' is not a number",), "quotes"),
    Case("too_wide", toml("width = 1400", "width = 300001"), ("300001 is more than 300000",), "of at most 300000"),
    Case("not_wide", toml("width = 1400", "width = 0"), ("0 is not greater than 0",), "a number greater than 0"),
    Case(
        "name_of_two_words",
        toml('"mini"', '"my chip"'),
        ("[name]: 'my chip' hasn't the form",),
        "letters, digits and _",
    ),
    Case(
        "pitch_of_one_number",
        array("columns = 2\nrows = 2", more=swap("design.toml", "pitch = [500, 500]", "pitch = 500")),
        ("[bumps.array.pitch]: 500 is not a list",),
        "pitch = [500, 500]",
    ),
    Case(
        "pitch_of_three_numbers",
        array("columns = 2\nrows = 2", more=swap("design.toml", "pitch = [500, 500]", "pitch = [500, 500, 1]")),
        ("[bumps.array.pitch]: [500, 500, 1] has 3 values, not 2",),
        "2 values",
    ),
    Case(
        "keepout_of_three_numbers",
        array("columns = 2\nrows = 2\nkeepouts = [[0, 0, 10, 10],\n[0, 0, 10]]"),
        ("design.toml:17 [bumps.array.keepouts.1]", "[0, 0, 10] has 3 values, not 4"),
        "4 values",
    ),
    Case("columns_and_a_half", array("columns = 2.5\nrows = 2"), ("[bumps.array.columns]: 2.5 is not a whole",), "= 3"),
    Case(
        "rows_in_quotes", array('columns = 2\nrows = "2"'), ("[bumps.array.rows]: '2' is not a whole number",), "quotes"
    ),
    Case(
        "depopulate_one",
        array('columns = 2\nrows = 2\ndepopulate = "A1"'),
        ("[bumps.array.depopulate]: 'A1' is not a list",),
        'depopulate = ["A1"]',
    ),
    Case(
        "kind_misspelt",
        array("columns = 2\nrows = 2", kind="stagered"),
        ("[bumps.array.kind]: 'stagered' is not one of grid, staggered, rings",),
        "did you mean 'staggered'?",
    ),
    Case("number_for_a_text", toml('name = "mini"', "name = 5"), ("[name]: 5 is not a text",), 'name = "…"'),
    Case(
        "text_for_a_truth",
        toml(DESIGN[DESIGN.index("[pads.table]") : DESIGN.index("[bumps]")], '[pads]\nunder_bumps = "all"\n\n'),
        ("[pads.under_bumps]: 'all' is neither true nor false",),
        "under_bumps = true",
    ),
    Case(
        "table_for_a_list",
        toml("[die]", "unconnected = { a = 1 }\n[die]"),
        ("[unconnected]: the table is not a list",),
        "unconnected = […]",
    ),
    Case(
        "angles_of_one_number",
        toml("[bumps.check]", "[bumps.changes.capture_pad]\nangles = 45\n[bumps.check]"),
        ("[bumps.changes.capture_pad.angles]", "45 is not a list"),
        "angles = [45]",
    ),
    Case(
        "colums",
        toml('columns = { name = "ball"', 'colums = { name = "ball"'),
        ("[bumps.table.colums]: unknown key 'colums'",),
        "did you mean 'columns'?",
    ),
    Case("untis", toml('unit = "um"', 'untis = "um"'), ("[pads.table.untis]: unknown key",), "did you mean 'unit'?"),
    Case(
        "process_misspelt",
        toml("wlcsp_500", "wlscp_500"),
        ("no process named 'wlscp_500'",),
        "did you mean 'wlcsp_500'",
    ),
    Case(
        "cell_misspelt",
        toml("[routes]", '[[cells]]\ncell = "lable"\nat = [[9, 9]]\n[routes]'),
        ("[cells.0.cell]", "'lable'"),
        "did you mean 'label'?",
    ),
    Case(
        "parameter_misspelt",
        toml("[bumps.check]", "[bumps.changes.ubm]\nsizes = 9\n[bumps.check]"),
        ("'sizes'",),
        "did you mean 'size'?",
    ),
    Case(
        "layer_in_words",
        from_gds(CHIP, 'die_layer = "outline"'),
        ("[pads.gds.die_layer]", "'outline' is not a layer"),
        "",
    ),
]


def house(old: str, new: str, materials: str = "") -> Edit:
    """The same design in a process of its own, in the folder house beside it, with one edit of that."""

    def edit(folder: Path) -> None:
        (folder / "house").mkdir()
        text = (resources.folder("pdk") / "wlcsp_500" / "process.toml").read_text(encoding="utf-8")
        assert old in text
        (folder / "house" / "process.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
        if materials:
            (folder / "house" / "materials.toml").write_text(materials, encoding="utf-8")
        toml('"wlcsp_500"', '"./house"')(folder)

    return edit


def house_beside(folder: Path) -> None:
    house("name", "name")(folder)
    toml('"./house"', '"house"')(folder)


UBM = 'size = { value = 250, source = "SKY wlcsp/amkor.csv ubm.1" }'
PROCESS_CASES = [
    Case("house_without_dot", house_beside, ("design.toml:2 [process]", "no process named 'house'"), '"./house"'),
    Case(
        "bare_dimension",
        house(UBM, "size = 250"),
        ("house/process.toml:140 [cells.ubm.size]: 250 is not a table",),
        "size = { value = 250, source = … }",
    ),
    Case(
        "dimension_without_source",
        house(UBM, "size = { value = 250 }"),
        ("house/process.toml:140 [cells.ubm.size.source]: key 'source' is missing",),
        "source = …",
    ),
    Case(
        "dimension_in_quotes",
        house(UBM, 'size = { value = "250", source = "own" }'),
        ("house/process.toml:140 [cells.ubm.size.value]: '250' is not a number",),
        "quotes",
    ),
    Case(
        "step_of_no_kind",
        house('kind = "cure"', 'kind = "bake"'),
        ("house/process.toml:39 [steps.3]: kind = 'bake' is not one of deposit, coat",),
        "",
    ),
    Case(
        "step_without_film",
        house('kind = "develop", film = "poly1"', 'kind = "develop"'),
        ("house/process.toml:38 [steps.2.film]: key 'film' is missing",),
        "film = …",
    ),
    Case(
        "step_with_typo",
        house('mask = "POLY1", polygon', 'mask = "POLY1", polygone = "opening", polygon'),
        ("house/process.toml:37 [steps.1.polygone]: unknown key 'polygone'",),
        "did you mean 'polygon'?",
    ),
    Case(
        "step_of_unknown_film",
        house('kind = "coat", film = "poly1"', 'kind = "coat", film = "poly7"'),
        ("house/process.toml: step 1 (coat) names film 'poly7'",),
        "",
    ),
    Case(
        "film_of_no_material",
        house('name = "poly2", material = "polyimide_pos"', 'name = "poly2", material = "polyimid_pos"'),
        ("house/process.toml:24 [films.8.material]", "'polyimid_pos'"),
        "did you mean 'polyimide_pos'? Or add [materials.polyimid_pos]",
    ),
    Case(
        "no_such_rules",
        house('rules = "wlcsp_500"', 'rules = "wlcsp_50"'),
        ("house/process.toml:11 [rules]: there is no rule table named 'wlcsp_50'",),
        "did you mean",
    ),
    Case(
        "no_such_rules_file",
        house('rules = "wlcsp_500"', 'rules = "./house_rules.toml"'),
        ("house/process.toml:11 [rules]", "'./house_rules.toml'"),
        "write the table",
    ),
    Case(
        "no_such_source",
        house('source = "TOPLINE (ball', 'source = "TOPLIME (ball'),
        ("house/process.toml:31 [films.15.thickness.source]", "'TOPLIME (ball", "names no key of [sources]"),
        "did you mean 'TOPLINE'?",
    ),
    Case(
        "own_material_of_no_source",
        house(
            "name",
            "name",
            "[sources]\n[materials.goo]\nname = 'Goo'\ngroups = []\ndensity = { value = 1, source = 'X' }",
        ),
        ("house/materials.toml:5 [materials.goo.density.source]", "'X'"),
        "[sources]",
    ),
    Case(
        "own_material_misspelt",
        house("name", "name", "[sources]\n[materials.goo]\nname = 'Goo'\ngroup = []"),
        ("house/materials.toml:4 [materials.goo.group]: unknown key",),
        "did you mean 'groups'?",
    ),
    Case(
        "off_grid_in_the_process",
        house(UBM, UBM.replace("250,", "250.0005,")),
        ("house/process.toml:1", "250.0005"),
        "",
    ),
    Case(
        "unknown_parameter_in_the_process",
        house(UBM, UBM + '\nradius = "5"'),
        ("house/process.toml:141 [cells.ubm.radius]", "'radius'"),
        "size",
    ),
    Case(
        "grid_of_nothing",
        house("grid = { value = 0.001", "grid = { value = 0"),
        ("process.toml:12 [grid]", "grid of 0"),
        "",
    ),
]

CASES = [
    *TOML_CASES,
    *LACKS,
    *TABLE_CASES,
    *NET_CASES,
    *XLSX_CASES,
    *GDS_CASES,
    *ARRAY_CASES,
    *WORDING_CASES,
    *PROCESS_CASES,
]


def write_design(folder: Path) -> Path:
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def build(folder: Path, out: Path) -> Result:
    return CliRunner().invoke(main, ["build", str(folder), "-o", str(out), "-f", "gds,csv"])


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(p.relative_to(folder)): (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()
    }


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the valid design builds into."""
    root = tmp_path_factory.mktemp("valid")
    result = build(write_design(root / "mini"), root / "out")
    assert result.exit_code == 0, result.output
    assert len(contents(root / "out")) == 3
    return root / "out"


def test_there_are_enough_cases_of_different_names() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 65


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_told_and_harms_nothing(case: Case, earlier: Path, tmp_path: Path) -> None:
    folder, out = write_design(tmp_path / "mini"), tmp_path / "out"
    shutil.copytree(earlier, out)
    case.edit(folder)
    before, siblings = contents(out), sorted(p.name for p in tmp_path.iterdir())

    result = build(folder, out)

    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 2, result.output
    said = result.output
    assert "Traceback" not in said
    assert said.count("error:") == 1
    assert said.startswith("error: "), said
    assert len(said) < 2500, said
    message, _, cure = said.partition("\n  cure: ")
    assert case.must, "a case must say what is told"
    for text in case.must:
        assert text in message, f"{text!r} is not in: {said}"
    if case.cure:
        assert cure.strip(), f"no cure in: {said}"
        assert case.cure in cure, f"{case.cure!r} is not in the cure: {said}"
    assert contents(out) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == siblings
