"""What `bumpgen compare` found, as tables and lines for a terminal and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bumpgen.check.compare import Comparison, LayerComparison
from bumpgen.check.compare_maps import MapComparison
from bumpgen.check.compare_poses import Pose

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["CompareReport"]

MOST_SHOWN = 100
"""So many places or faults are printed; --json has all."""


@dataclass(frozen=True, slots=True)
class CompareReport:
    """A comparison of layouts, of bump maps or of both, with the names of what was compared."""

    a: str
    b: str
    layouts: Comparison | None
    maps: MapComparison | None
    picture: Path | None = None

    @property
    def same(self) -> bool:
        """Whether nothing differs that nobody expected."""
        return all(found.same for found in (self.layouts, self.maps) if found is not None)

    def json(self) -> str:
        """The report as JSON text."""
        facts: dict[str, Any] = {"a": self.a, "b": self.b, "same": self.same}
        if self.layouts is not None:
            facts |= asdict(self.layouts)
            for row, layer in zip(facts["layers"], self.layouts.layers, strict=True):
                row["verdict"] = layer.verdict
        if self.maps is not None:
            facts["map"] = _map_facts(self.maps)
        return json.dumps(facts, indent=2, ensure_ascii=False, default=lambda place: place.model_dump())

    def show(self) -> None:
        """Print what was compared, then all that differs."""
        console = _console()
        if self.maps is not None:
            _show_maps(console, self.maps, f"{self.a} against {self.b}")
        if self.layouts is not None:
            _show_layouts(console, self.layouts, f"{self.a} against {self.b}")
        self.show_problems()
        if self.picture is not None:
            console.print(f"picture: {self.picture}", markup=False)

    def show_problems(self) -> None:
        """Print every place and fault that is left, with its reason where there is one, and stale explanations."""
        console = _console()
        if self.maps is not None:
            _show_faults(console, self.maps)
        if self.layouts is not None:
            _show_places(console, self.layouts)


def _map_facts(maps: MapComparison) -> dict[str, Any]:
    facts = asdict(maps) | {"same": maps.same}
    if maps.diagnosis is not None:
        facts["diagnosis"]["cure"] = maps.diagnosis.cure
    return facts


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def _table(title: str, *heads: str) -> Any:
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for head in heads:
        table.add_column(head, justify="left" if head in ("layer", "verdict", "B is A …") else "right")
    return table


def _show_layouts(console: Console, result: Comparison, title: str) -> None:
    """One row a layer."""
    heads = ("layer", "in A", "in B", "centres within", "XOR µm²", "left", "known", "texts", "verdict")
    table = _table(f"{title}, XOR shrunk by {result.shrink:g} µm", *heads)
    for row in result.layers:
        known = len(row.found) - len(row.unexplained)
        shift = "-" if row.centre_shift is None else f"{row.centre_shift:.3f}"
        texts = f"{row.texts_a}/{row.texts_b}" if row.texts_a or row.texts_b else "-"
        verdict = "same" if row.verdict == "same" else f"[red]{row.verdict}[/]"
        table.add_row(
            f"{row.layer[0]}/{row.layer[1]}", str(row.count_a), str(row.count_b), shift, f"{row.xor_area:.0f}",
            str(len(row.found)), str(known), texts, verdict,
        )  # fmt: skip
    console.print(table)
    for note in result.notes:
        console.print(f"note: {note}", markup=False)


def _show_places(console: Console, result: Comparison) -> None:
    """Numbered places with what differs at each; then what has no place."""
    lines = sorted(line for row in result.layers for line in _differences(row))
    for _, text, open_ in lines[:MOST_SHOWN]:
        console.print(text, style="red" if open_ else "", markup=False)
    _rest(console, len(lines), "differences")
    for row in result.layers:
        if row.count_a != row.count_b and not row.found and row.verdict == "differs":
            console.print(
                f"{row.layer[0]}/{row.layer[1]}: {row.count_a} shapes in A, {row.count_b} in B, "
                f"though nothing wider than {2 * result.shrink:g} µm differs",
                style="red",
                markup=False,
            )
    for stale in result.stale:
        console.print(f"expected difference at {stale.box} on {stale.layer} isn't there", style="red", markup=False)


def _differences(row: LayerComparison) -> list[tuple[int, str, bool]]:
    """Place number, line, and whether nobody explains it, for all differences of a layer."""
    layer = f"{row.layer[0]}/{row.layer[1]}"
    found = []
    for area in row.differences:
        x0, y0, x1, y1 = area.box
        where = f"{area.place}: {layer} ({x0:.10g}, {y0:.10g}) to ({x1:.10g}, {y1:.10g}) µm, {area.area:.4g} µm²"
        found.append((area.place, f"{where}: {area.reason or 'not explained'}", not area.reason))
    for text in row.text_differences:
        x, y = text.a or text.b or (0.0, 0.0)
        where = f"{text.place}: {layer} ({x:.10g}, {y:.10g}) µm, {text.words}"
        found.append((text.place, f"{where}: {text.reason or 'not explained'}", not text.reason))
    return found


def _rest(console: Console, count: int, what: str) -> None:
    if count > MOST_SHOWN:
        console.print(f"and {count - MOST_SHOWN} more {what}; --json has all", style="red", markup=False)


def _show_maps(console: Console, result: MapComparison, title: str) -> None:
    """Counts as the maps lie; if they differ, every symmetry's."""
    console.print(f"{title}, bumps by name, place and net", style="italic", markup=False)
    console.print(f"{result.count_a} bumps in A, {result.count_b} in B, places within {result.tolerance:g} µm")
    for note in result.notes:
        console.print(f"note: {note}", markup=False)
    if result.same:
        console.print("the maps are the same")
        return
    if result.diagnosis is None:
        fit = result.here.fit
        console.print(f"of A's {fit.total} bumps, {fit.places} places, {fit.names} names and {fit.nets} nets agree")
        return
    table = _table(f"what agrees, of {result.count_a}", "B is A …", "places", "names", "nets")
    for pose in _worth_showing(result):
        table.add_row(pose.words or "as it is", *(str(n) for n in (pose.fit.places, pose.fit.names, pose.fit.nets)))
    console.print(table)


def _worth_showing(result: MapComparison) -> list[Pose]:
    """The maps as they lie, and poses in which a tenth of the names or nets agrees, once each."""
    few = result.count_a / 10
    shown = {p.words: p for p in result.tried if max(p.fit.names, p.fit.nets) >= few or not p.words}
    return list(shown.values())


def _show_faults(console: Console, result: MapComparison) -> None:
    if result.diagnosis is not None:
        console.print(result.diagnosis.sentence, style="bold red", markup=False)
        console.print(f"  cure: {result.diagnosis.cure}", style="green", markup=False)
        if result.diagnosis.undone and result.faults:
            console.print("what else differs, when that is undone:", style="red", markup=False)
    for fault in result.faults[:MOST_SHOWN]:
        console.print(f"{fault.kind}: {fault.message}", style="red", markup=False)
    _rest(console, len(result.faults), "faults")
