"""Commands that measure: density."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bumpgen.cli.group import PROBLEMS, common, main, show_report

__all__ = ["density"]


@main.command()
@click.argument("design")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="FILE.svg, .png or .pdf: map of one mask.")
@click.option("--layer", help="Measure this mask or layer only [all; the map shows the first out of range].")
@click.option("--window", type=click.FloatRange(1), help="Side of a window, µm [the rule's, else 500].")
@click.option("--step", type=click.FloatRange(0.1), help="From window to window, µm [the rule's, else a quarter].")
@click.option("--dies", type=click.IntRange(1), help="Dice on a wafer: open area for all of them.")
@click.option("--wafer", type=click.FloatRange(1, 450), metavar="MM", help="Wafer's diameter, mm, instead of --dies.")
@click.option(
    "--edge", default=3.0, show_default=True, type=click.FloatRange(0), help="The wafer's edge exclusion, mm."
)
@click.option("--asd", type=click.FloatRange(0, min_open=True), help="Current density of plating, A/dm².")
@click.option("--bare", is_flag=True, help="Without the dummies of [[fill]], to see what they are for.")
@click.option("--width", default=1200, show_default=True, type=click.IntRange(300, 20_000), help="Of the map, pixels.")
@common
def density(design: str, quiet: bool, as_json: bool, **options: Any) -> None:
    """Open area of each of DESIGN's masks for the plating line, and how evenly each covers the die.

    Exit code 0: every window has the density that is asked for; 1: not all; 2: wrong input.
    """
    from bumpgen.command.density import DensityOptions
    from bumpgen.command.density import density as run

    report = run(design, DensityOptions(**options), progress=not quiet and not as_json)
    show_report(report, quiet, as_json)
    sys.exit(0 if report.inside else PROBLEMS)
