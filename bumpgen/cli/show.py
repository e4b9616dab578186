"""Commands that show what is shipped: processes and cells."""

from __future__ import annotations

from pathlib import Path

import click

from bumpgen.cli.group import main

__all__ = ["cell", "cell_draw", "cell_list", "pdk", "pdk_list", "pdk_show"]


@main.group()
def pdk() -> None:
    """Processes shipped with bumpgen."""


@pdk.command("list")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def pdk_list(as_json: bool) -> None:
    """List the processes."""
    from bumpgen.command.show import list_processes

    list_processes(as_json)


@pdk.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="The whole process as JSON.")
def pdk_show(name: str, as_json: bool) -> None:
    """Show a process: layers, films, steps, dimensions with their sources."""
    from bumpgen.command.show import show_process

    show_process(name, as_json)


@main.group()
def cell() -> None:
    """Parametric cells."""


@cell.command("list")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def cell_list(name: str | None, as_json: bool) -> None:
    """List the cells, or the parameters of cell NAME."""
    from bumpgen.command.show import list_cells

    list_cells(name, as_json)


@cell.command("draw")
@click.argument("name")
@click.option("--pdk", "process", help="Process the cell is drawn in [the first that has what it needs].")
@click.option("--set", "values", multiple=True, metavar="KEY=VALUE", help="Set a parameter; may be repeated.")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="FILE.gds, .oas, .svg or .png.")
def cell_draw(name: str, process: str | None, values: tuple[str, ...], out: Path) -> None:
    """Draw one cell to a file."""
    from bumpgen.command.look import draw_cell_file

    click.echo(draw_cell_file(name, process, values, out))
