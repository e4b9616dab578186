"""A folder of output that is always whole: all files of one build, or all of the one before."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bumpgen.errors import InputError, Where
from bumpgen.layout import Array, Cell, Layout, Scatter
from bumpgen.write.atomic import not_writable

__all__ = ["MANIFEST", "placed", "verify", "write_outputs"]

MANIFEST = "manifest.json"
"""The list of a folder's files with their checksums, written last."""

Makers = Mapping[str, Callable[[Path], object]]


def write_outputs(
    folder: Path,
    makers: Makers,
    *,
    inputs: Iterable[Path] = (),
    layout: Layout | None = None,
    version: str,
    extra: Mapping[str, Any] | None = None,
) -> Path:
    """Make every file of `makers` (name → function that writes a path) in `folder`; the manifest's path.

    Files are made in a temporary folder beside it and moved when all are there, the manifest last.
    If a maker fails, the folder stays as it was. Files of the manifest before, which are made no
    longer, are removed.

    Parameters
    ----------
    inputs : files the build read; they are named relative to the first one's folder.
    layout : its shapes are counted per cell and layer.
    extra : more entries of the manifest, as JSON values.
    """
    _check_names(makers)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _check_folder(folder, makers)
        former = _former(folder)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise not_writable(folder, error) from error
    try:
        for name, make in makers.items():
            make(temporary / name)
        facts = _manifest(temporary, makers, tuple(inputs), layout)
        manifest = dict(extra or {}) | facts | {"bumpgen": version}
        (temporary / MANIFEST).write_text(_json(manifest), encoding="utf-8")
        _move(temporary, folder, makers, former)
    except OSError as error:
        raise not_writable(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder / MANIFEST


def verify(folder: Path) -> tuple[str, ...]:
    """What in a folder differs from its manifest, one sentence each; empty if nothing does."""
    manifest = _read_manifest(folder / MANIFEST)
    listed: dict[str, dict[str, Any]] = manifest["outputs"]
    found = {path.name for path in folder.iterdir()} - {MANIFEST}
    problems = [f"{name} is missing" for name in sorted(set(listed) - found)]
    problems += [f"{name} is not in the manifest" for name in sorted(found - set(listed))]
    for name in sorted(set(listed) & found):
        if not (folder / name).is_file() or _digest(folder / name) != listed[name]:
            problems.append(f"{name} is not the file that was written")
    return tuple(problems)


def placed(layout: Layout) -> dict[str, int]:
    """Layer → shapes once every array and reference is resolved."""
    known: dict[int, dict[str, int]] = {}
    return dict(sorted(_placed(layout.top, known).items()))


def _placed(cell: Cell, known: dict[int, dict[str, int]]) -> dict[str, int]:
    if id(cell) in known:
        return known[id(cell)]
    total: dict[str, int] = {}
    for drawn in cell.shapes:
        total[drawn.layer] = total.get(drawn.layer, 0) + 1
    for instance in cell.instances:
        times = 1
        if isinstance(instance, Array):
            times = instance.columns * instance.rows
        elif isinstance(instance, Scatter):
            times = len(instance.points)
        for layer, count in _placed(instance.cell, known).items():
            total[layer] = total.get(layer, 0) + times * count
    known[id(cell)] = total
    return total


def _check_names(makers: Makers) -> None:
    for name in makers:
        if name in ("", ".", "..", MANIFEST) or Path(name).name != name or "\\" in name:
            raise InputError(f"{name!r} can't name an output file", hint="use a plain name without a folder")


def _check_folder(folder: Path, makers: Makers) -> None:
    """What would stop the moves is found before anything is made."""
    if folder.exists() and not folder.is_dir():
        raise InputError("the output folder is a file", Where(folder), hint="choose another folder or remove the file")
    for name in (*makers, MANIFEST):
        if (folder / name).is_dir():
            raise InputError(f"{name} is a folder there", Where(folder), hint="choose another folder or remove it")
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _former(folder: Path) -> tuple[str, ...]:
    """Files that the folder's manifest lists; a manifest that isn't bumpgen's is not overwritten."""
    path = folder / MANIFEST
    if not path.exists():
        return ()
    return tuple(name for name in _read_manifest(path)["outputs"] if Path(name).name == name)


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"can't read the manifest: {error.strerror}", Where(path), hint="build it first") from error
    except ValueError as error:
        raise InputError(f"the manifest is damaged: {error}", Where(path), hint="remove it and build again") from error
    if not (isinstance(manifest, dict) and "bumpgen" in manifest and isinstance(manifest.get("outputs"), dict)):
        raise InputError("this manifest is not bumpgen's", Where(path), hint="choose another folder or remove it")
    return manifest


def _move(temporary: Path, folder: Path, makers: Makers, former: Iterable[str]) -> None:
    folder.mkdir(exist_ok=True)
    for name in makers:
        (temporary / name).replace(folder / name)
    for name in set(former) - set(makers):
        (folder / name).unlink(missing_ok=True)
    (temporary / MANIFEST).replace(folder / MANIFEST)


def _manifest(temporary: Path, makers: Makers, inputs: tuple[Path, ...], layout: Layout | None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "inputs": {name: _digest(path) for name, path in _input_names(inputs).items()},
        "outputs": {name: _digest(temporary / name) for name in makers},
    }
    if layout is not None:
        facts |= {"top": layout.top.name, "cells": layout.counts(), "placed": placed(layout)}
    return facts


def _input_names(inputs: tuple[Path, ...]) -> dict[str, Path]:
    """Names that are the same on every machine: relative to the first input, else folder/file."""
    names: dict[str, Path] = {}
    home = inputs[0].resolve().parent if inputs else Path()
    for path in inputs:
        whole = path.resolve()
        inside = whole.is_relative_to(home)
        name = whole.relative_to(home).as_posix() if inside else f"{whole.parent.name}/{whole.name}"
        if names.get(name, whole) != whole:
            raise InputError(f"two inputs are both named {name}", Where(whole), hint="rename one")
        names[name] = whole
    return names


def _digest(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def _json(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
