"""`bumpgen show`: a layout, or a design built and checked, shown in a KLayout that runs already."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bumpgen.errors import InputError, Where

__all__ = ["Shown", "show_files"]

PATIENCE = 60.0
"""Seconds that KLayout may take to load a file."""
LONGEST = 1_000_000
"""An answer is shorter, bytes."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What KLayout answered for each file: whether it was opened or reloaded."""

    files: tuple[tuple[str, str], ...]
    klayout: str

    def json(self) -> str:
        """The report as JSON text."""
        files = [{"file": file, "type": kind} for file, kind in self.files]
        return json.dumps({"klayout": self.klayout, "files": files}, indent=2, ensure_ascii=False)

    def show(self) -> None:
        """Print it, a line a file."""
        words = {"open": "opened", "reload": "reloaded"}
        sys.stdout.write("".join(f"{words.get(kind, kind)}: {file}\n" for file, kind in self.files))

    def show_problems(self) -> None:
        """There are none."""


def show_files(
    names: Sequence[str], report: Path | None = None, technology: str | None = None, port: int | None = None,
    check: bool = False, fit: bool = False, progress: bool = False,
) -> Shown:  # fmt: skip
    """Show layouts in the KLayout that listens on a port; a design is built into out/NAME first, and checked if asked.

    InputError where nothing listens there, where it is something else, or where it refuses the file.
    """
    stated = os.environ.get("BUMPGEN_PORT", "")
    where = port or (int(stated) if stated.isdigit() else 8082)
    files, version = [], ""
    for name in names:
        path, lyrdb, process = _files_of(name, report, check, progress)
        asked: dict[str, Any] = {"gds": str(path), "keep_position": not fit}
        if lyrdb is not None:
            asked["lyrdb"] = str(lyrdb)
        if technology or process:
            asked["technology"] = technology or process
        told = _sent(asked, where)
        if told.get("type") == "error" and technology is None and "technology" in str(told.get("error")):
            told = _sent({key: value for key, value in asked.items() if key != "technology"}, where)
        if told.get("type") == "error":
            raise InputError(f"KLayout can't show it: {told.get('error')}", Where(path), hint="see KLayout's window")
        files.append((str(path), str(told.get("type", "open"))))
        version = str(told.get("klayout_version", version))
    return Shown(tuple(files), version)


def _files_of(name: str, report: Path | None, check: bool, progress: bool) -> tuple[Path, Path | None, str | None]:
    """The layout, its report and its process: a file as it is, a design as it is built."""
    path = Path(name)
    if report is not None and not report.is_file():
        raise InputError("there is no such report", Where(report), hint="check its name")
    if path.suffix != ".toml" and path.is_file():
        if check:
            raise InputError("only a design is checked here", Where(path), hint="use `bumpgen check --gds`, --report")
        return path.resolve(), report and report.resolve(), None
    from bumpgen.command.build import build_design

    built = build_design(name, None, ["gds"], 8190, progress)
    folder = built.folder.resolve()
    found = report and report.resolve()
    if check:
        from bumpgen.command.check import CheckOptions
        from bumpgen.command.check import check as run

        run(name, CheckOptions(formats="lyrdb", out=folder), progress=progress)
        found = next(folder.glob("*.lyrdb"))
    return folder / f"{built.design.name}.gds", found, built.design.process.name


def _sent(asked: dict[str, Any], port: int) -> dict[str, Any]:
    """Send one request, and wait for its answer."""
    where = Where(f"127.0.0.1:{port}")
    text = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.settimeout(PATIENCE)
            connection.sendall(json.dumps(asked).encode() + b"\n")
            while len(text) < LONGEST and (part := connection.recv(65_536)):
                text += part
                if _answer(text) is not None:
                    break
    except ConnectionRefusedError:
        raise InputError(
            "no KLayout listens there",
            where,
            hint="start KLayout with bumpgen's package (`bumpgen klayout install`), or with klive",
        ) from None
    except TimeoutError:
        raise InputError("KLayout doesn't answer", where, hint="is a dialog open in its window?") from None
    except OSError as error:
        raise InputError(
            f"can't reach KLayout: {error.strerror or error}", where, hint="is it still running?"
        ) from None
    found = _answer(text)
    if found is None:
        raise InputError(
            "what listens there doesn't speak klive's protocol", where, hint="name KLayout's port with --port"
        )
    return found


def _answer(text: bytes) -> dict[str, Any] | None:
    """An answer that is whole; None for part of one, or anything else."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
