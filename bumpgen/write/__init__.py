"""Writers, one format a file. Each format's library loads when the first file of it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from bumpgen.design import Design
    from bumpgen.geometry import View
    from bumpgen.layout import Layout

__all__ = ["WRITERS", "Options", "Writer"]


class Options(NamedTuple):
    """What a person may choose about files: points a GDSII polygon may have, the tables' view."""

    max_points: int = 8190
    view: View | None = None


Write: TypeAlias = "Callable[[Design, Layout, Path, Options], None]"


class Writer(NamedTuple):
    """A format: the ending of its files, and the function that writes one."""

    extension: str
    write: Write


def _gds(_design: Design, layout: Layout, path: Path, options: Options) -> None:
    from bumpgen.write.gds import write_gds

    write_gds(layout, path, max_points=options.max_points)


def _oas(_design: Design, layout: Layout, path: Path, _options: Options) -> None:
    from bumpgen.write.oasis import write_oasis

    write_oasis(layout, path)


def _csv(design: Design, layout: Layout, path: Path, options: Options) -> None:
    from bumpgen.geometry import View
    from bumpgen.write.table import write_csv

    write_csv(design, path, view=options.view or View.BUMPS_UP, dummies=layout.dummies)


def _xlsx(design: Design, layout: Layout, path: Path, options: Options) -> None:
    from bumpgen.geometry import View
    from bumpgen.write.table import write_xlsx

    write_xlsx(design, path, view=options.view or View.BUMPS_UP, dummies=layout.dummies)


WRITERS: Mapping[str, Writer] = {
    "gds": Writer(".gds", _gds),
    "oas": Writer(".oas", _oas),
    "csv": Writer("_bumps.csv", _csv),
    "xlsx": Writer("_bumps.xlsx", _xlsx),
}
"""Formats by name; pictures are written by bumpgen.view."""
