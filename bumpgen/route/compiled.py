"""`compiled`: a function translated to machine code by numba on first use, and kept for the next run.

Numba notices only changes of a function's own file; a stale caller of a changed function would go on
with the old one. So the code is kept in a folder named after a digest of the sources of all such functions.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

__all__ = ["compiled"]

F = TypeVar("F", bound=Callable[..., Any])


def _folder() -> str:
    """Where machine code is kept: NUMBA_CACHE_DIR, else the user's cache folder, else the temporary one."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(path.read_bytes() for path in Path(__file__).parent.glob("*.py")):
        if b"import compiled" in source:
            digest.update(source)
    base = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "bumpgen" / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"bumpgen-{os.getuid()}" / digest.hexdigest()[:16]
    return str(folder)


FOLDER = _folder()


def compiled(function: F) -> F:
    """The function in machine code, without Python's checks for division by zero."""
    config: Any = numba.config
    compiler: Any = numba.njit(cache=True, error_model="numpy")
    before = config.CACHE_DIR
    config.CACHE_DIR = FOLDER
    try:
        made: F = compiler(function)
        return made
    finally:
        config.CACHE_DIR = before
