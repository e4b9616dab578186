"""TOML read into a pydantic model, with mistakes told by file, line, key, value and cure."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bumpgen.errors import InputError, Where

__all__ = ["Table", "load", "read_text", "validate"]

MAX_BYTES = 16_000_000
"""A text file a person wrote is smaller than this."""


class Table(BaseModel):
    """Base of everything people write: frozen, unknown keys forbidden, no infinite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=False)


Model = TypeVar("Model", bound=BaseModel)


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """A UTF-8 file's text (a byte-order mark is dropped); errors say what to do."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError("this is a folder, not a file", Where(path))
        if size > limit:
            raise InputError(f"the file has {size:,} bytes, more than {limit:,}", Where(path))
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError("no such file", Where(path), hint=_similar_files(path)) from None
    except PermissionError:
        raise InputError("the file may not be read", Where(path), hint="check its permissions") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(
            f"byte 0x{error.object[error.start]:02x} is not UTF-8",
            Where(path, line),
            hint="save the file as UTF-8",
        ) from None


def _similar_files(path: Path) -> str | None:
    if not path.parent.is_dir():
        return f"the folder {path.parent} doesn't exist"
    near = difflib.get_close_matches(path.name, [p.name for p in path.parent.iterdir()], 1)
    return f"did you mean {near[0]!r}?" if near else None


def load(path: Path, model: type[Model]) -> Model:
    """The TOML file at `path` as `model`."""
    text = read_text(path)
    if not text.strip():
        raise InputError("the file is empty", Where(path))
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise InputError(f"not valid TOML: {error}", Where(path, int(found[1]) if found else None)) from None
    return validate(data, model, path, text)


def validate(data: dict[str, Any], model: type[Model], path: Path | str, text: str = "") -> Model:
    """`data` as `model`; the first mistake (and how many more) becomes an InputError."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _input_error(error, model, path, text) from None


def _input_error(error: ValidationError, model: type[BaseModel], path: Path | str, text: str) -> InputError:
    problems = error.errors(include_url=False)
    first = problems[0]
    parts = [str(part) for part in first["loc"] if not _is_tag(part, first["loc"])]
    key = ".".join(parts)
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    line = line_of(text, [p for p in parts if not p.isdigit()])
    return InputError(_sentence(first) + more, Where(path, line, key or None), _hint(first, model))


def _is_tag(part: object, loc: tuple[object, ...]) -> bool:
    """Whether a location part is a model's or a union member's name, not a key of the file."""
    return isinstance(part, str) and ("[" in part or part in ("function-after", "float", "tuple"))


def _sentence(problem: Any) -> str:
    message: str = problem["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if problem["type"] == "extra_forbidden":
        return f"unknown key {problem['loc'][-1]!r}"
    if problem["type"] == "missing":
        return f"key {problem['loc'][-1]!r} is missing"
    value = problem.get("input")
    shown = repr(value)
    if isinstance(value, dict | list) or len(shown) > 60:
        return message
    return f"{message}, not {shown}" if problem["type"] != "value_error" else message


def _hint(problem: Any, model: type[BaseModel]) -> str | None:
    if problem["type"] == "extra_forbidden":
        known = _keys_at(model, problem["loc"][:-1])
        near = difflib.get_close_matches(str(problem["loc"][-1]), known, 1)
        if near:
            return f"did you mean {near[0]!r}?"
        return f"keys here: {', '.join(known)}" if known else None
    if problem["type"] == "missing":
        return f"add {problem['loc'][-1]} = …"
    return None


def _keys_at(model: type[BaseModel], loc: tuple[object, ...]) -> list[str]:
    """Field names of the model found by walking `loc` from `model`; empty where it can't be told."""
    current: Any = model
    for part in loc:
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            return []
        if isinstance(part, int) or part not in current.model_fields:
            return []
        current = _inner_model(current.model_fields[str(part)].annotation)
    if isinstance(current, type) and issubclass(current, BaseModel):
        return list(current.model_fields)
    return []


def _inner_model(annotation: Any) -> Any:
    """The one BaseModel in `X`, `X | None`, `tuple[X, ...]`."""
    args = getattr(annotation, "__args__", ())
    models = [a for a in args if isinstance(a, type) and issubclass(a, BaseModel)]
    return models[0] if len(models) == 1 else annotation


def line_of(text: str, keys: list[str]) -> int | None:
    """The line a key stands on, by walking headers and then the key; None where not found."""
    lines = text.splitlines()
    start = 0
    for depth in range(len(keys), 0, -1):
        header = re.compile(r"^\s*\[+\s*" + re.escape(".".join(keys[:depth])) + r"\s*\]+")
        for number, line in enumerate(lines):
            if header.match(line):
                start = number
                break
        else:
            continue
        if depth == len(keys):
            return start + 1
        break
    for key in reversed(keys):
        pattern = re.compile(r"(^\s*|[{,.]\s*)\"?" + re.escape(key) + r"\"?\s*[=.]")
        for number in range(start, len(lines)):
            if pattern.search(lines[number]):
                return number + 1
    return None
