"""Writing KLayout's DRC language: layer names, expressions, lengths, outputs, and the functions a deck needs."""

from __future__ import annotations

from bumpgen.expression import Binary, Call, Expression, Named, layers_of, parse
from bumpgen.process import Material, Process
from bumpgen.rules import Rule

__all__ = ["Ruby"]

_OPERATORS = {"and": "&", "or": "|", "not": "-", "xor": "^"}


class Ruby:
    """Collects what a deck uses: input layers by name, and helper functions by name."""

    def __init__(self, process: Process, materials: dict[str, Material]):
        self.process, self.materials = process, materials
        self.layers: dict[str, None] = {}
        self.helpers: dict[str, None] = {}

    def layer(self, expression: str | Expression) -> str:
        """A layer expression in Ruby."""
        tree = parse(expression) if isinstance(expression, str) else expression
        self.layers.update(dict.fromkeys(layers_of(tree)))
        return self._write(tree)

    def call(self, helper: str, *arguments: str) -> str:
        """A call of a helper function, which the deck then contains."""
        self.helpers[helper] = None
        return f"{helper}({', '.join(arguments)})"

    def length(self, value: float) -> str:
        """A length in µm as the deck writes it."""
        return f"{value:.12g}.um" if value >= 0 else f"({value:.12g}.um)"

    def output(self, rule: Rule, layer: str) -> str:
        """The line that reports a layer under the rule's id."""
        return f"{layer}.output({quoted(rule.id)}, {quoted(describe(rule))})"

    def verdict(self, rule: Rule, passes: bool, text: str) -> list[str]:
        """Lines for a rule without a place, judged from the process when the deck is written."""
        if passes:
            return [f"# holds by the process as it stood when this deck was written: {text}"]
        return [f"# broken by the process as it stood when this deck was written: {text}", self.output(rule, "extent")]

    def _write(self, tree: Expression) -> str:
        match tree:
            case Named(layer):
                return layer.lower()
            case Call(function, argument, numbers):
                return self._call(function, self._write(argument), numbers)
            case Binary(operator, left, right, negated):
                one, other = self._write(left), self._write(right)
                if operator in _OPERATORS:
                    return f"({one} {_OPERATORS[operator]} {other})"
                return f"{one}.{'not_' if negated else ''}{operator}({other})"

    def _call(self, function: str, layer: str, numbers: tuple[float, ...]) -> str:
        match function:
            case "opened":
                return f"{layer}.sized({self.length(-numbers[0])}).sized({self.length(numbers[0])})"
            case "closed":
                return f"{layer}.sized({self.length(numbers[0])}).sized({self.length(-numbers[0])})"
            case "sized":
                return f"{layer}.sized({self.length(numbers[0])})"
            case "with_area":
                return f"{layer}.with_area({numbers[0]:g}, {numbers[1]:g})"
            case _:
                return f"{layer}.{function}"


def describe(rule: Rule) -> str:
    """A rule in one line: what, limit, unit, why."""
    unit = rule.unit.replace(", exclusive", "")
    return f"{rule.kind} of {', '.join(rule.layers)}: {rule.limit} {unit}; {rule.reason}"


def quoted(text: str) -> str:
    """A Ruby string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("#", "\\#") + '"'
