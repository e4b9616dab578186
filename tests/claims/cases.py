"""Designs and assemblies for the tests of claims: shipped ones drawn once a session, and copies altered in one respect.

What only a process says (a film's material, the order of steps) is altered without drawing anything again; shapes
are altered in the layout that was drawn. Lengths are µm, temperatures °C.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

import klayout.db as db

from bumpgen.check.assembly.stack import Stack
from bumpgen.check.claims.dies import DrawnDie
from bumpgen.check.claims.judge import Claims
from bumpgen.check.claims.table import shipped_claims
from bumpgen.check.claims.verdict import Verdict, all_of
from bumpgen.check.stack import with_film
from bumpgen.claim_report import ClaimResult, Practice
from bumpgen.command.claims import claims_of_assembly, claims_of_design
from bumpgen.process import Material, Process
from bumpgen.read import read_design
from bumpgen.read.assembly_file import read_assembly
from bumpgen.steps import Quantity, Step
from tests.check.assembly import stacks

Polygons = list[db.Polygon]


@lru_cache(maxsize=64)
def shipped(name: str) -> Claims:
    """The claims of a shipped design."""
    return claims_of_design(read_design(name))


@lru_cache(maxsize=64)
def joined(name: str) -> Claims:
    """The claims of a shipped assembly."""
    return claims_of_assembly(read_assembly(name))


def result(found: Claims, claim: str) -> ClaimResult:
    """What bumpgen says of one claim."""
    table = next(table for table in shipped_claims() if any(row.id == claim for row in table.claims))
    return found.judge(table, table.claim(claim))


def alone(found: Claims, claim: str) -> Verdict:
    """What a claim's own conditions say of a single design, whatever the claim depends on."""
    table = next(table for table in shipped_claims() if any(row.id == claim for row in table.claims))
    return all_of(*(condition.held(one(found)) for condition in table.claim(claim).held))


def practises(found: Claims, claim: str, *figures: str) -> None:
    """A design practises a claim, and the figure that decides it says so."""
    judged = result(found, claim)
    assert judged.practice == "practised", f"{judged.deciding}: {judged.figure}"
    for figure in figures:
        assert figure in judged.figure, judged.figure


def lacks(
    found: Claims, claim: str, deciding: str, figure: str, practice: Practice = "not practised"
) -> None:  # fmt: skip
    """A design doesn't practise a claim because of one condition, though all that come before it hold.

    What the claim depends on is practised, unless that is what decides.
    """
    judged = result(found, claim)
    assert (judged.practice, judged.deciding) == (practice, deciding), f"{judged.deciding}: {judged.figure}"
    assert figure in judged.figure, judged.figure
    if judged.depends_on and deciding != judged.depends_on:
        assert result(found, judged.depends_on).practice == "practised"
    assert all(finding.holds for finding in judged.findings[:-1])


# Processes


def film(process: Process, name: str, thickness: float | None = None, material: str | None = None) -> Process:
    """The process with another thickness or material of one film."""
    return with_film(process, name, thickness, material)


def without_films(process: Process, *names: str) -> Process:
    """The process without some films, and without the steps that make or etch nothing else."""
    steps = []
    for step in process.steps:
        films = getattr(step, "films", None)
        if films is not None:
            left = tuple(name for name in films if name not in names)
            steps += [step.model_copy(update={"films": left})] if left else []
        elif getattr(step, "film", None) not in names:
            steps.append(step)
    left_over = tuple(one for one in process.films if one.name not in names)
    return process.model_copy(update={"films": left_over, "steps": tuple(steps)})


def without_step(process: Process, kind: str, film_name: str = "") -> Process:
    """The process without the steps of a kind, of one film if that is named."""
    kept = [step for step in process.steps if step.kind != kind or (film_name and _of(step) != film_name)]
    return process.model_copy(update={"steps": tuple(kept)})


def step_first(process: Process, moved: tuple[str, str], before: tuple[str, str]) -> Process:
    """The process with one step, by kind and film, done before another one."""
    steps = list(process.steps)
    step = next(one for one in steps if (one.kind, _of(one)) == moved)
    steps.remove(step)
    at = next(i for i, one in enumerate(steps) if (one.kind, _of(one)) == before)
    return process.model_copy(update={"steps": (*steps[:at], step, *steps[at:])})


def step_instead(process: Process, kind: str, film_name: str, step: Step) -> Process:
    """The process with another step in place of the one of a kind and film."""
    steps = [step if (one.kind, _of(one)) == (kind, film_name) else one for one in process.steps]
    return process.model_copy(update={"steps": tuple(steps)})


def _of(step: Step) -> str:
    return getattr(step, "film", None) or "+".join(getattr(step, "films", ()))


def new_material(process: Process, name: str, **values: object) -> Process:
    """The process with a material added to the table, or one of it replaced."""
    copy = process.model_copy()
    copy._materials = {**process.materials, name: Material.model_validate({"name": name, **values})}
    return copy


# Single designs


def one(found: Claims) -> DrawnDie:
    """The die of a single design."""
    (die,) = found.dies.values()
    return die


def made(found: Claims, alter: Callable[..., Process], *values: object, **named: object) -> Claims:
    """The same drawing in an altered process."""
    die = one(found)
    return Claims({die.name: replace(die, process=alter(die.process, *values, **named))})


def drawn(found: Claims, layer: str, change: Callable[[Polygons], Iterable[db.Polygon]]) -> Claims:
    """A single design with the shapes of one layer changed: merged polygons in database units."""
    die = one(found)
    return Claims({die.name: redrawn(die, layer, change)})


def redrawn(die: DrawnDie, layer: str, change: Callable[[Polygons], Iterable[db.Polygon]]) -> DrawnDie:
    """A die with the shapes of one layer changed."""
    layout = die.layout.dup()
    top = layout.cell(die.top.cell_index())
    index = layout.layer(*die.process.layers[layer].gds)
    region = db.Region(top.begin_shapes_rec(index))
    region.merge()
    shapes = sorted(region.each(), key=lambda polygon: (polygon.bbox().left, polygon.bbox().bottom))
    layout.clear_layer(index)
    for polygon in change(shapes):
        top.shapes(index).insert(polygon)
    return replace(die, layout=layout, top=top)


def all_but_one(shapes: Polygons) -> Polygons:
    """Without the first shape."""
    return shapes[1:]


def resized(times: float) -> Callable[[Polygons], Polygons]:
    """Every shape so many times as large, about its middle."""

    def change(shapes: Polygons) -> Polygons:
        return [_about(shape, db.ICplxTrans(times)) for shape in shapes]

    return change


def one_moved(dx: float, dy: float = 0.0) -> Callable[[Polygons], Polygons]:
    """The first shape moved, µm."""
    return lambda shapes: [shapes[0].moved(round(dx * 1000), round(dy * 1000)), *shapes[1:]]


def bridged(shapes: Polygons) -> Polygons:
    """A bar from the first shape to the nearest other."""
    middle = shapes[0].bbox().center()
    near = min(shapes[1:], key=lambda shape: shape.bbox().center().distance(middle)).bbox().center()
    bar = db.Path([middle, near], 10_000).polygon()
    return [*shapes, bar]


def boxes(shapes: Polygons) -> Polygons:
    """Every shape as the box around it."""
    return [db.Polygon(shape.bbox()) for shape in shapes]


def _about(shape: db.Polygon, turn: db.ICplxTrans) -> db.Polygon:
    centre = db.Vector(shape.bbox().center())
    return shape.moved(-centre).transformed(turn).moved(centre)


# Assemblies

Change = Callable[[Stack], Stack]


def altered(found: Claims, *changes: Change) -> Claims:
    """An assembly altered; what is drawn of its parts stays."""
    stack = found.stack
    assert stack is not None
    for change in changes:
        stack = change(stack)
    return Claims(found.dies, stack)


def part(name: str, alter: Callable[..., Process], *values: object, **named: object) -> Change:
    """A part made in an altered process."""
    return lambda stack: stacks.with_process(stack, name, alter(stack.assembly.parts[name].process, *values, **named))


def redrawn_part(found: Claims, name: str, layer: str, change: Callable[[Polygons], Iterable[db.Polygon]]) -> Claims:
    """An assembly with the shapes of one layer of a part changed, as far as the layout itself is looked at."""
    return Claims({**found.dies, name: redrawn(found.dies[name], layer, change)}, found.stack)


def of_body(name: str, material: str) -> Change:
    """A part with a body of another material."""
    return lambda stack: stacks.with_part(stack, name, body=material)


def faces_of(name: str, diameter: float) -> Change:
    """A part whose faces and solder are all circles of a diameter."""
    return lambda stack: stacks.with_pad(stack, name, diameter)


def without_bump(name: str) -> Change:
    """A part without its first bump."""
    return lambda stack: stacks.without_bump(stack, name, str(stack.parts[name].sites.names[0]))


def without_tables(*tables: str) -> Change:
    """An assembly.toml without some tables."""
    return lambda stack: stacks.without(stack, *tables)


def without_steps(kind: str) -> Change:
    """An assembly without the steps of a kind."""
    return lambda stack: stacks.with_steps(stack, [step for step in stack.assembly.file.steps if step.kind != kind])


def reflowed_first(stack: Stack) -> Stack:
    """An assembly whose joints are reflowed before they are put on each other."""
    order = sorted(stack.assembly.file.steps, key=lambda step: step.kind != "reflow")
    return stacks.with_steps(stack, order)


def placed_within(accuracy: float) -> Change:
    """An assembly whose parts are placed with another accuracy."""
    stated = Quantity(value=accuracy, source="own")

    def change(stack: Stack) -> Stack:
        steps = stack.assembly.file.steps
        return stacks.with_steps(
            stack,
            [s.model_copy(update={"placement_accuracy": stated}) if s.kind == "join" else s for s in steps],
        )

    return change


def renamed_net(name: str) -> Change:
    """A part whose first bump is on another net."""

    def change(stack: Stack) -> Stack:
        drawn_part = stack.parts[name]
        nets = drawn_part.sites.nets.copy()
        nets[0] = "another"
        return stacks.with_drawn(stack, name, sites=replace(drawn_part.sites, nets=nets))

    return change
