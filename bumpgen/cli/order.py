"""Commands that hand over: masks."""

from __future__ import annotations

from pathlib import Path

import click

from bumpgen.cli.group import common, main, show_report

__all__ = ["masks"]


@main.command()
@click.argument("design")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the files [out/NAME_masks].")
@click.option("-f", "--format", "formats", default="gds,oas", show_default=True, help="Formats of the mask data.")
@click.option(
    "--max-points",
    default=8190,
    show_default=True,
    type=click.IntRange(5, 8190),
    help="Points a polygon may have in GDSII.",
)
@common
def masks(design: str, out: Path | None, formats: str, max_points: int, quiet: bool, as_json: bool) -> None:
    """Write DESIGN's masks: data to be digitized with their bias, and the list of masks with the tone of each."""
    from bumpgen.command.masks import masks as run

    named = [name.strip() for name in formats.split(",")]
    show_report(run(design, out, named, max_points, progress=not quiet and not as_json), quiet, as_json)
