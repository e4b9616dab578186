"""Commands that judge: compare, check, claims, deck."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bumpgen.cli.group import PROBLEMS, common, main, show_report

__all__ = ["check", "claims", "compare", "deck"]

VIEWS = click.Choice(["bumps_up", "bumps_down", "wafer", "mask"])
LENGTHS = click.Choice(["um", "nm", "mm", "mil", "inch"])


@main.command()
@click.argument("a")
@click.argument("b")
@click.option("--shrink", default=0.0, help="Layouts: drop differences up to twice this width, µm.")
@click.option("--layer", "layers", multiple=True, help="LAYER/DATATYPE; may be repeated. Without it, all of both.")
@click.option("--expect", type=click.Path(path_type=Path), help="TOML file of known differences with reasons.")
@click.option("--picture", type=click.Path(path_type=Path), help="FILE.svg or FILE.png of the layouts' differences.")
@click.option("--tolerance", type=float, help="Bump maps: how far apart equal places may be, µm [0.001].")
@click.option("--view", type=VIEWS, help="The view that layout or table B is in.")
@click.option("--a-view", type=VIEWS, help="The same of A.")
@click.option("--axis", type=float, help="x (µm) a mirrored view is turned about [the die's middle].")
@click.option("--unit", type=LENGTHS, help="The unit of table B, if bumpgen didn't write it.")
@click.option("--a-unit", type=LENGTHS, help="The same of A.")
@click.option("--columns", help='Columns of table B: "name=Ball,x=X,y=Y,net=Net".')
@click.option("--a-columns", help="The same of A.")
@common
def compare(a: str, b: str, quiet: bool, as_json: bool, **options: Any) -> None:
    """Compare A with B: layouts by XOR on each layer, bump maps by name, place and net.

    Each is a layout (.gds, .oas), a bump map (.csv, .xlsx) or a design, which stands for either.
    Exit code 0: the same; 1: different; 2: wrong input.
    """
    from bumpgen.command.compare import CompareOptions
    from bumpgen.command.compare import compare as run

    report = run(a, b, CompareOptions(**options))
    show_report(report, quiet, as_json)
    sys.exit(0 if report.same else PROBLEMS)


@main.command()
@click.argument("design", required=False)
@click.option("--gds", type=click.Path(path_type=Path), help="A layout (.gds, .oas, also .gz) instead of a design.")
@click.option("--pdk", help="Process of the layout, e.g. wlcsp_500.")
@click.option("--rules", help="A shipped rule table's name or a .toml [the process's].")
@click.option("--top", help="Cell to check, where the layout has several top cells.")
@click.option("--nets", type=click.Path(path_type=Path), help="CSV of the layout's terminals and their nets.")
@click.option(
    "-f", "--format", "formats", default="table", show_default=True, help="table, lyrdb, json, junit, sarif, markdown."
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the formats' files.")
@click.option("--waive", type=click.Path(path_type=Path), help="TOML file of accepted violations.")
@click.option("--strict", is_flag=True, help="Warnings and rules that were not tested fail as well.")
@click.option("--only", multiple=True, metavar="RULE", help="Run rules of this name (UBM.*); may be repeated.")
@click.option("--picture", type=click.Path(path_type=Path), help="FILE.svg or FILE.png of one place, enlarged.")
@click.option("--place", metavar="RULE[:N]", help="The place the picture shows [the first].")
@click.option("--max-places", default=1000, show_default=True, type=click.IntRange(1), help="Places listed a rule.")
@click.option("--flat", is_flag=True, help="Check without hierarchy: slow, the same places.")
@click.option("--threads", default=1, show_default=True, type=click.IntRange(1, 256), help="Threads of the checks.")
@click.option("--spice", type=click.Path(path_type=Path), help="FILE for the nets as a SPICE subcircuit.")
@click.option("--current-density", type=click.FloatRange(0, min_open=True), help="What wires may carry, A/cm².")
@click.option("--temperature", default=20.0, show_default=True, help="Of the wires, °C, for their resistance.")
@click.option("--today", hidden=True, help="The day waivers are judged on.")
@common
def check(design: str | None, quiet: bool, as_json: bool, **options: Any) -> None:
    """Check DESIGN, or the layout --gds names, against a process's rules.

    Exit code 0: passed; 1: violations; 2: wrong input.
    """
    from bumpgen.command.check import CheckOptions
    from bumpgen.command.check import check as run

    report = run(design, CheckOptions(**options, as_json=as_json), progress=not quiet and not as_json)
    show_report(report, quiet, as_json)
    sys.exit(0 if report.passed else PROBLEMS)


@main.command()
@click.argument("design")
@click.option("--all", "everything", is_flag=True, help="Show claims that don't apply, too.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON on standard output.")
def claims(design: str, everything: bool, as_json: bool) -> None:
    """Which claims of the two methods bumpgen covers DESIGN, or an assembly, practises, and by what figure."""
    from bumpgen.command.claims import claims as run

    show_report(run(design, everything, progress=not as_json), quiet=False, as_json=as_json)


@main.command()
@click.argument("rules")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="FILE.lydrc.")
@click.option("--pdk", help="Process the rules are judged with [the table's].")
def deck(rules: str, out: Path, pdk: str | None) -> None:
    """Write RULES (a shipped table's name or a .toml) as a deck for KLayout's design rule checker."""
    from bumpgen.command.deck import deck_file

    click.echo(deck_file(rules, out, pdk))
