"""TOML read into a pydantic model, with mistakes told by file, line, key, value and cure."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bumpgen.errors import InputError, Where
from bumpgen.validation import first_mistake

__all__ = ["Table", "line_of", "load", "parse", "read_text", "validate"]

MAX_BYTES = 16_000_000
"""A text file a person wrote is smaller than this."""


class Table(BaseModel):
    """Base of everything people write: frozen, unknown keys forbidden, no infinite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=False)


Model = TypeVar("Model", bound=BaseModel)


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """A UTF-8 file's text (a byte-order mark is dropped); errors say what to do."""
    try:
        return read_bytes(path, limit).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(
            f"byte 0x{error.object[error.start]:02x} is not UTF-8",
            Where(path, line),
            hint="save the file as UTF-8",
        ) from None


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """A file's bytes; a folder, a device or a file larger than `limit` bytes is refused."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError("this is a folder, not a file", Where(path), hint="name the file in it")
        if not path.is_file():
            raise InputError("this is a device or a pipe, not a file", Where(path), hint="name a file")
        if size > limit:
            raise InputError(f"the file has {size:,} bytes, more than {limit:,}", Where(path))
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError("no such file", Where(path), hint=_similar_files(path)) from None
    except PermissionError:
        raise InputError("the file may not be read", Where(path), hint="check its permissions") from None
    except OSError as error:
        raise InputError(f"the file can't be read: {error.strerror or error}", Where(path)) from None


def _similar_files(path: Path) -> str | None:
    if not path.parent.is_dir():
        return f"the folder {path.parent} doesn't exist"
    near = difflib.get_close_matches(path.name, [p.name for p in path.parent.iterdir()], 1)
    return f"did you mean {near[0]!r}?" if near else f"check the name; {path.parent} has no such file"


def load(path: Path, model: type[Model]) -> Model:
    """The TOML file at `path` as `model`."""
    data, text = parse(path)
    return validate(data, model, path, text)


def parse(path: Path) -> tuple[dict[str, Any], str]:
    """The TOML file at `path` as tables, and its text; nothing of it is judged yet."""
    text = read_text(path)
    if not text.strip():
        raise InputError("the file is empty", Where(path), hint="bumpgen new writes one to start from")
    try:
        return tomllib.loads(text), text
    except RecursionError:
        raise InputError("not valid TOML: its brackets are nested too deep", Where(path)) from None
    except ValueError as error:
        found = re.search(r"line (\d+)", str(error))
        raise InputError(f"not valid TOML: {error}", Where(path, int(found[1]) if found else None)) from None


def validate(data: dict[str, Any], model: type[Model], path: Path | str, text: str = "") -> Model:
    """`data` as `model`; the first mistake (and how many more) becomes an InputError."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        keys, sentence, cure = first_mistake(error, model, data)
        raise InputError(sentence, Where(path, line_of(text, keys), ".".join(keys) or None), cure) from None


def line_of(text: str, keys: list[str]) -> int | None:
    """The line a key path stands on: below its table's header, or inline; of its table if it is missing.

    None for the file as a whole.
    """
    lines = text.splitlines()
    for depth in range(len(keys), -1, -1):
        start = _header(lines, keys[:depth])
        if start is None:
            continue
        inner = keys[depth:]
        return _inline(lines, start, inner) if inner else start + 1 or None
    return None


def _header(lines: list[str], keys: list[str]) -> int | None:
    """Index of the header of a table, -1 for the top table, None where there is none; [[x]] by its number."""
    if not keys:
        return -1
    count = int(keys[-1]) if keys[-1].isdigit() else 0
    name = r"\s*\.\s*".join(rf"[\"']?{re.escape(key)}[\"']?" for key in keys if not key.isdigit())
    header = re.compile(rf"\s*\[+\s*{name}\s*\]+\s*(#.*)?$")
    found = [number for number, line in enumerate(lines) if header.match(line)]
    return found[count] if count < len(found) else None


def _inline(lines: list[str], start: int, keys: list[str]) -> int | None:
    """The line of keys between a header and the next; of the header where none of them is there."""
    end = next((n for n in range(start + 1, len(lines)) if _HEADER.match(lines[n])), len(lines))
    best = start + 1 if start >= 0 else None
    at, column, lead = start + 1, 0, r"^\s*"
    for key in keys:
        if key.isdigit():
            at, end = _element(lines[:end], at, column, int(key))
            column = 0
        else:
            pattern = re.compile(lead + rf"[\"']?{re.escape(key)}[\"']?\s*[=.]")
            at, column = next(((n, m.end()) for n in range(at, end) if (m := pattern.search(lines[n]))), (-1, 0))
        if at < 0:
            break
        best, lead = at + 1, r"(^\s*|[{,.]\s*)"
    return best


def _element(lines: list[str], at: int, column: int, index: int) -> tuple[int, int]:
    """Where element `index` of the list after a column of line `at` begins, and the line after it; else -1, 0."""
    depth, count, waiting, began = 0, 0, False, -1
    for number, line in enumerate(lines[at:], at):
        for mark in _MARK.findall(line[column:] if number == at else line):
            if mark.startswith("#"):
                continue
            if waiting and mark != "]":
                began = number if count == index else began
                count, waiting = count + 1, False
            depth += (mark in "[{") - (mark in "]}")
            ends = (depth == 1 and mark == ",") or depth <= 0
            if began >= 0 and ends:
                return began, number + 1
            if depth <= 0:
                return -1, 0
            waiting = waiting or (depth == 1 and mark in "[,")
    return -1, 0


_HEADER = re.compile(r"\s*\[+\s*[\w\"'][^\[\],]*\]+\s*(#.*)?$")
_MARK = re.compile(r"""#.*|"(?:\\.|[^"\\])*"|'[^']*'|\S""")
"""A comment, a string or any other character of a line of TOML."""
