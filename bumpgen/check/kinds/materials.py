"""Materials of the films on a layer: which they are, in which order, which melts first, what a resist stands."""

from __future__ import annotations

from bumpgen.check.kinds.judged import judged_kind, layer_of
from bumpgen.check.stack import (
    film_under,
    films_on,
    main_film,
    melting,
    peak,
    with_film,
    with_material,
)
from bumpgen.errors import InputError
from bumpgen.limits import Words
from bumpgen.process import Film, Material, Process
from bumpgen.rules import Rule

__all__ = ["ELEMENTS", "FILM_BELOW", "FILM_STACK", "MATERIAL", "MELTS_ABOVE", "STANDS_REFLOW", "words_of"]


def words_of(identity: str, material: Material) -> set[str]:
    """What a rule may call a material: its id, its groups, its family, as words of a limit."""
    family = material.family or ""
    return {identity, *material.groups, family.lower().replace("-", "_")} - {""}


def judged_films(rule: Rule, process: Process) -> tuple[Film, ...]:
    """Films the rule asks about: `film = "main"` (default), "lowest", or "upper", all but the lowest."""
    films = films_on(process, layer_of(rule))
    main = main_film(process, layer_of(rule))
    which = rule.options.get("film", "main")
    if which == "main":
        return (main,)
    if which == "lowest":
        return films[:1]
    if which == "upper":
        if len(films) == 1:
            raise InputError(f"{process.name} has one film only on {layer_of(rule)}")
        return films[1:]
    raise InputError(f"rule {rule.id}: film = {which!r} is none of main, lowest, upper")


def limit_words(rule: Rule) -> tuple[str, ...]:
    """The words of a limit."""
    if not isinstance(rule.parsed, Words):
        raise ValueError(f'rule {rule.id} of kind {rule.kind} needs words like "ti|tiw" as limit, not {rule.limit!r}')
    return rule.parsed.words


def material(rule: Rule, process: Process) -> str:
    """The word of the limit that names the films' materials, or the id of one that none names."""
    words = limit_words(rule)
    named = ""
    for film in judged_films(rule, process):
        fitting = words_of(film.material, process.materials[film.material]).intersection(words)
        if not fitting:
            return film.material
        named = min(fitting)
    return named


def elements(rule: Rule, process: Process) -> str:
    """An element of the main film, one that the limit doesn't list if there is any."""
    film = judged_films(rule, process)[0]
    composition = process.materials[film.material].composition
    if not composition:
        raise InputError(f"{film.material} has no composition in the table of materials")
    present = [element.lower() for element in composition]
    return next((element for element in present if element not in limit_words(rule)), present[0])


def below(rule: Rule, process: Process) -> str:
    """The material of the film under the main one; "none" if there is no film under it."""
    film = film_under(process, layer_of(rule))
    return "none" if film is None else film.material


def stack(rule: Rule, process: Process) -> str:
    """Materials of a layer from the bottom up, neighbours of one material once: ti_cu_ni."""
    main_film(process, layer_of(rule))
    names: list[str] = []
    for film in films_on(process, layer_of(rule)):
        if names[-1:] != [film.material]:
            names.append(film.material)
    return "_".join(names)


def melts(rule: Rule, process: Process) -> float:
    """Solidus of the first layer's main film less the liquidus of the second's, K."""
    one, other = main_film(process, layer_of(rule, 0)), main_film(process, layer_of(rule, 1))
    return melting(process, one, "solidus") - melting(process, other, "liquidus")


def stands(rule: Rule, process: Process) -> float:
    """What the layer's main film stands less the hottest reflow, K."""
    return melting(process, main_film(process, layer_of(rule)), "max_temperature") - peak(process)


def word_cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """Each word of the limit by its number, and the number after the last: a material that none names."""
    count = len(limit_words(rule))
    return [*((float(i), True) for i in range(count)), (float(count), False)]


def kelvin_cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The limit and 0.1 K to either side."""
    return [(rule.value, not rule.exclusive), (rule.value + 0.1, True), (rule.value - 0.1, False)]


def chosen(rule: Rule, process: Process, value: float, *, by_element: bool = False) -> str:
    """A material that the word of that number names, or one that no word names."""
    words, table = limit_words(rule), process.materials
    named = {
        key: {e.lower() for e in one.composition} if by_element else words_of(key, one)
        for key, one in table.items()
        if one.composition or not by_element
    }
    if round(value) < len(words):
        wanted = words[round(value)]
        return next(key for key, names in named.items() if (names == {wanted} if by_element else wanted in names))
    return next(key for key, names in named.items() if not names.intersection(words))


def of_material(rule: Rule, process: Process, value: float) -> Process:
    """The films asked about made of the chosen material."""
    name = chosen(rule, process, value)
    for film in judged_films(rule, process):
        process = with_film(process, film.name, material=name)
    return process


def of_elements(rule: Rule, process: Process, value: float) -> Process:
    """The main film made of the chosen element."""
    return with_film(
        process, judged_films(rule, process)[0].name, material=chosen(rule, process, value, by_element=True)
    )


def over(rule: Rule, process: Process, value: float) -> Process:
    """The film under the main one made of the chosen material."""
    film = film_under(process, layer_of(rule))
    if film is None:
        raise InputError(f"{process.name} has no film under the main one on {layer_of(rule)}")
    return with_film(process, film.name, material=chosen(rule, process, value))


def stacked(rule: Rule, process: Process, value: float) -> Process:
    """The layer's films made of the chosen stack's materials, the last repeated; upside down for none of them."""
    words = limit_words(rule)
    known = round(value) < len(words)
    names = words[round(value)].split("_") if known else words[0].split("_")[::-1]
    films = films_on(process, layer_of(rule))
    for film, name in zip(films, [*names, *[names[-1]] * len(films)], strict=False):
        process = with_film(process, film.name, material=name)
    return process


def melting_at(rule: Rule, process: Process, value: float) -> Process:
    """The first layer's material made to melt `value` K above the second's."""
    other = melting(process, main_film(process, layer_of(rule, 1)), "liquidus")
    return with_material(process, main_film(process, layer_of(rule, 0)).material, solidus=other + value)


def standing(rule: Rule, process: Process, value: float) -> Process:
    """The layer's material made to stand `value` K more than the reflow."""
    return with_material(process, main_film(process, layer_of(rule)).material, max_temperature=peak(process) + value)


MATERIAL = judged_kind(
    "material", "material, group or family of a layer's main film (film: lowest, upper: of others)", (1, 1),
    "material", "none", material, of_material, word_cases,
)  # fmt: skip

ELEMENTS = judged_kind(
    "elements", "elements a layer's main film may consist of", (1, 1), "element", "none", elements, of_elements,
    word_cases,
)  # fmt: skip

FILM_BELOW = judged_kind(
    "film_below", "material of the film under a layer's main film and its seed", (1, 1), "film below", "none",
    below, over, word_cases,
)  # fmt: skip

FILM_STACK = judged_kind(
    "film_stack", "materials of a layer's films from the bottom up", (1, 1), "films", "none", stack, stacked, word_cases
)

MELTS_ABOVE = judged_kind(
    "melts_above", "how much higher the first layer's material begins to melt than the second's is molten", (2, 2),
    "difference of the melting points", "least", melts, melting_at, kelvin_cases,
)  # fmt: skip

STANDS_REFLOW = judged_kind(
    "stands_reflow", "how much more heat a layer's resist or polymer stands than the hottest reflow has", (1, 1),
    "margin", "least", stands, standing, kelvin_cases,
)  # fmt: skip
