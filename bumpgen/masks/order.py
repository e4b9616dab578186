"""A mask order: the list of masks with all that a mask shop asks for, and what of that nobody has said yet.

What is asked for is the intake list of mask shops and bumping houses (Photronics, Compugraphics, TLMI; facts 4.8).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bumpgen.design import Design
from bumpgen.layout import Layout
from bumpgen.masks.set import MaskRow
from bumpgen.report import counted, number
from bumpgen.rules import RuleTable

__all__ = ["Answer", "MaskOrder", "OrderRow", "PlateFacts", "mask_order"]

DATA = ("gds", "oas", "dxf", "gbr")
"""Endings of files with mask data; all others are pictures."""

State: TypeAlias = Literal["stated", "usual", "missing"]
"""Whether somebody said it, bumpgen took what is usual, or nobody knows."""


@dataclass(frozen=True, slots=True)
class PlateFacts:
    """What is said of the plates: size and glass, scale, reading sense, frame; lengths in µm.

    `stated` are the names of those fields that the design says; the others are what is usual.
    """

    size: str = ""
    glass: str = ""
    magnification: int = 1
    reading: str = ""
    title: str = ""
    revision: str = ""
    barcode: str = ""
    alignment: str = ""
    pellicle: str = ""
    defects: str = ""
    min_feature: float | None = None
    cd: float | None = None
    cd_tolerance: float | None = None
    cd_list: str = ""
    stated: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of the intake list: what is asked, what the order says, whose word it is, what to do if nobody's."""

    asked: str
    told: str
    state: State
    cure: str = ""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One mask of the order; lengths in µm. `gds` are layer and datatype of its data, `boolean` what they come from."""

    number: str
    name: str
    kind: str
    layer: str
    gds: str
    boolean: str
    data: str
    field: str
    bias: str
    least: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MaskOrder:
    """The whole order: facts for all masks, a row a mask, answers to the intake list."""

    design: str
    title: str
    rows: tuple[OrderRow, ...]
    answers: tuple[Answer, ...]

    @property
    def missing(self) -> tuple[Answer, ...]:
        """Questions that nobody has answered."""
        return tuple(answer for answer in self.answers if answer.state == "missing")


@dataclass(frozen=True, slots=True)
class _Known:
    """All that the intake list is answered from."""

    design: Design
    layout: Layout
    rows: tuple[OrderRow, ...]
    plate: PlateFacts
    stepping: str
    formats: Sequence[str]
    rules: RuleTable | None = field(default=None)


def mask_order(
    design: Design,
    layout: Layout,
    rows: Sequence[MaskRow],
    files: Mapping[int, Sequence[str]],
    plate: PlateFacts,
    stepping: str = "",
    rules: RuleTable | None = None,
) -> MaskOrder:
    """The order of the masks in `rows` with their `files` by step.

    `stepping` says how dies are stepped ("" if the design doesn't), `rules` give what is least on each layer.
    """
    ordered = tuple(_row(design, row, files.get(row.step, ()), rules) for row in rows if files.get(row.step))
    endings = {name.rsplit(".", 1)[-1] for row in ordered for name in row.files}
    formats = [ending for ending in DATA if ending in endings]
    known = _Known(design, layout, ordered, plate, stepping, formats, rules)
    answers = tuple(ask(known) for ask in INTAKE)
    return MaskOrder(design.name, layout.title or design.name, ordered, answers)


def _row(design: Design, row: MaskRow, files: Sequence[str], rules: RuleTable | None) -> OrderRow:
    drawn = "/".join(map(str, design.process.layers[row.layer].gds))
    least = _least(row.layer, rules)
    return OrderRow(
        str(row.number or ""), row.name, row.kind, row.layer, f"{max(row.number, 1)}/0", _boolean(row, drawn),
        row.data or "", row.field or "", f"{row.bias:+g}" if row.bias else "0", number(least) if least else "",
        tuple(files),
    )  # fmt: skip


def _boolean(row: MaskRow, drawn: str) -> str:
    """How the mask's data come from the drawn layer, whose numbers are `drawn`."""
    text = f"{row.layer} ({drawn})"
    if row.bias:
        text += f" sized by {row.bias / 2:+g} µm a side"
    if row.pullback:
        text += f", pulled back {row.pullback:g} µm from the die's edge"
    return text + (f", corners rounded to {row.rounding:g} µm" if row.rounding else "")


def _least(layer: str, rules: RuleTable | None) -> float | None:
    """The smallest width or space that the rules allow on a layer, µm."""
    limits = [
        float(rule.limit)
        for rule in (rules.rules if rules else ())
        if rule.kind in ("width", "space") and rule.layers == (layer,) and isinstance(rule.limit, int | float)
    ]
    return min(limits, default=None)


# the intake list, question by question


def _names(known: _Known) -> Answer:
    told = ", ".join(f"{row.number or '-'} {row.name}" for row in known.rows)
    return Answer("mask and plate names", told, "stated" if told else "missing", "the process has no step with a mask")


def _said(known: _Known, name: str) -> State:
    return "stated" if name in known.plate.stated else "usual"


def _size(known: _Known) -> Answer:
    told = " ".join(part for part in (known.plate.size, known.plate.glass) if part)
    cure = "say size and glass in the design's [mask] table"
    return Answer("plate size and glass", told, _said(known, "size") if known.plate.size else "missing", cure)


def _data(known: _Known) -> Answer:
    tops = f"top cells {known.layout.top.name}_MASK with the mask's name"
    told = f"{', '.join(known.formats)}; {tops}; unit µm, grid {known.layout.grid:g} µm"
    return Answer("files, top cell, unit and grid", told, "stated" if known.formats else "missing", "name a format")


def _layers(known: _Known) -> Answer:
    told = "; ".join(f"{row.name} on {row.gds} = {row.boolean}" for row in known.rows)
    return Answer("layers and booleans", told, "stated" if known.rows else "missing")


def _tone(known: _Known) -> Answer:
    told = "; ".join(f"{row.name}: digitized data {row.data}" for row in known.rows if row.data)
    return Answer("digitized data clear or dark", told or "foils only", "stated")


def _reading(known: _Known) -> Answer:
    cure = "say reads_right in the design's [mask] table"
    state = _said(known, "reads_right") if known.plate.reading else "missing"
    return Answer("reading sense with chrome side", known.plate.reading, state, cure)


def _feature(known: _Known) -> Answer:
    told = f"{known.plate.min_feature:g} µm" if known.plate.min_feature else ""
    if not told:
        told = "; ".join(f"{row.name} {row.least} µm by the rules" for row in known.rows if row.least)
    cure = "say min_feature in the design's [mask] table"
    return Answer("minimum feature", told, _said(known, "min_feature") if told else "missing", cure)


def _measured(known: _Known) -> Answer:
    plate = known.plate
    bars = [at for table in known.design.file.cells if table.cell == "cd_bars" for at in table.at]
    places = ", ".join(f"({number(x)}, {number(y)}) µm" for x, y in bars)
    listed = f"bars of {plate.cd:g} µm beside the field, listed in {plate.cd_list}" if plate.cd else ""
    cure = "place cd_bars in the design, or let a plate be drawn around it"
    told = "; ".join(part for part in (listed, f"bars in the die at {places}" if places else "") if part)
    return Answer("structures to be measured, with coordinates", told, "stated" if told else "missing", cure)


def _tolerance(known: _Known) -> Answer:
    limit = known.plate.cd_tolerance
    cure = "say cd_tolerance in the design's [mask] table"
    told = f"± {limit:g} µm" if limit else ""
    return Answer("CD tolerance", told, _said(known, "cd_tolerance") if told else "missing", cure)


def _scale(known: _Known) -> Answer:
    told = f"{known.plate.magnification}x, not mirrored, not turned: data are seen as the bumps are, from above"
    return Answer("scale, mirror, rotation", told, _said(known, "magnification"))


def _stepping(known: _Known) -> Answer:
    cure = "say in the design's [wafer] table how dies are stepped"
    return Answer("stepping distance and wafer map", known.stepping, "stated" if known.stepping else "missing", cure)


def _title(known: _Known) -> Answer:
    plate = known.plate
    told = "; ".join(
        part for part in (plate.title, f"revision {plate.revision}" if plate.revision else "", plate.barcode) if part
    )
    cure = "say title and revision in the design's [mask] table"
    return Answer("title, revision and barcode", told, _said(known, "title") if told else "missing", cure)


def _alignment(known: _Known) -> Answer:
    marks = sum(len(table.at) for table in known.design.file.cells if table.cell == "alignment_mark")
    own = counted(marks, "mark in the die", "marks in the die") if marks else ""
    told = "; ".join(part for part in (known.plate.alignment, own) if part)
    cure = "place alignment_mark in the design, or let a plate be drawn around it"
    return Answer("alignment marks", told, "stated" if told else "missing", cure)


def _pellicle(known: _Known) -> Answer:
    return Answer("pellicle", known.plate.pellicle or "none", _said(known, "pellicle"))


def _defects(known: _Known) -> Answer:
    cure = 'say defects in the design\'s [mask] table, e.g. "none larger than 1 µm in the field"'
    told = known.plate.defects
    return Answer("allowed defects", told, _said(known, "defects") if told else "missing", cure)


INTAKE: tuple[Callable[[_Known], Answer], ...] = (
    _names, _size, _data, _layers, _tone, _reading, _feature, _tolerance, _measured, _scale, _stepping, _title,
    _alignment, _pellicle, _defects,
)  # fmt: skip
"""The questions in the order of the intake list."""
