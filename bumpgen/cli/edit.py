"""Commands that change a design: bumps, wires; and ghost, which shows what it meets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bumpgen.cli.group import PROBLEMS, common, main, show_report

__all__ = ["bumps", "ghost", "wires"]

CORNERS = click.Choice(["top_left", "top_right", "bottom_left", "bottom_right"])
LENGTHS = click.Choice(["um", "nm", "mm", "mil", "inch"])
VIEWS = click.Choice(["bumps_up", "bumps_down", "wafer", "mask"])
NET = click.option("--net", "nets", multiple=True, help="Only this net; may be repeated.")


def _numbers(text: str | None, count: int, option: str) -> tuple[float, ...] | None:
    """Numbers separated by commas."""
    if text is None:
        return None
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if len(found) != count:
        raise click.BadParameter(f"{text!r} is not {count} numbers separated by commas", param_hint=option)
    return found


@main.group()
def bumps() -> None:
    """List and change a design's bump map; design.toml keeps its comments."""


@bumps.command("list")
@click.argument("design")
@common
def list_(design: str, quiet: bool, as_json: bool) -> None:
    """List DESIGN's bumps; with --json also its pads, nets and layers."""
    from bumpgen.command.bumps import listed

    show_report(listed(design), quiet, as_json)


@bumps.command()
@click.argument("design")
@click.option("--columns", required=True, type=click.IntRange(1), help="Columns of the lattice.")
@click.option("--rows", required=True, type=click.IntRange(1), help="Rows of the lattice.")
@click.option("--pitch", required=True, type=click.FloatRange(0, min_open=True), help="From bump to bump, µm.")
@click.option("--pitch-y", type=click.FloatRange(0, min_open=True), help="From row to row, µm [the pitch].")
@click.option("--pattern", default="grid", show_default=True, type=click.Choice(["grid", "staggered", "rings"]))
@click.option("--rings", default=1, show_default=True, type=click.IntRange(1), help="Outer rings of pattern rings.")
@click.option("--at", metavar="X,Y", help="The lower left bump, µm [centred on the die].")
@click.option("--keep-out", "keepouts", multiple=True, metavar="X0,Y0,X1,Y1", help="A box without bumps, µm.")
@click.option("--a1", default="top_left", show_default=True, type=CORNERS, help="The corner of A1.")
@click.option("--letters", default="rows", show_default=True, type=click.Choice(["rows", "columns"]))
@click.option("--add", is_flag=True, help="Keep the present bumps.")
@common
def place(design: str, quiet: bool, as_json: bool, **options: Any) -> None:
    """Put a lattice of bumps on DESIGN's die; nets stay where a bump's place, or else its name, does."""
    from bumpgen.command.bumps import place as run

    first = _numbers(options["at"], 2, "--at")
    boxes = [_numbers(text, 4, "--keep-out") for text in options["keepouts"]]
    changed = run(
        design, options["pattern"], options["columns"], options["rows"],
        (options["pitch"], options["pitch_y"] or options["pitch"]), rings=options["rings"],
        first=(first[0], first[1]) if first else None, naming={"a1": options["a1"], "letters": options["letters"]},
        keepouts=[(b[0], b[1], b[2], b[3]) for b in boxes if b], add=options["add"],
    )  # fmt: skip
    show_report(changed, quiet, as_json)


@bumps.command("on-pads")
@click.argument("design")
@click.option("--add", is_flag=True, help="Keep the present bumps.")
@common
def on_pads(design: str, add: bool, quiet: bool, as_json: bool) -> None:
    """Put a bump on each of DESIGN's pads that has a net, with the pad's name: for processes without wires."""
    from bumpgen.command.bumps import on_pads as run

    show_report(run(design, add), quiet, as_json)


@bumps.command()
@click.argument("design")
@click.option("--a1", default="top_left", show_default=True, type=CORNERS, help="The corner of A1.")
@click.option("--letters", default="rows", show_default=True, type=click.Choice(["rows", "columns"]))
@click.option("--view", default="bumps_up", show_default=True, type=click.Choice(["bumps_up", "bumps_down"]))
@common
def renumber(design: str, a1: str, letters: str, view: str, quiet: bool, as_json: bool) -> None:
    """Name DESIGN's bumps by their places, from the A1 corner of a view; places and nets stay."""
    from bumpgen.command.bumps import renumber as run

    show_report(run(design, {"a1": a1, "letters": letters, "view": view}), quiet, as_json)


@bumps.command("import")
@click.argument("design")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--unit", required=True, type=LENGTHS, help="The table's unit.")
@click.option("--view", required=True, type=VIEWS, help="The view the table is in.")
@click.option("--columns", required=True, help='The table\'s columns: "name=Ball,x=X,y=Y,net=Net".')
@click.option("--header", default=1, show_default=True, type=click.IntRange(0), help="Line of the column names.")
@click.option("--sheet", help="Sheet of an .xlsx file [the first].")
@common
def import_(design: str, file: Path, quiet: bool, as_json: bool, **options: Any) -> None:
    """Take DESIGN's bump map from the table FILE (.csv, .xlsx)."""
    from bumpgen.command.bumps import import_table

    try:
        columns = dict(pair.split("=", 1) for pair in options.pop("columns").split(","))
    except ValueError:
        raise click.BadParameter('write "name=Ball,x=X,y=Y,net=Net"', param_hint="--columns") from None
    named = {key.strip(): head.strip() for key, head in columns.items()}
    show_report(import_table(design, file, {**options, "columns": named}), quiet, as_json)


@bumps.command()
@click.argument("design")
@NET
@click.option("--bump", "names", multiple=True, help="Only to this bump; may be repeated.")
@common
def assign(design: str, nets: tuple[str, ...], names: tuple[str, ...], quiet: bool, as_json: bool) -> None:
    """Give DESIGN's bumps without a net those of pads without a bump, as the router pairs them best."""
    from bumpgen.command.bumps import assign as run

    show_report(run(design, nets, names, progress=not quiet and not as_json), quiet, as_json)


@main.group()
def wires() -> None:
    """Say which nets of a design are routed, and keep wires that are drawn by hand."""


@wires.command()
@click.argument("design")
@NET
@common
def route(design: str, nets: tuple[str, ...], quiet: bool, as_json: bool) -> None:
    """Have DESIGN's nets routed, all or those named; what is drawn by hand stays.

    Exit code 0: everything is joined; 1: it isn't; 2: wrong input.
    """
    from bumpgen.command.wires import route_wires

    found = route_wires(design, nets, progress=not quiet and not as_json)
    show_report(found, quiet, as_json)
    sys.exit(0 if found.complete else PROBLEMS)


@wires.command()
@click.argument("design")
@NET
@common
def remove(design: str, nets: tuple[str, ...], quiet: bool, as_json: bool) -> None:
    """Take away DESIGN's wires, of all nets or those named."""
    from bumpgen.command.wires import remove_wires

    show_report(remove_wires(design, nets, progress=not quiet and not as_json), quiet, as_json)


@wires.command()
@click.argument("design")
@click.option(
    "--from", "file", required=True, type=click.Path(path_type=Path), help="CSV: net,layer,width_um,points_um."
)
@common
def add(design: str, file: Path, quiet: bool, as_json: bool) -> None:
    """Keep wires drawn by hand in DESIGN; their nets are those of the pads and bumps they end on."""
    from bumpgen.command.wires import add_wires

    show_report(add_wires(design, file, progress=not quiet and not as_json), quiet, as_json)


@main.command()
@click.argument("design")
@click.option("--assembly", help="An assembly that DESIGN is a part of [the half that bumpgen mate would write].")
@click.option("--process", help="Without an assembly: the other half's process [the design's].")
@click.option("--as", "role", default="second", show_default=True, type=click.Choice(["second", "carrier"]))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="FILE.gds.")
@common
def ghost(design: str, quiet: bool, as_json: bool, **options: Any) -> None:
    """Draw what DESIGN will meet in DESIGN's own coordinates, to lay over it."""
    from bumpgen.command.ghost import ghost as run

    show_report(run(design, **options, progress=not quiet and not as_json), quiet, as_json)
