"""`bumpgen pdk list|show` and `bumpgen cell list`: what there is, as tables or JSON."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bumpgen import resources
from bumpgen.cells import CELLS
from bumpgen.errors import InputError
from bumpgen.process import Process, Quantity, read_process
from bumpgen.rules import read_rules
from bumpgen.validation import near

__all__ = ["list_cells", "list_processes", "show_process"]

UNFOLDED = 10_000
"""No row of a table has more characters than this."""


def _print(*parts: Any) -> None:
    """Print for a terminal, folded to its width; into a pipe or a file one row a line, however long."""
    if sys.stdout.isatty():
        console = Console(highlight=False)
        for part in parts:
            console.print(part)
        return
    text = io.StringIO()
    wide = Console(file=text, width=UNFOLDED, highlight=False)
    for part in parts:
        wide.print(part)
    click.echo("\n".join(line.rstrip() for line in text.getvalue().splitlines()))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column)
    return table


def _row(table: Table, *cells: str) -> None:
    """Add a row; brackets in it are text, not markup."""
    table.add_row(*map(escape, cells))


def list_processes(as_json: bool) -> None:
    """Every shipped process with its title."""
    processes = [read_process(name) for name in resources.names("pdk")]
    if as_json:
        rows = [{"name": p.name, "title": p.title, "mask_set": p.mask_set, "rules": p.rules} for p in processes]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    table = _table("Processes", "name", "mask set", "what it is")
    for process in processes:
        _row(table, process.name, process.mask_set, process.title)
    _print(table)


def show_process(name: str, as_json: bool) -> None:
    """Layers, films, steps, connections, dimensions and rules of a process, with their sources."""
    process = read_process(name)
    if as_json:
        click.echo(process.model_dump_json(indent=2))
        return
    _print(f"[bold]{process.name}[/]: {escape(process.title)}", escape(process.description), "")
    _print(_layers(process), "", _films(process), "", _steps(process), "", _connections(process), "")
    _print(_dimensions(process), "", escape(f"grid {process.grid.value:g} µm ({process.grid.source})"), "")
    _print(*([_rules(process.rules), ""] if process.rules else ["rules: none", ""]), _sources(process))


def _layers(process: Process) -> Table:
    table = _table("Layers, from the chip up", "layer", "GDS", "polygons mean", "", "source")
    for name, layer in process.layers.items():
        number = f"{layer.gds[0]}/{layer.gds[1]}"
        facts = (number, layer.meaning, layer.description, layer.source)
        table.add_row(f"[{layer.color}]■[/] {name}", *map(escape, facts))
    return table


def _films(process: Process) -> Table:
    table = _table("Films", "film", "material", "µm", "patterned by", "source")
    for film in process.films:
        _row(table, film.name, film.material, f"{film.thickness.value:g}", film.layer or "", film.thickness.source)
    return table


def _steps(process: Process) -> Table:
    table = _table("Steps", "", "step", "of", "mask", "note")
    for number, step in enumerate(process.steps, 1):
        facts = step.model_dump()
        of = facts.get("film") or ", ".join(facts.get("films", ())) or facts.get("partner") or ""
        mask = facts.get("mask") or facts.get("stencil") or facts.get("layer") or ""
        _row(table, str(number), step.kind, of, mask, step.note)
    return table


def _connections(process: Process) -> Table:
    table = _table("Connections: which conducting layers touch", "between", "through", "source")
    for row in process.connections:
        _row(table, " and ".join(row.between), " and ".join(row.via) or "wherever they overlap", row.source)
    return table


def _rules(name: str) -> Table:
    rules = read_rules(name)
    table = _table(escape(f"Rules of {name}: {rules.title}"), "rule", "kind", "layers", "limit", "reason", "source")
    for rule in rules.rules:
        limit = f"{rule.limit:g}" if isinstance(rule.limit, int | float) else rule.limit
        _row(table, rule.id, rule.kind, ", ".join(rule.layers), f"{limit} {rule.unit}", rule.reason, rule.source)
    return table


def _dimensions(process: Process) -> Table:
    table = _table("Default dimensions", "where", "parameter", "value", "source")
    rows: list[tuple[str, str, Any, str]] = []
    for site, parts in process.sites.items():
        for part in parts:
            rows += [(f"{site}: {part.cell}", key, value, part.source or "") for key, value in part.set.items()]
    for cell, values in process.cells.items():
        rows += [(cell, key, value, "") for key, value in values.items()]
    for where, key, value, source in rows:
        shown, origin = (f"{value.value:g}", value.source) if isinstance(value, Quantity) else (str(value), source)
        _row(table, where, key, shown, origin)
    return table


def _sources(process: Process) -> Table:
    table = _table("Sources", "", "")
    for key, text in process.sources.items():
        _row(table, key, text)
    return table


def list_cells(name: str | None, as_json: bool) -> None:
    """All cells, or one cell's parameters with unit, default and bounds."""
    if name is not None and name not in CELLS:
        raise InputError(f"there is no cell {name!r}", hint=near(name, CELLS))
    wanted = [name] if name else sorted(CELLS)
    if as_json:
        click.echo(json.dumps({n: CELLS[n].parameters() for n in wanted}, indent=2, ensure_ascii=False))
        return
    if name is None:
        table = _table("Cells", "name", "what it is")
        for known in wanted:
            _row(table, known, _first_sentence(CELLS[known].__doc__))
        _print(table)
        return
    table = _table(
        f"{name}: {_first_sentence(CELLS[name].__doc__)}", "parameter", "default", "unit", "bounds", "what it is"
    )
    for row in CELLS[name].parameters():
        default = "from the process" if row["default"] is None else str(row["default"])
        _row(table, row["name"], default, row["unit"], _bounds(row), row["description"])
    _print(table)


def _bounds(row: dict[str, Any]) -> str:
    if row["choices"]:
        return ", ".join(map(str, row["choices"]))
    low, high = row["min"], row["max"]
    return (
        ""
        if low is None and high is None
        else f"{'' if low is None else f'{low:g}'} … {'' if high is None else f'{high:g}'}"
    )


def _first_sentence(text: str | None) -> str:
    return (text or "").strip().split("\n\n")[0].replace("\n    ", " ")
