"""A plan as a routing problem, and a routing as a design again: wires, vias, nets of free bumps. Lengths are µm."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bumpgen.cells.site import Site
from bumpgen.design import Bump, Design, Route
from bumpgen.errors import InputError, Where
from bumpgen.geometry import Trace
from bumpgen.plan import Plan, PlannedSite
from bumpgen.plan.connect import joined_sites, wire_layer, wire_layers
from bumpgen.route.levels import Solver, assigned, solve_levels
from bumpgen.route.plan_metal import Landing, landing_of, obstacles_of
from bumpgen.route.plan_planes import plane_layers, with_planes
from bumpgen.route.plan_vias import Climb, climbs_of
from bumpgen.route.problem import NetRule, Obstacle, Problem, Terminal
from bumpgen.route.routing import NetRouting, Routing, parts
from bumpgen.route.rules_of import angles_of, edge_of, net_rule
from bumpgen.route.teardrops import with_room_for_teardrops
from bumpgen.routed import Routed, Unrouted
from bumpgen.routing_table import RoutingTable

__all__ = ["problem_of", "routed_design", "routes_of"]

CUTS_TOLD = 3
"""So many full cuts are told of a net; a reason that names a hundred helps nobody."""
ROUNDS = 6
"""So often nets that found no way on their layer are moved to another."""


@dataclass(frozen=True)
class _Board:
    """A plan with what the router needs of each site: its terminal drawn flat, its layer, what wires land on."""

    plan: Plan
    flat: Problem
    home: tuple[int, ...]
    landings: tuple[Landing, ...]

    @property
    def layers(self) -> tuple[str, ...]:
        return wire_layers(self.plan)


def problem_of(plan: Plan, layer_of: Mapping[str, int] | None = None) -> Problem:
    """What is to be routed in a plan: its pads and bumps, and all that is in the way.

    Discs stay discs, other metal is its convex hull. A net is joined as a tree, a free class in pairs. What
    wires of the design's table already join is asked for once. On several wire layers each net runs on that
    of `layer_of` (0, the lowest, where it isn't named): vias lead there, whose metal is in the problem too.
    InputError where a width or space is not told, or the process lacks the layers.
    """
    board = _board(plan)
    if board.flat.layers == 1:
        return board.flat
    return _on_layers(board, layer_of or {})[0]


def _board(plan: Plan) -> _Board:
    _refuse_unroutable(plan)
    design, layers = plan.design, wire_layers(plan)
    nets = _asked_nets(plan)
    rules = {net: _rule(design, net, layers) for net in sorted({n for n in nets if n})}
    home, landings = zip(
        *(_landed(site, plan, rules.get(n)) for site, n in zip(plan.sites, nets, strict=True)), strict=True
    )
    ends = _ends(plan, nets, rules)
    terminals = [
        _terminal(site, net, landing, wires)
        for site, net, landing, wires in zip(plan.sites, nets, landings, ends, strict=True)
    ]
    die = design.die
    flat = Problem(
        design.name,
        (0.0, 0.0, die.width, die.height),
        tuple(terminals),
        rules,
        obstacles_of(plan),
        angles_of(design, layers),
        len(layers),
        edge_of(design, layers),
        design.process.grid.value,
    )
    return _Board(plan, flat, home, landings)


def _refuse_unroutable(plan: Plan) -> None:
    """A design without ends for wires, or a process without the layers to draw them on."""
    design, where = plan.design, Where(plan.design.path, key="routing")
    if design.file.pads is not None and design.file.pads.under_bumps:
        raise InputError("pads that lie under their bumps need no routing", where, hint="take [routing] out")
    if not plan.sites:
        raise InputError("there are no pads and no bumps to route", where, hint="add [pads] and [bumps]")
    for layer in wire_layers(plan):
        if layer not in design.process.layers:
            raise InputError(
                f"process {design.process.name} has no layer {layer} to route on",
                Where(design.path, key="routing.layers" if len(wire_layers(plan)) > 1 else "routing"),
                hint=f"its layers are {', '.join(design.process.layers)}",
            )


def _asked_nets(plan: Plan) -> list[str]:
    """The net or free class that each site is routed as."""
    routing = plan.design.file.routing
    if routing is None:
        return [site.net for site in plan.sites]
    bumps = {site.net for site in plan.sites if site.role == "bump"}
    pooled = routing.pooled((site.net for site in plan.sites if site.role == "pad"), bumps)
    return [pooled.get(site.net, site.net) if site.role == "pad" else site.net for site in plan.sites]


def _rule(design: Design, net: str, layers: tuple[str, ...]) -> NetRule:
    rule = net_rule(design, net, layers)
    free = design.file.routing is not None and design.file.routing.free_class(net) == net
    return replace(rule, join="pairs" if free else "tree", classed=free)


def _landed(site: PlannedSite, plan: Plan, rule: NetRule | None) -> tuple[int, Landing]:
    """The wire layer a site is on, and its metal there; pads without any are on the lowest, bumps on the highest."""
    process, layers = plan.design.process, wire_layers(plan)
    width = rule.width if rule else float(process.default("trace").get("width", 0.0))
    order = range(len(layers)) if site.role == "pad" else reversed(range(len(layers)))
    found = [(layer, landing_of(site, process, layers[layer], width)) for layer in order]
    return next((one for one in found if one[1].drawn), found[0])


def _ends(plan: Plan, nets: list[str], rules: Mapping[str, NetRule]) -> list[int]:
    """How many wires may end in each site: one of a pair, as many as there are others of a tree; 0: none.

    None end in what isn't to be routed or a plane joins, nor in more than one of the sites that wires of the table
    join.
    """
    joined = joined_sites(plan) if plan.design.routes else list(range(len(plan.sites)))
    first = {joined[i]: i for i in reversed(range(len(joined)))}
    poured = plane_layers(plan.design, wire_layers(plan))
    asked = plan.design.file.routing or RoutingTable()
    chosen = [
        bool(net) and net not in poured and first[joined[i]] == i and asked.asks_for(net) for i, net in enumerate(nets)
    ]
    count = Counter(net for net, one in zip(nets, chosen, strict=True) if one)
    with_bumps = {net for net, site in zip(nets, plan.sites, strict=True) if site.role == "bump"}
    ends = []
    for net, one, site in zip(nets, chosen, plan.sites, strict=True):
        single = not one or count[net] < 2
        leaf = not single and (rules[net].classed or (site.role == "pad" and net in with_bumps))
        ends.append(0 if single else 1 if leaf else count[net] - 1)
    return ends


def _terminal(site: PlannedSite, net: str, landing: Landing, wires: int) -> Terminal:
    assert site.role != "via"  # vias are no sites of a plan
    outline = tuple((x + site.x, y + site.y) for x, y in landing.outline)
    return Terminal(f"{site.role} {site.name}", net, site.role, site.x, site.y, outline, landing.radius, wires)


def _on_layers(board: _Board, layer_of: Mapping[str, int]) -> tuple[Problem, tuple[Climb, ...]]:
    """The problem with each net's terminals on its layer, and the vias and straps that lead there."""
    climbs = climbs_of(board.plan, board.flat, board.home, layer_of)
    terminals: list[Terminal] = []
    obstacles = list(board.flat.obstacles)
    for site, terminal, own, climb in zip(board.plan.sites, board.flat.terminals, board.home, climbs, strict=True):
        here = replace(terminal, layer=own)
        if not climb.vias:
            terminals.append(here if climb.room else replace(here, wires=0))
            continue
        terminals.append(_left_behind(board, site, here, climb))
        terminals += _climbed(board, terminal, climb, own, layer_of[terminal.net])
        obstacles += _straps(board, climb)
    return replace(board.flat, terminals=tuple(terminals), obstacles=tuple(obstacles)), climbs


def _left_behind(board: _Board, site: PlannedSite, here: Terminal, climb: Climb) -> Terminal:
    """A site's own metal where its net runs on another layer: with the teardrop towards its strap."""
    pad = site.spec.changes.get("capture_pad", {})
    if climb.straps and "angles" in pad:
        (x, y), (u, v) = climb.straps[0].points
        drop = {**pad, "angles": (round(math.degrees(math.atan2(v - y, u - x)) % 360, 3),)}
        spec = site.spec.model_copy(update={"changes": {**site.spec.changes, "capture_pad": drop}})
        landing = landing_of(site._replace(spec=spec), board.plan.design.process, board.layers[here.layer], 0.0)
        here = replace(here, outline=tuple((a + x, b + y) for a, b in landing.outline), radius=landing.radius)
    return replace(here, name=f"{here.name} on {board.layers[here.layer]}", wires=0)


def _climbed(board: _Board, terminal: Terminal, climb: Climb, home: int, goal: int) -> Iterator[Terminal]:
    """Metal of a site's vias: the last one's on the goal is what wires end in, all other is only in the way."""
    way = 1 if goal > home else -1
    for number, via in enumerate(climb.vias):
        site = PlannedSite("via", via.name, terminal.net, via.x, via.y, Site(kind=via.site))
        last = number == len(climb.vias) - 1
        for step in (0, 1):
            layer, end = home + way * (number + step), last and step == 1
            landing = landing_of(site, board.plan.design.process, board.layers[layer], 0.0)
            outline = tuple((x + via.x, y + via.y) for x, y in landing.outline)
            name = terminal.name if end else f"{terminal.name} via {number + 1} on {board.layers[layer]}"
            yield Terminal(
                name, terminal.net, terminal.role, via.x, via.y, outline, landing.radius,
                terminal.wires if end else 0, layer=layer,
            )  # fmt: skip


def _straps(board: _Board, climb: Climb) -> Iterator[Obstacle]:
    """Straps to vias: no wire of their own net runs on their layer, so that they are in the way of all."""
    for strap in climb.straps:
        for points in Trace(strap.points, strap.width).polygons(board.flat.grid):
            corners = tuple((float(x), float(y)) for x, y in points)
            yield Obstacle(corners, "", strap.name, layer=board.layers.index(strap.layer))


def routed_design(planned: Plan, solve: Solver | None = None) -> Design:
    """The plan's design with all that could be routed, and the reasons for what could not.

    `solve` is the router (None: bumpgen's own). Wires of the table stay as they are. Bumps of a free class get
    the nets of their pads.
    """
    if solve is None:
        from bumpgen.route.solve import solve as own

        solve = own
    board = _board(planned)
    routing, climbs = _solved(board, solve)
    return with_planes(with_room_for_teardrops(_as_design(board, routing, climbs)), routing)


def _solved(board: _Board, solve: Solver) -> tuple[Routing, tuple[Climb, ...]]:
    """The best routing of several rounds: nets that found no way are moved to another layer."""
    if board.flat.layers == 1:
        return solve(board.flat), tuple(Climb() for _ in board.plan.sites)
    pinned = plane_layers(board.plan.design, board.layers)
    layer_of = assigned(board.flat, board.flat.layers, pinned)
    tried = {*layer_of.items(), *((net, layer) for net in pinned for layer in range(board.flat.layers))}
    best: tuple[int, Routing, tuple[Climb, ...]] | None = None
    for _ in range(ROUNDS):
        problem, climbs = _on_layers(board, layer_of)
        routing = solve_levels(problem, solve)
        failed = sorted(_left(board, routing, climbs))
        if best is None or len(failed) < best[0]:
            best = (len(failed), routing, climbs)
        moved = {net: layer for net in failed if (layer := _untried(net, board.flat.layers, tried)) is not None}
        if not moved:
            break
        layer_of |= moved
        tried |= set(moved.items())
    assert best is not None  # there is at least one round
    return best[1], best[2]


def _untried(net: str, layers: int, tried: set[tuple[str, int]]) -> int | None:
    return next((layer for layer in range(layers) if (net, layer) not in tried), None)


def _left(board: _Board, routing: Routing, climbs: Iterable[Climb]) -> dict[str, str]:
    """Nets that are not wholly routed, with the reason."""
    left = {net.net: _reason(net) for net in routing.nets.values() if net.status != "routed"}
    for terminal, climb in zip(board.flat.terminals, climbs, strict=True):
        if not climb.room:
            left[terminal.net] = f"there is no room for a via beside {terminal.name}"
    return left


def _reason(net: NetRouting) -> str:
    cuts = [str(cut) for cut in net.cuts if str(cut) not in net.reason]
    more = [f"and {len(cuts) - CUTS_TOLD} more cuts"] if len(cuts) > CUTS_TOLD else []
    return (
        "; ".join(text for text in (net.reason, *cuts[:CUTS_TOLD], *more) if text)
        or f"{net.asked - len(net.wires)} wires are missing"
    )


def routes_of(routing: Routing, plan: Plan) -> tuple[Route, ...]:
    """A routing's wires as routes, on the grid; those of a free class are on the nets of their pads."""
    sites = {f"{site.role} {site.name}": site for site in plan.sites}
    layers, usual = wire_layers(plan), wire_layer(plan)
    routes = []
    for wire in routing.wires:
        ends = [sites[wire.start], sites[wire.end]]
        net = next((end.net for end in ends if end.role == "pad"), wire.net)
        bump = next((end.name for end in ends if end.role == "bump"), "")
        layer = "" if layers[wire.layer] == usual else layers[wire.layer]
        name = f"{wire.start} to {wire.end}"
        for points, width in parts(wire, routing.problem.grid):
            routes.append(Route(net, points, width, bump, name, layer=layer))
    return tuple(routes)


def _as_design(board: _Board, routing: Routing, climbs: tuple[Climb, ...]) -> Design:
    design, routes = board.plan.design, routes_of(routing, board.plan)
    taken = {route.bump: route.net for route in routes if route.bump}
    free = {name for name, rule in board.flat.nets.items() if rule.classed}
    bumps = tuple(replace(b, net=taken.get(b.name, "")) if b.net in free else b for b in design.bumps)
    nets = _final_nets(board.plan.sites, bumps)
    ways = list(zip(nets, climbs, strict=True))
    straps = tuple(replace(strap, net=net) for net, climb in ways for strap in climb.straps)
    vias = tuple(replace(via, net=net) for net, climb in ways for via in climb.vias)
    left = _left(board, routing, climbs)
    return replace(
        design,
        bumps=bumps,
        routes=(*design.routes, *_landed_squares(board, nets), *straps, *routes),
        routed=Routed(vias, (), tuple(_unrouted(left, free, board, routes))),
        notes=(*design.notes, *_told(free, design.bumps, bumps), *_levels_told(board, routing)),
    )


def _final_nets(sites: tuple[PlannedSite, ...], bumps: tuple[Bump, ...]) -> list[str]:
    """The net of each site, with the bumps' new ones."""
    new = {bump.name: bump.net for bump in bumps}
    return [new[site.name] if site.role == "bump" else site.net for site in sites]


def _landed_squares(board: _Board, nets: list[str]) -> Iterator[Route]:
    """Metal where sites have none on the wire layer, as wires as long as they are wide."""
    usual = wire_layer(board.plan)
    for site, net, landing, own in zip(board.plan.sites, nets, board.landings, board.home, strict=True):
        if net and not landing.drawn:
            half, layer = landing.side / 2, board.layers[own]
            ends = ((site.x - half, site.y), (site.x + half, site.y))
            yield Route(net, ends, landing.side, name=f"landing {site.name}", layer="" if layer == usual else layer)


def _unrouted(left: Mapping[str, str], free: set[str], board: _Board, routes: Iterable[Route]) -> Iterator[Unrouted]:
    """What is left, by net; of a free class, the nets of the pads that got no bump."""
    led = {route.name.partition(" to ")[0] for route in routes}
    for net, reason in left.items():
        if net not in free:
            yield Unrouted(net, reason)
            continue
        for site, terminal in zip(board.plan.sites, board.flat.terminals, strict=True):
            if terminal.net == net and site.role == "pad" and terminal.name not in led:
                yield Unrouted(site.net, f"{terminal.name} got no bump of class {net}: {reason}")


def _told(free: set[str], before: tuple[Bump, ...], after: tuple[Bump, ...]) -> Iterator[str]:
    """Which bump got which net, by class, as notes."""
    for name in sorted(free):
        pairs = [new for old, new in zip(before, after, strict=True) if old.net == name]
        given = ", ".join(f"{bump.name} = {bump.net}" for bump in pairs if bump.net)
        bare = ", ".join(bump.name for bump in pairs if not bump.net)
        yield f"class {name}, nets by the router: {given}" + (f"; without a net: {bare}" if bare else "")


def _levels_told(board: _Board, routing: Routing) -> Iterator[str]:
    """How many nets run on each wire layer, where there are several."""
    if len(board.layers) > 1:
        on = Counter(wire.layer for wire in {wire.net: wire for wire in routing.wires}.values())
        told = ", ".join(f"{on[number]} on {layer}" for number, layer in enumerate(board.layers))
        yield f"nets by wire layer: {told}"
