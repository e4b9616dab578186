"""Small stacks for tests: drawn once from TOML texts, then altered by value, which costs nothing.

`pillars()`, `hanging()`, `bonded()` are drawn stacks; `with_…` and `moved` return copies of one that differ in
one respect. All lengths are µm, temperatures °C.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from bumpgen.assembly import AssemblyFile, AssemblyStep, Attachment, Part
from bumpgen.check.assembly.drawn import DrawnPart
from bumpgen.check.assembly.engine import judge_rule
from bumpgen.check.assembly.faces import face_of
from bumpgen.check.assembly.kind import Judgement
from bumpgen.check.assembly.outlines import Outline
from bumpgen.check.assembly.stack import Stack
from bumpgen.check.stack import with_film as process_with_film
from bumpgen.check.stack import with_material as process_with_material
from bumpgen.command.stacked import stack_of
from bumpgen.frames import Coordinates
from bumpgen.process import Process
from bumpgen.read.assembly_file import read_assembly
from bumpgen.rules import Rule, read_assembly_rules
from tests.check.assembly.stack_texts import BONDED, HANGING, PILLARS

Row = tuple[str, float, float, str, str]
"""A bump: name, x, y, net, kind (the site)."""


def stack(texts: Mapping[str, str]) -> Stack:
    """The assembly of some files by their paths ("assembly.toml", "first/design.toml" …), drawn once a session."""
    return _drawn(tuple(sorted(texts.items())))


@lru_cache(maxsize=32)
def _drawn(texts: tuple[tuple[str, str], ...]) -> Stack:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts:
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return stack_of(read_assembly(Path(folder)))


def design(name: str, process: str, size: tuple[float, float], bumps: Iterable[Row]) -> dict[str, str]:
    """The files of a design without pads, its bumps at places from the lower left corner, bumps up."""
    rows = list(bumps)
    sites = ", ".join(f'{kind} = "{kind}"' for kind in dict.fromkeys(row[4] for row in rows))
    text = f"""
name = "{name}"
process = "{process}"
source = "own"
[die]
width = {size[0]}
height = {size[1]}
[bumps]
sites = {{ {sites} }}
[bumps.table]
file = "bumps.csv"
unit = "um"
view = "bumps_up"
columns = {{ name = "name", x = "x", y = "y", net = "net", kind = "kind" }}
"""
    table = "name,x,y,net,kind\n" + "".join(f"{n},{x!r},{y!r},{net},{kind}\n" for n, x, y, net, kind in rows)
    return {f"{name}/design.toml": text, f"{name}/bumps.csv": table}


def array(
    size: tuple[float, float], columns: int, rows: int, pitch: float, kind: str, prefix: str = "J", *,
    mirrored: bool = False, hollow: bool = False,
) -> list[Row]:  # fmt: skip
    """Bumps in the middle of a die, each with a net of its own; `mirrored`: as its partner's are.

    `hollow` leaves only the outermost ring.
    """
    found: list[Row] = []
    for i in range(columns):
        for j in range(rows):
            if hollow and 0 < i < columns - 1 and 0 < j < rows - 1:
                continue
            dx, dy = (i - (columns - 1) / 2) * pitch, (j - (rows - 1) / 2) * pitch
            x = size[0] / 2 + (-dx if mirrored else dx)
            found.append((f"{prefix}{i}_{j}", x, size[1] / 2 + dy, f"{prefix}{i}_{j}", kind))
    return found


def pillars() -> Stack:
    """Two chips of 400 × 400, 3 × 3 pillars 100 apart, pillar to pillar; joined and reflowed at 260."""
    size = (400.0, 400.0)
    return stack({
        **design("first", "pillar", size, array(size, 3, 3, 100, "bump")),
        **design("second", "pillar", size, array(size, 3, 3, 100, "second_pillar", mirrored=True)),
        "assembly.toml": PILLARS,
    })  # fmt: skip


def hanging() -> Stack:
    """A carrier face up, a chip face down on it by a ring of pillars, a small chip that hangs below that chip.

    Carrier 2000 × 2000, "first" 1000 × 1000 with a ring of joints 900 wide, "second" 400 × 400, 100 thick.
    """
    carrier, first, second = (2000.0, 2000.0), (1000.0, 1000.0), (400.0, 400.0)
    ring = array(first, 10, 10, 100, "bump", "R", hollow=True)
    inner = array(first, 3, 3, 100, "second_pillar", "J", mirrored=True)
    outer = array(carrier, 10, 10, 100, "second_pillar", "R", mirrored=True, hollow=True)
    return stack({
        **design("carrier", "pillar", carrier, outer),
        **design("first", "pillar", first, [*ring, *inner]),
        **design("second", "pillar", second, array(second, 3, 3, 100, "bump")),
        "assembly.toml": HANGING,
    })  # fmt: skip


def bonded() -> Stack:
    """A carrier, a gold RDL chip glued on it and wired to it, a second gold RDL chip on that chip's bump pads.

    Carrier 3000 × 3000, "first" 1600 × 1600 with wire-bond pads 100 from its left and right edges, "second"
    600 × 600. Both chips bring balls of 80; the carrier's fingers are 400 beside "first".
    """
    carrier, first, second = (3000.0, 3000.0), (1600.0, 1600.0), (600.0, 600.0)
    ys = [400.0 + 200 * i for i in range(5)]
    pads = [
        (f"W{side}{i}", x, y, f"W{side}{i}", "wirebond")
        for side, x in ((0, 100.0), (1, 1500.0))
        for i, y in enumerate(ys)
    ]
    fingers = [
        (f"W{side}{i}", x, y + 700, f"W{side}{i}", "wirebond")
        for side, x in ((0, 300.0), (1, 2700.0))
        for i, y in enumerate(ys)
    ]
    return stack({
        **design("carrier", "gold_rdl", carrier, fingers),
        **design("first", "gold_rdl", first, [*pads, *array(first, 3, 3, 150, "bump")]),
        **design("second", "gold_rdl", second, array(second, 3, 3, 150, "bump", mirrored=True)),
        "assembly.toml": BONDED,
    })  # fmt: skip


def two_sizes() -> Stack:
    """Chips of 800 × 800 in one entry: four high pillars on low ones 500 apart, two low ones on high ones 100 apart."""
    size = (800.0, 800.0)
    first = _around(size, "bump", "second_pillar", mirrored=False)
    second = _around(size, "second_pillar", "bump", mirrored=True)
    kinds = '[["bump"], ["second_pillar"]]', '[["bump", "second_pillar"], ["second_pillar", "bump"]]'
    return stack({
        **design("first", "pillar", size, first), **design("second", "pillar", size, second),
        "assembly.toml": PILLARS.replace(*kinds),
    })  # fmt: skip


def _around(size: tuple[float, float], outer: str, inner: str, *, mirrored: bool) -> list[Row]:
    """Four bumps of one kind around two of another."""
    return [
        *array(size, 2, 2, 500, outer, "A", mirrored=mirrored), *array(size, 2, 1, 100, inner, "B", mirrored=mirrored),
    ]  # fmt: skip


def with_part(found: Stack, name: str, **values: Any) -> Stack:
    """Some fields of a Part altered, e.g. thickness = 50 or body = "organic"; its faces follow its process."""
    part = replace(found.assembly.parts[name], **values)
    return _with(found, replace(found.parts[name], part=part))


def with_process(found: Stack, name: str, process: Process) -> Stack:
    """A part made in another version of its process: faces are read anew, what was drawn stays."""
    drawn = found.parts[name]
    faces = {kind: face_of(process, kind) for kind in drawn.kinds}
    return _with(found, replace(drawn, part=replace(drawn.part, process=process), faces=faces))


def with_film(found: Stack, name: str, film: str, thickness: float | None = None, material: str | None = None) -> Stack:
    """A film of a part's process with another thickness or material."""
    return with_process(found, name, process_with_film(found.assembly.parts[name].process, film, thickness, material))


def with_melting(found: Stack, name: str, material: str, **temperatures: float) -> Stack:
    """A material with another solidus, liquidus … in one part's process."""
    return with_process(
        found, name, process_with_material(found.assembly.parts[name].process, material, **temperatures)
    )


def with_drawn(found: Stack, name: str, **values: Any) -> Stack:
    """Some fields of a DrawnPart altered, e.g. openings and opening_places."""
    return _with(found, replace(found.parts[name], **values))


def with_opening(found: Stack, name: str, width: float, height: float, at: tuple[float, float] | None = None) -> Stack:
    """A rectangular through-opening in a part, its centre at a place of the part (default: its middle)."""
    drawn = found.parts[name]
    half = np.array((width, height)) / 2
    corners = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1))) * half
    centre = np.array([drawn.part.pose.centre if at is None else at], np.float64)
    return with_drawn(
        found,
        name,
        openings=(Outline(corners, "rectangle", 0.005),),
        opening_places=Coordinates(drawn.part.view, centre),
    )


def with_pad(found: Stack, name: str, diameter: float) -> Stack:
    """All of a part's outlines replaced by circles of a diameter."""
    angles = (np.arange(64) + 0.5) * (2 * np.pi / 64)
    points = np.column_stack((np.cos(angles), np.sin(angles))) * (diameter / 2 / np.cos(np.pi / 64))
    outlines = tuple(Outline(points, "circle", 0.001) for _ in found.parts[name].outlines)
    return with_drawn(found, name, outlines=outlines)


def with_die(found: Stack, name: str, width: float, height: float) -> Stack:
    """A part's die with another width and height; its lower left corner stays where it was."""
    part = found.assembly.parts[name]
    die = part.file.die.model_copy(update={"width": width, "height": height})
    return with_part(found, name, file=part.file.model_copy(update={"die": die}))


def glued(found: Stack, name: str, to: str, thickness: float) -> Stack:
    """A part whose rear is glued on another's face too."""
    glue = Attachment.model_validate({"to": to, "material": "glue", "thickness": {"value": thickness, "source": "own"}})
    part = found.assembly.parts[name]
    return with_part(found, name, table=part.table.model_copy(update={"attached": glue}))


def shifted(found: Stack, name: str, bump: str, dx: float, dy: float = 0.0) -> Stack:
    """A part with one bump of that name elsewhere, by its own coordinates."""
    drawn = found.parts[name]
    xy = drawn.sites.places.seen(drawn.part.view).copy()
    xy[drawn.sites.names == bump] += (dx, dy)
    return with_drawn(found, name, sites=replace(drawn.sites, places=Coordinates(drawn.part.view, xy)))


def moved(found: Stack, name: str, **values: Any) -> Stack:
    """A part elsewhere: at, rotation, face."""
    drawn = found.parts[name]
    table = drawn.part.table.model_copy(update=values)
    part = replace(drawn.part, table=table, pose=replace(drawn.part.pose, **values))
    return _with(found, replace(drawn, part=part))


def without_bump(found: Stack, name: str, bump: str) -> Stack:
    """A part that lacks a bump of that name."""
    drawn = found.parts[name]
    kept = np.flatnonzero(drawn.sites.names != bump)
    columns = ("names", "nets", "kind", "piece", "contact", "solder")
    values = {column: getattr(drawn.sites, column)[kept] for column in columns}
    return with_drawn(found, name, sites=replace(drawn.sites, places=drawn.sites.places.chosen(kept), **values))


def with_tables(found: Stack, text: str) -> Stack:
    """Top-level tables of the assembly.toml replaced by those of a text: joints, wires, encapsulation, steps."""
    file = found.assembly.file
    data = file.model_dump(exclude_none=True) | tomllib.loads(text)
    return _with_file(found, AssemblyFile.model_validate(data))


def with_steps(found: Stack, steps: Iterable[AssemblyStep]) -> Stack:
    """The assembly with other steps."""
    return _with_file(found, found.assembly.file.model_copy(update={"steps": tuple(steps)}))


def without(found: Stack, *tables: str) -> Stack:
    """The assembly.toml without some tables: steps, wires, encapsulation."""
    data = {key: value for key, value in found.assembly.file.model_dump(exclude_none=True).items() if key not in tables}
    return _with_file(found, AssemblyFile.model_validate(data))


def _with_file(found: Stack, file: AssemblyFile) -> Stack:
    return Stack(replace(found.assembly, file=file), found.parts)


def _with(found: Stack, drawn: DrawnPart) -> Stack:
    part: Part = drawn.part
    tables = {**found.assembly.file.parts, part.name: part.table}
    file = found.assembly.file.model_copy(update={"parts": tables})
    assembly = replace(found.assembly, file=file, parts={**found.assembly.parts, part.name: part})
    return Stack(assembly, {**found.parts, part.name: drawn})


def rule(identity: str, table: str = "stack", **values: Any) -> Rule:
    """A shipped assembly rule, with some of its fields altered."""
    return read_assembly_rules(table).rule(identity).model_copy(update=values)


def judge(found: Stack, identity: str, table: str = "stack", **values: Any) -> Judgement:
    """What a shipped assembly rule, with some fields altered, finds in a stack."""
    return judge_rule(rule(identity, table, **values), found)


def verdicts(identity: str, build: Callable[[float], Stack], step: float = 0.001, **values: Any) -> tuple[bool, ...]:
    """Whether a rule holds a step below its limit, at it, and a step above it; `build` makes the stack measured so.

    A sentence is told just where the rule breaks, and a figure always.
    """
    judged = rule(identity, **values)
    found = [judge_rule(judged, build(judged.value + sign * step)) for sign in (-1, 0, 1)]
    for one in found:
        assert not one.untested, one.untested
        assert one.figure
        assert len(one.spots) == one.count
    return tuple(not one.count for one in found)


AT_LEAST = (False, True, True)
MORE_THAN = (False, False, True)
AT_MOST = (True, True, False)
LESS_THAN = (True, False, False)
"""What `verdicts` gives for rules that ask for these."""
