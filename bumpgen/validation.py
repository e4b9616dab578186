"""What pydantic finds wrong with a table, in a user's words: the key, a sentence with the value, and the cure."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ValidationError

__all__ = ["Mistake", "first_mistake", "near"]

Mistake: TypeAlias = tuple[list[str], str, str | None]
"""The key path, the sentence, the cure (None where the sentence tells it)."""

SHOWN = 60
"""Values longer than this are not quoted."""

NAMES = "letters, digits and _, starting with a letter"
PATTERNS = {
    r"^[A-Za-z][A-Za-z0-9_]*$": NAMES,
    r"^[A-Z][A-Z0-9_]*$": "capital letters, digits and _, starting with a letter",
    r"^([A-Z][A-Z0-9_]*)?$": "capital letters, digits and _, starting with a letter; or nothing",
    r"^[A-Z]*$": "capital letters",
    r"^#[0-9a-fA-F]{6}$": "# and six hexadecimal digits, e.g. #4d4d4d",
    r"^[A-Z0-9_]+\.[A-Z]+\.[0-9]+[a-z]?$": "LAYER.KIND.N, e.g. UBM.S.1",
}
"""What the patterns of the models ask for, in words."""


def near(name: str, known: Iterable[str], otherwise: str = "") -> str | None:
    """The cure for a name that isn't known: the one that was meant, or `otherwise`, or all there are."""
    names = list(known)
    lower = {other.lower(): other for other in names}
    found = difflib.get_close_matches(name.lower(), lower, 1)
    if found:
        return f"did you mean {lower[found[0]]!r}?"
    return otherwise or (f"one of {', '.join(names)}" if names else None)


def first_mistake(error: ValidationError, model: type[BaseModel], data: Any) -> Mistake:
    """The mistake that says most (how many more there are is in the sentence)."""
    problems = error.errors(include_url=False)
    # a misspelt key is both unknown and missing: the first says more
    first: Any = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    keys = _keys(first, data)
    # the branches of a union each complain of the same value
    others = {tuple(_keys(p, data)) for p in problems} - {tuple(keys)}
    more = f" (and {len(others)} more)" if others else ""
    sentence, cure = _told(first, keys, model)
    return keys, sentence + more, cure


def _keys(problem: Any, data: Any) -> list[str]:
    """The location without the names of union members, which are no keys of the data."""
    keys, node, last = [], data, len(problem["loc"]) - 1
    for number, part in enumerate(problem["loc"]):
        in_table = isinstance(node, Mapping) and part in node
        if in_table or (isinstance(node, list | tuple) and isinstance(part, int) and part < len(node)):
            node = node[part]
        elif number != last or isinstance(part, int) or problem["type"] not in ("missing", "extra_forbidden"):
            continue
        keys.append(str(part))
    return keys


def _told(problem: Any, keys: list[str], model: type[BaseModel]) -> tuple[str, str | None]:
    teller = _TELLERS.get(problem["type"])
    if teller is not None:
        named = [key for key in keys if not key.isdigit()]
        return teller(problem, named[-1] if named and named[-1] == keys[-1] else "value", model)
    message: str = problem["msg"]
    if problem["type"] in ("value_error", "assertion_error"):
        return message.removeprefix("Value error, ").removeprefix("Assertion failed, "), None
    shown = _shown(problem)
    return (f"{message}, not {shown}" if shown else message), None


def _shown(problem: Any) -> str:
    """The value as TOML would write it; "" where it is a table or long."""
    value = problem.get("input")
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return "" if isinstance(value, Mapping) or len(text) > SHOWN else text


def _value(problem: Any) -> str:
    value = problem.get("input")
    long = "a long list" if isinstance(value, list | tuple) else "the text"
    return _shown(problem) or ("the table" if isinstance(value, Mapping) else long)


def _unknown(problem: Any, _: str, model: type[BaseModel]) -> tuple[str, str | None]:
    name = str(problem["loc"][-1])
    known = _fields(annotation_at(model, problem["loc"][:-1]))
    return f"unknown key {name!r}", near(name, known, f"keys here: {', '.join(known)}") if known else None


def _missing(problem: Any, _: str, model: type[BaseModel]) -> tuple[str, str | None]:
    name = problem["loc"][-1]
    if isinstance(name, int):
        return _wrong_count(problem, "", model)
    return f"key {name!r} is missing", f"add {name} = …"


def _wrong_count(problem: Any, _: str, model: type[BaseModel]) -> tuple[str, str | None]:
    """A list of another length than wanted."""
    limits = problem.get("ctx", {})
    place = problem["loc"][:-1] if problem["type"] == "missing" else problem["loc"]
    count = _length(annotation_at(model, place))
    wanted = (
        f"{count}"
        if count
        else f"{limits.get('min_length', limits.get('max_length'))} or "
        + ("more" if "min_length" in limits else "fewer")
    )
    value = problem.get("input")
    has = len(value) if isinstance(value, Sequence) else 0
    return f"{_value(problem)} has {has} values, not {wanted}", f"write a list of {wanted} values"


def _no_number(problem: Any, key: str, _: type[BaseModel]) -> tuple[str, str | None]:
    cure = f"write a number without quotes or unit, e.g. {key} = 250"
    return f"{_value(problem)} is not a number", cure


def _no_whole_number(problem: Any, key: str, _: type[BaseModel]) -> tuple[str, str | None]:
    return f"{_value(problem)} is not a whole number", f"write a whole number without quotes, e.g. {key} = 3"


def _no_truth(problem: Any, key: str, _: type[BaseModel]) -> tuple[str, str | None]:
    return f"{_value(problem)} is neither true nor false", f"write {key} = true or {key} = false"


def _not_finite(problem: Any, _key: str, _: type[BaseModel]) -> tuple[str, str | None]:
    return f"{_value(problem)} is not a finite number", "write a finite number"


def _no_text(problem: Any, key: str, _: type[BaseModel]) -> tuple[str, str | None]:
    return f"{_value(problem)} is not a text", f'write it in quotes: {key} = "…"'


def _no_list(problem: Any, key: str, model: type[BaseModel]) -> tuple[str, str | None]:
    item = (_shown(problem) or "…").replace("'", '"')
    count = _length(annotation_at(model, problem["loc"])) or 1
    example = ", ".join([item] * count)
    return f"{_value(problem)} is not a list", f"write it in brackets: {key} = [{example}]"


def _no_table(problem: Any, key: str, model: type[BaseModel]) -> tuple[str, str | None]:
    """A value where a table belongs; a bare number where it needs its source is put into one."""
    found = _model_named(annotation_at(model, problem["loc"]), problem.get("ctx", {}).get("class_name", ""))
    if found is None:
        return f"{_value(problem)} is not a table", f"write {key} = {{ … = … }}"
    needed = [name for name, field in found.model_fields.items() if field.is_required()] or list(found.model_fields)
    value = problem.get("input")
    bare = isinstance(value, int | float) and not isinstance(value, bool)
    parts = [f"{name} = {value}" if bare and name == "value" else f"{name} = …" for name in needed]
    return f"{_value(problem)} is not a table", f"write {key} = {{ {', '.join(parts)} }}"


def _not_allowed(problem: Any, _key: str, _: type[BaseModel]) -> tuple[str, str | None]:
    expected = problem["ctx"]["expected"]
    names = [part.strip("' ") for part in expected.replace(" or ", ", ").split(",")]
    value = problem.get("input")
    cure = near(value, names, "write one of them") if isinstance(value, str) else "write one of them"
    return f"{_value(problem)} is not one of {', '.join(names)}", cure


def _no_such_kind(problem: Any, _key: str, _: type[BaseModel]) -> tuple[str, str | None]:
    kinds = [part.strip("' ") for part in problem["ctx"]["expected_tags"].split(",")]
    tag, word = problem["ctx"]["tag"], problem["ctx"]["discriminator"].strip("'")
    return f"{word} = {tag!r} is not one of {', '.join(kinds)}", near(tag, kinds, "write one of them")


def _no_kind(problem: Any, _key: str, _: type[BaseModel]) -> tuple[str, str | None]:
    word = problem["ctx"]["discriminator"].strip("'")
    return f"key {word!r} is missing", f"add {word} = …"


def _misspelt(problem: Any, _key: str, _: type[BaseModel]) -> tuple[str, str | None]:
    words = PATTERNS.get(problem["ctx"]["pattern"])
    if words is None:
        return f"{_value(problem)} doesn't match {problem['ctx']['pattern']}", None
    return f"{_value(problem)} hasn't the form that is wanted here", f"write {words}"


def _too_short(problem: Any, _key: str, _: type[BaseModel]) -> tuple[str, str | None]:
    fewest = problem["ctx"]["min_length"]
    if not problem["input"]:
        return "the text is empty", "write one"
    return f"{_value(problem)} is too short", f"write {fewest} or more characters"


def _too_long(problem: Any, _key: str, _: type[BaseModel]) -> tuple[str, str | None]:
    return f"{_value(problem)} is too long", f"write at most {problem['ctx']['max_length']} characters"


def _bound(name: str, refusal: str, wanted: str) -> Callable[[Any, str, type[BaseModel]], tuple[str, str | None]]:
    def told(problem: Any, _key: str, _: type[BaseModel]) -> tuple[str, str | None]:
        limit = f"{problem['ctx'][name]:.12g}"
        return f"{_value(problem)} is {refusal} {limit}", f"write a number {wanted} {limit}"

    return told


_TELLERS: dict[str, Callable[[Any, str, type[BaseModel]], tuple[str, str | None]]] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    **dict.fromkeys(("float_type", "float_parsing"), _no_number),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _no_whole_number),
    **dict.fromkeys(("bool_type", "bool_parsing"), _no_truth),
    "finite_number": _not_finite,
    "string_type": _no_text,
    **dict.fromkeys(("tuple_type", "list_type"), _no_list),
    **dict.fromkeys(("too_short", "too_long"), _wrong_count),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), _no_table),
    **dict.fromkeys(("literal_error", "enum"), _not_allowed),
    "union_tag_invalid": _no_such_kind,
    "union_tag_not_found": _no_kind,
    "string_pattern_mismatch": _misspelt,
    "string_too_short": _too_short,
    "string_too_long": _too_long,
    "greater_than": _bound("gt", "not greater than", "greater than"),
    "greater_than_equal": _bound("ge", "less than", "of at least"),
    "less_than": _bound("lt", "not less than", "less than"),
    "less_than_equal": _bound("le", "more than", "of at most"),
    "multiple_of": _bound("multiple_of", "not a multiple of", "that is a multiple of"),
}


def annotation_at(model: type[BaseModel], location: Iterable[object]) -> Any:
    """The annotation a location of an error leads to from `model`; None where it can't be told."""
    current: Any = model
    for part in location:
        current = next((found for inner in _members(current) if (found := _inside(inner, part)) is not None), None)
    return current


def _members(annotation: Any) -> list[Any]:
    """The annotation without Annotated; the members of a union."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        return _members(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [member for arg in typing.get_args(annotation) for member in _members(arg)]
    return [annotation]


def _inside(annotation: Any, part: object) -> Any:
    """What a key, an index or a union's tag leads to; None if it leads nowhere."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if part in annotation.model_fields:
            return annotation.model_fields[str(part)].annotation
        kind = annotation.model_fields.get("kind")
        tags = (annotation.__name__, *(typing.get_args(kind.annotation) if kind else ()))
        return annotation if part in tags else None
    arguments = [arg for arg in typing.get_args(annotation) if arg is not Ellipsis]
    if typing.get_origin(annotation) is dict:
        return arguments[1]
    if typing.get_origin(annotation) in (tuple, list) and isinstance(part, int):
        return arguments[min(part, len(arguments) - 1)]
    return None


def _fields(annotation: Any) -> list[str]:
    """The keys a table may have there; empty where that can't be told."""
    models = [m for m in _members(annotation) if isinstance(m, type) and issubclass(m, BaseModel)]
    return list(models[0].model_fields) if len(models) == 1 else []


def _model_named(annotation: Any, name: str) -> type[BaseModel] | None:
    models = [m for m in _members(annotation) if isinstance(m, type) and issubclass(m, BaseModel)]
    return next((m for m in models if m.__name__ == name), None)


def _length(annotation: Any) -> int:
    """How many values a fixed-length list has; 0 for any number."""
    for member in _members(annotation):
        arguments = typing.get_args(member)
        if typing.get_origin(member) is tuple and Ellipsis not in arguments:
            return len(arguments)
    return 0
