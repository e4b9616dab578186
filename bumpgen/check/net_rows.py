"""A row for each net: its pads, bumps, wire length, resistance and current limit, all from drawn metal.

Sheet resistance is that of all conducting films of the wire layer in parallel, 1/R = Σ t/ρ, each film's
resistivity its own or its material's, with ρ(T) = ρ(20 °C)·(1 + tcr·(T − 20)). Length and squares: see `wires`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bumpgen.check.nets import Extraction, Piece
from bumpgen.check.scene import Scene
from bumpgen.check.terminals import Terminal
from bumpgen.check.wires import End, Wires, measure
from bumpgen.process import Film, Process
from bumpgen.report import NetRow, Place

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["Measured", "dangling", "measured_pieces", "net_rows", "overloaded", "sheet", "stars"]

REFERENCE = 20.0
"""The temperature that resistivities are stated for, °C."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A piece of metal with its wires; `shift` moves the wires' ends to their place (database units)."""

    piece: Piece
    wires: Wires
    shift: tuple[int, int]


def wire_layer(process: Process) -> str:
    """The layer that wires are drawn on."""
    return str(process.default("trace").get("layer", "RDL"))


def usual_width(process: Process) -> float:
    """The width of a wire where nothing else is said, µm; 0 where the process doesn't say."""
    return float(process.default("trace").get("width", 0.0))


def _films(scene: Scene) -> list[tuple[Film, float]]:
    """The wire layer's conducting films with their resistivity at 20 °C, µΩ·cm."""
    layer, found = wire_layer(scene.process), []
    for film in scene.process.films:
        if film.layer == layer:
            stated = film.resistivity or scene.materials[film.material].resistivity
            if stated is not None:
                found.append((film, stated.value))
    return found


def sheet(scene: Scene, temperature: float = REFERENCE) -> float | None:
    """Sheet resistance of the wire layer in Ω a square at a temperature in °C; None without conducting films."""
    total = 0.0
    for film, resistivity in _films(scene):
        tcr = scene.materials[film.material].tcr
        hot = resistivity * (1 + (tcr.value if tcr else 0.0) * (temperature - REFERENCE))
        total += film.thickness.value / (hot * 0.01)  # µΩ·cm = 0.01 Ω·µm
    return 1 / total if total else None


def thickness(scene: Scene) -> float | None:
    """Thickness of the wire layer's best conducting film in µm, which carries the current; None without one."""
    films = [(film.thickness.value / resistivity, film.thickness.value) for film, resistivity in _films(scene)]
    return max(films)[1] if films else None


def measured_pieces(found: Extraction) -> list[Measured]:
    """The wires of every piece; pieces alike but for their place are measured once."""
    layer = wire_layer(found.scene.process)
    if layer not in found.layers or layer in found.stand_ins:
        return []
    known: dict[Any, Wires] = {}
    return [_measured(found, piece, layer, known) for piece in found.pieces]


def _measured(found: Extraction, piece: Piece, layer: str, known: dict[Any, Wires]) -> Measured:
    metal = found.metal(piece, layer)
    corner = metal.bbox().p1
    metal.move(-corner.x, -corner.y)
    dbu = found.scene.dbu
    spots = tuple(
        sorted(
            (round(found.terminals[i].x / dbu) - corner.x, round(found.terminals[i].y / dbu) - corner.y)
            for i in piece.terminals
        )
    )
    key = (tuple(sorted(metal.each())), spots)
    if key not in known:
        known[key] = measure(metal.merged(), spots, dbu, usual_width(found.scene.process))
    return Measured(piece, known[key], (corner.x, corner.y))


def net_rows(
    found: Extraction,
    measured: Sequence[Measured],
    temperature: float = REFERENCE,
    current_density: float | None = None,
    currents: Mapping[str, float] | None = None,
) -> tuple[NetRow, ...]:
    """One row a net, by name. Resistance (Ω) is that of all its wires in series at `temperature` °C: of one pad and
    one bump the resistance between them. The current limit (A) is `current_density` (A/cm²) times the narrowest
    wire's width and the thickness of the film that carries it; None where no density is stated.
    """
    wires = {id(one.piece): one.wires for one in measured}
    square, film = sheet(found.scene, temperature), thickness(found.scene)
    load = current_density * film * 1e-8 if current_density is not None and film is not None else None  # A/µm
    pieces = _pieces_of_nets(found)
    rows = []
    for name, ends in sorted(_ends_of_nets(found).items()):
        own = [wires[id(piece)] for piece in pieces.get(name, ()) if id(piece) in wires]
        squares = sum(one.squares for one in own)
        narrow = min((one.narrowest for one in own if one.narrowest), default=None)
        rows.append(
            NetRow(
                name,
                tuple(terminal.name for terminal in ends if terminal.kind == "pad"),
                tuple(terminal.name for terminal in ends if terminal.kind == "bump"),
                length=sum(one.length for one in own) if own else None,
                resistance=squares * square if squares and square is not None else None,
                current_limit=load * narrow if load is not None and narrow is not None else None,
                current=(currents or {}).get(name),
                pieces=len(pieces.get(name, ())),
            )
        )
    return tuple(rows)


def _ends_of_nets(found: Extraction) -> dict[str, list[Terminal]]:
    nets: dict[str, list[Terminal]] = {}
    for terminal in found.terminals:
        if terminal.net:
            nets.setdefault(terminal.net, []).append(terminal)
    return nets


def _pieces_of_nets(found: Extraction) -> dict[str, list[Piece]]:
    nets: dict[str, list[Piece]] = {}
    for piece in found.pieces:
        for net in {found.terminals[i].net for i in piece.terminals} - {""}:
            nets.setdefault(net, []).append(piece)
    return nets


def stars(
    found: Extraction, measured: Sequence[Measured], temperature: float = REFERENCE
) -> list[tuple[str, tuple[str, ...], float | None]]:
    """For each piece the net of its first terminal, its terminals (pad_P1, bump_A1), and its resistance in Ω at
    `temperature` °C where it has wires: what a SPICE netlist is written from.
    """
    wires = {id(one.piece): one.wires for one in measured}
    square = sheet(found.scene, temperature)
    rows = []
    for piece in found.pieces:
        terminals = [found.terminals[i] for i in piece.terminals]
        own = wires.get(id(piece))
        resistance = own.squares * square if own and square is not None else None
        rows.append((terminals[0].net, tuple(f"{t.kind}_{t.name}" for t in terminals), resistance))
    return rows


def dangling(found: Extraction, measured: Sequence[Measured]) -> list[Place]:
    """Wire ends with no terminal, opening or other conductor of their net within the wire's width."""
    places = []
    for one in measured:
        for end in one.wires.ends:
            place = _dangling(found, one, end)
            if place:
                places.append(place)
    return places


def _dangling(found: Extraction, one: Measured, end: End) -> Place | None:
    import klayout.db as db

    dbu, (dx, dy) = found.scene.dbu, one.shift
    edge = db.Edge(db.Point(*end.one), db.Point(*end.other)).moved(dx, dy)
    reach = round(edge.length())
    terminals = [found.terminals[i] for i in one.piece.terminals]
    if any(edge.euclidian_distance(db.Point(round(t.x / dbu), round(t.y / dbu))) <= reach for t in terminals):
        return None
    around = _around(edge, reach)
    if any(not (metal & around).is_empty() for metal in _others(found, one.piece)):
        return None
    box = edge.bbox().to_dtype(dbu)
    net = terminals[0].net
    layer = wire_layer(found.scene.process)
    message = f"net {net}: a wire {edge.length() * dbu:g} µm wide ends on {layer} where nothing takes it up"
    bounds = (box.left, box.bottom, box.right, box.top)
    outline = tuple((p.x * dbu, p.y * dbu) for p in _around(edge, round(1 / dbu))[0].each_point_hull())
    return Place("NET.ANT.1", bounds, edge.length() * dbu, message, (outline,), net)


def _around(edge: db.Edge, reach: int) -> db.Region:
    """All that is within `reach` of an edge, with square corners."""
    import klayout.db as db

    return db.Edges([edge]).extended(reach, reach, reach, reach, False)


def _others(found: Extraction, piece: Piece) -> list[db.Region]:
    """A piece's metal on all other conductors, and its openings."""
    layer = wire_layer(found.scene.process)
    metal = [found.metal(piece, name) for name in found.layers if name != layer]
    return metal + [found.opened(piece, via) for via in dict.fromkeys(j[2] for j in found.joints if j[2])]


def overloaded(found: Extraction, rows: Sequence[NetRow]) -> list[Place]:
    """Nets whose stated current is above their limit, A."""
    places = []
    for row in rows:
        if row.current is not None and row.current_limit is not None and row.current > row.current_limit:
            spots = [(t.x, t.y) for t in found.terminals if t.net == row.name]
            xs, ys = zip(*spots, strict=True)
            message = f"net {row.name} carries {row.current:g} A, its narrowest wire stands {row.current_limit:.4g} A"
            box = (min(xs), min(ys), max(xs), max(ys))
            places.append(Place("NET.CUR.1", box, row.current, message, net=row.name))
    return places
