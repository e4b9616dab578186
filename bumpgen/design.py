"""A design: die, pads, bumps, nets and routes, with the process they are made in.

`DesignFile` and its tables are what a person writes in design.toml; `Design` is the same with
every table read: all coordinates in µm, in the bumps_up view, from the die's lower left corner.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, field_validator, model_validator

from bumpgen.fill_table import FillTable
from bumpgen.geometry import View
from bumpgen.layout import Net
from bumpgen.plate_table import PlateTable
from bumpgen.process import Process
from bumpgen.routed import Routed
from bumpgen.routing_table import RoutingTable
from bumpgen.steps import Number
from bumpgen.toml import Table
from bumpgen.wafer_table import WaferTable

__all__ = [
    "UNITS",
    "ArrayTable",
    "BallNames",
    "Bump",
    "CellTable",
    "Design",
    "DesignFile",
    "Die",
    "MapTable",
    "Pad",
    "PinMap",
    "Route",
    "Unit",
    "layer_numbers",
    "nets_of",
]

UNITS: dict[str, float] = {"um": 1.0, "µm": 1.0, "nm": 1e-3, "mm": 1e3, "mil": 25.4, "inch": 25_400.0}
"""µm in one of each unit that tables may be written in."""

Unit: TypeAlias = Literal["um", "µm", "nm", "mm", "mil", "inch"]
Origin: TypeAlias = Literal["lower_left", "centre"]
DieLength = Annotated[float, Field(gt=0, le=300_000, strict=True)]
WholeNumber = Annotated[int, Field(strict=True)]


def layer_numbers(text: Any) -> Any:
    """'37/0' as (37, 0); what is no text is passed on as it is. Raises ValueError for other texts."""
    if not isinstance(text, str):
        return text
    found = re.fullmatch(r"(\d{1,5})/(\d{1,5})", text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a layer: write LAYER/DATATYPE, e.g. 37/0")
    return int(found[1]), int(found[2])


LayerNumber = Annotated[int, Field(ge=0, le=65_535, strict=True)]
LayerNumbers = Annotated[tuple[LayerNumber, LayerNumber], BeforeValidator(layer_numbers)]


class Die(Table):
    """The die: width (x) and height (y) in µm, street not included."""

    width: DieLength
    height: DieLength

    def holds(self, x: float, y: float) -> bool:
        """Whether a point (µm from the lower left corner) lies on the die."""
        return 0 <= x <= self.width and 0 <= y <= self.height


class BallNames(Table):
    """How balls are named: one axis has letters, the other numbers, from a stated corner.

    `a1` is the corner where A1 lies in view `view`; `letters` skips those a scheme leaves out
    (JEDEC leaves out I, O, Q, S, X, Z).
    """

    a1: Literal["top_left", "top_right", "bottom_left", "bottom_right"]
    letters: Literal["rows", "columns"]
    view: View
    skip: Annotated[str, Field(pattern=r"^[A-Z]*$")] = ""

    @field_validator("skip")
    @classmethod
    def _letters_are_left(cls, skip: str) -> str:
        if len(set(skip)) > 24:
            raise ValueError(f"skip = {skip!r} leaves fewer than two letters to name with")
        return skip

    def letter(self, index: int) -> str:
        """The letters of the index-th row or column, from 0: A … Z, AA, AB …"""
        alphabet = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in self.skip]
        text, rest = "", index
        while True:
            rest, digit = divmod(rest, len(alphabet))
            text = alphabet[digit] + text
            if rest == 0:
                return text
            rest -= 1

    def index(self, letters: str) -> int:
        """The inverse of `letter`; raises ValueError for a letter the scheme skips."""
        alphabet = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in self.skip]
        value = 0
        for c in letters:
            if c not in alphabet:
                raise ValueError(f"letter {c!r} is not used by this naming")
            value = value * len(alphabet) + alphabet.index(c) + 1
        return value - 1

    def name(self, column: int, row: int) -> str:
        """The ball at a column and a row, both counted from the A1 corner, from 0."""
        by_letter, by_number = (row, column) if self.letters == "rows" else (column, row)
        return f"{self.letter(by_letter)}{by_number + 1}"

    def parse(self, name: str) -> tuple[int, int]:
        """Column and row of a ball's name, from 0; raises ValueError for what isn't one."""
        found = re.fullmatch(r"([A-Z]+)([1-9][0-9]*)", name)
        if not found:
            raise ValueError(f"{name!r} is not letters and a number")
        letter, number = self.index(found[1]), int(found[2]) - 1
        return (number, letter) if self.letters == "rows" else (letter, number)


class MapTable(Table):
    """A table of pads or bumps in a CSV or XLSX file. Unit, view and columns must be stated."""

    file: str
    unit: Unit
    view: View
    origin: Origin = "lower_left"
    offset: tuple[Number, Number] = (0.0, 0.0)  # added after scaling, µm, in the table's own view
    columns: dict[str, str]
    header: WholeNumber = Field(1, ge=0, description="line of the column names, from 1; 0 for none")
    sheet: str | None = None
    delimiter: Literal[",", ";", "\t", "|"] = ","
    strip: str = ""  # characters cut from the ends of every text value
    number: str | None = None  # pattern for names where the table has none, e.g. "B{n}"
    duplicates: Literal["refuse", "first"] = "refuse"
    off_die: Literal["refuse", "drop"] = "refuse"

    @field_validator("number")
    @classmethod
    def _numbers(cls, pattern: str | None) -> str | None:
        if pattern is not None and "{n}" not in pattern:
            raise ValueError(f"number = {pattern!r} must contain {{n}}")
        return pattern


class PinMap(Table):
    """A sheet whose cells are net names, its row and column heads the ball's letters and numbers."""

    file: str
    view: View  # how the sheet is looked at: its first row is the top, its first column the left
    naming: BallNames
    pitch: tuple[Number, Number] | None = None  # µm; with `first` it gives positions
    first: tuple[Number, Number] | None = None  # µm, place of the sheet's top left ball, in the view
    delimiter: Literal[",", ";", "\t", "|"] = ","
    sheet: str | None = None
    empty: tuple[str, ...] = ("", "-", "NC")

    @model_validator(mode="after")
    def _both(self) -> PinMap:
        if (self.pitch is None) != (self.first is None):
            raise ValueError("pitch and first go together")
        return self


class GdsPads(Table):
    """Pads found in a chip's GDS: polygons of the opening layer, named by the text inside them."""

    file: str
    opening_layer: LayerNumbers  # "37/0" or [37, 0]
    text_layer: LayerNumbers
    die_layer: LayerNumbers | None = None  # None: the top cell's box
    top: str | None = None
    view: View
    min_size: Number = Field(0.0, ge=0)  # µm; smaller openings (fuses, marks) are left out


class ArrayTable(Table):
    """Bumps placed in an array instead of a table, µm from the die's lower left, bumps_up view.

    `grid`: columns × rows. `staggered`: every other row is shifted by half a pitch. `rings`:
    peripheral rings of a columns × rows grid. `nets` is dealt out in turn, or "{name}" for one each.
    """

    kind: Literal["grid", "staggered", "rings"]
    columns: WholeNumber = Field(gt=0, le=100_000)
    rows: WholeNumber = Field(gt=0, le=100_000)
    pitch: tuple[DieLength, DieLength]
    first: tuple[Number, Number] | None = None  # the lower left bump; None: centred on the die
    rings: WholeNumber = Field(1, ge=1)
    naming: BallNames = BallNames(a1="top_left", letters="rows", view=View.BUMPS_UP)
    nets: tuple[str, ...] = ("{name}",)
    depopulate: tuple[str, ...] = ()  # names, or ranges "A1:C3"
    keepouts: tuple[tuple[Number, Number, Number, Number], ...] = ()  # x0, y0, x1, y1 µm

    @model_validator(mode="after")
    def _fits(self) -> ArrayTable:
        if self.columns * self.rows > 10_000_000:
            raise ValueError(f"{self.columns} x {self.rows} bumps are more than 10 000 000")
        if self.kind == "rings" and 2 * self.rings > min(self.columns, self.rows) + 1:
            raise ValueError(f"{self.rings} rings don't fit into {self.columns} x {self.rows}")
        if not self.nets:
            raise ValueError("nets is empty")
        for net in self.nets:
            if re.sub(r"\{name\}", "", net).strip("{}") != re.sub(r"\{name\}", "", net):
                raise ValueError(f"net {net!r} has braces around something else than name: write {{name}}")
        return self


class CellTable(Table):
    """A cell placed by hand: marks, test structures, text. µm from the die's lower left."""

    cell: str
    at: tuple[tuple[Number, Number], ...] = Field(min_length=1)
    rotation: Literal[0, 90, 180, 270] = 0
    set: dict[str, Any] = {}


class RouteTable(Table):
    """Routes as a table of points: hand-drawn, or from another tool."""

    file: str
    unit: Unit
    view: View
    origin: Origin = "lower_left"
    columns: dict[str, str]
    header: WholeNumber = Field(1, ge=1)
    delimiter: Literal[",", ";", "\t", "|"] = ","
    join: Literal["miter", "round"] = "miter"


class Tolerances(Table):
    """What a design allows beyond the process."""

    route_end: Number = Field(1.0, ge=0, description="how far a route may end from its pad or bump centre, µm")


class PadsTable(Table):
    """Where the pads come from: one of a table, a chip's GDS, or `under_bumps`."""

    table: MapTable | None = None
    gds: GdsPads | None = None
    under_bumps: bool = False
    site: str = "pad"
    changes: dict[str, dict[str, Any]] = {}

    @model_validator(mode="after")
    def _one_source(self) -> PadsTable:
        if sum((self.table is not None, self.gds is not None, self.under_bumps)) != 1:
            raise ValueError("pads need exactly one of table, gds, under_bumps = true")
        return self


class BumpsTable(Table):
    """Where the bumps come from: one of a table, a pin map, an array; `check` is a second opinion.

    `naming` says where A1 lies; every bump's name is then held against its place. `check` is a pin
    map that names and nets must agree with: positions alone can't reveal a mirrored map.
    """

    table: MapTable | None = None
    pinmap: PinMap | None = None
    array: ArrayTable | None = None
    naming: BallNames | None = None
    check: PinMap | None = None
    site: str = "bump"
    sites: dict[str, str] = {}  # kind (a column of the table) → site, where not all are alike
    changes: dict[str, dict[str, Any]] = {}

    @model_validator(mode="after")
    def _one_source(self) -> BumpsTable:
        if sum(source is not None for source in (self.table, self.pinmap, self.array)) != 1:
            raise ValueError("bumps need exactly one of table, pinmap, array")
        if self.pinmap is not None and self.pinmap.pitch is None:
            raise ValueError("bumps from a pinmap need pitch and first")
        return self


class DesignFile(Table):
    """design.toml as written."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    title: str = ""
    description: str = ""
    process: str
    source: str = ""
    die: Die
    pads: PadsTable | None = None
    bumps: BumpsTable | None = None
    routes: RouteTable | None = None
    routing: RoutingTable | None = None
    wafer: WaferTable | None = None
    nets: dict[str, tuple[str, ...]] = {}  # net → other names for it in the tables
    currents: dict[str, Annotated[float, Field(gt=0)]] = {}  # net → A it must carry
    unconnected: tuple[str, ...] = ()  # nets that may have only pads, or only bumps
    cells: tuple[CellTable, ...] = ()
    fill: tuple[FillTable, ...] = ()
    tolerances: Tolerances = Tolerances()
    mask: PlateTable | None = None


@dataclass(frozen=True, slots=True)
class Pad:
    """A pad of the chip: centre and opening size in µm; `line` of its table, for messages."""

    name: str
    x: float
    y: float
    net: str
    width: float = 0.0
    height: float = 0.0
    kind: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Bump:
    """A wanted bump: centre in µm, net, and the directions (degrees) its teardrops point in.

    Without directions they point towards the wires; `teardrops` False: there are none, for want of room.
    """

    name: str
    x: float
    y: float
    net: str
    kind: str = ""
    angles: tuple[float, ...] = ()
    diameter: float = 0.0
    line: int | None = None
    teardrops: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    """A wire of a net: its centre line (µm) and width (µm), its layer ("": the process's), how it turns."""

    net: str
    points: tuple[tuple[float, float], ...]
    width: float
    bump: str = ""
    name: str = ""
    line: int | None = None
    layer: str = ""
    join: Literal["miter", "round"] = "miter"


@dataclass(frozen=True, slots=True)
class Design:
    """A design with all tables read; `inputs` are the files it was read from, `routed` what a router added."""

    file: DesignFile
    path: Path
    process: Process
    pads: tuple[Pad, ...] = ()
    bumps: tuple[Bump, ...] = ()
    routes: tuple[Route, ...] = ()
    inputs: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    routed: Routed | None = None

    @property
    def name(self) -> str:
        """The design's name, which is its top cell's."""
        return self.file.name

    @property
    def die(self) -> Die:
        """The die."""
        return self.file.die


def nets_of(pads: tuple[Pad, ...], bumps: tuple[Bump, ...]) -> tuple[Net, ...]:
    """Nets by name, sorted; pads and bumps without a net are in none."""
    on_pads, on_bumps = _names_by_net(pads), _names_by_net(bumps)
    return tuple(
        Net(net, tuple(on_pads.get(net, ())), tuple(on_bumps.get(net, ()))) for net in sorted({**on_pads, **on_bumps})
    )


def _names_by_net(things: tuple[Pad, ...] | tuple[Bump, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for thing in things:
        if thing.net:
            found[thing.net].append(thing.name)
    return found
