"""A bumping process as data: layers, films, materials, ordered steps, default cell dimensions.

Python holds no process number: all stand in pdk/<name>/process.toml, each with its source.
A source `MEM` means "from memory, unverified", `der` "computed from read values".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, ValidationError, field_validator, model_validator

from bumpgen import resources
from bumpgen.errors import InputError, Where
from bumpgen.layout import Meaning
from bumpgen.steps import LayerName, Name, Quantity, Source, Step
from bumpgen.toml import Table, parse, validate
from bumpgen.validation import first_mistake, near
from bumpgen.variant import Origins, read_raw

__all__ = [
    "Connection",
    "Film",
    "Layer",
    "Material",
    "Part",
    "Process",
    "Quantity",
    "Step",
    "read_materials",
    "read_process",
]

GdsNumber = Annotated[int, Field(ge=0, le=32767, strict=True)]

MARKS = ("MEM", "der", "own")
"""What a source may begin with instead of a key of [sources]: from memory, computed, chosen here."""


class Layer(Table):
    """A drawn layer: its GDS numbers, and what its polygons mean."""

    gds: tuple[GdsNumber, GdsNumber]
    meaning: Meaning
    description: str
    color: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    mask: str | None = None  # the mask list's name for it, where it differs
    source: Source


class Film(Table):
    """A film or body the process leaves: its material and thickness (µm), patterned by a layer."""

    name: Name
    material: Name
    thickness: Quantity
    layer: LayerName | None = None
    resistivity: Quantity | None = None  # µΩ·cm of the film where it differs from the material's


class Material(Table):
    """A material of the shared table.

    Melting range in °C (solidus, liquidus), density in g/cm³, resistivity in µΩ·cm, `tcr` per K.
    `groups` are the founding methods' groups: adhesion, metal, pad, pillar, solder, polymer …
    """

    name: str
    groups: tuple[
        Literal[
            "adhesion", "metal", "pad", "pillar", "rdl", "solder", "polymer", "resist", "substrate", "flux", "fill"
        ],
        ...,
    ]
    composition: dict[str, float] = {}  # weight percent by element
    family: str | None = None  # solders: SnAg, SnAgCu, high-lead …
    solidus: Quantity | None = None
    liquidus: Quantity | None = None
    density: Quantity | None = None
    resistivity: Quantity | None = None
    tcr: Quantity | None = None
    max_temperature: Quantity | None = None  # °C a polymer or resist stands
    peak_reflow: Quantity | None = None  # °C
    solderable: bool = True  # False for a metal whose oxide no flux takes off
    tone: Literal["positive", "negative"] | None = None  # photo polymers and resists
    claims: tuple[str, ...] = ()  # which claims of the founding methods name it
    note: str | None = None


class Connection(Table):
    """Two conducting layers that touch; through the area common to all `via` layers (none: where they overlap)."""

    between: tuple[LayerName, LayerName]
    via: tuple[LayerName, ...] = ()
    source: Source


class Part(Table):
    """One cell of a site, e.g. the UBM of a bump site; `set` are its parameters, `source` theirs."""

    cell: Name
    set: dict[str, Quantity | str | int | bool | list[str]] = {}
    source: Source | None = None

    def values(self) -> dict[str, Any]:
        """Parameters as plain values."""
        return {k: v.value if isinstance(v, Quantity) else v for k, v in self.set.items()}


class Process(Table):
    """A bumping process: everything about it that is not a rule.

    `sites` says which cells stand at a pad, at a bump, …: a site is a stack of parts, drawn with
    one vertex count. `cells` holds default dimensions by cell and parameter (µm).
    """

    name: Name
    title: str
    description: str
    mask_set: Literal["A", "B", "C", "D", "E", "none"]
    rules: str | None = None  # a table in drc_rules/, or the path of a .toml from beside the process.toml
    grid: Quantity
    sources: dict[str, str]
    layers: dict[LayerName, Layer]
    films: tuple[Film, ...] = ()
    steps: tuple[Step, ...] = ()
    sites: dict[Name, tuple[Part, ...]] = {}
    cells: dict[Name, dict[str, Quantity | str]] = {}
    connections: tuple[Connection, ...] = ()
    _files: tuple[Path, ...] = PrivateAttr(())
    _origins: Origins | None = PrivateAttr(None)
    _materials: dict[str, Material] | None = PrivateAttr(None)

    @property
    def path(self) -> Path | None:
        """The process.toml it was read from."""
        return self._files[0] if self._files else None

    @property
    def bases(self) -> tuple[Path, ...]:
        """The process.toml it starts from, that one's base, and so on; empty for one that is written in full."""
        return self._files[1:]

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file it was read from: process.toml, bases, and each one's materials.toml."""
        own = (own_materials(path) for path in self._files)
        return (*self._files, *(path for path in own if path is not None))

    @property
    def materials(self) -> dict[str, Material]:
        """All materials by id: the shared table's, under those of a materials.toml beside the process.toml."""
        return read_materials() if self._materials is None else self._materials

    def where(self, key: str) -> Where:
        """The place of a key of the process.toml, or of the base's where only that has it."""
        return Where(key=key) if self._origins is None else self._origins.where(key.split("."))

    @field_validator("grid")
    @classmethod
    def _grid_is_a_step(cls, grid: Quantity) -> Quantity:
        if not 0.0005 <= grid.value <= 1:
            raise ValueError(f"a grid of {grid.value:g} µm is outside 0.0005 to 1")
        return grid

    @model_validator(mode="after")
    def _names_are_known(self) -> Process:
        films = {film.name for film in self.films}
        if len(films) != len(self.films):
            raise ValueError("two films have one name")
        numbers: dict[tuple[int, int], str] = {}
        for name, layer in self.layers.items():
            if layer.gds in numbers:
                raise ValueError(f"layers {numbers[layer.gds]} and {name} share GDS number {layer.gds}")
            numbers[layer.gds] = name
        for film in self.films:
            self._check_layer(film.layer, f"film {film.name}")
        for number, step in enumerate(self.steps, 1):
            self._check_step(step, number, films)
        for connection in self.connections:
            for layer_name in (*connection.between, *connection.via):
                self._check_layer(layer_name, "connections")
        return self

    def _check_layer(self, name: str | None, who: str) -> None:
        if name is not None and name not in self.layers:
            raise ValueError(f"{who} names layer {name!r}, which is not one of {', '.join(self.layers)}")

    def _check_step(self, step: Any, number: int, films: set[str]) -> None:
        who = f"step {number} ({step.kind})"
        for key in ("mask", "layer", "stencil"):
            self._check_layer(getattr(step, key, None), who)
        named = [getattr(step, key, None) for key in ("film", "protected_by", "seed", "into")]
        for film in [*named, *getattr(step, "films", ())]:
            if film is not None and film not in films:
                raise ValueError(f"{who} names film {film!r}, which is not one of {', '.join(sorted(films))}")

    def film(self, name: str) -> Film:
        """The film of that name."""
        return next(film for film in self.films if film.name == name)

    def with_materials(self, others: dict[str, Material]) -> Process:
        """The same process, knowing more materials."""
        found = self.model_copy()
        found._materials = others | self.materials
        return found

    def default(self, cell: str) -> dict[str, Any]:
        """Default parameters of a cell in this process, as plain values."""
        return {k: v.value if isinstance(v, Quantity) else v for k, v in self.cells.get(cell, {}).items()}


class _Materials(Table):
    sources: dict[str, str]
    materials: dict[Name, Material]


@lru_cache(maxsize=4)
def _materials(path: Path) -> dict[str, Material]:
    data, text = parse(path)
    table = validate(data, _Materials, path, text)
    _check_sources(data, Origins(path, text))
    return table.materials


def read_materials(path: Path | None = None) -> dict[str, Material]:
    """The shared table of materials, by id (pdk/materials.toml), or the one at `path`."""
    return _materials(path or resources.folder("pdk") / "materials.toml")


def own_materials(process: Path) -> Path | None:
    """The materials.toml beside a process.toml, where there is one."""
    path = process.parent / "materials.toml"
    return path if path.exists() else None


def read_process(name: str) -> Process:
    """A process by the name of a shipped one, or by the path of a process.toml or its folder.

    A materials.toml beside it (or beside its base) adds to the shared table, or replaces rows of it. `rules` must
    name a shipped table or be the path of a .toml, from the process.toml's folder; in the process that is
    returned it is a path that `read_rules` takes. A source must name a key of [sources]. With a `base` it needs
    only what differs from that, see bumpgen.variant.
    """
    path = Path(name)
    if path.suffix == ".toml" or path.is_dir():
        path = path / "process.toml" if path.is_dir() else path
    else:
        path = resources.shipped("pdk", name, "process.toml")
    raw = read_raw(path, _validated)
    process = _validated(raw.data, raw.origins)
    process = process.model_copy(update={"rules": _rules(process.rules, raw.origins)})
    process._files, process._origins = raw.files, raw.origins
    process._materials = dict(read_materials())
    for own in map(own_materials, reversed(raw.files)):
        process._materials |= _fresh_materials(own) if own else {}
    _check_sources(raw.data, raw.origins)
    _check_materials(process)
    return process


def _validated(data: dict[str, Any], origins: Origins) -> Process:
    """The tables as a Process; the first mistake is told where it was written."""
    try:
        return Process.model_validate(data)
    except ValidationError as error:
        keys, sentence, cure = first_mistake(error, Process, data)
        where = origins.where(keys) if keys else Where(origins.path)
        raise InputError(sentence, where, cure) from None


def _fresh_materials(path: Path) -> dict[str, Material]:
    """A table that may be edited between two readings: never from the cache."""
    return _materials.__wrapped__(path)


def _rules(name: str | None, origins: Origins) -> str | None:
    """The name of a shipped rule table, or the path of one beside the process; neither must be missing."""
    if name is None:
        return None
    where, path = origins.where(["rules"]), origins.find(["rules"])[0]
    if not name.endswith(".toml"):
        known = resources.names("drc_rules")
        if name in known:
            return name
        beside = path.parent / f"{name}.toml"
        cure = f'write rules = "./{name}.toml"' if beside.is_file() else near(name, known)
        raise InputError(f"there is no rule table named {name!r}", where, hint=cure)
    table = path.parent / name
    if not table.is_file():
        others = {p.name for p in path.parent.glob("*.toml")} - {path.name, "materials.toml"}
        raise InputError(
            f"there is no rule table {name!r} beside the process",
            where,
            hint=near(table.name, sorted(others), "write the table, or its path from the process.toml"),
        )
    return str(table)


def _check_materials(process: Process) -> None:
    for number, film in enumerate(process.films):
        if film.material not in process.materials:
            known = near(film.material, process.materials, "name one of pdk/materials.toml.")
            raise InputError(
                f"film {film.name} is of material {film.material!r}, which no table of materials has",
                process.where(f"films.{number}.material"),
                hint=f"{known} Or add [materials.{film.material}] to a materials.toml beside the process.toml",
            )


def _check_sources(data: dict[str, Any], origins: Origins) -> None:
    """Every `source` names a key of [sources], or begins with a mark that it was not read."""
    known = (*data["sources"], *MARKS)
    keys_anywhere = (rf"(?<!\w){re.escape(key)}(?!\w)" for key in data["sources"] if key not in MARKS)
    names = re.compile("|".join((*keys_anywhere, rf"^({'|'.join(MARKS)})\b")))
    tables = {key: value for key, value in data.items() if key != "sources"}
    for keys, source in _sources_in(tables, []):
        if not names.search(source):
            word = re.split(r"[\s,;:(]", source.strip())[0] or "KEY"
            raise InputError(
                f"source {source!r} names no key of [sources]",
                origins.where(keys),
                hint=near(word, known, f'add {word} = "where it can be read" to [sources], or begin with MEM or own'),
            )


def _sources_in(node: Any, keys: list[str]) -> Iterator[tuple[list[str], str]]:
    """Key path and text of every `source` below a node of a TOML file."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if key == "source" and isinstance(value, str):
            yield [*keys, key], value
        else:
            yield from _sources_in(value, [*keys, str(key)])
