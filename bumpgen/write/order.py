"""A mask order as Markdown, CSV and PDF."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bumpgen.masks.order import MaskOrder, OrderRow

if TYPE_CHECKING:
    from fpdf import FPDF

__all__ = ["ORDERS"]

EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
"""The date in a PDF: equal orders give equal bytes."""
HEADS = ("no", "mask", "kind", "layer", "gds", "data from", "data", "field", "bias", "least", "files")
ASKED = ("asked", "order says", "whose word")


def _cells(row: OrderRow) -> tuple[str, ...]:
    return (
        row.number, row.name, row.kind, row.layer, row.gds, row.boolean, row.data, row.field, row.bias, row.least,
        " ".join(row.files),
    )  # fmt: skip


def _answers(order: MaskOrder) -> list[tuple[str, str, str]]:
    return [(a.asked, a.told or a.cure, a.state) for a in order.answers]


def to_csv(order: MaskOrder) -> bytes:
    """The masks, a blank line, the intake list."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerows([[head.replace(" ", "_") for head in HEADS], *map(_cells, order.rows), []])
    out.writerows([[head.replace(" ", "_") for head in ASKED], *_answers(order)])
    return text.getvalue().encode()


def to_markdown(order: MaskOrder) -> bytes:
    """Two tables: the masks, the intake list."""
    lines = [f"# Mask order: {order.title}", "", f"Design {order.design}. Lengths in µm.", "", "## Masks", ""]
    lines += _table(HEADS, [_cells(row) for row in order.rows])
    lines += ["", "## What a mask shop asks", "", *_table(ASKED, _answers(order))]
    return ("\n".join(lines) + "\n").encode()


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def to_pdf(order: MaskOrder) -> bytes:
    """Pages across, with both tables. Letters that PDF's own fonts lack become question marks."""
    from fpdf import FPDF

    page = FPDF(orientation="landscape", unit="mm", format="A4")
    page.set_creation_date(EPOCH)
    page.set_title(f"Mask order: {order.title}")
    page.set_margin(12)
    page.add_page()
    _head(page, f"Mask order: {order.title}", 16)
    _head(page, f"Design {order.design}. Lengths in µm.", 10)
    _grid(page, HEADS, [_cells(row) for row in order.rows], (4, 12, 12, 10, 8, 22, 8, 8, 8, 8, 34))
    _head(page, "What a mask shop asks", 13)
    _grid(page, ASKED, _answers(order), (30, 90, 14))
    return bytes(page.output())


def _head(page: FPDF, text: str, size: float) -> None:
    page.set_font("Helvetica", "B" if size > 10 else "", size)
    page.multi_cell(0, size / 2, _plain(text), new_x="LMARGIN", new_y="NEXT")
    page.ln(2)


def _grid(page: FPDF, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: tuple[int, ...]) -> None:
    page.set_font("Helvetica", "", 8)
    with page.table(col_widths=widths, text_align="LEFT", line_height=4) as table:
        for cells in (heads, *rows):
            row = table.row()
            for cell in cells:
                row.cell(_plain(cell))
    page.ln(5)


def _plain(text: str) -> str:
    """A text in letters that PDF's own fonts have."""
    return text.encode("latin-1", "replace").decode("latin-1")


ORDERS: dict[str, Callable[[MaskOrder], bytes]] = {"md": to_markdown, "csv": to_csv, "pdf": to_pdf}
"""What writes an order, by the file's ending."""
