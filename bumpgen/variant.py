"""A process.toml that names a base and then only what differs: the two made into one table, key by key.

Scalars and lists replace the base's; `layers`, `sites`, `cells` and `sources` are merged by key. Films and
steps change by `drop_films`, `[change.films.NAME]`, `add_films`, `drop_steps` and `add_steps`, in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from bumpgen import resources
from bumpgen.errors import InputError, Where
from bumpgen.steps import LayerName, Name
from bumpgen.toml import Table, line_of, parse, validate
from bumpgen.validation import near

__all__ = ["Origins", "Raw", "read_raw"]

Keys: TypeAlias = tuple[str, ...]
Item: TypeAlias = tuple[dict[str, Any], Keys, bool]
"""An element of a list, the keys it stands at, and whether that is in the base."""


@dataclass(frozen=True, slots=True)
class Origins:
    """Which file each key of a merged process was written in.

    `moved` leads from keys of the whole to keys of this file (True) or of the base (False); the longest
    that fits counts. Keys that are not there are the base's, or this file's where it has none.
    """

    path: Path
    text: str
    base: Origins | None = None
    moved: Mapping[Keys, tuple[bool, Keys]] = field(default_factory=dict)

    def find(self, keys: Iterable[str]) -> tuple[Path, str, Keys]:
        """File, its text, and the keys in it."""
        whole = tuple(keys)
        for count in range(len(whole), 0, -1):
            if whole[:count] in self.moved:
                here, start = self.moved[whole[:count]]
                found = (*start, *whole[count:])
                return (self.path, self.text, found) if here or self.base is None else self.base.find(found)
        return self.base.find(whole) if self.base is not None else (self.path, self.text, whole)

    def where(self, keys: Iterable[str]) -> Where:
        """The place of a key."""
        path, text, found = self.find(keys)
        return Where(path, line_of(text, list(found)), ".".join(found) or None)


@dataclass(frozen=True, slots=True)
class Raw:
    """A process as plain tables, whole; `files` are its own process.toml, then its base's, and so on."""

    data: dict[str, Any]
    origins: Origins
    files: tuple[Path, ...]


class StepName(Table):
    """Which step is meant: its kind, and a film it is about where several are of that kind."""

    kind: str
    film: Name | None = None

    def names(self, step: Mapping[str, Any]) -> bool:
        """Whether a step is one of those meant."""
        return bool(step.get("kind") == self.kind and (self.film is None or self.film in _films_of(step)))

    def __str__(self) -> str:
        return f"{self.kind} of {self.film}" if self.film else self.kind


StepNumber = Annotated[int, Field(strict=True)]


class _FilmChanges(Table):
    films: dict[Name, dict[str, Any]] = {}


class Changes(Table):
    """The keys that only a variant has."""

    base: str
    drop_films: tuple[Name, ...] = ()
    drop_layers: tuple[LayerName, ...] = ()
    drop_sites: tuple[Name, ...] = ()
    drop_cells: tuple[Name, ...] = ()
    drop_steps: tuple[StepNumber | StepName, ...] = ()
    add_films: tuple[dict[str, Any], ...] = ()
    add_steps: tuple[dict[str, Any], ...] = ()
    change: _FilmChanges = _FilmChanges()


class _Anchor(Table):
    """What an added step stands after: a step's number in the base (0: first of all), or its name."""

    after: StepNumber | StepName


Judge: TypeAlias = Callable[[dict[str, Any], Origins], object]
"""Raises InputError where tables are no whole process."""


def read_raw(path: Path, judge: Judge, below: tuple[Path, ...] = ()) -> Raw:
    """A process.toml as tables, merged with its base where it names one; `below` are those that led here.

    A base must be a process of its own: `judge` raises where it is none. The whole is the caller's to judge.
    """
    data, text = parse(path)
    if "base" not in data:
        return Raw(data, Origins(path, text), (path,))
    own = {key: value for key, value in data.items() if key in Changes.model_fields}
    changes = validate(own, Changes, path, text)
    file = _base_file(changes.base, path, text)
    chain = (*below, path.resolve())
    if file.resolve() in chain:
        names = " → ".join(p.parent.name for p in (*chain, file.resolve()))
        raise InputError(f"the bases go round in a circle: {names}", _at(path, text, "base"), "name another base")
    base = read_raw(file, judge, chain)
    judge(base.data, base.origins)
    rest = {key: value for key, value in data.items() if key not in own}
    return _Merge(path, text, base, changes, rest).merged()


def _at(path: Path, text: str, *keys: str) -> Where:
    return Where(path, line_of(text, list(keys)), ".".join(keys))


def _base_file(name: str, path: Path, text: str) -> Path:
    """The base's process.toml: a shipped process's by name, or by its path from the variant's folder."""
    where = _at(path, text, "base")
    if "/" not in name and not name.endswith(".toml"):
        known = resources.names("pdk")
        if name in known:
            return resources.shipped("pdk", name, "process.toml")
        beside = (path.parent / name / "process.toml").is_file()
        cure = f'write base = "./{name}" for the folder here' if beside else near(name, known)
        raise InputError(f"there is no process named {name!r} to start from", where, hint=cure)
    file = path.parent / name
    file = file / "process.toml" if file.is_dir() else file
    if not file.is_file():
        raise InputError(f"there is no process at {name!r} to start from", where, hint="write its path from this file")
    return file


def _films_of(step: Mapping[str, Any]) -> tuple[str, ...]:
    """The films a step is about: its film, or its films."""
    films = step.get("films", ())
    one = (step["film"],) if isinstance(step.get("film"), str) else ()
    return (*one, *(films if isinstance(films, list) else ()))


class _Merge:
    """A base and a variant's changes, made one."""

    def __init__(self, path: Path, text: str, base: Raw, changes: Changes, rest: dict[str, Any]):
        self.path, self.text, self.base, self.changes, self.rest = path, text, base, changes, rest
        self.data = dict(base.data)
        self.moved: dict[Keys, tuple[bool, Keys]] = {}

    def merged(self) -> Raw:
        """The whole."""
        self._refuse_both()
        self._films()
        self._steps()
        self._connections()
        for key in ("layers", "sites", "cells"):
            self._drop(key, getattr(self.changes, f"drop_{key}"))
        for key, value in self.rest.items():
            self._take(key, value)
        origins = Origins(self.path, self.text, self.base.origins, self.moved)
        return Raw(self.data, origins, (self.path, *self.base.files))

    def _refuse_both(self) -> None:
        """A list that is written anew leaves nothing of the base's to change."""
        own = self.changes
        changes: dict[str, dict[str, Any]] = {
            "films": {"drop_films": own.drop_films, "add_films": own.add_films, "change": own.change.films},
            "steps": {"drop_steps": own.drop_steps, "add_steps": own.add_steps},
        }
        for key in (key for key in changes if key in self.rest):
            for name in (name for name, changed in changes[key].items() if changed):
                sentence = f"{key} are all written anew here, so that {name} has none of the base's to change"
                raise self._refuse(sentence, name, hint=f"drop {name}, or {key}")

    def _refuse(self, sentence: str, *keys: str, hint: str | None = None) -> InputError:
        return InputError(sentence, _at(self.path, self.text, *keys), hint=hint)

    def _unknown(self, name: str, what: str, known: Iterable[str], *keys: str) -> InputError:
        base = self.changes.base
        return self._refuse(f"base {base} has no {what} {name!r}", *keys, hint=near(name, known))

    def _drop(self, key: str, names: tuple[str, ...]) -> None:
        table = dict(self.data.get(key, {}))
        for number, name in enumerate(names):
            if name not in table:
                raise self._unknown(name, key[:-1], table, f"drop_{key}", str(number))
            del table[name]
        self.data[key] = table

    def _take(self, key: str, value: Any) -> None:
        """One key of the variant over the base's."""
        self.moved[key,] = (True, (key,))
        if key not in ("layers", "sites", "cells", "sources") or not isinstance(value, dict):
            self.data[key] = value
            return
        del self.moved[key,]
        for name, row in value.items():
            known = self.data.get(key, {})
            if key == "cells" and isinstance(row, dict) and isinstance(known.get(name), dict):
                self.moved |= {(key, name, part): (True, (key, name, part)) for part in row}
                row = known[name] | row
            else:
                self.moved[key, name] = (True, (key, name))
            self.data[key] = self._placed(name, row, known) if key == "layers" else known | {name: row}

    def _placed(self, name: str, row: Any, known: dict[str, Any]) -> dict[str, Any]:
        """The layers with one more; after the one it names, for layers are listed from the chip up."""
        if not isinstance(row, dict) or "after" not in row:
            return known | {name: row}
        after = str(row["after"])
        others = {key: value for key, value in known.items() if key != name}
        if after not in others:
            raise self._unknown(after, "layer", others, "layers", name, "after")
        here = list(others).index(after) + 1
        items = [*others.items()]
        items.insert(here, (name, {key: value for key, value in row.items() if key != "after"}))
        return dict(items)

    def _connections(self) -> None:
        """The base's connections without those of dropped layers; such a layer is no via either."""
        gone = set(self.changes.drop_layers)
        kept: list[dict[str, Any]] = []
        for number, row in enumerate(self.data.get("connections", [])):
            if not gone & set(row.get("between", ())):
                via = [layer for layer in row.get("via", ()) if layer not in gone]
                self.moved["connections", str(len(kept))] = (False, ("connections", str(number)))
                kept.append(row | {"via": via})
        self.data["connections"] = kept

    def _elements(self, key: str) -> list[Item]:
        rows = self.data.get(key, [])
        return [(dict(row), (key, str(number)), False) for number, row in enumerate(rows)]

    def _store(self, key: str, items: list[Item]) -> None:
        self.data[key] = [row for row, _, _ in items]
        for number, (_, keys, here) in enumerate(items):
            self.moved[key, str(number)] = (here, keys)

    def _films(self) -> None:
        items = self._elements("films")
        names = [row.get("name", "") for row, _, _ in items]
        for number, name in enumerate(self.changes.drop_films):
            if name not in names:
                raise self._unknown(name, "film", names, "drop_films", str(number))
        items = [item for item in items if item[0].get("name") not in self.changes.drop_films]
        for number, row in enumerate(self.changes.add_films):
            self._add_film(items, row, number)
        self._store("films", items)
        self._change_films(items)

    def _add_film(self, items: list[Item], row: dict[str, Any], number: int) -> None:
        """A film more: above the one it names with `after` ("": below all), else above all."""
        keys, names = ("add_films", str(number)), [item[0].get("name", "") for item in items]
        new = {key: value for key, value in row.items() if key != "after"}
        if new.get("name") in names:
            cure = f"change it in [change.films.{new['name']}], or give this one another name"
            raise self._refuse(f"there is a film {new['name']!r} already", *keys, "name", hint=cure)
        here = len(items)
        if "after" in row:
            if row["after"] not in (*names, ""):
                raise self._unknown(str(row["after"]), "film", names, *keys, "after")
            here = names.index(row["after"]) + 1 if row["after"] else 0
        items.insert(here, (new, keys, True))

    def _change_films(self, items: list[Item]) -> None:
        names = [row.get("name", "") for row, _, _ in items]
        for name, changed in self.changes.change.films.items():
            if name not in names:
                raise self._unknown(name, "film", names, "change", "films", name)
            number = names.index(name)
            items[number][0].update(changed)
            for key in changed:
                self.moved["films", str(number), key] = (True, ("change", "films", name, key))

    def _steps(self) -> None:
        items = list(enumerate(self._elements("steps"), 1))
        gone = {self._step(items, name, "drop_steps", str(n)) for n, name in enumerate(self.changes.drop_steps)}
        left = [item for place, item in enumerate(items) if place not in gone]
        kept = [(number, item) for number, item in left if self._about(item[0])]
        last = len(kept)
        for number, row in enumerate(self.changes.add_steps):
            last = self._add_step(kept, row, number, last)
        self._store("steps", [item for _, item in kept])

    def _about(self, step: dict[str, Any]) -> bool:
        """Whether a step is about a film that is left; dropped films are taken from its list."""
        films, gone = _films_of(step), self.changes.drop_films
        if not films:
            return True
        if "films" in step:
            step["films"] = [film for film in step["films"] if film not in gone]
        return any(film not in gone for film in films)

    def _add_step(self, kept: list[tuple[int, Item]], row: dict[str, Any], number: int, last: int) -> int:
        """A step more: after the one it names, else after the one added before it; returns the place after it."""
        keys = ("add_steps", str(number))
        new = {key: value for key, value in row.items() if key != "after"}
        if "after" in row:
            after = self._anchor(row["after"], number)
            last = 0 if after == 0 else self._step(kept, after, *keys, "after") + 1
        kept.insert(last, (0, (new, keys, True)))
        return last + 1

    def _anchor(self, after: Any, number: int) -> int | StepName:
        try:
            return validate({"after": after}, _Anchor, self.path).after
        except InputError as error:
            where = _at(self.path, self.text, "add_steps", str(number), "after")
            raise InputError(error.message, where, hint='write after = { kind = "…", film = "…" }') from None

    def _step(self, items: list[tuple[int, Item]], name: int | StepName, *keys: str) -> int:
        """The place in the list of the one step that is meant; a number is the base's, from 1, 0 an added step's."""
        base, numbers = self.changes.base, [number for number, _ in items]
        if isinstance(name, int):
            if name < 1 or name not in numbers:
                cure = "bumpgen pdk show numbers the base's steps"
                raise self._refuse(f"there is no step {name} left of base {base}", *keys, hint=cure)
            return numbers.index(name)
        found = [place for place, (_, (row, _, _)) in enumerate(items) if name.names(row)]
        if len(found) == 1:
            return found[0]
        if found:
            shown = ", ".join(str(numbers[place] or "an added one") for place in found)
            sentence = f"{len(found)} steps are {name}: {shown}"
            raise self._refuse(sentence, *keys, hint="add its film, or write its number")
        rows = [row for _, (row, _, _) in items]
        same = [film for row in rows if row.get("kind") == name.kind for film in _films_of(row)]
        known = dict.fromkeys(same) if same else dict.fromkeys(str(row.get("kind")) for row in rows)
        meant = near((same and name.film) or name.kind, known)
        raise self._refuse(f"base {base} has no step {name}", *keys, hint=meant)
