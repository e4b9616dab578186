"""`bumpgen compare`: a design or layout against a layout, layer by layer."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bumpgen.build import build_layout
from bumpgen.check.compare import Comparison, compare_files, read_expected
from bumpgen.command.new import parse_layer
from bumpgen.errors import InputError, Where
from bumpgen.read import read_design
from bumpgen.write.gds import write_gds

__all__ = ["CompareReport", "compare_layouts"]

MAX_SHRINK = 1000.0
"""Widest shrink that is taken for meant, µm: more would drop whole bumps."""


@dataclass(frozen=True, slots=True)
class CompareReport:
    """A comparison with the names of what was compared."""

    a: str
    b: str
    result: Comparison

    def json(self) -> str:
        """The report as JSON text."""
        facts: dict[str, Any] = asdict(self.result) | {"a": self.a, "b": self.b, "same": self.result.same}
        return json.dumps(facts, indent=2, ensure_ascii=False, default=lambda place: place.model_dump())

    def show(self) -> None:
        """Print one row a layer, then every place that differs."""
        from rich.console import Console
        from rich.table import Table

        console = Console(highlight=False)
        table = Table(
            title=f"{self.a} against {self.b}, XOR shrunk by {self.result.shrink:g} µm",
            title_justify="left",
            box=None,
            padding=(0, 2, 0, 0),
        )
        for head in ("layer", "shapes", "reference", "centres within", "XOR µm²", "left", "known", "verdict"):
            table.add_column(head, justify="left" if head in ("layer", "verdict") else "right")
        for row in self.result.layers:
            known = len(row.differences) - len(row.unexplained)
            same = row.count_a == row.count_b and not row.unexplained
            shift = "-" if row.centre_shift is None else f"{row.centre_shift:.3f}"
            table.add_row(
                f"{row.layer[0]}/{row.layer[1]}", str(row.count_a), str(row.count_b), shift, f"{row.xor_area:.0f}",
                str(len(row.differences)), str(known), "same" if same else "[red]differs[/]",
            )  # fmt: skip
        console.print(table)
        self.show_problems()

    def show_problems(self) -> None:
        """Print every place that is left, with its reason where there is one, and stale explanations."""
        from rich.console import Console

        console = Console(highlight=False)
        for row in self.result.layers:
            for place in row.differences:
                x0, y0, x1, y1 = place.box
                where = f"{row.layer[0]}/{row.layer[1]} ({x0:g}, {y0:g}) to ({x1:g}, {y1:g}) µm"
                console.print(
                    f"{where}, {place.area:.1f} µm²: {place.reason or 'not explained'}",
                    style="" if place.reason else "red",
                    markup=False,
                )
        for stale in self.result.stale:
            console.print(f"expected difference at {stale.box} on {stale.layer} isn't there", style="red", markup=False)


def compare_layouts(a: str, b: Path, shrink: float, layers: tuple[str, ...], expect: Path | None) -> CompareReport:
    """Compare a design (by name, folder or design.toml) or a layout file with a layout file."""
    if not b.is_file():
        raise InputError("no such file", Where(b))
    if not 0 <= shrink <= MAX_SHRINK:
        raise InputError(f"--shrink {shrink:g} is not a width in µm", hint=f"use 0 to {MAX_SHRINK:g}")
    numbers = tuple(parse_layer(text) for text in layers) or None
    expected = read_expected(expect) if expect else None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(a)
        if not path.name.lower().endswith((".gds", ".gds.gz", ".oas", ".gds2")):
            path = Path(folder) / "a.gds"
            write_gds(build_layout(read_design(a)), path)
        elif not path.is_file():
            raise InputError("no such file", Where(path))
        result = compare_files(path, b, layers=numbers, shrink=shrink, expected=expected)
    return CompareReport(a, b.name, result)
