"""Commands that hand over: masks, pack."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bumpgen.cli.group import PROBLEMS, common, main, show_report

__all__ = ["masks", "pack"]


@main.command()
@click.argument("design")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the files [out/NAME_masks].")
@click.option(
    "-f",
    "--format",
    "formats",
    default="gds,oas",
    show_default=True,
    help="gds, oas, dxf, gerber; pictures svg, png, pdf.",
)
@click.option(
    "--max-points",
    default=8190,
    show_default=True,
    type=click.IntRange(5, 8190),
    help="Points a polygon may have; 199 suits the oldest readers.",
)
@click.option("--circles", is_flag=True, help="Write circles in DXF as CIRCLE, not as closed polylines.")
@click.option("--tone", type=click.Choice(["clear", "dark"]), help="Digitize all data in this tone: invert the others.")
@click.option(
    "--margin",
    default=100.0,
    show_default=True,
    type=click.FloatRange(0, 100_000),
    help="µm around the die that are inverted with it.",
)
@click.option(
    "--plate",
    type=click.Choice(["contact", "stepper", "none"]),
    help="Put the masks on plates with frames for this tool [as the design's mask table says].",
)
@click.option(
    "--field",
    type=click.Choice(["die", "wafer"]),
    help="A mask of one die or of the whole wafer [wafer, on a contact plate of a design with a wafer table].",
)
@common
def masks(design: str, out: Path | None, formats: str, quiet: bool, as_json: bool, **chosen: Any) -> None:
    """Write DESIGN's masks: data to be digitized with their bias, and the list of masks with the tone of each."""
    from bumpgen.command.masks import MaskOptions
    from bumpgen.command.masks import masks as run

    options = MaskOptions(tuple(name.strip() for name in formats.split(",")), **chosen)
    show_report(run(design, out, options, progress=not quiet and not as_json), quiet, as_json)


@main.command()
@click.argument("design")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder or FILE.zip [out/NAME_pack.zip].")
@click.option("-f", "--format", "formats", default="gds,oas", show_default=True, help="Mask data: gds, oas, dxf.")
@click.option(
    "--max-points",
    default=8190,
    show_default=True,
    type=click.IntRange(5, 8190),
    help="Points a polygon may have in GDSII.",
)
@click.option("--waive", type=click.Path(path_type=Path), help="TOML file of accepted violations.")
@common
def pack(design: str, formats: str, quiet: bool, as_json: bool, **options: Any) -> None:
    """Pack all a mask shop and a bumping house need of DESIGN, or of an assembly with its parts.

    Exit code 0: complete and clean; 1: something is missing or wrong, and said; 2: wrong input.
    """
    from bumpgen.command.pack import PackOptions
    from bumpgen.command.pack import pack as run

    named = tuple(name.strip() for name in formats.split(","))
    report = run(design, PackOptions(formats=named, **options), progress=not quiet and not as_json)
    show_report(report, quiet, as_json)
    sys.exit(0 if report.complete else PROBLEMS)
