"""The command line. A command reads its arguments, calls, prints, and exits.

Exit codes: 0 done, 1 problems found, 2 wrong input. Only click is imported at the top.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bumpgen import __version__

if TYPE_CHECKING:
    from bumpgen.errors import BumpgenError

__all__ = ["main"]

PROBLEMS = 1
WRONG_INPUT = 2

F = TypeVar("F", bound=Callable[..., Any])


class _Group(click.Group):
    """Prints what bumpgen raises on purpose as one message; anything else is a bug and keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from bumpgen.errors import BumpgenError

        as_json = "--json" in ctx.args  # the commands' arguments, not yet parsed
        try:
            return super().invoke(ctx)
        except BumpgenError as error:
            (_print_error_json if as_json else _print_error)(error)
            ctx.exit(WRONG_INPUT)
        except BrokenPipeError:
            ctx.exit(0)


def _print_error(error: BumpgenError) -> None:
    where = f"{error.where}: " if error.where is not None and str(error.where) else ""
    click.echo(f"{click.style('error:', fg='red', bold=True)} {where}{error.message}", err=True)
    if error.hint:
        click.echo(f"  {click.style('cure:', fg='green')} {error.hint}", err=True)


def _print_error_json(error: BumpgenError) -> None:
    import json

    where = error.where
    place = {
        "file": None if where is None or where.file is None else str(where.file),
        "line": None if where is None else where.line,
        "key": None if where is None else where.key,
    }
    facts = {"error": {"message": error.message, **place, "cure": error.hint}}
    click.echo(json.dumps(facts, indent=2, ensure_ascii=False))


def _common(function: F) -> F:
    """--quiet and --json, which every command that reports takes."""
    function = click.option("--json", "as_json", is_flag=True, help="Report as JSON on standard output.")(function)
    return click.option("-q", "--quiet", is_flag=True, help="Print errors and problems only.")(function)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bumpgen")
def main() -> None:
    """Masks for wafer bumping and redistribution layers, from pads to GDSII."""


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
@_common
def build(design: str, out: Path | None, formats: str | None, max_points: int, quiet: bool, as_json: bool) -> None:
    """Draw DESIGN (a folder, a design.toml or a shipped design's name) or an assembly, and write its files."""
    from bumpgen.command.build import build_any

    named = [name.strip() for name in formats.split(",")] if formats is not None else None
    report = build_any(design, out, named, max_points, progress=not quiet and not as_json)
    _report(report, quiet, as_json)
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


@main.group()
def pdk() -> None:
    """Processes shipped with bumpgen."""


@pdk.command("list")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def pdk_list(as_json: bool) -> None:
    """List the processes."""
    from bumpgen.command.show import list_processes

    list_processes(as_json)


@pdk.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="The whole process as JSON.")
def pdk_show(name: str, as_json: bool) -> None:
    """Show a process: layers, films, steps, dimensions with their sources."""
    from bumpgen.command.show import show_process

    show_process(name, as_json)


@main.group()
def cell() -> None:
    """Parametric cells."""


@cell.command("list")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def cell_list(name: str | None, as_json: bool) -> None:
    """List the cells, or the parameters of cell NAME."""
    from bumpgen.command.show import list_cells

    list_cells(name, as_json)


@cell.command("draw")
@click.argument("name")
@click.option("--pdk", "process", help="Process the cell is drawn in [the first that has what it needs].")
@click.option("--set", "values", multiple=True, metavar="KEY=VALUE", help="Set a parameter; may be repeated.")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="FILE.gds, .oas, .svg or .png.")
def cell_draw(name: str, process: str | None, values: tuple[str, ...], out: Path) -> None:
    """Draw one cell to a file."""
    from bumpgen.command.look import draw_cell_file

    click.echo(draw_cell_file(name, process, values, out))


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
@_common
def compare(a: str, b: str, quiet: bool, as_json: bool, **options: Any) -> None:
    """Compare A with B: layouts by XOR on each layer, bump maps by name, place and net.

    Each is a layout (.gds, .oas), a bump map (.csv, .xlsx) or a design, which stands for either.
    Exit code 0: the same; 1: different; 2: wrong input.
    """
    from bumpgen.command.compare import CompareOptions
    from bumpgen.command.compare import compare as run

    report = run(a, b, CompareOptions(**options))
    _report(report, quiet, as_json)
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
@_common
def check(design: str | None, quiet: bool, as_json: bool, **options: Any) -> None:
    """Check DESIGN, or the layout --gds names, against a process's rules.

    Exit code 0: passed; 1: violations; 2: wrong input.
    """
    from bumpgen.command.check import CheckOptions
    from bumpgen.command.check import check as run

    report = run(design, CheckOptions(**options, as_json=as_json), progress=not quiet and not as_json)
    _report(report, quiet, as_json)
    sys.exit(0 if report.passed else PROBLEMS)


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
@click.argument("design")
@click.option("--all", "everything", is_flag=True, help="Show claims that don't apply, too.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON on standard output.")
def claims(design: str, everything: bool, as_json: bool) -> None:
    """Which claims of the two methods bumpgen covers DESIGN, or an assembly, practises, and by what figure."""
    from bumpgen.command.claims import claims as run

    _report(run(design, everything, progress=not as_json), quiet=False, as_json=as_json)


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
@_common
def masks(design: str, out: Path | None, formats: str, max_points: int, quiet: bool, as_json: bool) -> None:
    """Write DESIGN's masks: data to be digitized with their bias, and the list of masks with the tone of each."""
    from bumpgen.command.masks import masks as run

    named = [name.strip() for name in formats.split(",")]
    _report(run(design, out, named, max_points, progress=not quiet and not as_json), quiet, as_json)


@main.command()
@click.argument("rules")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="FILE.lydrc.")
@click.option("--pdk", help="Process the rules are judged with [the table's].")
def deck(rules: str, out: Path, pdk: str | None) -> None:
    """Write RULES (a shipped table's name or a .toml) as a deck for KLayout's design rule checker."""
    from bumpgen.command.deck import deck_file

    click.echo(deck_file(rules, out, pdk))


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
@_common
def route(problem: Path, quiet: bool, as_json: bool, **options: Any) -> None:
    """Route PROBLEM (JSON: a pad ring with its bumps, or a lattice of bumps) and say what can't be routed, and why.

    Exit code 0: all connections made; 1: not all; 2: wrong input.
    """
    from bumpgen.command.route import RouteOptions
    from bumpgen.command.route import route as run

    report = run(problem, RouteOptions(**options), progress=not quiet and not as_json)
    _report(report, quiet, as_json)
    sys.exit(0 if report.complete else PROBLEMS)


def _report(report: Any, quiet: bool, as_json: bool) -> None:
    if as_json:
        click.echo(report.json())
    elif not quiet:
        report.show()
    else:
        report.show_problems()


if __name__ == "__main__":
    main()
