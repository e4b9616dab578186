"""Files that appear whole or not at all: written under another name, then renamed."""

# ruff: noqa: PTH105, PTH108, PTH112, PTH116, PTH118
# os, not pathlib: importing that takes 5 ms, longer than writing a million bumps in an array

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from bumpgen.errors import InputError, Where

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["not_writable", "refuse_read_only", "replacing"]


def not_writable(path: Path | str, error: OSError) -> InputError:
    """The system's refusal to write, as a message with a cure."""
    cures = {
        errno.ENOSPC: "free some space or write to another disk",
        errno.EDQUOT: "free some space or write to another disk",
        errno.EACCES: "choose a folder that you may write to",
        errno.EPERM: "choose a folder that you may write to",
        errno.EROFS: "choose a folder that you may write to",
        errno.ENOTDIR: "a part of the path is a file; choose another folder",
        errno.EEXIST: "a part of the path is a file; choose another folder",
        errno.EISDIR: "that is a folder; name a file",
        errno.ENOENT: "make the folder first",
    }
    reason = error.strerror or str(error) or type(error).__name__
    return InputError(f"can't write: {reason}", Where(path), hint=cures.get(error.errno or 0, "choose another place"))


def refuse_read_only(path: Path | str) -> None:
    """Refuse to replace a file that nobody may write to, as one not checked out of a version control.

    A rename would get past that.
    """
    try:
        writable = os.stat(path).st_mode & 0o222
    except OSError:
        return  # there is none
    if not writable:
        raise InputError("this file is read-only", Where(path), hint="check it out, or make it writable (chmod u+w)")


@contextmanager
def replacing(path: Path | str) -> Iterator[str]:
    """A temporary path beside `path`, renamed to it at the end; on an error, removed.

    The earlier file stays whole until the new one is complete; a read-only one stays.
    """
    refuse_read_only(path)
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}.part")
    try:
        if os.path.isdir(path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise not_writable(path, error) from error
    finally:
        with suppress(OSError):  # there is none after success, nor where its folder is none
            os.unlink(temporary)
