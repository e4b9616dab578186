"""Predicates about what one die's process makes: its body, films and solder, and the order of its steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bumpgen.check.claims.dies import DrawnDie
from bumpgen.check.claims.roles import ROLES
from bumpgen.check.claims.shapes import lacking, ruled
from bumpgen.check.claims.verdict import Verdict, absent, compared, fails, holds, of_result
from bumpgen.check.kinds.materials import words_of
from bumpgen.check.stack import films_on, main_film, melting, peak
from bumpgen.process import Film, Process
from bumpgen.report import counted, number
from bumpgen.steps import Clean, Coat, Deposit, Develop, Etch, Fill, Place, Plate, Reflow, Step, Strip

__all__ = ["PREDICATES"]


def body(die: DrawnDie, *, words: str) -> Verdict:
    """What the die stands on is of a family or material."""
    bodies = [film for film in die.process.films if "substrate" in die.process.materials[film.material].groups]
    if not bodies:
        return fails(f"process {die.process.name} names no body")
    named = words_of(bodies[0].material, die.process.materials[bodies[0].material])
    return compared(bool(named.intersection(words.split("|"))), f"the body is of {bodies[0].material}")


def passivated(die: DrawnDie) -> Verdict:
    """The openings over the contact pads are, among others, in the chip's passivation."""
    if missing := lacking(die, "opening"):
        return missing
    films = [film for layer in die.roles.openings for film in films_on(die.process, layer)]
    if not films:
        return fails("nothing covers the edges of the contact pads")
    told = ", ".join(f"{film.name} of {film.material}" for film in films)
    passivation = die.roles["passivation"]
    return compared(passivation in die.roles.openings, f"the contact pads are bared by openings in {told}")


def films(die: DrawnDie, *, of: str, least: float) -> Verdict:
    """A role has at least so many films on each other."""
    if missing := lacking(die, of, "ball"):
        return missing
    found = films_on(die.process, die.roles[of])
    told = "/".join(film.material for film in found)
    return compared(len(found) >= least, f"{ROLES[of]} of {counted(len(found), 'film', 'films')}: {told}")


def material(die: DrawnDie, *, of: str, words: str, film: str = "main") -> Verdict:
    """Films of a role (film: main, lowest, or upper, all but the lowest) are of one of some materials or groups."""
    if missing := lacking(die, of):
        return missing
    layer = die.roles[of]
    found = films_on(die.process, layer)
    chosen = {"main": (main_film(die.process, layer),), "lowest": found[:1], "upper": found[1:]}[film]
    told = f"{_listed(chosen)} of {ROLES[of]}"
    result = ruled(die, "material", (layer,), words, "material", film=film)
    if result.status == "violated":
        return fails(f"{told}: none of {words.replace('|', ', ')}")
    return of_result(result, told)


def _listed(films: tuple[Film, ...]) -> str:
    return " and ".join(f"{film.name} ({film.material})" for film in films) or "no film"


def structure(die: DrawnDie, *, words: str) -> Verdict:
    """The patterned structure that is filled with flux is of one of some groups: resist, polymer."""
    film = die.roles.structure
    if film is None:
        return fails(f"process {die.process.name} fills no patterned structure with flux")
    named = words_of(film.material, die.process.materials[film.material])
    return compared(bool(named.intersection(words.split("|"))), f"the patterned structure is of {film.material}")


def _elements(die: DrawnDie) -> tuple[str, list[str]] | None:
    """Id and elements of the solder block, small letters."""
    if die.roles.ball is None:
        return None
    name = die.roles.ball.material
    return name, [element.lower() for element in die.process.materials[name].composition]


def _solder(die: DrawnDie, judge: Callable[[set[str]], bool]) -> Verdict:
    found = _elements(die)
    if found is None:
        return absent(f"process {die.process.name} places no solder block")
    told = " and ".join(element.capitalize() for element in found[1]) or "nothing the table of materials says"
    return compared(judge(set(found[1])), f"the solder block is of {found[0]}: {told}")


def solder_has(die: DrawnDie, *, words: str) -> Verdict:
    """The solder block has all of some elements."""
    return _solder(die, lambda elements: elements.issuperset(words.split("|")))


def solder_lacks(die: DrawnDie, *, words: str) -> Verdict:
    """The solder block's composition is known and has none of some elements."""
    return _solder(die, lambda elements: bool(elements) and elements.isdisjoint(words.split("|")))


def solder_has_one(die: DrawnDie, *, words: str) -> Verdict:
    """The solder block has at least one of some elements."""
    return _solder(die, lambda elements: not elements.isdisjoint(words.split("|")))


def stands_reflow(die: DrawnDie) -> Verdict:
    """The patterned structure stands the reflow it is still there for, °C."""
    film = die.roles.structure
    if film is None:
        return fails(f"process {die.process.name} fills no patterned structure with flux")
    if die.process.materials[film.material].max_temperature is None:
        return fails(f"what {film.material} stands is not in the table of materials")
    if not any(isinstance(step, Reflow) for step in die.process.steps):
        return fails(f"process {die.process.name} has no reflow")
    stands, hottest = melting(die.process, film, "max_temperature"), peak(die.process)
    told = f"{film.material} stands {number(stands)} °C, the reflow peaks at {number(hottest)} °C"
    return compared(stands >= hottest, told)


def redistributed(die: DrawnDie) -> Verdict:
    """The contact pads lie on a redistribution layer: metal that leads on to pads below."""
    if missing := lacking(die, "pad"):
        return missing
    pad, lower = die.roles["pad"], die.roles.lower
    return compared(bool(lower), f"contact pads are {pad}, which {f'leads to {lower}' if lower else 'leads nowhere'}")


def flow(die: DrawnDie, *, order: str) -> Verdict:
    """Steps of the process come in an order: words of `WORDS`, "a+b" for both in any order."""
    if die.roles.ball is None:
        return absent(f"process {die.process.name} places no solder block")
    after, told = 0, list[str]()
    for words in order.split("|"):
        found = {word: _first(WORDS[word](die.process, die), after) for word in words.split("+")}
        lacking = next((word for word, step in found.items() if not step), "")
        if lacking:
            known = told and _first(WORDS[lacking](die.process, die), 0)
            return fails(f"no step is “{lacking}”" + (f" after {told[-1]}" if known else ""))
        after = max(found.values())
        told.append(" and ".join(f"{word} (step {step})" for word, step in found.items()))
    return holds(", ".join(told))


def _first(groups: Groups, after: int) -> int:
    """The step by which one of each group is done after a step; 0 if some group has none there."""
    later = [[number for number in group if number > after] for group in groups]
    return max(group[0] for group in later) if later and all(later) else 0


Groups = list[list[int]]
"""Numbers of steps; of each group one is needed."""


def _numbers(process: Process, wanted: Callable[[Step], bool]) -> list[int]:
    return [number for number, step in enumerate(process.steps, 1) if wanted(step)]


def _made(process: Process, film: Film) -> list[int]:
    return _numbers(process, lambda step: isinstance(step, Deposit | Plate) and step.film == film.name)


def _ubm(process: Process, die: DrawnDie) -> tuple[Film, ...]:
    return films_on(process, die.roles["ubm"]) if die.roles["ubm"] else ()


def _adhesion(process: Process, die: DrawnDie) -> Groups:
    return [_made(process, film) for film in _ubm(process, die)[:1]]


def _metal(process: Process, die: DrawnDie) -> Groups:
    return [_made(process, film) for film in _ubm(process, die)[1:]]


def _pattern(process: Process, die: DrawnDie) -> Groups:
    return [_numbers(process, partial(_shapes, film.name)) for film in _ubm(process, die)]


def _shapes(film: str, step: Step) -> bool:
    """Whether a step gives a film its pattern: it is etched, or plated into a resist."""
    plated = isinstance(step, Plate) and step.film == film and step.into is not None
    return plated or (isinstance(step, Etch) and film in step.films)


def _structure(process: Process, die: DrawnDie) -> Groups:
    film = die.roles.structure
    if film is None:
        return [[]]
    coated = _numbers(process, lambda step: isinstance(step, Coat) and step.film == film.name)
    opened = _numbers(process, lambda step: isinstance(step, Develop | Etch) and film.name in _films_of(step))
    return [coated, opened]


def _films_of(step: Step) -> tuple[str, ...]:
    return step.films if isinstance(step, Etch) else (step.film,) if isinstance(step, Develop) else ()


def _flux(process: Process, _die: DrawnDie) -> Groups:
    return [_numbers(process, lambda step: isinstance(step, Fill))]


def _place(process: Process, _die: DrawnDie) -> Groups:
    return [_numbers(process, lambda step: isinstance(step, Place))]


def _reflow(process: Process, die: DrawnDie) -> Groups:
    ball = die.roles.ball
    return [_numbers(process, lambda step: isinstance(step, Reflow) and ball is not None and ball.name in step.films)]


def _clean(process: Process, die: DrawnDie) -> Groups:
    flux = die.roles.flux
    return [_numbers(process, lambda step: isinstance(step, Clean) and flux is not None and step.film == flux.name)]


def _strip(process: Process, die: DrawnDie) -> Groups:
    film = die.roles.structure
    return [_numbers(process, lambda step: isinstance(step, Strip) and film is not None and step.film == film.name)]


WORDS: dict[str, Callable[[Process, DrawnDie], Groups]] = {
    "adhesion": _adhesion, "metal": _metal, "pattern": _pattern, "structure": _structure, "flux": _flux,
    "place": _place, "reflow": _reflow, "clean": _clean, "strip": _strip,
}  # fmt: skip
"""What `flow` may ask for, and which steps of a process that is."""

PREDICATES: dict[str, Callable[..., Verdict]] = {
    "body": body, "passivated": passivated, "films": films, "material": material, "structure": structure,
    "solder_has": solder_has, "solder_lacks": solder_lacks, "solder_has_one": solder_has_one,
    "stands_reflow": stands_reflow, "redistributed": redistributed, "flow": flow,
}  # fmt: skip
