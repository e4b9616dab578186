"""Commands that make pages: report, site."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bumpgen.cli.group import PROBLEMS, common, main, show_report

__all__ = ["report", "site"]


@main.command()
@click.argument("design")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="FILE.html.")
@click.option("--waive", type=click.Path(path_type=Path), help="TOML file of accepted violations.")
@common
def report(design: str, out: Path, waive: Path | None, quiet: bool, as_json: bool) -> None:
    """Write all of DESIGN on one page that needs no network: plan, checks, nets, process, masks, downloads.

    Exit code 0: the check is passed; 1: it isn't; 2: wrong input.
    """
    from bumpgen.command.report import report as run

    found = run(design, out, waive, progress=not quiet and not as_json)
    show_report(found, quiet, as_json)
    sys.exit(0 if found.check.passed else PROBLEMS)


@main.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--design", "designs", multiple=True, help="Show this design or assembly; may be repeated [all].")
@common
def site(out: Path, designs: tuple[str, ...], quiet: bool, as_json: bool) -> None:
    """Write a gallery of all cells, processes, rules and designs into the folder OUT."""
    from bumpgen.command.site import site as run

    show_report(run(out, designs or None, progress=not quiet and not as_json), quiet, as_json)
