"""Commands that read a process's steps: section, traveler."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bumpgen.cli.group import PROBLEMS, common, main, show_report

__all__ = ["section", "traveler"]


@main.command()
@click.argument("design")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="FILE.svg, .png, .pdf, .html or .gif.")
@click.option("--cut", metavar="X1,Y1,X2,Y2", help="Where to cut, µm from the die's lower left [through a bump].")
@click.option("--step", metavar="S", help='One step: its number, or "reflow", "coat poly1" [the last].')
@click.option("--all", "every", is_flag=True, help="All steps as a film strip.")
@click.option("--exaggerate", type=click.FloatRange(0.1, 1000), help="How many times larger heights are drawn.")
@click.option("--width", type=click.IntRange(300, 20_000), help="Width in pixels.")
@common
def section(design: str, quiet: bool, as_json: bool, **options: Any) -> None:
    """Carry out DESIGN's process, or an assembly's, on a cut through the layout, and draw what each step leaves.

    Exit code 0: done; 1: physics has something against a step; 2: wrong input.
    """
    from bumpgen.command.section import SectionOptions
    from bumpgen.command.section import section as run

    report = run(design, SectionOptions(**options), progress=not quiet and not as_json)
    show_report(report, quiet, as_json)
    sys.exit(PROBLEMS if report.warned else 0)


@main.command()
@click.argument("design")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="FILE.md, .csv or .html.")
@click.option("--cut", metavar="X1,Y1,X2,Y2", help="Where targets are read off, µm [through a bump].")
@common
def traveler(design: str, out: Path | None, cut: str | None, quiet: bool, as_json: bool) -> None:
    """Write DESIGN's run sheet: operations in order, with masks, parameters, targets and where to measure."""
    from bumpgen.command.traveler import traveler as run

    show_report(run(design, out, cut), quiet, as_json)
