"""Nets from drawn geometry: what hangs together through a process's connections, and which terminals it reaches.

Each terminal is a text with its number at its place, on the layer where it must be met; KLayout's hierarchical
extraction then names every net by the terminals that lie on it. So exchanged nets of pads that look alike
are seen, which a comparison of netlists alone would call equal. The layout itself is only read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from bumpgen.check.scene import Scene
from bumpgen.check.terminals import Terminal, drawn_layers
from bumpgen.process import Connection, Process
from bumpgen.report import Box

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["Extraction", "Floating", "Joint", "Piece", "extract"]


Joint: TypeAlias = tuple[str, str, str]
"""Two conductors, from the chip up, and the openings they touch through."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Metal that hangs together and holds terminals (their numbers in the list, ascending)."""

    terminals: tuple[int, ...]
    net: Any = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Floating:
    """Metal on no terminal's net: its layers and box (µm)."""

    layers: tuple[str, ...]
    box: Box
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Extraction:
    """Nets as drawn.

    `pieces` hold the terminals by number; `missed` are terminals without metal where they must be met,
    `stations` the layers each was looked for on. `layers` are the conductors by name, from the chip up;
    `stand_ins` are those not drawn themselves, with the openings that stand for them. `joints` are the
    pairs of conductors that can touch, with the key in `openings` of the area they touch through ("" for
    wherever they overlap).
    """

    scene: Scene
    terminals: tuple[Terminal, ...]
    pieces: tuple[Piece, ...]
    missed: tuple[int, ...]
    stations: tuple[tuple[str, ...], ...]
    layers: dict[str, Any]
    stand_ins: dict[str, tuple[str, ...]]
    openings: dict[str, Any]
    joints: tuple[Joint, ...]
    notes: tuple[str, ...]
    netlist: Any = field(repr=False, compare=False)

    def metal(self, piece: Piece, layer: str) -> db.Region:
        """A piece's polygons on a conductor, as drawn (not merged), database units, in the top cell."""
        region: db.Region = self.netlist.shapes_of_net(piece.net, self.layers[layer], True)
        return region

    def opened(self, piece: Piece, openings: str) -> db.Region:
        """A piece's openings of a joint, database units, in the top cell."""
        region: db.Region = self.netlist.shapes_of_net(piece.net, self.openings[openings], True)
        return region

    def floating(self) -> Iterator[Floating]:
        """Every metal that no terminal's net holds, also inside cells: once an instance."""
        yield from _floating(self)


def extract(scene: Scene, terminals: Sequence[Terminal]) -> Extraction:
    """The nets of a scene, with its terminals on them.

    Two conductors touch where all openings between them that are drawn anywhere overlap; openings of layers
    nobody drew are left out. Where a conductor isn't drawn at all (a mask set without the chip's pads), the
    openings that lead to it stand for it: a pad is then met in its opening. What can't be judged is in `notes`.
    """
    import klayout.db as db

    netlist = db.LayoutToNetlist(db.RecursiveShapeIterator(scene.layout, scene.top, []))
    netlist.threads, netlist.max_vertex_count, netlist.area_ratio = scene.threads, 0, 0
    netlist.include_floating_subcircuits = True
    stack = _Stack(scene, netlist)
    for connection in scene.process.connections:
        stack.connect(connection)
    stations = _stations(terminals, stack)
    _place(terminals, stations, stack)
    if stack.layers:
        netlist.extract_netlist()
    pieces = _pieces(netlist, scene.top.name) if stack.layers else ()
    met = {i for piece in pieces for i in piece.terminals}
    missed = tuple(i for i in range(len(terminals)) if i not in met)
    return Extraction(
        scene, tuple(terminals), pieces, missed, stations, stack.layers, stack.stand_ins,
        stack.openings, tuple(stack.joints), tuple(stack.notes), netlist,
    )  # fmt: skip


class _Stack:
    """A process's conductors and openings as layers of an extraction, connected as they are named."""

    def __init__(self, scene: Scene, netlist: Any):
        self.scene, self.netlist = scene, netlist
        self.layers: dict[str, Any] = {}
        self.openings: dict[str, Any] = {}
        self.stand_ins: dict[str, tuple[str, ...]] = {}
        self.joints: list[Joint] = []
        self.notes: list[str] = []
        used = {name for c in scene.process.connections for name in c.between}
        for name in (n for n in scene.process.layers if n in used):  # from the chip up
            if scene.drawn(name):
                self.layers[name] = netlist.make_layer(scene.index(name), name)
            elif openings := self._openings_to(name):
                self.stand_ins[name] = openings
                self.layers[name] = self._common(openings)
                self.notes.append(f"{name} isn't drawn: its openings, {' and '.join(openings)}, stand for it")
        for layer in self.layers.values():
            netlist.connect(layer)

    def _drawn(self, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in names if self.scene.drawn(name))

    def _openings_to(self, name: str) -> tuple[str, ...]:
        """The drawn openings that lead from a drawn conductor to this one, and to no other that is drawn."""
        taken = {self._drawn(c.via) for c in self.scene.process.connections if len(self._drawn(c.between)) == 2}
        for connection in self.scene.process.connections:
            via = self._drawn(connection.via)
            if name in connection.between and self._drawn(connection.between) and via and via not in taken:
                return via
        return ()

    def _common(self, names: Sequence[str]) -> Any:
        """The area common to openings, as a layer of the extraction; made once."""
        title = " and ".join(names)
        if title in self.openings:
            return self.openings[title]
        if len(names) == 1:
            area = self.netlist.make_layer(self.scene.index(names[0]), title)
        else:
            area = self._common(names[:-1]) & self._common(names[-1:])
            self.netlist.register(area, title)
        self.openings[title] = area
        return area

    def connect(self, connection: Connection) -> None:
        """Join two conductors through their openings, or where they overlap; note what can't be."""
        one, other = connection.between
        missing = [name for name in (one, other) if name not in self.layers]
        if missing:
            self.notes.append(f"{one} to {other} isn't judged: nothing is drawn on {' and '.join(missing)}")
            return
        via = self._drawn(connection.via)
        if connection.via and not via:
            self.notes.append(f"{one} to {other}: no opening is drawn anywhere, so they join wherever they overlap")
        if not via or self.stand_ins.keys() & {one, other}:
            self.joints.append((one, other, ""))
            self.netlist.connect(self.layers[one], self.layers[other])
            return
        self.joints.append((one, other, " and ".join(via)))
        area = self._common(via)
        for layers in ((area,), (self.layers[one], area), (area, self.layers[other])):
            self.netlist.connect(*layers)

    def ends(self, kind: str, among: Sequence[str]) -> tuple[str, ...]:
        """The lowest (pad) or highest (bump) of some conductors: those with no joint further down or up."""
        inner = {joint[1 if kind == "pad" else 0] for joint in self.joints if set(joint[:2]) <= set(among)}
        return tuple(name for name in self.layers if name in among and name not in inner)

    def station(self, kind: str, layers: tuple[str, ...]) -> tuple[str, ...]:
        """Where a terminal with a stack of these layers must be met; a pad also below the openings of its stack."""
        own = {name for name in self.layers if name in layers or set(self.stand_ins.get(name, ())) & set(layers)}
        if kind == "pad":
            own |= {lower for lower, _, via in self.joints if via and set(via.split(" and ")) <= set(layers)}
        return self.ends(kind, [name for name in self.layers if not own or name in own])


def _stations(terminals: Sequence[Terminal], stack: _Stack) -> tuple[tuple[str, ...], ...]:
    known: dict[tuple[str, tuple[str, ...], str], tuple[str, ...]] = {}
    found = []
    for terminal in terminals:
        key = (terminal.kind, terminal.layers, terminal.site)
        if key not in known:
            layers = terminal.layers or _site_layers(terminal.site, stack.scene.process)
            known[key] = stack.station(terminal.kind, layers)
        found.append(known[key])
    return tuple(found)


def _site_layers(site: str, process: Process) -> tuple[str, ...]:
    """The layers that a process's site is made of; () for a word that names none."""
    if site not in process.sites:
        return ()
    from bumpgen.cells.site import Site

    return drawn_layers(Site(kind=site).draw(process))


def _place(terminals: Sequence[Terminal], stations: Sequence[tuple[str, ...]], stack: _Stack) -> None:
    """A text with its number for every terminal, on each of its layers."""
    import klayout.db as db

    texts: dict[str, Any] = {}
    dbu = stack.scene.dbu
    for i, (terminal, layers) in enumerate(zip(terminals, stations, strict=True)):
        text = db.Text(str(i), round(terminal.x / dbu), round(terminal.y / dbu))
        for layer in layers:
            if layer not in texts:
                texts[layer] = db.Texts()
            texts[layer].insert(text)
    for layer, collection in texts.items():
        stack.netlist.register(collection, f"terminals on {layer}")
        stack.netlist.connect(stack.layers[layer], collection)


def _pieces(netlist: Any, top: str) -> tuple[Piece, ...]:
    circuit = netlist.netlist().circuit_by_name(top)
    if circuit is None:
        return ()
    found = [Piece(tuple(sorted(set(map(int, net.name.split(","))))), net) for net in circuit.each_net() if net.name]
    return tuple(sorted(found, key=lambda piece: piece.terminals))


def _floating(found: Extraction) -> Iterator[Floating]:
    if not found.layers:
        return
    netlist = found.netlist.netlist()
    instances: dict[int, list[Any]] = {}
    top = netlist.circuit_by_name(found.scene.top.name)
    for circuit in netlist.each_circuit_top_down():
        inside = top is None or circuit.cell_index != top.cell_index
        loose = [n for n in circuit.each_net() if not n.name and not (inside and n.pin_count())]
        shapes = [s for s in (_extent(found, net) for net in loose) if s]
        if not shapes:
            continue
        for trans in _instances(circuit, instances) if inside else [None]:
            for layers, box in shapes:
                placed = box if trans is None else trans * box
                yield Floating(
                    layers, (placed.left, placed.bottom, placed.right, placed.top), circuit.name if inside else ""
                )


def _extent(found: Extraction, net: Any) -> tuple[tuple[str, ...], Any] | None:
    """The conductors a net has metal on, and its box in µm in its own cell; None if it has none."""
    import klayout.db as db

    box, layers = db.DBox(), []
    for name, region in found.layers.items():
        if name in found.stand_ins:
            continue
        shapes = found.netlist.shapes_of_net(net, region, True)
        if not shapes.is_empty():
            layers.append(name)
            box += shapes.bbox().to_dtype(found.scene.dbu)
    return (tuple(layers), box) if layers else None


def _instances(circuit: Any, known: dict[int, list[Any]]) -> list[Any]:
    """The places (µm) of all instances of a circuit in the top cell."""
    import klayout.db as db

    if circuit.cell_index not in known:
        placed = [
            above * reference.trans
            for reference in circuit.each_ref()
            for above in _instances(reference.circuit(), known)
        ]
        known[circuit.cell_index] = placed or [db.DCplxTrans()]
    return known[circuit.cell_index]
