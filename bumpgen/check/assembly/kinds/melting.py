"""Assembly rules about temperatures: what melts at each step of the assembly, and what must not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Literal

from bumpgen.assembly import AssemblyStep
from bumpgen.check.assembly.faces import Face
from bumpgen.check.assembly.joints import JointClass, Joints
from bumpgen.check.assembly.kind import AssemblyKind, Judgement, Spot, untested
from bumpgen.check.assembly.kinds.measured import centre, limit_told, worst_of
from bumpgen.check.assembly.kinds.sections import per_class
from bumpgen.check.joint import melting_margin
from bumpgen.errors import InputError
from bumpgen.process import Film, Process
from bumpgen.report import number
from bumpgen.rules import Rule

if TYPE_CHECKING:
    from bumpgen.check.assembly.stack import Stack

__all__ = ["KINDS", "liquidus_of", "solidus_of"]

End = Literal["solidus", "liquidus"]


def _melting(process: Process, material: str, end: End) -> float:
    """Where a material begins to melt, or is molten, °C. InputError if the table of materials doesn't say."""
    quantity = getattr(process.materials[material], end)
    if quantity is None:
        raise InputError(
            f"{material} has no {end} in the table of materials, so its joints can't be judged", process.where("films"),
            hint=f"add {end} = {{ value = …, source = … }} to [materials.{material}]",
        )  # fmt: skip
    return float(quantity.value)


def _solders(joints: Joints, joint: JointClass) -> list[tuple[Process, Face]]:
    """The faces of a class that bring solder, with their processes."""
    both = zip(joints.sides, joint.faces, strict=True)
    return [(side.part.part.process, face.face) for side, face in both if face.face.solder]


def _ends(joints: Joints, joint: JointClass, end: End) -> list[float]:
    found = _solders(joints, joint)
    return [_melting(process, face.solder.material, end) for process, face in found if face.solder]


def liquidus_of(joints: Joints, joint: JointClass) -> float | None:
    """Where all solder of a joint is molten, °C: its fusion temperature; None without solder."""
    return max(_ends(joints, joint, "liquidus"), default=None)


def solidus_of(joints: Joints, joint: JointClass) -> float | None:
    """Where the first solder of a joint begins to melt, °C; None without solder."""
    return min(_ends(joints, joint, "solidus"), default=None)


def _pillars(stack: Stack) -> Iterator[tuple[Joints, int, JointClass, str, str, float]]:
    """Pillars of all classes of joints: entry, class, its joint, the part, the pillar's material, its solidus."""
    for joints in stack.joints:
        for i, joint in enumerate(joints.classes):
            for side, face in zip(joints.sides, joint.faces, strict=True):
                if face.face.pillar:
                    part = side.part.part
                    solidus = _melting(part.process, face.face.material, "solidus")
                    yield joints, i, joint, part.name, face.face.material, solidus


def _known(judge: Callable[[Rule, Stack], Judgement]) -> Callable[[Rule, Stack], Judgement]:
    """A rule that is not tested where the table of materials doesn't say when one melts."""

    @wraps(judge)
    def judged(rule: Rule, stack: Stack) -> Judgement:
        try:
            return judge(rule, stack)
        except InputError as error:
            return untested(error.message)

    return judged


@_known
def pillar_over_fusion(rule: Rule, stack: Stack) -> Judgement:
    """How much higher a pillar begins to melt than all solder of its joint is molten (P2 18, 30, 38)."""
    rows = _over(rule, stack, liquidus_of, "the joint fuses at")
    return per_class(rule, rows, "no pillar is in a joint with solder", least=True)


@_known
def pillar_over_peak(rule: Rule, stack: Stack) -> Judgement:
    """How much higher a pillar begins to melt than the reflow that joins it peaks."""
    rows = _over(rule, stack, lambda joints, _: stack.peak(joints.table), "the reflow peaks at")
    return per_class(rule, rows, "no pillar is in a joint whose reflow the assembly's steps state", least=True)


def _over(
    rule: Rule, stack: Stack, hot: Callable[[Joints, JointClass], float | None], what: str
) -> list[tuple[Joints, int, float, str]]:
    """Each pillar's margin over a temperature of its joint, where that is known: entry, class, K, message."""
    rows = []
    for joints, i, joint, name, material, solidus in _pillars(stack):
        temperature = hot(joints, joint)
        if temperature is not None:
            over = melting_margin(solidus, temperature)
            told = (
                f"{name}'s pillar of {material} melts at {number(solidus)} °C, {what} {number(temperature)}: "
                f"{number(over)} K above it, {limit_told(rule, 'least')} is asked"
            )
            rows.append((joints, i, over, told))
    return rows


@_known
def fusion(rule: Rule, stack: Stack) -> Judgement:
    """How much hotter the reflow is than where all solder of a joint is molten."""
    rows = []
    for joints in stack.joints:
        peak = stack.peak(joints.table)
        for i, joint in enumerate(joints.classes):
            liquidus = liquidus_of(joints, joint)
            if peak is not None and liquidus is not None:
                over = peak - liquidus
                told = (
                    f"the reflow of joints {joints.name} peaks at {number(peak)} °C, their solder is molten at "
                    f"{number(liquidus)}: {number(over)} K above it, {limit_told(rule, 'least')} is asked"
                )
                rows.append((joints, i, over, told))
    return per_class(rule, rows, "no step says at what temperature a joint with solder is reflowed", least=True)


@dataclass(frozen=True, slots=True)
class _Heat:
    """A step that heats everything: its number from 1, its kind, °C."""

    number: int
    kind: str
    temperature: float


def _heats(steps: Iterable[AssemblyStep]) -> list[_Heat]:
    return [
        _Heat(i, step.kind, step.temperature.value)
        for i, step in enumerate(steps, 1)
        if step.kind != "join" and step.temperature is not None
    ]


@_known
def remelts(rule: Rule, stack: Stack) -> Judgement:
    """How far joints stay below their melting in the steps after their own last reflow; option `steps` names kinds.

    `steps` = "reflow" (default) or e.g. "attach|bond|encapsulate".
    """
    kinds = str(rule.options.get("steps", "reflow")).split("|")
    steps = stack.assembly.file.steps
    found = []
    for joints in stack.joints:
        solidus = min((s for joint in joints.classes if (s := solidus_of(joints, joint)) is not None), default=None)
        own = [i for i, step in enumerate(steps, 1) if step.kind == "reflow" and joints.name in step.joints]
        if solidus is None or not own:
            continue
        for heat in _heats(steps):
            if heat.number > max(own) and heat.kind in kinds:
                below = melting_margin(solidus, heat.temperature)
                told = (
                    f"joints {joints.name}, fused in step {max(own)}, begin to melt at {number(solidus)} °C; step "
                    f"{heat.number} ({heat.kind}) is {number(heat.temperature)} °C: {number(below)} K below it, "
                    f"{limit_told(rule, 'least')} is asked"
                )
                found.append((below, Spot(told, below, centre(joints), part=joints.name)))
    return worst_of(rule, "least", found, f"no {' or '.join(kinds)} with a temperature follows a joint's reflow")


def polymer_stands(rule: Rule, stack: Stack) -> Judgement:
    """How much more heat polymers and laminates of all parts stand than the hottest step of the assembly has."""
    hottest = max((heat.temperature for heat in _heats(stack.assembly.file.steps)), default=None)
    found = []
    for name, part in stack.assembly.parts.items():
        for film in part.process.films:
            material = part.process.materials[film.material]
            if hottest is None or not _stays(part.process, film) or material.max_temperature is None:
                continue
            stands = material.max_temperature.value
            over = stands - hottest
            told = (
                f"{name}'s {film.name} of {film.material} stands {number(stands)} °C, the assembly is "
                f"heated to {number(hottest)}: {number(over)} K are left, {limit_told(rule, 'least')} is asked"
            )
            found.append((over, Spot(told, over, part.table.at, part=name)))
    return worst_of(rule, "least", found, "no part has a polymer whose limit is known, or no step states a temperature")


def _stays(process: Process, film: Film) -> bool:
    """Whether a film is a polymer or a body that is there when the parts are assembled."""
    stripped = {getattr(step, "film", "") for step in process.steps if step.kind == "strip"}
    groups = process.materials[film.material].groups
    return film.name not in stripped and ("polymer" in groups or "substrate" in groups)


KINDS: tuple[AssemblyKind, ...] = (
    AssemblyKind(
        "pillar_over_fusion", "how much higher a pillar melts than its joint's solder is molten", "difference", "least",
        pillar_over_fusion,
    ),
    AssemblyKind(
        "pillar_over_peak", "how much higher a pillar melts than its joint's reflow peaks", "margin", "least",
        pillar_over_peak,
    ),
    AssemblyKind("fusion", "how much hotter the reflow is than a joint's solder needs", "margin", "least", fusion),
    AssemblyKind(
        "remelts", "how far a joint stays below its melting in later steps (steps: kinds of them)", "margin", "least",
        remelts,
    ),
    AssemblyKind(
        "polymer_stands", "how much more heat polymers and laminates stand than the assembly's hottest step has",
        "margin", "least",
        polymer_stands,
    ),
)  # fmt: skip
