"""A design's files changed by a command: tried as a whole first, then put in place, comments and all."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from bumpgen import resources
from bumpgen.design import Bump, Design, Pad, Route
from bumpgen.errors import BumpgenError, InputError, Where
from bumpgen.plan import plan
from bumpgen.read import read_design
from bumpgen.read.design_file import design_path
from bumpgen.write.atomic import not_writable, refuse_read_only, replacing
from bumpgen.write.table import PAD_COLUMNS, pads_csv

__all__ = ["BUMPS", "ROUTES", "Edit", "bumps_text", "csv_text", "trial_copy", "um"]

T = TypeVar("T")

BUMPS, ROUTES = "bumps.csv", "routes.csv"
"""Tables that commands write, unless the design names others."""
ROUTE_HEADS = {"name": "route", "net": "net", "width": "width_um", "points": "points_um", "bump": "bump"}
"""Columns of a table of wires, by what they hold."""
PADS = "bumpgen_pads.csv"
"""A table of pads that a trial is made with."""


class Edit:
    """A design folder whose files are to be changed; nothing is until `save`.

    InputError for a shipped design, which is to be copied first.
    """

    def __init__(self, design: str):
        import tomlkit
        from tomlkit.exceptions import TOMLKitError

        self.path = design_path(design).absolute()
        if self.path.resolve().is_relative_to(resources.folder("designs").resolve()):
            raise InputError(
                "this design came with bumpgen", Where(self.path), hint=f"copy its folder: cp -r {self.path.parent} ."
            )
        self.design: Design = read_design(self.path)
        try:
            self.document = tomlkit.parse(self.path.read_text(encoding="utf-8"))
        except TOMLKitError as error:
            raise InputError(str(error), Where(self.path)) from None
        self.tables: dict[str, str] = {}

    @property
    def folder(self) -> Path:
        """Where the design's files lie."""
        return self.path.parent

    def value(self, *keys: str) -> Any:
        """What design.toml says under some keys; None where it says nothing."""
        found: Any = self.document
        for key in keys:
            if not isinstance(found, Mapping) or key not in found:
                return None
            found = found[key]
        return found

    def set_table(self, key: str, values: Mapping[str, Any]) -> None:
        """Put a table in place of what stands at a key of design.toml."""
        import tomlkit

        self.document[key] = tomlkit.item(values)

    def put_bumps(self, bumps: Sequence[Bump], checked: bool = True) -> None:
        """Make these the design's bumps: as a table of their own, in place of any other source of them.

        With `checked` they are held against the naming and the pin map that the design states.
        """
        name = self.own_table("bumps", BUMPS)
        heads = _heads(bumps)
        columns = {key: head for key, head in HEADS.items() if key in heads}
        table = {"file": name, "unit": "um", "view": "bumps_up", "columns": columns}
        kept = {
            key: value
            for key, value in (self.value("bumps") or {}).items()
            if key not in SOURCES + (() if checked else CHECKS)
        }
        self.set_table("bumps", {**kept, "table": table})
        self.tables[name] = bumps_text(bumps)
        self._put_unconnected({bump.net for bump in bumps if bump.net})

    def put_pads(self, pads: Sequence[Pad]) -> None:
        """Make these the design's pads: as a table of their own, in place of any other source of them."""
        kept = {key: value for key, value in (self.value("pads") or {}).items() if key not in SOURCES + ("gds",)}
        columns = dict(zip(("name", "x", "y", "net", "width", "height", "kind"), PAD_COLUMNS, strict=False))
        table = {"file": PADS, "unit": "um", "view": "bumps_up", "columns": columns}
        self.set_table("pads", {**kept, "table": table})
        self.tables[PADS] = pads_csv(pads)

    def put_routes(self, routes: Sequence[Route]) -> None:
        """Make these the wires of the design's own table."""
        if not routes:
            if self.value("routes") is not None:
                del self.document["routes"]
            return
        name, join = self.own_table("routes", ROUTES), self.value("routes", "join")
        columns = {key: head for key, head in ROUTE_HEADS.items() if key != "bump" or any(r.bump for r in routes)}
        rows = [[_route_text(route, key, number) for key in columns] for number, route in enumerate(routes, 1)]
        table = {"file": name, "unit": "um", "view": "bumps_up", "columns": columns}
        self.set_table("routes", {**table, **({"join": join} if join else {})})
        self.tables[name] = csv_text([list(columns.values()), *rows])

    def _put_unconnected(self, bumps: set[str]) -> None:
        """Allow nets that have no bump, or no pad, yet: `unconnected` lists just these."""
        pads = {pad.net for pad in self.design.pads if pad.net}
        under = self.design.file.pads is not None and self.design.file.pads.under_bumps
        alone = [] if under or not pads else sorted(pads ^ bumps)
        if alone:
            self._put_above("unconnected", alone)
        elif "unconnected" in self.document:
            del self.document["unconnected"]

    def _put_above(self, key: str, value: Any) -> None:
        """Set a key of design.toml that belongs to no table: it stands before the first one."""
        import tomlkit

        if key in self.document:
            self.document[key] = value
            return
        text = tomlkit.dumps(self.document)
        line = f"{key} = {tomlkit.item(value).as_string()}\n"
        table = re.search(r"(?m)^\[", text)
        at = table.start() if table else len(text)
        self.document = tomlkit.parse(f"{text[:at]}{line}\n{text[at:]}")

    def own_table(self, key: str, usual: str) -> str:
        """The CSV file that the design already reads, or the usual one; never one that something else reads."""
        named = self.value(key, "table", "file") if key != "routes" else self.value("routes", "file")
        name = named if isinstance(named, str) and named.endswith(".csv") and "/" not in named else usual
        others = {path.name for path in self.design.inputs if path.parent == self.folder} - {named}
        while name in others:
            name = f"new_{name}"
        return name

    def save(self) -> Design:
        """Try the changed files in a copy of the folder, then put them in place; the design as it is now.

        Tables go first, design.toml last; each appears whole or not at all.
        """
        import tomlkit

        files = {**self.tables, self.path.name: tomlkit.dumps(self.document)}
        self.elsewhere(files[self.path.name])
        for name in files:
            refuse_read_only(self.folder / name)
        try:
            for name, text in files.items():
                with replacing(self.folder / name) as temporary:
                    Path(temporary).write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise not_writable(self.folder, error) from error
        return read_design(self.path)

    def elsewhere(self, text: str) -> Design:
        """The design read with changed tables and another design.toml, from a copy of its folder that is gone then."""
        return self.tried(text, lambda found: (found, plan(found)))[0]

    def tried(self, text: str, work: Callable[[Design], T]) -> T:
        """What `work` makes of the design with changed tables and another design.toml, read from a copy of its folder.

        An error names the real files.
        """
        with tempfile.TemporaryDirectory() as room:
            copy = trial_copy(self.folder, Path(room))
            for name, content in {**self.tables, self.path.name: text}.items():
                (copy / name).write_text(content, encoding="utf-8", newline="")
            try:
                return work(read_design(copy / self.path.name))
            except BumpgenError as error:
                where = error.where
                if where is not None and where.file is not None and Path(where.file).is_relative_to(copy):
                    real = self.folder / os.path.relpath(where.file, copy)
                    error.where = Where(real, where.line, where.key)
                raise


def trial_copy(folder: Path, room: Path) -> Path:
    """A design's folder copied into `room`, less what was built in it; it can be written where the folder can't."""
    copy = room / folder.name
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".*", "out"), copy_function=shutil.copyfile)
    copy.chmod(0o700)
    return copy


SOURCES = ("table", "pinmap", "array")
"""Keys of [bumps] that say where they come from."""
CHECKS = ("naming", "check")
"""Keys of [bumps] that say what they are held against."""


HEADS = {
    "name": "ball", "x": "x_um", "y": "y_um", "net": "net",
    "kind": "kind", "angles": "teardrop_deg", "diameter": "diameter_um",
}  # fmt: skip
"""What a bump has, and how its column is headed."""


def _heads(bumps: Sequence[Bump]) -> list[str]:
    """What the bumps' table has columns for: the last three only where a bump has something there."""
    return [key for key in HEADS if key in ("name", "x", "y", "net") or any(getattr(bump, key) for bump in bumps)]


def bumps_text(bumps: Sequence[Bump]) -> str:
    """Bumps as the CSV text of a design's own table, µm, bumps_up."""
    heads = _heads(bumps)
    return csv_text([[HEADS[key] for key in heads], *([_text(getattr(b, key)) for key in heads] for b in bumps)])


def _text(value: Any) -> str:
    """A value of a bump as its cell has it."""
    if isinstance(value, tuple):
        return " ".join(f"{angle:.12g}" for angle in value)
    return value if isinstance(value, str) else um(value)


def _route_text(route: Route, key: str, number: int) -> str:
    """What the table of wires has of one, in the column of a key."""
    if key == "name":
        return route.name or str(number)
    if key == "width":
        return um(route.width)
    if key == "points":
        return " ".join(f"{um(x)}:{um(y)}" for x, y in route.points)
    return str(getattr(route, key))


def um(value: float) -> str:
    """A length in µm as short as it is exact to a thousandth of a nanometre."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) > 5e-7 else "0"


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
