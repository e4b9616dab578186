"""The [routing] table held against the tables of pads and bumps and against the process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bumpgen.design import Bump, Design, Pad
from bumpgen.errors import GeometryError, InputError
from bumpgen.geometry import snap
from bumpgen.process import Process
from bumpgen.read.source import Source, counted
from bumpgen.routing_table import RoutingTable, matches
from bumpgen.validation import near

__all__ = ["check_routing", "with_classes"]


def with_classes(routing: RoutingTable | None, pads: Sequence[Pad], bumps: Sequence[Bump]) -> tuple[Pad, ...]:
    """The pads with the nets of free classes replaced by the class's name, as the bumps have it."""
    if routing is None:
        return tuple(pads)
    pooled = routing.pooled((pad.net for pad in pads), {bump.net for bump in bumps})
    return tuple(replace(pad, net=pooled[pad.net]) if pad.net in pooled else pad for pad in pads)


def check_routing(design: Design, root: Source) -> None:
    """Raise InputError for layers, nets, patterns or widths in [routing] that the design or its process lacks."""
    routing = design.file.routing
    if routing is None:
        return
    _check_layers(routing, design.process, root)
    _check_widths(routing, design.process.grid.value, root)
    nets = {pad.net for pad in design.pads if pad.net} | {bump.net for bump in design.bumps if bump.net}
    _check_nets(routing, nets, root)
    for name, group in routing.classes.items():
        for number, pattern in enumerate(group.nets):
            if not any(matches(pattern, net) for net in nets):
                raise InputError(
                    f"no net is meant by {pattern!r}", root.setting(f"routing.classes.{name}.nets.{number}"),
                    hint=near(pattern, nets, "* stands for any text, ? for one character"),
                )  # fmt: skip
        if group.free:
            _check_free(name, routing, design, root)


def _check_nets(routing: RoutingTable, nets: set[str], root: Source) -> None:
    """Nets that own tables, `only` or planes name are there."""
    for net in routing.nets:
        if net not in nets:
            raise InputError(
                f"no pad and no bump is on net {net!r}", root.setting(f"routing.nets.{net}"), hint=near(net, nets)
            )
    for number, pattern in enumerate(routing.only):
        if not any(matches(pattern, net) for net in nets):
            raise InputError(
                f"no net is meant by {pattern!r}", root.setting(f"routing.only.{number}"), hint=near(pattern, nets)
            )
    for number, plane in enumerate(routing.planes):
        if plane.net not in nets:
            raise InputError(
                f"no pad and no bump is on net {plane.net!r}",
                root.setting(f"routing.planes.{number}.net"),
                hint=near(plane.net, nets),
            )


def _check_layers(routing: RoutingTable, process: Process, root: Source) -> None:
    known = [name for name, layer in process.layers.items() if layer.meaning == "metal"]
    for number, layer in enumerate(routing.layers):
        if layer not in known:
            raise InputError(
                f"process {process.name} has no metal layer {layer!r}",
                root.setting(f"routing.layers.{number}"),
                hint=near(layer, known, f"it has {', '.join(known)}"),
            )
    wire = routing.layers or (str(process.default("trace").get("layer", "RDL")),)
    areas = [(f"keepouts.{number}", area) for number, area in enumerate(routing.keepouts)]
    for key, area in [*areas, *((f"planes.{number}", area) for number, area in enumerate(routing.planes))]:
        if area.layer is not None and area.layer not in wire:
            raise InputError(
                f"{area.layer!r} is no layer that is routed on",
                root.setting(f"routing.{key}.layer"),
                hint=near(area.layer, wire, f"one of {', '.join(wire)}"),
            )


def _check_widths(routing: RoutingTable, grid: float, root: Source) -> None:
    """Widths can be drawn on the grid, and necks are no wider than what they narrow."""
    for key, width in _widths(routing):
        try:
            snap(width, grid, "width", 2)
        except GeometryError as error:
            raise InputError(error.message, root.setting(key), error.hint) from None
    for kind, tables in (("nets", routing.nets), ("classes", routing.classes)):
        for name, table in tables.items():
            if table.neck and table.width and table.neck > table.width:
                raise InputError(
                    f"neck = {table.neck:g} µm is wider than the wire of {table.width:g} µm",
                    root.setting(f"routing.{kind}.{name}.neck"),
                    hint="a neck is where a wire gets narrower",
                )


def _widths(routing: RoutingTable) -> Iterator[tuple[str, float]]:
    if routing.width:
        yield "routing.width", routing.width
    for kind, tables in (("nets", routing.nets), ("classes", routing.classes)):
        for name, table in tables.items():
            yield from ((f"routing.{kind}.{name}.{key}", v) for key in ("width", "neck") if (v := getattr(table, key)))


def _check_free(name: str, routing: RoutingTable, design: Design, root: Source) -> None:
    """A free class has bumps of its name, no pad has, and each of its pads can have a bump of its own."""
    where = root.setting(f"routing.classes.{name}.free")
    if any(pad.net == name for pad in design.pads):
        raise InputError(f"a pad is on net {name!r}, which is the name of a free class", where, hint="rename the class")
    bumps = sum(bump.net == name for bump in design.bumps)
    pads = sum(pad.net == name for pad in with_classes(routing, design.pads, design.bumps))
    if not bumps:
        raise InputError(f"no bump is of class {name!r}", where, hint=f"write {name} as the net of its bumps")
    if pads > bumps:
        raise InputError(
            f"class {name!r} has {counted(pads, 'pad', 'pads')} for {counted(bumps, 'bump', 'bumps')}",
            where,
            hint="give the class more bumps, or list fewer nets",
        )
