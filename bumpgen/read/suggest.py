"""The design.toml lines that make an unknown table readable: what can be seen is filled in, the rest is asked.

Unit and view can't be seen in a table of numbers; they are left as "…" with what each choice would mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bumpgen.errors import InputError, Where
from bumpgen.read.columns import column_letter, parse_number
from bumpgen.read.table import Row, read_lines

__all__ = ["suggest_mapping"]

HEADERS = {
    "x": r"(x|pos.?x|x.?(pos|loc|coord|center|centre|um|mm|nm|mil).*|(center|centre|loc|coord).?x.*)",
    "y": r"(y|pos.?y|y.?(pos|loc|coord|center|centre|um|mm|nm|mil).*|(center|centre|loc|coord).?y.*)",
    "net": r"(.*net.*|.*signal.*|.*function.*|port.*)",
    "angles": r".*(deg|angle|taper|teardrop).*",
    "name": r"(.*ball.*|.*bump.*|.*pad.*|.*pin.*|.*name.*|.*id|.*ref.*|no\.?|number)",
}
"""What a header of each of our columns looks like, in the order in which they are looked for."""

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 5_000


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen of a table: delimiter, header, the rows below it, our columns by index."""

    delimiter: str
    header: tuple[str, ...]
    header_line: int
    rows: list[Row]
    index: dict[str, int]


def suggest_mapping(path: Path, key: str = "bumps.table", file: str = "", sheet: str | None = None) -> str:
    """TOML lines for the table at `path`, under `key`; an InputError where no two columns of numbers are found."""
    sheets = _sheets(path)
    chosen = sheet or (sheets[0] if sheets else None)
    seen = _look(path, chosen)
    lines = [f"[{key}]", f'file = "{file or path.name}"']
    if len(sheets) > 1:
        lines.append(f'sheet = "{chosen}"  # one of {", ".join(sheets)}')
    if seen.delimiter != ",":
        lines.append(f"delimiter = {seen.delimiter!r}")
    lines.append(f'unit = "…"  # {_unit_remark(seen)}')
    lines.append('view = "…"  # bumps_up (chip face up), bumps_down (seen through the chip), wafer or mask')
    lines += _origin_remark(seen)
    lines.append(f"header = {seen.header_line}")
    lines.append(f"columns = {{ {', '.join(_column(seen, name) for name in seen.index)} }}")
    if "name" not in seen.index:
        lines.append(f'number = "{"P" if key.startswith("pads") else "B"}{{n}}"')
    strip = _strip(seen)
    return "\n".join([*lines, f'strip = "{strip}"'] if strip else lines)


def _sheets(path: Path) -> list[str]:
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return []
    from bumpgen.read.xlsx import sheet_names

    return sheet_names(path)


def _look(path: Path, sheet: str | None) -> _Seen:
    """The reading, among the delimiters, in which most rows hold two numbers."""
    candidates = []
    for delimiter in DELIMITERS if sheet is None else (",",):
        lines = read_lines(path, delimiter, sheet)
        numeric = [_numeric(row) for row in lines]
        candidates.append((sum(len(n) >= 2 for n in numeric), delimiter, lines, numeric))
    count, delimiter, lines, numeric = max(candidates, key=lambda c: c[0])
    if count == 0:
        raise InputError(
            "no line of the file holds two numbers, so it is no table of places",
            Where(path),
            hint="a map needs columns for x and y",
        )
    start = next(i for i in range(len(lines)) if len(numeric[i]) >= 2 and _goes_on(numeric, i))
    header = lines[start - 1] if start and not numeric[start - 1] else Row(0, ())
    rows = lines[start:]
    return _Seen(delimiter, header.cells, header.line, rows, _assign(header.cells, rows))


def _numeric(row: Row) -> set[int]:
    found = set()
    for i, cell in enumerate(row.cells):
        try:
            parse_number(cell)
        except ValueError:
            continue
        found.add(i)
    return found


def _goes_on(numeric: list[set[int]], start: int) -> bool:
    """Whether the next rows hold numbers in the same two columns."""
    common = set.intersection(*numeric[start : start + 3])
    return len(common) >= 2


def _assign(header: tuple[str, ...], rows: list[Row]) -> dict[str, int]:
    width = max(len(row.cells) for row in rows)
    sample = rows[:SAMPLE]
    numeric = [i for i in range(width) if all(i in _numeric(row) for row in sample)]
    filled = [i for i in range(width) if any(i < len(row.cells) and row.cells[i] for row in sample)]
    found: dict[str, int] = {}
    for name, pattern in HEADERS.items():
        wanted = numeric if name in "xy" else filled
        for i, text in enumerate(header):
            if i in wanted and i not in found.values() and re.fullmatch(pattern, text.strip().lower()):
                found[name] = i
                break
    for name, i in zip(("x", "y"), [i for i in numeric if i not in found.values()], strict=False):
        found.setdefault(name, i)
    if "name" in found and not _distinct(rows, found["name"]):
        found.setdefault("kind", found.pop("name"))
    left = [i for i in filled if i not in found.values() and i not in numeric]
    if "kind" not in found and left:
        found["kind"] = left[0]
    return {name: found[name] for name in ("name", "net", "x", "y", "angles", "kind") if name in found}


def _distinct(rows: list[Row], column: int) -> bool:
    names = [row.cells[column] for row in rows if column < len(row.cells)]
    return len(set(names)) == len(names)


def _column(seen: _Seen, name: str) -> str:
    i = seen.index[name]
    text = seen.header[i] if i < len(seen.header) else ""
    plain = text and seen.header.count(text) == 1 and '"' not in text and "\\" not in text
    return f'{name} = "{text}"' if plain else f'{name} = "@{column_letter(i)}"'


def _strip(seen: _Seen) -> str:
    """Commas and semicolons that trail values of the text columns."""
    texts = [row.cells[i] for row in seen.rows for n, i in seen.index.items() if n not in "xy" and i < len(row.cells)]
    return "".join(c for c in ",;" if any(text.endswith(c) for text in texts))


def _places(seen: _Seen) -> np.ndarray:
    x, y = seen.index["x"], seen.index["y"]
    rows = [row for row in seen.rows[:SAMPLE] if {x, y} <= _numeric(row)]
    return np.array([[float(row.cells[x]), float(row.cells[y])] for row in rows])


def _unit_remark(seen: _Seen) -> str:
    """What the numbers would be in µm and in mm."""
    points = _places(seen)
    spans = points.max(axis=0) - points.min(axis=0)
    nearest = _nearest(points)
    texts = [f"{name} spans {span:g}" for name, span in zip("xy", spans, strict=True)]
    remark = f"um, nm, mm, mil or inch: {', '.join(texts)}, the nearest two are {nearest:g} apart in that unit"
    return remark if nearest else f"um, nm, mm, mil or inch: {', '.join(texts)} in that unit"


def _nearest(points: np.ndarray) -> float:
    """The smallest distance greater than 0 between two of the first places, in the table's unit."""
    few = points[:: max(1, len(points) // 1000)] if len(points) > 4000 else points
    best = np.inf
    for i in range(len(few) - 1):
        distances = np.hypot(*(few[i + 1 :] - few[i]).T)
        distances = distances[distances > 0]
        best = min(best, float(distances.min())) if len(distances) else best
    return round(best, 3) if np.isfinite(best) else 0.0


def _origin_remark(seen: _Seen) -> list[str]:
    points = _places(seen)
    low, high = points.min(axis=0), points.max(axis=0)
    if (low >= 0).all():
        return []
    if (np.abs(low + high) < 0.1 * (high - low)).all():
        return ['origin = "centre"  # x and y run about as far below 0 as above']
    shift = ", ".join(f"{max(0.0, -v):g}" for v in low)
    return [f"# x or y is negative: the origin is not the die's corner. In µm: offset = [{shift}] or more"]
