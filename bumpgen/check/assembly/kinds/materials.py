"""Assembly rules about materials: what pillars, solder, UBM, polymers and bodies are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.assembly.drawn import DrawnPart
from bumpgen.check.assembly.faces import Face
from bumpgen.check.assembly.joints import Joints
from bumpgen.check.assembly.kind import AssemblyKind, Judgement, Spot
from bumpgen.check.assembly.kinds.heights import gold_layers, is_chip, pillars_on_pillars
from bumpgen.check.assembly.kinds.measured import centre, limit_words, sides_of, worded
from bumpgen.check.kinds.materials import words_of
from bumpgen.check.stack import film_under, films_on
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    from bumpgen.check.assembly.stack import Stack

__all__ = ["KINDS", "faces_of"]

LEVELS = ("bottom", "middle", "top")
"""Where a polymer lies: under all gold and other redistribution metal, between two of them, above all."""


def faces_of(stack: Stack, rule: Rule) -> Iterator[tuple[Joints, str, Face]]:
    """Each kind of face that takes part in a joint, once: of the sides the rule asks about, with its part's name."""
    for joints in stack.joints:
        for side in sides_of(rule):
            faces = {joint.faces[side].face.site: joint.faces[side].face for joint in joints.classes}
            for face in faces.values():
                yield joints, joints.table.between[side], face


def _elements(rule: Rule, process: Process, material: str, what: str, joints: Joints) -> tuple[str, bool, Spot]:
    """A material's elements against a limit's: the first that isn't listed, or all of them."""
    present = [element.lower() for element in process.materials[material].composition]
    listed = limit_words(rule)
    strange = [element for element in present if element not in listed]
    told = (
        f"{what} is of {material}, whose {', '.join(strange)} the group {', '.join(listed)} lacks"
        if present
        else f"{what} is of {material}, whose composition the table of materials doesn't say"
    )
    word = strange[0] if strange else material
    return word, bool(present) and not strange, Spot(told, word, centre(joints), part=joints.name)


def pillar_elements(rule: Rule, stack: Stack) -> Judgement:
    """Elements of pillars' main films (P2 5, 10, 12, 19)."""
    found = [
        _elements(
            rule, stack.assembly.parts[name].process, face.material, f"{name}'s pillar of joints {joints.name}", joints
        )
        for joints, name, face in faces_of(stack, rule)
        if face.pillar
    ]
    return worded(found, "no joint has a pillar")


def solder_elements(rule: Rule, stack: Stack) -> Judgement:
    """Elements of what connects two parts (P2 6, 11, 12, 20)."""
    found = [
        _elements(
            rule, stack.assembly.parts[name].process, face.solder.material, f"{name}'s solder of joints {joints.name}",
            joints,
        )
        for joints, name, face in faces_of(stack, rule)
        if face.solder
    ]  # fmt: skip
    return worded(found, "no side of a joint brings solder")


def solder_family(rule: Rule, stack: Stack) -> Judgement:
    """Families of solder in joints on a chip with gold (P2 50, 51, 73, 74); `side` says whose."""
    found = []
    for joints, name, face in faces_of(stack, rule):
        if face.solder and _on_gold(stack, joints):
            named = words_of(face.solder.material, stack.assembly.parts[name].process.materials[face.solder.material])
            told = (
                f"{name}'s solder of joints {joints.name} is {face.solder.material}, none of the families "
                f"{', '.join(limit_words(rule))}"
            )
            spot = Spot(told, face.solder.material, centre(joints), part=joints.name)
            found.append((face.solder.material, bool(named.intersection(limit_words(rule))), spot))
    return worded(found, "no solder of that side is in a joint on a chip with gold")


def _on_gold(stack: Stack, joints: Joints) -> bool:
    """Whether one of two joined parts is a chip with gold (P2 45)."""
    return any(_has_gold(stack, name) for name in joints.table.between)


def _has_gold(stack: Stack, name: str) -> bool:
    return is_chip(stack.assembly.parts[name]) and bool(gold_layers(stack.parts[name]))


def ubm_films(rule: Rule, stack: Stack) -> Judgement:
    """Films of the metal that stands on gold and meets solder, from the gold up (P2 47, 48, 49)."""
    found = []
    for joints, name, face in faces_of(stack, rule):
        gold = gold_layers(stack.parts[name])
        if not is_chip(stack.assembly.parts[name]) or not gold or face.contact in gold:
            continue
        films = "_".join(_materials(stack.assembly.parts[name].process, face.contact))
        wanted = " or ".join(word.replace("_", "/") for word in limit_words(rule))
        fits, films = films in limit_words(rule), films.replace("_", "/")
        told = f"{name}'s {face.contact} of joints {joints.name} is {films} from the gold up, not {wanted}"
        found.append((films, fits, Spot(told, films, centre(joints), part=joints.name)))
    return worded(found, "no joint has under-bump metal on gold")


def _materials(process: Process, layer: str) -> list[str]:
    """Materials of a layer from the bottom up, neighbours of one material once."""
    names: list[str] = []
    for film in films_on(process, layer):
        if names[-1:] != [film.material]:
            names.append(film.material)
    return names


def gold_barrier(rule: Rule, stack: Stack) -> Judgement:
    """The film under a chip's gold (P2 45, 58); "none" if there is none."""
    found = []
    for name, part in stack.parts.items():
        if not is_chip(part.part):
            continue
        for layer in gold_layers(part):
            film = film_under(part.part.process, layer)
            word = film.material if film else "none"
            told = f"under the gold of {name}'s {layer} lies {word}, not {' or '.join(limit_words(rule))}"
            found.append((word, word in limit_words(rule), Spot(told, word, part=name)))
    return worded(found, "no chip has gold under joints or wires")


def gold_polymer(rule: Rule, stack: Stack) -> Judgement:
    """Polymers of chips with gold: under it, between its metals, over it (P2 53, 55, 57); option `level`."""
    level = str(rule.options.get("level", ""))
    if level not in LEVELS:
        raise ValueError(f"rule {rule.id}: level = {level!r} is none of {', '.join(LEVELS)}")
    found = []
    for name, part in stack.parts.items():
        if not _has_gold(stack, name):
            continue
        for layer, material in _polymers(part, level):
            named = words_of(material, part.part.process.materials[material])
            told = f"{name}'s {level} polymer, {layer}, is {material}, none of {', '.join(limit_words(rule))}"
            found.append((material, bool(named.intersection(limit_words(rule))), Spot(told, material, part=name)))
    return worded(found, f"no chip with gold has a {level} polymer")


def _polymers(part: DrawnPart, level: str) -> Iterator[tuple[str, str]]:
    """Layer and material of the polymers at a level of a part's redistribution: by the order of the layers.

    Metal that isn't drawn isn't there; a polymer without openings is.
    """
    process = part.part.process
    order, gold = list(process.layers), gold_layers(part)
    first = order.index("PASSIVATION") if "PASSIVATION" in order else 0
    last = max(i for i, name in enumerate(order) if name in gold or name.startswith("RDL"))
    metals = [
        i
        for i, name in enumerate(order[first : last + 1], first)
        if name in gold or (process.layers[name].meaning == "metal" and name in part.boxes)
    ]
    stripped = {getattr(step, "film", "") for step in process.steps if step.kind == "strip"}
    for i, name in enumerate(order):
        here = "bottom" if i < min(metals) else "top" if i > max(metals) else "middle"
        for film in films_on(process, name):
            if here == level and "polymer" in process.materials[film.material].groups and film.name not in stripped:
                yield name, film.material


def body(rule: Rule, stack: Stack) -> Judgement:
    """What bodies are of (P2 24, 25, 35, 36, 43, 44).

    Option `of`: "carriers" (default), or "pillars": parts whose pillars meet pillars, of the side asked about.
    """
    of = rule.options.get("of", "carriers")
    names = [name for name, part in stack.assembly.parts.items() if not is_chip(part)]
    if of == "pillars":
        both = [joints.table.between[side] for joints, _, _ in pillars_on_pillars(stack) for side in sides_of(rule)]
        names = list(dict.fromkeys(both))
    found = []
    for name in names:
        part = stack.assembly.parts[name]
        named = words_of(part.body, part.process.materials[part.body])
        told = f"{name}'s body is of {part.body}, none of {', '.join(limit_words(rule))}"
        fits = bool(named.intersection(limit_words(rule)))
        found.append((part.body, fits, Spot(told, part.body, part.table.at, part=name)))
    return worded(found, "no part is a carrier" if of == "carriers" else "no pillar meets a pillar")


KINDS: tuple[AssemblyKind, ...] = (
    AssemblyKind("pillar_elements", "elements pillars may consist of", "element", "none", pillar_elements),
    AssemblyKind("solder_elements", "elements the solder of joints may consist of", "element", "none", solder_elements),
    AssemblyKind("solder_family", "families of solder in joints on a chip with gold", "family", "none", solder_family),
    AssemblyKind(
        "ubm_films", "films of the metal between gold and solder, from the gold up", "films", "none", ubm_films
    ),
    AssemblyKind("gold_barrier", "material of the film under a chip's gold", "film below", "none", gold_barrier),
    AssemblyKind(
        "gold_polymer", "polymers of a chip with gold (level: bottom, middle, top)", "material", "none", gold_polymer
    ),
    AssemblyKind("body", "materials of bodies (of: carriers, pillars)", "material", "none", body),
)
