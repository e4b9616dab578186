"""All predicates by name, and how a condition of a table calls one.

A predicate of a die is held against the die itself, or in a claim about joined parts against the one its key
`part` names; a predicate of joined parts against the joints as they are read.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bumpgen.check.claims import films, gold, joined, module, shapes
from bumpgen.check.claims.dies import DrawnDie
from bumpgen.check.claims.mating import Mating
from bumpgen.check.claims.verdict import Verdict
from bumpgen.validation import near

__all__ = ["OF_DIES", "OF_JOINTS", "Condition", "mistake"]

OF_DIES: dict[str, Callable[..., Verdict]] = shapes.PREDICATES | films.PREDICATES
"""Predicates of one die."""

OF_JOINTS: dict[str, Callable[..., Verdict]] = joined.PREDICATES | module.PREDICATES | gold.PREDICATES
"""Predicates of two joined parts."""

PARTS = ("first", "second")


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate's name with its parameters, as a table states it."""

    that: str
    parameters: Mapping[str, str | float]

    def held(self, against: DrawnDie | Mating) -> Verdict:
        """What it says of a die or of joined parts."""
        values = dict(self.parameters)
        if self.that in OF_JOINTS:
            return OF_JOINTS[self.that](against, **values)
        part = str(values.pop("part", "first"))
        die = against if isinstance(against, DrawnDie) else against.die(part)
        return OF_DIES[self.that](die, **values)


def mistake(that: str, parameters: Mapping[str, str | float], joints: bool) -> str:
    """What is wrong with a condition of a claim about joints or about one die; "" if nothing is."""
    known = OF_DIES | OF_JOINTS if joints else OF_DIES
    if that not in known:
        return f"there is no predicate {that!r}: {near(that, known)}"
    wanted = {
        name: value
        for name, value in inspect.signature(known[that]).parameters.items()
        if value.kind == value.KEYWORD_ONLY
    }
    given = set(parameters)
    if joints and that in OF_DIES:
        if parameters.get("part") not in PARTS:
            return f"{that} is about one die: part = 'first' or 'second' is needed"
        given.discard("part")
    strange = sorted(given - set(wanted))
    if strange:
        return f"{that} has no parameter {strange[0]!r}: {near(strange[0], wanted)}"
    missing = [name for name, value in wanted.items() if value.default is value.empty and name not in given]
    return f"{that} needs {missing[0]}" if missing else ""
