"""The command line. A command reads its arguments, calls, prints, and exits.

Exit codes: 0 done, 1 problems found, 2 wrong input. Only click is imported at the top.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bumpgen import __version__

if TYPE_CHECKING:
    from bumpgen.errors import BumpgenError

__all__ = ["PROBLEMS", "WRONG_INPUT", "common", "main", "show_report"]

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


def common(function: F) -> F:
    """--quiet and --json, which every command that reports takes."""
    function = click.option("--json", "as_json", is_flag=True, help="Report as JSON on standard output.")(function)
    return click.option("-q", "--quiet", is_flag=True, help="Print errors and problems only.")(function)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bumpgen")
def main() -> None:
    """Masks for wafer bumping and redistribution layers, from pads to GDSII."""


def show_report(report: Any, quiet: bool, as_json: bool) -> None:
    """Print a report as JSON, whole, or its problems only."""
    if as_json:
        click.echo(report.json())
    elif not quiet:
        report.show()
    else:
        report.show_problems()
