"""Assembly rules about heights: pillars, solder before the dies meet, gold, and whether all levels of a stack agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.assembly import Part
from bumpgen.check.assembly.drawn import DrawnPart
from bumpgen.check.assembly.joints import JointClass, Joints
from bumpgen.check.assembly.kind import AssemblyKind, Judgement, Spot
from bumpgen.check.assembly.kinds.measured import limit_told, sides_of, worst_of
from bumpgen.check.assembly.kinds.sections import per_class
from bumpgen.check.assembly.stack import relief
from bumpgen.check.kinds.materials import words_of
from bumpgen.check.stack import films_on, main_film
from bumpgen.report import number
from bumpgen.rules import Rule

if TYPE_CHECKING:
    from bumpgen.check.assembly.stack import Stack

__all__ = ["KINDS", "gold_layers", "is_chip", "pillars_on_pillars"]

GOLD = "au"
"""Id of gold in the table of materials."""

CHIP = "silicon"
"""Family of the materials whose bodies are chips; all others are carriers."""


def is_chip(part: Part) -> bool:
    """Whether a part's body is a chip's, not a carrier's."""
    return CHIP in words_of(part.body, part.process.materials[part.body])


def pillars_on_pillars(stack: Stack) -> Iterator[tuple[Joints, int, JointClass]]:
    """Classes of joints that have a pillar on both sides, with their number in their entry."""
    for joints in stack.joints:
        for i, joint in enumerate(joints.classes):
            if all(face.face.pillar for face in joint.faces):
                yield joints, i, joint


def pillar_higher(rule: Rule, stack: Stack) -> Judgement:
    """How much higher the first part's pillars are than the second's on them, with seed and barrier (P2 34, 42)."""
    rows = []
    for joints, i, joint in pillars_on_pillars(stack):
        one, other = (face.face.height for face in joint.faces)
        told = (
            f"pillars of {number(one)} and {number(other)} µm, the first higher by {number(one - other)}, "
            f"{limit_told(rule, 'least')} is asked"
        )
        rows.append((joints, i, one - other, told))
    return per_class(rule, rows, "no pillar meets a pillar", least=True)


def pillar_height(rule: Rule, stack: Stack) -> Judgement:
    """Height of pillars that meet pillars, of the sides the rule asks about (P2 34, 42)."""
    rows = []
    for joints, i, joint in pillars_on_pillars(stack):
        for side in sides_of(rule):
            high = joint.faces[side].face.height
            told = (
                f"{joints.table.between[side]}'s pillar is {number(high)} µm high, {limit_told(rule, 'most')} is asked"
            )
            rows.append((joints, i, high, told))
    return per_class(rule, rows, "no pillar meets a pillar")


def solder_height(rule: Rule, stack: Stack) -> Judgement:
    """Height of the solder a side brings, before the dies meet; options `side` and `form` ("pad", "bump|ball" …).

    A truncated sphere where it was molten (facts 2.1), else as plated or printed.
    """
    forms = str(rule.options.get("form", "pad|cap|bump|ball|paste")).split("|")
    rows = []
    for joints in stack.joints:
        for i, joint in enumerate(joints.classes):
            for side in sides_of(rule):
                face = joint.faces[side]
                if face.face.solder and face.face.solder.form in forms:
                    told = (
                        f"{joints.table.between[side]}'s {face.face.solder.form} of {face.face.solder.material} is "
                        f"{number(face.solder_height)} µm high, {limit_told(rule, 'least')} is asked"
                    )
                    rows.append((joints, i, face.solder_height, told))
    whose = "" if len(sides_of(rule)) == 2 else f" of a joint's {rule.options['side']} part"
    return per_class(rule, rows, f"no solder{whose} is a {' or '.join(forms)}", least=True)


def gold_layers(part: DrawnPart) -> list[str]:
    """Layers of a chip whose main film is gold and that bear its contacts or wires, from the chip up."""
    process = part.part.process
    contacts = {face.contact for face in part.faces.values()}
    return [
        name
        for name, layer in process.layers.items()
        if layer.meaning == "metal"
        and (name in contacts or (name.startswith("RDL") and name in part.boxes))
        and films_on(process, name)
        and main_film(process, name).material == GOLD
    ]


def gold_thickness(rule: Rule, stack: Stack) -> Judgement:
    """Thickness of a chip's gold that joints or wires stand on or that leads to them (P2 45): its thickest film."""
    found = []
    for name, part in stack.parts.items():
        if not is_chip(part.part):
            continue
        for layer in gold_layers(part):
            thick = main_film(part.part.process, layer).thickness.value
            told = f"gold of {name}'s {layer} is {number(thick)} µm thick, {limit_told(rule, 'least')} is asked"
            found.append((thick, Spot(told, thick, part=name)))
    return worst_of(rule, "least", found, "no chip has gold under joints or wires")


def levels_agree(rule: Rule, stack: Stack) -> Judgement:
    """How far what holds two parts apart differs from where they lie: every class of joints, every glued rear.

    Parts lie where the first way to them says (`Stack.levels`). A second entry between the same parts, a loop of
    parts, pads of several sizes in one entry: each must come out at the same height, or dies tilt and joints open.
    """
    found = [*_joint_levels(rule, stack), *_glue_levels(rule, stack)]
    return worst_of(rule, "most", found, "no sites of two parts lie on each other")


def _joint_levels(rule: Rule, stack: Stack) -> Iterator[tuple[float, Spot]]:
    for joints in stack.joints:
        one, other = joints.table.between
        up = 1.0 if stack.assembly.parts[one].table.face == "up" else -1.0
        apart = up * (stack.levels[other].face - stack.levels[one].face)
        for i, joint in enumerate(joints.classes):
            off = round(abs(joint.gap - apart), 9)
            told = (
                f"{joint.count} joints of {joints.name} hold {one} and {other} {number(joint.gap)} µm apart, the rest "
                f"of the stack {number(apart)}: {number(off)} µm differ, {limit_told(rule, 'most')} is asked"
            )
            at = joints.places.seen(stack.assembly.view)[joints.which == i].mean(axis=0).tolist()
            yield off, Spot(told, off, (at[0], at[1]), part=joints.name)


def _glue_levels(rule: Rule, stack: Stack) -> Iterator[tuple[float, Spot]]:
    for name, part in stack.assembly.parts.items():
        glue = part.table.attached
        if glue is None:
            continue
        apart = _upward(part) * (stack.levels[name].rear - stack.levels[glue.to].face)
        wanted = glue.thickness.value + relief(stack.assembly.parts[glue.to])
        off = round(abs(wanted - apart), 9)
        told = (
            f"{name} is glued {number(wanted)} µm from {glue.to}, the rest of the stack holds it at "
            f"{number(apart)}: {number(off)} µm differ, {limit_told(rule, 'most')} is asked"
        )
        yield off, Spot(told, off, part.table.at, part=name)


def _upward(part: Part) -> float:
    return 1.0 if part.table.face == "up" else -1.0


KINDS: tuple[AssemblyKind, ...] = (
    AssemblyKind(
        "pillar_higher", "how much higher the first part's pillars are than the second's on them", "difference",
        "least", pillar_higher,
    ),
    AssemblyKind(
        "pillar_height", "height of pillars that meet pillars (side: first, second, both)", "height", "most",
        pillar_height,
    ),
    AssemblyKind(
        "solder_height", "height of the solder a side brings (side; form: pad, cap, bump, ball, paste)", "height",
        "least", solder_height,
    ),
    AssemblyKind(
        "gold_thickness", "thickness of a chip's gold under joints and wires", "thickness", "least", gold_thickness
    ),
    AssemblyKind(
        "levels_agree", "how far joints and glue between parts differ in the height they hold them at", "difference",
        "most", levels_agree,
    ),
)  # fmt: skip
