"""The command that steps a design over its wafer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bumpgen.cli.group import PROBLEMS, common, main, show_report

__all__ = ["wafer"]


@main.command()
@click.argument("design")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the files [out/NAME_wafer].")
@click.option(
    "-f", "--format", "formats", default="svg,sinf,csv", show_default=True, help="svg, png, pdf, sinf, csv, gds, oas."
)
@click.option("--sinf", type=click.Path(path_type=Path), help="A wafer map to lay over the design's: bins to dies.")
@click.option("--lot", default="", help="LOT of the SINF map that is written.")
@click.option("--wafer-id", "wafer_id", default="", help="WAFER of the SINF map that is written.")
@common
def wafer(design: str, formats: str, wafer_id: str, quiet: bool, as_json: bool, **options: Any) -> None:
    """Step DESIGN over the wafer of its [wafer] table: die counts, best offset, map, picture, coordinates, layout.

    Exit code 0: done; 1: a map given with --sinf disagrees with the design's; 2: wrong input.
    """
    from bumpgen.command.wafer import WaferOptions
    from bumpgen.command.wafer import wafer as run

    named = tuple(name.strip() for name in formats.split(","))
    report = run(design, WaferOptions(formats=named, wafer=wafer_id, **options), progress=not quiet and not as_json)
    show_report(report, quiet, as_json)
    sys.exit(PROBLEMS if report.problems else 0)
