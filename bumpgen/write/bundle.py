"""A folder or ZIP file of many files in folders, whole or not at all, with a manifest of all of them."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bumpgen.errors import InputError, Where
from bumpgen.write.atomic import not_writable

__all__ = ["bundled", "sizes_in"]

MANIFEST = "manifest.json"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of all files in a ZIP: equal contents give equal bytes."""


@contextmanager
def bundled(out: Path, facts: Callable[[], dict[str, Any]]) -> Iterator[Path]:
    """A temporary folder to be filled; when it is, it becomes `out`, a folder or a .zip, with a manifest.

    `facts` is asked then for more entries of the manifest. If filling fails, what was there stays. InputError if
    `out` can't be written, or is a folder that bumpgen didn't pack.
    """
    _check(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    except OSError as error:
        raise not_writable(out, error) from error
    try:
        yield temporary
        listed = {path.relative_to(temporary).as_posix(): _digest(path) for path in _files(temporary)}
        text = json.dumps(facts() | {"outputs": listed}, indent=1, sort_keys=True, ensure_ascii=False)
        (temporary / MANIFEST).write_text(text + "\n", encoding="utf-8")
        _publish(temporary, out)
    except OSError as error:
        raise not_writable(out, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _files(folder: Path) -> list[Path]:
    """All files below a folder, in the order of their names; manifests of parts are taken away."""
    for part in folder.rglob(MANIFEST):
        part.unlink()
    return sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.as_posix())


def _digest(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _check(out: Path) -> None:
    if out.suffix == ".zip":
        if out.is_dir():
            raise InputError("the ZIP file to be written is a folder", Where(out), hint="choose another name")
        return
    if out.exists() and not out.is_dir():
        raise InputError("the output folder is a file", Where(out), hint="choose another folder, or a .zip")
    manifest = out / MANIFEST
    if out.is_dir() and any(out.iterdir()) and not (manifest.is_file() and '"pack"' in manifest.read_text("utf-8")):
        raise InputError("the folder holds something else than a pack", Where(out), hint="choose an empty or new one")


def _publish(temporary: Path, out: Path) -> None:
    if out.suffix != ".zip":
        if out.exists():
            shutil.rmtree(out)
        shutil.copytree(temporary, out)
        return
    made = temporary.with_suffix(".zip.tmp")
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(temporary.rglob("*"), key=lambda path: path.as_posix()):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(temporary).as_posix(), EPOCH)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, path.read_bytes())
    made.replace(out)


def sizes_in(out: Path) -> dict[str, int]:
    """Bytes of each file in a pack, folder or ZIP, by name."""
    if out.suffix == ".zip":
        with zipfile.ZipFile(out) as archive:
            return {entry.filename: entry.file_size for entry in archive.infolist()}
    files = sorted(path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): path.stat().st_size for path in files}
