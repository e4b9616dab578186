"""Commands that draw: build, view, new, pads, mate, route."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bumpgen.cli.group import PROBLEMS, common, main, show_report

__all__ = ["build", "mate", "new", "pads", "route", "view"]


@main.command()
@click.argument("design")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the files [out/NAME].")
@click.option(
    "-f",
    "--format",
    "formats",
    help="Formats [gds,oas,csv,svg,png; of an assembly also dxf,pdf]; xlsx of a design.",
)
@click.option(
    "--max-points",
    default=8190,
    show_default=True,
    type=click.IntRange(5, 8190),
    help="Points a polygon may have in GDSII.",
)
@common
def build(design: str, out: Path | None, formats: str | None, max_points: int, quiet: bool, as_json: bool) -> None:
    """Draw DESIGN (a folder, a design.toml or a shipped design's name) or an assembly, and write its files."""
    from bumpgen.command.build import build_any

    named = [name.strip() for name in formats.split(",")] if formats is not None else None
    report = build_any(design, out, named, max_points, progress=not quiet and not as_json)
    show_report(report, quiet, as_json)
    sys.exit(PROBLEMS if report.findings else 0)


@main.command()
@click.argument("design")
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="FILE.svg or .png; of some views .pdf.",
)
@click.option(
    "--view", "view_name", default="bumps_up", show_default=True, type=click.Choice(["bumps_up", "bumps_down"])
)
@click.option("--width", type=click.IntRange(300, 20_000), help="Width in pixels [1200; of assemblies more].")
@click.option("--ratlines", is_flag=True, help="Straight lines for what is still to be joined, over the paled drawing.")
@click.option("--side", is_flag=True, help="Cut and seen from the side, to scale, with all heights.")
@click.option(
    "--cut", metavar="X1,Y1,X2,Y2", help="Where the side view cuts, µm from above [through most joints or bumps]."
)
@click.option("--wires", is_flag=True, help="An assembly's bond diagram.")
def view(design: str, out: Path, view_name: str, width: int | None, ratlines: bool, **options: Any) -> None:
    """Draw a picture of DESIGN or of an assembly."""
    from bumpgen.command.look import view_any

    view_any(design, out, view_name, width, ratlines=ratlines, **options)


@main.command()
@click.argument("name")
@click.option("--pdk", required=True, help="Process, e.g. wlcsp_500 (see `bumpgen pdk list`).")
@click.option("--from-gds", type=click.Path(path_type=Path), help="The chip's layout, to find its pads in.")
@click.option("--opening-layer", help="Layer of the passivation openings, as LAYER/DATATYPE.")
@click.option("--text-layer", help="Layer of the net names, as LAYER/DATATYPE.")
@click.option("--die-layer", help="Layer of the die's outline; without it the top cell's box is taken.")
@click.option("--die", nargs=2, type=float, help="Width and height of the die in µm, where there is no GDS.")
def new(name: str, pdk: str, **options: Any) -> None:
    """Start a design folder NAME, empty or with the pads of a chip's GDS."""
    from bumpgen.command.new import new_design

    for line in new_design(name, pdk, **options):
        click.echo(line)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--opening-layer", required=True, help="Layer of the passivation openings, as LAYER/DATATYPE.")
@click.option("--text-layer", required=True, help="Layer of the net names, as LAYER/DATATYPE.")
@click.option("--die-layer", help="Layer of the die's outline; without it the top cell's box is taken.")
@click.option("--top", help="Top cell, where the file has several.")
@click.option("--min-size", default=0.0, help="Leave out openings smaller than this, µm.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="CSV file; without it standard output.")
def pads(file: Path, out: Path | None, **options: Any) -> None:
    """Extract the pads of a chip's GDS FILE to a CSV table."""
    from bumpgen.command.new import extract_pads

    text = extract_pads(file, out, **options)
    if out is None:
        click.echo(text, nl=False)


@main.command()
@click.argument("design")
@click.option("--as", "role", required=True, type=click.Choice(["second", "carrier"]), help="What to write.")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder of the new design.")
@click.option("--process", help="Its process [second: the design's; carrier: laminate].")
@click.option("--site", help="Its site under each bump [second_pillar, post or bump under pillars, land under balls].")
@click.option(
    "--sites", metavar="SITE,…", help="The design's sites it meets [pillars; of a carrier wires, else balls]."
)
@click.option("--die", nargs=2, type=float, help="Its width and height, µm [as it needs].")
@click.option(
    "--margin", default=150.0, show_default=True, help="From its bumps, or the die it carries, to its edge, µm."
)
@click.option("--opening", nargs=2, type=float, help="Width and height of a hole through a carrier, µm.")
@click.option("--clearance", default=700.0, show_default=True, help="From the die's edge to bond fingers' middles, µm.")
@click.option("--pitch", type=float, help="Of bond fingers, µm [as near as their rules let them].")
@click.option("--name", help="The new design's name.")
@click.option("--title", help="Its title.")
@click.option("--assembly", is_flag=True, help="Write an assembly.toml beside the folder that puts both together.")
def mate(design: str, **options: Any) -> None:
    """Write the half that meets DESIGN: a second chip face to face, or the carrier it stands on."""
    from bumpgen.command.mate import MateOptions
    from bumpgen.command.mate import mate as run

    for line in run(design, MateOptions(**options)):
        click.echo(line)


@main.command()
@click.argument("problem", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="ROUTES.json: wires of each net, and statistics.")
@click.option("--gds", type=click.Path(path_type=Path), help="FILE.gds of wires, terminals and obstacles.")
@click.option("--svg", type=click.Path(path_type=Path), help="FILE.svg of the same.")
@click.option("--png", type=click.Path(path_type=Path), help="FILE.png of the same.")
@click.option("--angles", type=click.Choice(["any", "45"]), help="Directions of wires [as the problem asks].")
@click.option("--free", is_flag=True, help="Pair any pad with any bump: all nets are one class.")
@click.option("--layers", type=click.IntRange(1, 20), help="Wire layers [1].")
@click.option("--suggest", is_flag=True, help="Look for bumps to exchange and sizes of wires with which all is routed.")
@click.option("--capacity", type=click.Path(path_type=Path), help="FILE.svg or .png: how full each part is with wires.")
@click.option("--before-after", type=click.Path(path_type=Path), help="FILE.svg or .png: connections beside wires.")
@click.option("--ratlines", type=click.Path(path_type=Path), help="FILE.svg or .png: connections as straight lines.")
@common
def route(problem: Path, quiet: bool, as_json: bool, **options: Any) -> None:
    """Route PROBLEM (JSON: a pad ring with its bumps, or a lattice of bumps) and say what can't be routed, and why.

    Exit code 0: all connections made; 1: not all; 2: wrong input.
    """
    from bumpgen.command.route import RouteOptions
    from bumpgen.command.route import route as run

    report = run(problem, RouteOptions(**options), progress=not quiet and not as_json)
    show_report(report, quiet, as_json)
    sys.exit(0 if report.complete else PROBLEMS)
