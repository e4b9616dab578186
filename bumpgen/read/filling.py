"""The [[fill]] tables held against the process and its rules."""

from __future__ import annotations

from bumpgen.design import DesignFile
from bumpgen.dummy import dummy_of
from bumpgen.errors import InputError
from bumpgen.process import Process
from bumpgen.read.source import Source

__all__ = ["check_fill"]


def check_fill(file: DesignFile, process: Process, root: Source) -> None:
    """Raise InputError for layers, sites and lengths in [[fill]] that the process or its rules don't allow."""
    for number, table in enumerate(file.fill):
        try:
            dummy_of(table, process)
        except InputError as error:
            key = error.where.key if error.where and error.where.key else ""
            error.where = root.setting(f"fill.{number}.{key}".rstrip("."))
            raise
