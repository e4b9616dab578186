"""`bumpgen bumps`: a design's bump map listed, placed, renumbered, taken from a table, given nets."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bumpgen.build import plan_and_draw
from bumpgen.command.edit import Edit
from bumpgen.command.progress import stages
from bumpgen.design import ArrayTable, BallNames, Bump, Design, MapTable, Pad
from bumpgen.errors import InputError, Where
from bumpgen.plan import plan
from bumpgen.plan.connect import wire_layers
from bumpgen.read import read_design
from bumpgen.read.arrays import read_array
from bumpgen.read.maps import read_bumps
from bumpgen.read.names import lattice_places
from bumpgen.read.routing import with_classes
from bumpgen.read.source import Source
from bumpgen.report import counted
from bumpgen.validation import first_mistake, near
from bumpgen.write.units import units

__all__ = ["Changed", "Listed", "assign", "import_table", "listed", "on_pads", "place", "renumber"]

SAME = 0.001
"""Places nearer to each other than this are one, µm."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A design's pads, bumps and nets, as an editor shows them; µm, bumps_up."""

    design: Design
    nets: tuple[str, ...]
    wire_layers: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        """All of it as JSON holds it."""
        design = self.design
        pads = [(p.name, p.x, p.y, p.net, p.width, p.height) for p in design.pads]
        layers = {
            name: {"gds": list(layer.gds), "color": layer.color, "meaning": layer.meaning}
            for name, layer in design.process.layers.items()
        }
        routing = design.file.routing
        return {
            "name": design.name,
            "process": design.process.name,
            "folder": str(design.path.absolute().parent),
            "die_um": [design.die.width, design.die.height],
            "grid_um": design.process.grid.value,
            "database_um": units(design.process.grid.value).database,
            "pads": [dict(zip(("name", "x", "y", "net", "width", "height"), pad, strict=True)) for pad in pads],
            "bumps": [{"name": b.name, "x": b.x, "y": b.y, "net": b.net, "kind": b.kind} for b in design.bumps],
            "nets": list(self.nets),
            "wires": len(design.routes),
            "routing": None if routing is None else {"only": list(routing.only)},
            "wire_layers": list(self.wire_layers),
            "layers": layers,
            "files": [str(path) for path in design.inputs],
        }

    def json(self) -> str:
        """All of it as JSON text."""
        return json.dumps(self.facts(), indent=1, ensure_ascii=False)

    def show(self) -> None:
        """Print the bumps as a table."""
        from rich.console import Console
        from rich.table import Table

        table = Table(title=self.design.name, title_justify="left", box=None, padding=(0, 2, 0, 0))
        for head in ("bump", "x µm", "y µm", "net"):
            table.add_column(head, justify="right" if "µm" in head else "left")
        for bump in self.design.bumps:
            table.add_row(bump.name, f"{bump.x:g}", f"{bump.y:g}", bump.net)
        Console(highlight=False, soft_wrap=True).print(table, markup=False)

    def show_problems(self) -> None:
        """There are none."""


def listed(design: str) -> Listed:
    """A design's pads, bumps and nets."""
    found = read_design(design)
    nets = {pad.net for pad in found.pads} | {bump.net for bump in found.bumps}
    return Listed(found, tuple(sorted(nets - {""})), wire_layers(plan(found)))


@dataclass(frozen=True, slots=True)
class Changed:
    """How a bump map was changed: a line for each thing worth knowing, and how many bumps there are now."""

    design: str
    bumps: int
    told: tuple[str, ...]

    def json(self) -> str:
        """The report as JSON text."""
        return json.dumps({"design": self.design, "bumps": self.bumps, "told": list(self.told)}, ensure_ascii=False)

    def show(self) -> None:
        """Print it."""
        sys.stdout.write(f"{self.design}: {counted(self.bumps, 'bump', 'bumps')}\n")
        sys.stdout.write("".join(f"  {line}\n" for line in self.told))

    def show_problems(self) -> None:
        """There are none."""


def _put(edit: Edit, bumps: Sequence[Bump], told: Sequence[str], checked: bool = False) -> Changed:
    """Make these the design's bumps; what they were held against stays where the map means the same (`checked`)."""
    gone = [key for key in ("naming", "check") if not checked and edit.value("bumps", key) is not None]
    edit.put_bumps(bumps, checked)
    _rename_in_routes(edit, bumps)
    saved = edit.save()
    more = [f"[bumps.{key}] is taken out: it was about the map before" for key in gone]
    return Changed(str(edit.path), len(saved.bumps), (*told, *more, *_unmet(saved)))


def _rename_in_routes(edit: Edit, bumps: Sequence[Bump]) -> None:
    """Wires that name their bump name the one that now lies there."""
    now = {_spot(bump): bump.name for bump in bumps}
    names = {bump.name: now.get(_spot(bump), bump.name) for bump in edit.design.bumps}
    if any(route.bump and names.get(route.bump, route.bump) != route.bump for route in edit.design.routes):
        edit.put_routes([replace(r, bump=names.get(r.bump, r.bump)) for r in edit.design.routes])


def _unmet(design: Design) -> Iterator[str]:
    """Nets that have bumps and no pad, and how many have pads and no bump."""
    if not design.pads or (design.file.pads is not None and design.file.pads.under_bumps):
        return
    pads = {pad.net for pad in with_classes(design.file.routing, design.pads, design.bumps) if pad.net}
    bumps = {bump.net for bump in design.bumps if bump.net}
    for net in sorted(bumps - pads):
        yield f"no pad is on net {net!r}; {near(net, pads - bumps, 'check its name')}"
    if left := len(pads - bumps):
        yield f"{counted(left, 'net of pads has', 'nets of pads have')} no bump"


def place(
    design: str, pattern: str, columns: int, rows: int, pitch: tuple[float, float], *,
    rings: int = 1, first: tuple[float, float] | None = None, naming: Mapping[str, str] | None = None,
    keepouts: Sequence[tuple[float, float, float, float]] = (), add: bool = False,
) -> Changed:  # fmt: skip
    """Put a lattice of bumps on the die: a grid, staggered, or rings; centred unless `first` is its lower left bump.

    A bump that lies where one lay before keeps that one's net; else one of the same name does. With `add` the present
    ones stay. Lengths are µm.
    """
    edit = Edit(design)
    names = _naming(naming or {})
    values = {
        "kind": pattern, "columns": columns, "rows": rows, "pitch": pitch, "rings": rings, "first": first,
        "naming": names, "nets": ("",), "keepouts": tuple(keepouts),
    }  # fmt: skip
    table = _checked(values)
    made, notes = read_array(table, edit.design.die, Source(edit.path, "bumps"))
    old = edit.design.bumps
    new = _with_nets(made, old)
    if add:
        new = _beside(old, new, edit.path)
    kept = sum(bool(bump.net) for bump in new)
    return _put(edit, new, [*notes, f"{counted(kept, 'bump has', 'bumps have')} a net"])


def _naming(given: Mapping[str, str]) -> BallNames:
    """How balls are named: A1 at the top left, letters for rows, unless something else is asked for."""
    usual = {"a1": "top_left", "letters": "rows", "view": "bumps_up"}
    return BallNames(**(usual | dict(given)))


def _checked(values: dict[str, Any]) -> ArrayTable:
    try:
        return ArrayTable(**values)
    except ValidationError as error:
        keys, sentence, cure = first_mistake(error, ArrayTable, values)
        raise InputError(sentence, Where(key=".".join(keys)), hint=cure) from None


def _with_nets(new: Sequence[Bump], old: Sequence[Bump]) -> tuple[Bump, ...]:
    """New bumps with the nets of old ones: by place first, then by name, no old one used twice."""
    at = {_spot(bump): bump for bump in old}
    taken = {_spot(bump) for bump in new}
    left = {bump.name: bump for bump in old if _spot(bump) not in taken}
    found = []
    for bump in new:
        before = at.get(_spot(bump)) or left.get(bump.name)
        found.append(
            replace(bump, net=before.net, kind=before.kind, angles=before.angles, diameter=before.diameter)
            if before
            else bump
        )
    return tuple(found)


def _spot(bump: Bump) -> tuple[int, int]:
    return round(bump.x / SAME), round(bump.y / SAME)


def _beside(old: Sequence[Bump], new: Sequence[Bump], path: Path) -> tuple[Bump, ...]:
    """Both; a new one at an old one's place is left out, one with an old one's name is refused."""
    places, names = {_spot(bump) for bump in old}, {bump.name for bump in old}
    added = [bump for bump in new if _spot(bump) not in places]
    twice = next((bump for bump in added if bump.name in names), None)
    if twice is not None:
        raise InputError(
            f"there is a bump {twice.name} already, elsewhere", Where(path, key="bumps"),
            hint="name the new ones differently, or renumber all afterwards",
        )  # fmt: skip
    return (*old, *added)


def renumber(design: str, naming: Mapping[str, str]) -> Changed:
    """Name all bumps by their places on their lattice, from the A1 corner on; places and nets stay."""
    edit = Edit(design)
    names, bumps = _naming(naming), edit.design.bumps
    if not bumps:
        raise InputError("there are no bumps to renumber", Where(edit.path, key="bumps"), hint="place some first")
    places = lattice_places(bumps)
    if places is None:
        raise InputError(
            "the bumps lie on no regular lattice", Where(edit.path, key="bumps"),
            hint="name them in the table by hand, and import it",
        )  # fmt: skip
    left = names.a1.endswith("left") != names.view.mirrored
    last_column, last_row = places.max(axis=0)
    new = []
    for bump, (i, j) in zip(bumps, places, strict=True):
        column = math.floor(i) if left else math.ceil(last_column) - math.ceil(i)
        row = int(last_row - j) if names.a1.startswith("top") else int(j)
        new.append(replace(bump, name=names.name(column, row)))
    changed = sum(a.name != b.name for a, b in zip(bumps, new, strict=True))
    order = {bump.name: bump for bump in new}
    if len(order) < len(new):
        raise InputError("two bumps would get one name", Where(edit.path, key="bumps"), hint="name them by hand")
    told = [f"{counted(changed, 'bump has', 'bumps have')} another name"]
    routing = edit.design.file.routing
    if changed and routing is not None and routing.enabled:
        told.append("[routing] finds the wires anew, and may lay them elsewhere")
    return _put(edit, new, told)


def import_table(design: str, file: Path, values: Mapping[str, Any]) -> Changed:
    """Take the bump map from a table (.csv, .xlsx) whose unit, view and columns are stated as in [bumps.table]."""
    edit = Edit(design)
    stated = {"file": file.name, **{key: value for key, value in values.items() if value is not None}}
    try:
        table = MapTable(**stated)
    except ValidationError as error:
        keys, sentence, cure = first_mistake(error, MapTable, stated)
        raise InputError(sentence, Where(file, key=".".join(keys)), hint=cure) from None
    if not file.is_file():
        raise InputError("there is no such file", Where(file), hint="check its name")
    bumps, notes = read_bumps(table, edit.design.die, Source(file.absolute()))
    old = {(bump.name, _spot(bump)): bump for bump in edit.design.bumps}
    plain = [_completed(replace(bump, line=None), old, table.columns) for bump in bumps]
    return _put(edit, plain, [*notes, f"taken from {file}"], checked=True)


def _completed(bump: Bump, old: Mapping[tuple[str, tuple[int, int]], Bump], columns: Mapping[str, str]) -> Bump:
    """A bump with what its table has no column for, from the `old` one that had its name and place."""
    same = old.get((bump.name, _spot(bump)))
    lacking = [key for key in ("kind", "angles", "diameter") if key not in columns]
    return bump if same is None else replace(bump, **{key: getattr(same, key) for key in lacking})


def assign(design: str, nets: Sequence[str] = (), names: Sequence[str] = (), progress: bool = False) -> Changed:
    """Give bumps without a net those of pads that have no bump, as the router pairs them.

    Of `nets` only these; to the bumps `names` only. No wire is kept: only which bump gets which net, so that all can
    be routed together.
    """
    edit = Edit(design)
    _refuse_wireless(edit)
    wanted, bare = _free_nets(edit, nets), _bare_bumps(edit, names)
    if not (wanted and bare):
        raise InputError(
            "there is nothing to assign: " + ("every bump has a net" if wanted else "every pad's net has a bump"),
            Where(edit.path, key="bumps"), hint="place more bumps, or take nets off some",
        )  # fmt: skip
    if len(wanted) > len(bare):
        raise InputError(
            f"{counted(len(wanted), 'net needs', 'nets need')} a bump, {counted(len(bare), 'is', 'are')} free",
            Where(edit.path, key="bumps"),
            hint="place more bumps, or say which nets get one: with --net, in KLayout by selecting their pads",
        )
    pads = _paired_pads(edit.design.pads, wanted, len(bare))
    with stages(progress) as step:
        found = _paired(edit, wanted, bare, pads, step)
    bumps = [replace(b, net=found.get(b.name, b.net)) for b in edit.design.bumps]
    told = [f"{name}: {net}" for name, net in found.items()]
    left = [net for net in wanted if net not in found.values()]
    told += [f"no bump could be found for {', '.join(left)}"] if left else []
    return _put(edit, bumps, told, checked=True)


def _refuse_wireless(edit: Edit) -> None:
    """A process without a layer for wires has its bumps on the pads."""
    process, layers = edit.design.process, wire_layers(plan(edit.design))
    if not set(layers) & set(process.layers):
        raise InputError(
            f"process {process.name} draws no wires: its bumps lie on the pads", Where(edit.path, key="process"),
            hint="`bumpgen bumps on-pads`, in KLayout: Bump map, One on each pad",
        )  # fmt: skip


def on_pads(design: str, add: bool = False) -> Changed:
    """Put a bump on each pad that has a net, with the pad's name and net: for a process that draws no wires.

    With `add` the present bumps stay.
    """
    edit = Edit(design)
    made = [Bump(pad.name, pad.x, pad.y, pad.net) for pad in edit.design.pads if pad.net]
    if not made:
        raise InputError(
            "no pad has a net" if edit.design.pads else "the design has no pads", Where(edit.path, key="pads"),
            hint="name the table or the GDS that its pads are read from",
        )  # fmt: skip
    new = _beside(edit.design.bumps, made, edit.path) if add else made
    bare = len(edit.design.pads) - len(made)
    return _put(edit, new, [f"{counted(bare, 'pad has', 'pads have')} no net, and no bump"] if bare else [])


def _paired_pads(pads: Sequence[Pad], nets: Sequence[str], bumps: int) -> tuple[Pad, ...]:
    """The pads for a pairing: each net's first pad gets a bump, further ones while there are some; the rest is bare."""
    later: dict[str, int] = {}
    ranked = []
    for number, pad in enumerate(pads):
        if pad.net in nets:
            later[pad.net] = later.get(pad.net, -1) + 1
            ranked.append((later[pad.net], number))
    kept = {number for _, number in sorted(ranked)[:bumps]}
    return tuple(
        replace(pad, net="") if pad.net in nets and number not in kept else pad for number, pad in enumerate(pads)
    )


def _free_nets(edit: Edit, nets: Sequence[str]) -> list[str]:
    """Nets of pads that have no bump, nor a free class's; of `nets` these only, and all of them must be such."""
    design = edit.design
    taken = {bump.net for bump in design.bumps if bump.net}
    pads = with_classes(design.file.routing, design.pads, design.bumps)
    free = list(dict.fromkeys(pad.net for pad in pads if pad.net and pad.net not in taken))
    if unknown := set(nets) - set(free):
        raise InputError(
            f"net {min(unknown)} has a bump already, or no pad", Where(edit.path, key="pads"), hint="leave it out"
        )
    return [net for net in free if not nets or net in nets]


def _bare_bumps(edit: Edit, names: Sequence[str]) -> set[str]:
    """Bumps without a net; of `names` these only, and all of them must be such."""
    bare = {bump.name for bump in edit.design.bumps if not bump.net}
    if unknown := set(names) - bare:
        raise InputError(
            f"bump {min(unknown)} has a net already, or there is none of that name", Where(edit.path, key="bumps"),
            hint="leave it out",
        )  # fmt: skip
    return set(names) or bare


def _paired(edit: Edit, wanted: Sequence[str], bare: Collection[str], pads: Sequence[Pad], step: Any) -> dict[str, str]:
    """Bump → net, by a routing in which the bare bumps take any of the `pads` on the wanted nets."""
    import tomlkit

    pool = "bumpgen_pool"
    trial = Edit(str(edit.path))
    trial.put_pads(pads)
    trial.put_bumps([replace(b, net=pool if b.name in bare else b.net) for b in edit.design.bumps])
    routing = dict(edit.value("routing") or {})
    classes = {**routing.get("classes", {}), pool: {"nets": list(wanted), "free": True}}
    trial.set_table("routing", {**routing, "classes": classes})
    planned, _ = trial.tried(tomlkit.dumps(trial.document), lambda found: plan_and_draw(found, step, labels=False))
    return {b.name: b.net for b in planned.design.bumps if b.name in bare and b.net and b.net != pool}
