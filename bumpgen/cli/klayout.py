"""Commands for the KLayout application: klayout install, uninstall, package, status."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bumpgen.cli.group import PROBLEMS, common, main, show_report

__all__ = ["klayout"]

PATH = click.option(
    "--path", type=click.Path(path_type=Path), help="A folder of KLAYOUT_PATH [the application's profile]."
)
PROCESS = click.option(
    "--process", "processes", multiple=True, type=click.Path(path_type=Path),
    help="process.toml of your own, beside the shipped ones; may be repeated.",
)  # fmt: skip


@main.group()
def klayout() -> None:
    """Use bumpgen inside the KLayout application."""


@klayout.command()
@PATH
@PROCESS
@common
def install(path: Path | None, processes: tuple[Path, ...], quiet: bool, as_json: bool) -> None:
    """Install bumpgen's package where KLayout's package manager finds it, or renew it."""
    from bumpgen.command.klayout import install as run

    show_report(run(path, processes, progress=not quiet and not as_json), quiet, as_json)


@klayout.command()
@PATH
@common
def uninstall(path: Path | None, quiet: bool, as_json: bool) -> None:
    """Take bumpgen's package away from KLayout; nothing is left."""
    from bumpgen.command.klayout import uninstall as run

    show_report(run(path), quiet, as_json)


@klayout.command()
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder the package is written to.")
@PROCESS
@common
def package(out: Path, processes: tuple[Path, ...], quiet: bool, as_json: bool) -> None:
    """Write bumpgen's package as a folder, for KLAYOUT_PATH or a package server."""
    from bumpgen.command.klayout import package as run

    show_report(run(out, processes, progress=not quiet and not as_json), quiet, as_json)


@klayout.command()
@PATH
@common
def status(path: Path | None, quiet: bool, as_json: bool) -> None:
    """Tell what is installed, and whether the application can use it.

    Exit code 0: all is in order; 1: it isn't, with cures.
    """
    from bumpgen.command.klayout import status as run

    found = run(path)
    show_report(found, quiet, as_json)
    sys.exit(0 if found.well else PROBLEMS)
