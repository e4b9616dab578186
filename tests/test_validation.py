"""Mistakes in tables, told in words: every value of real files replaced by every kind of wrong value."""

from __future__ import annotations

import copy
import math
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from bumpgen import resources
from bumpgen.design import DesignFile
from bumpgen.process import Process
from bumpgen.toml import line_of
from bumpgen.validation import first_mistake, near

WRONG: tuple[Any, ...] = (5, -1.5, math.nan, True, "x y", "", [], [1, 2, 3], {}, {"odd": 1}, "9" * 90)
PYDANTIC = ("Input should", "valid ", "Value error", "Field required", "function-", "Quantity", "Extra inputs", "list[")


def files() -> Iterator[tuple[str, type[BaseModel], dict[str, Any], str]]:
    for kind, name, file, model in (
        ("pdk", "wlcsp_500", "process.toml", Process),
        ("pdk", "pillar", "process.toml", Process),
        ("designs", "caravel_gf180", "design.toml", DesignFile),
        ("designs", "balldrop_die", "design.toml", DesignFile),
        ("designs", "staggered_10k", "design.toml", DesignFile),
    ):
        text = resources.shipped(kind, name, file).read_text("utf-8")
        yield name, model, tomllib.loads(text), text


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value; of lists the first two elements."""
    items = node.items() if isinstance(node, dict) else enumerate(node[:2]) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def changed(data: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    result: Any = copy.deepcopy(data)
    node = result
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    return dict(result)


@pytest.mark.parametrize("case", list(files()), ids=lambda case: case[0])
def test_every_wrong_value_is_told_in_our_words(case: tuple[str, type[BaseModel], dict[str, Any], str]) -> None:
    _, model, data, text = case
    told = 0
    for path in places(data):
        for value in WRONG:
            try:
                model.model_validate(bad := changed(data, path, value))
            except ValidationError as error:
                keys, sentence, cure = first_mistake(error, model, bad)
                said = f"{path} = {value!r}: {keys} {sentence} / {cure}"
                assert not [word for word in PYDANTIC if word in f"{sentence} {cure}"], said
                assert len(sentence) < 400, said
                assert [str(part) for part in path][: len(keys)] == keys[: len(path)], said
                assert line_of(text, keys) != 0, said
                told += 1
    assert told > 200


def test_near_names() -> None:
    assert near("Wlcsp_50", ["pillar", "wlcsp_500"]) == "did you mean 'wlcsp_500'?"
    assert near("zzz", ["a", "b"]) == "one of a, b"
    assert near("zzz", ["a", "b"], "write a") == "write a"
    assert near("zzz", []) is None
