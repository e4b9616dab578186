"""The command that shows a layout in a KLayout that runs already: show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bumpgen.cli.group import common, main, show_report

__all__ = ["show"]


@main.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--report", type=click.Path(path_type=Path), help="FILE.lyrdb for the marker browser.")
@click.option("--technology", help="KLayout's technology for it [a design's process].")
@click.option("--check", is_flag=True, help="Check a design, and show what is found in the marker browser.")
@click.option("--fit", is_flag=True, help="Show all of it, instead of the place that is seen now.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port of KLayout [8082, or BUMPGEN_PORT].")
@common
def show(files: tuple[str, ...], quiet: bool, as_json: bool, **options: Any) -> None:
    """Show layouts, or designs as they are built, in a running KLayout."""
    from bumpgen.command.bridge import show_files

    show_report(show_files(files, **options, progress=not quiet and not as_json), quiet, as_json)
