"""A bumping process as data: layers, films, materials, ordered steps, default cell dimensions.

Python holds no process number: all stand in pdk/<name>/process.toml, each with its source.
A source `MEM` means "from memory, unverified", `der` "computed from read values".
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from bumpgen import resources
from bumpgen.errors import InputError, Where
from bumpgen.layout import Meaning
from bumpgen.toml import Table, load

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

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
LayerName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Source = Annotated[str, Field(min_length=1, description="where the number was read; MEM if from memory")]


class Quantity(Table):
    """A number with its source. The unit is the key's: µm unless its name says otherwise."""

    value: float
    source: Source


class Layer(Table):
    """A drawn layer: its GDS numbers, and what its polygons mean."""

    gds: tuple[Annotated[int, Field(ge=0, le=32767)], Annotated[int, Field(ge=0, le=32767)]]
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
        Literal["adhesion", "metal", "pad", "pillar", "rdl", "solder", "polymer", "resist", "substrate", "flux"], ...
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
    tone: Literal["positive", "negative"] | None = None  # photo polymers and resists
    claims: tuple[str, ...] = ()  # which claims of the founding methods name it
    note: str | None = None


class _Step(Table):
    """What every step has: free text and a source."""

    note: str = ""
    source: Source


class Deposit(_Step):
    """A film over everything, by sputtering, evaporation or chemical vapour."""

    kind: Literal["deposit"]
    film: Name
    method: Literal["sputter", "evaporation", "cvd", "vapour"] = "sputter"


class Coat(_Step):
    """A resist or polymer spun or laminated on; it planarises."""

    kind: Literal["coat"]
    film: Name


class Expose(_Step):
    """Light through a mask. `polygon` says what the drawn polygon becomes in the film."""

    kind: Literal["expose"]
    film: Name
    mask: LayerName
    polygon: Literal["opening", "remains"]


class Develop(_Step):
    """The exposed (or unexposed) film is dissolved."""

    kind: Literal["develop"]
    film: Name


class Cure(_Step):
    """A polymer is baked hard; °C."""

    kind: Literal["cure"]
    film: Name
    temperature: Quantity | None = None


class Etch(_Step):
    """Films are removed where a resist, or a metal above (self-aligned), doesn't cover them."""

    kind: Literal["etch"]
    films: tuple[Name, ...] = Field(min_length=1)
    protected_by: Name | None = None  # a film; None: a blank etch
    undercut: Quantity | None = None  # µm per side


class Plate(_Step):
    """Metal grown from a seed into a resist's openings."""

    kind: Literal["plate"]
    film: Name
    seed: Name | None = None
    into: Name | None = None  # the resist film whose openings shape it; None: electroless, on the pad


class Print(_Step):
    """Paste pressed through a stencil's apertures."""

    kind: Literal["print"]
    film: Name
    stencil: LayerName
    metal_fraction: Quantity  # volume fraction of metal in the paste


class Fill(_Step):
    """Flux squeegeed into openings, or stencilled on to pads."""

    kind: Literal["fill"]
    film: Name
    into: Name | None = None


class Place(_Step):
    """One solder ball in each opening or on each pad."""

    kind: Literal["place"]
    film: Name
    layer: LayerName


class Reflow(_Step):
    """Solder is molten and takes its equilibrium shape; peak temperature in °C."""

    kind: Literal["reflow"]
    films: tuple[Name, ...] = Field(min_length=1)
    temperature: Quantity


class Strip(_Step):
    """A resist is dissolved."""

    kind: Literal["strip"]
    film: Name


class Clean(_Step):
    """Flux residues are washed off."""

    kind: Literal["clean"]
    film: Name


class Singulate(_Step):
    """The wafer is sawn along a layer's lines."""

    kind: Literal["singulate"]
    layer: LayerName


class Join(_Step):
    """Two sides are aligned and put face to face."""

    kind: Literal["join"]
    partner: str
    placement_accuracy: Quantity | None = None  # µm


class Encapsulate(_Step):
    """The gap and the surroundings are filled."""

    kind: Literal["encapsulate"]
    film: Name


Step: TypeAlias = Annotated[
    Deposit
    | Coat
    | Expose
    | Develop
    | Cure
    | Etch
    | Plate
    | Print
    | Fill
    | Place
    | Reflow
    | Strip
    | Clean
    | Singulate
    | Join
    | Encapsulate,
    Field(discriminator="kind"),
]


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
    rules: str | None = None  # the table in drc_rules/
    grid: Quantity
    sources: dict[str, str]
    layers: dict[LayerName, Layer]
    films: tuple[Film, ...] = ()
    steps: tuple[Step, ...] = ()
    sites: dict[Name, tuple[Part, ...]] = {}
    cells: dict[Name, dict[str, Quantity | str]] = {}
    connections: tuple[Connection, ...] = ()

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

    def default(self, cell: str) -> dict[str, Any]:
        """Default parameters of a cell in this process, as plain values."""
        return {k: v.value if isinstance(v, Quantity) else v for k, v in self.cells.get(cell, {}).items()}


class _Materials(Table):
    sources: dict[str, str]
    materials: dict[Name, Material]


@lru_cache(maxsize=4)
def _materials(path: Path) -> dict[str, Material]:
    return load(path, _Materials).materials


def read_materials(path: Path | None = None) -> dict[str, Material]:
    """The shared table of materials, by id (pdk/materials.toml)."""
    return _materials(path or resources.folder("pdk") / "materials.toml")


def read_process(name: str) -> Process:
    """A process by the name of a shipped one, or by the path of a process.toml or its folder."""
    path = Path(name)
    if path.suffix == ".toml" or path.is_dir():
        path = path / "process.toml" if path.is_dir() else path
    else:
        path = resources.shipped("pdk", name, "process.toml")
    process = load(path, Process)
    known = read_materials()
    for film in process.films:
        if film.material not in known:
            raise InputError(
                f"film {film.name} is of material {film.material!r}, which pdk/materials.toml lacks",
                Where(path, key=f"films.{film.name}.material"),
                hint=f"one of {', '.join(sorted(known))}",
            )
    return process
