"""A run sheet as Markdown, CSV and a page to print."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from html import escape

from bumpgen.report import number
from bumpgen.section.run_sheet import Operation, RunSheet

__all__ = ["SHEETS"]

COLUMNS = ("no", "operation", "mask", "parameters", "targets", "measure at", "measured", "done by, on")
"""Of what people read; the last two are left empty for them."""
HEADS = ("no", "step", "operation", "material", "mask", "parameters", "targets", "measure at", "note", "source")
STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1rem; }
h1 { font-size: 1.3rem; }
.sheet { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
table.small { width: auto; }
th, td { border: 1px solid #8886; padding: .3rem .5rem; text-align: left; vertical-align: top; }
th { background: #8882; position: sticky; top: 0; }
td.blank { min-width: 6rem; }
td:first-child { text-align: right; }
ul { margin: 0; padding-left: 1.1rem; }
small { color: #777; }
@media print { body { margin: 0; font-size: 10px; } th { position: static; } }
"""


def to_csv(sheet: RunSheet) -> str:
    """One line an operation; several values in a field stand apart by semicolons."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow([head.replace(" ", "_") for head in HEADS])
    for row in sheet.operations:
        out.writerow((
            row.number, row.step, row.what, row.material, row.mask, "; ".join(row.parameters), "; ".join(row.targets),
            _points(row), row.note, row.source,
        ))  # fmt: skip
    return text.getvalue()


def to_markdown(sheet: RunSheet) -> str:
    """A table with room for what was measured and who did it."""
    lines = [f"# Run sheet: {sheet.title}", "", f"Design {sheet.design}, process {sheet.process}. Lengths in µm.", ""]
    lines += [_row(COLUMNS), _row(["---"] * len(COLUMNS))]
    for row in sheet.operations:
        what = row.what + (f" ({row.note})" if row.note else "")
        cells = (str(row.number), what, row.mask, "; ".join(row.parameters), "; ".join(row.targets), _names(row))
        lines.append(_row([*cells, "", ""]))
    lines += ["", "## Places to measure at", "", _row(("name", "x", "y")), _row(["---"] * 3)]
    lines += [_row((point.name, number(point.x), number(point.y))) for point in sheet.points]
    lines += ["", *(f"Not needed, nothing is drawn for it: {what}." for what in sheet.left_out)]
    return "\n".join(lines).rstrip() + "\n"


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _names(row: Operation) -> str:
    return ", ".join(point.name for point in row.points)


def _points(row: Operation) -> str:
    return "; ".join(point.told() for point in row.points)


def to_html(sheet: RunSheet) -> str:
    """A page to read or print, with empty columns for what was measured and who did it."""
    rows = "\n".join(_line(row) for row in sheet.operations)
    left = "".join(f"<li>{escape(what)}</li>" for what in sheet.left_out)
    points = "".join(
        f"<tr><td>{escape(point.name)}</td><td>{number(point.x)}</td><td>{number(point.y)}</td></tr>"
        for point in sheet.points
    )
    below = f"<h2>Not needed, nothing is drawn for it</h2><ul>{left}</ul>" if left else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Run sheet: {escape(sheet.title)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>Run sheet: {escape(sheet.title)}</h1>
<p>Design {escape(sheet.design)}, process {escape(sheet.process)}. Lengths in µm.</p>
<div class="sheet">
<table>
<thead><tr>{"".join(f'<th scope="col">{head}</th>' for head in COLUMNS)}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
<h2>Places to measure at</h2>
<table class="small">
<thead><tr><th scope="col">name</th><th scope="col">x</th><th scope="col">y</th></tr></thead>
<tbody>{points}</tbody>
</table>
{below}
</body>
</html>
"""


def _line(row: Operation) -> str:
    note = f"<br><small>{escape(row.note)}</small>" if row.note else ""
    cells = [
        str(row.number), escape(row.what) + note, escape(row.mask), _list(row.parameters), _list(row.targets),
        escape(_names(row)),
    ]  # fmt: skip
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}" + '<td class="blank"></td>' * 2 + "</tr>"


def _list(texts: tuple[str, ...]) -> str:
    if len(texts) < 2:
        return escape("".join(texts))
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"


SHEETS: dict[str, Callable[[RunSheet], str]] = {"md": to_markdown, "csv": to_csv, "html": to_html}
"""What writes a run sheet, by the file's ending."""
