"""Commands that hand over: masks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bumpgen.cli.group import common, main, show_report

__all__ = ["masks"]


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
@common
def masks(design: str, out: Path | None, formats: str, quiet: bool, as_json: bool, **chosen: Any) -> None:
    """Write DESIGN's masks: data to be digitized with their bias, and the list of masks with the tone of each."""
    from bumpgen.command.masks import MaskOptions
    from bumpgen.command.masks import masks as run

    options = MaskOptions(tuple(name.strip() for name in formats.split(",")), **chosen)
    show_report(run(design, out, options, progress=not quiet and not as_json), quiet, as_json)
