"""Layers derived from others, in a small readable form: one parser for every engine.

    RDL                             a layer of the process
    RDL and POLY2                   what both cover; also or, not (without), xor
    RDL interacting PAD             whole shapes: touching or overlapping; also inside, outside, covering, overlapping
    RDL not interacting PAD         the others
    sized(UBM, -10)                 grown (or shrunk) per side, µm; also opened, closed (µm per side)
    holes(RDL)                      also hulls, extents, rectangles, merged
    with_area(RDL, 100, 500)        shapes of an area from, below, µm²

Operators stand left to right; two different ones side by side need parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["BOOLEANS", "FUNCTIONS", "SELECTIONS", "Binary", "Call", "Expression", "Named", "layers_of", "parse"]

BOOLEANS = ("and", "or", "not", "xor")
"""Operators on areas."""

SELECTIONS = ("interacting", "inside", "outside", "covering", "overlapping")
"""Operators that keep whole shapes of the left side."""

FUNCTIONS = {
    "sized": 1, "opened": 1, "closed": 1, "holes": 0, "hulls": 0, "extents": 0, "rectangles": 0, "merged": 0,
    "with_area": 2,
}  # fmt: skip
"""Functions and how many numbers follow the layer."""

_TOKEN = re.compile(r"\s*(?:([A-Za-z_][A-Za-z0-9_]*)|([-+]?\d+(?:\.\d+)?)|([(),]))")


@dataclass(frozen=True, slots=True)
class Named:
    """A layer of the process."""

    layer: str


@dataclass(frozen=True, slots=True)
class Binary:
    """Two expressions and the operator between them; `negated`: a selection of the others."""

    operator: str
    left: Expression
    right: Expression
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A function of an expression and numbers (µm, or µm² for areas)."""

    function: str
    argument: Expression
    numbers: tuple[float, ...] = ()


Expression: TypeAlias = Named | Binary | Call


def layers_of(expression: Expression) -> tuple[str, ...]:
    """Layers an expression reads, each once, in order."""
    return tuple(dict.fromkeys(_layers(expression)))


def _layers(expression: Expression) -> Iterator[str]:
    match expression:
        case Named(layer):
            yield layer
        case Binary(_, left, right):
            yield from _layers(left)
            yield from _layers(right)
        case Call(_, argument):
            yield from _layers(argument)


def parse(text: str) -> Expression:
    """The expression a text says; raises ValueError naming the place where it stops making sense."""
    parser = _Parser(text)
    expression = parser.expression()
    if parser.next is not None:
        raise parser.error("an operator or the end")
    return expression


class _Parser:
    def __init__(self, text: str):
        self.text = text
        self.tokens = list(_tokens(text))
        self.at = 0

    @property
    def next(self) -> str | None:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else None

    def error(self, wanted: str) -> ValueError:
        place = self.tokens[self.at][1] if self.at < len(self.tokens) else len(self.text)
        found = repr(self.next) if self.next is not None else "the end"
        return ValueError(
            f"layer expression {self.text!r}: {found} at character {place + 1}, but {wanted} was expected"
        )

    def take(self, token: str | None = None) -> str:
        if self.next is None or (token is not None and self.next != token):
            raise self.error(repr(token) if token else "a layer")
        self.at += 1
        return self.tokens[self.at - 1][0]

    def expression(self) -> Expression:
        left = self.term()
        used: tuple[str, bool] | None = None
        while self.next in BOOLEANS or self.next in SELECTIONS:
            operator, negated = self.operator()
            if used not in (None, (operator, negated)):
                raise ValueError(f"layer expression {self.text!r} mixes operators: write parentheses")
            used = (operator, negated)
            left = Binary(operator, left, self.term(), negated)
        return left

    def operator(self) -> tuple[str, bool]:
        word = self.take()
        if word == "not" and self.next in SELECTIONS:
            return self.take(), True
        return word, False

    def term(self) -> Expression:
        if self.next == "(":
            self.take("(")
            inner = self.expression()
            self.take(")")
            return inner
        word = self.take()
        if word in FUNCTIONS:
            return self.call(word)
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", word):
            self.at -= 1
            raise self.error(f"a layer, ( or one of {', '.join(FUNCTIONS)}")
        return Named(word)

    def call(self, function: str) -> Call:
        self.take("(")
        argument = self.expression()
        numbers = []
        for _ in range(FUNCTIONS[function]):
            self.take(",")
            if self.next is None or not re.fullmatch(r"[-+]?\d+(\.\d+)?", self.next):
                raise self.error("a number")
            numbers.append(float(self.take()))
        self.take(")")
        return Call(function, argument, tuple(numbers))


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """Tokens and where each begins."""
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"layer expression {text!r}: can't read {text[at:].strip()!r}")
        yield found[found.lastindex or 0], found.start(found.lastindex or 0)
        at = found.end()
