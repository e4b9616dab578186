"""What a router made, as a ROUTES.json file, and its wires read back. All lengths are µm, angles degrees."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import ConfigDict, Field, field_validator

from bumpgen.errors import InputError, Where
from bumpgen.route.problem import Place
from bumpgen.route.routing import Arc, Cut, Line, NetRouting, Routing, Segment, Wire
from bumpgen.toml import Table, read_text, validate

__all__ = ["read_routes_json", "routes_json", "routes_text"]

MAX_BYTES = 1_000_000_000
"""A file of routes is smaller than this."""


def routes_json(routing: Routing, *, seconds: bool = True) -> dict[str, Any]:
    """Nets by name and statistics; everything but `stats.seconds` is the same for equal routings.

    `points` has arcs flattened, on the grid; `segments` has lines and arcs exactly, an arc with its sweep in
    degrees, positive to the left. `layer` is given where there are several, counted from 0, the lowest. `cuts`
    are the full cuts that are known to keep a net from being routed. `seconds=False` leaves the times out.
    """
    layered = routing.problem.layers > 1
    grid = routing.problem.grid
    stats: dict[str, Any] = {
        "connections_asked": routing.asked,
        "connections_made": routing.made,
        "wirelength": _plain(routing.length),
        "bound": _plain(routing.bound),
    }
    if seconds:
        stats["seconds"] = {step: round(time, 6) for step, time in routing.seconds.items()}
    nets = {name: _net(routing.nets[name], grid, layered) for name in sorted(routing.nets)}
    return {"nets": nets, "stats": stats}


def routes_text(routing: Routing, *, seconds: bool = True) -> str:
    """The same as text: a line for each net and for each figure, so that two files can be compared."""
    table = routes_json(routing, seconds=seconds)
    parts = []
    for key, rows in table.items():
        lines = (f"  {_text(name)}: {_text(row)}" for name, row in rows.items())
        parts.append(f" {_text(key)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _plain(value: float) -> float:
    """A float without numpy's type, and without -0.0."""
    return float(value) + 0.0


def _place(place: Place) -> list[float]:
    return [_plain(place[0]), _plain(place[1])]


def _net(net: NetRouting, grid: float, layered: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"status": net.status, "reason": net.reason, "length": _plain(net.length)}
    row["wires"] = [_wire(wire, grid, layered) for wire in net.wires]
    if net.cuts:
        row["cuts"] = [_cut(cut) for cut in net.cuts]
    return row


def _cut(cut: Cut) -> dict[str, Any]:
    return {
        "start": _place(cut.start),
        "end": _place(cut.end),
        "between": list(cut.between),
        "capacity": _plain(cut.capacity),
        "demand": _plain(cut.demand),
        "wires": int(cut.wires),
    }


def _wire(wire: Wire, grid: float, layered: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"from": wire.start, "to": wire.end, "width": _plain(wire.width)}
    if layered:
        row["layer"] = int(wire.layer)
    if wire.neck:
        row["neck"] = {"width": _plain(wire.neck), "lengths": [_plain(length) for length in wire.neck_lengths]}
    row["points"] = [_place(point) for point in wire.points(grid)]
    row["segments"] = [_segment(segment) for segment in wire.segments]
    return row


def _segment(segment: Segment) -> dict[str, Any]:
    if isinstance(segment, Line):
        return {"line": [_place(segment.start), _place(segment.end)]}
    return {
        "arc": {
            "start": _place(segment.start),
            "end": _place(segment.end),
            "centre": _place(segment.centre),
            "radius": _plain(segment.radius),
            "sweep_deg": math.degrees(segment.sweep),
        }
    }


Coordinate: TypeAlias = Annotated[float, Field(strict=True)]
Point: TypeAlias = tuple[Coordinate, Coordinate]


class _Entry(Table):
    model_config = ConfigDict(extra="ignore")


class _Arc(_Entry):
    start: Point
    end: Point
    centre: Point
    radius: Annotated[float, Field(strict=True, gt=0)]
    sweep_deg: Annotated[float, Field(strict=True, ge=-360, le=360)]


class _Segment(_Entry):
    line: tuple[Point, Point] | None = None
    arc: _Arc | None = None


class _Neck(_Entry):
    width: Annotated[float, Field(strict=True, gt=0)]
    lengths: tuple[float, float]


class _Wire(_Entry):
    start: str = Field(alias="from")
    end: str = Field(alias="to")
    width: Annotated[float, Field(strict=True, gt=0)]
    layer: Annotated[int, Field(strict=True, ge=0, le=99)] = 0
    neck: _Neck | None = None
    segments: Annotated[tuple[_Segment, ...], Field(min_length=1)]

    @field_validator("segments")
    @classmethod
    def _joined(cls, segments: tuple[_Segment, ...]) -> tuple[_Segment, ...]:
        for segment in segments:
            if (segment.line is None) == (segment.arc is None):
                raise ValueError("a segment is either a line or an arc")
        return segments


class _Net(_Entry):
    wires: tuple[_Wire, ...] = ()


class _Routes(_Entry):
    nets: dict[str, _Net]


def read_routes_json(path: Path | str) -> tuple[Wire, ...]:
    """All wires of a ROUTES.json file, by net; their lines and arcs are taken, not their points.

    Raises InputError with file, key and value for what is no such file.
    """
    file = Path(path)
    text = read_text(file, MAX_BYTES)
    try:
        data = json.loads(text)
    except RecursionError:
        raise InputError("not valid JSON: its brackets are nested too deep", Where(file)) from None
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise InputError(f"not valid JSON: {error}", Where(file, line), "write it with `bumpgen route`") from None
    if not isinstance(data, dict):
        raise InputError(f"the file holds a {type(data).__name__}, not an object", Where(file), hint="begin it with {")
    routes = validate(data, _Routes, file)
    return tuple(_read_wire(net, wire) for net, row in routes.nets.items() for wire in row.wires)


def _read_wire(net: str, wire: _Wire) -> Wire:
    segments = tuple(_read_segment(segment) for segment in wire.segments)
    neck = wire.neck
    width, lengths = (neck.width, neck.lengths) if neck else (0.0, (0.0, 0.0))
    return Wire(net, wire.start, wire.end, wire.width, segments, wire.layer, width, lengths)


def _read_segment(segment: _Segment) -> Segment:
    arc = segment.arc
    if arc is not None:
        return Arc(arc.start, arc.end, arc.centre, arc.radius, math.radians(arc.sweep_deg))
    assert segment.line is not None  # the model has seen to that
    return Line(*segment.line)
