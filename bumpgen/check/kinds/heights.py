"""Heights of what the process leaves on a layer, as plated or placed: sums of films, µm."""

from __future__ import annotations

from bumpgen.check.kind import Kind
from bumpgen.check.kinds.judged import SLACK, judged_kind, layer_of
from bumpgen.check.stack import height, main_film, with_film
from bumpgen.limits import Choices, Number, Range
from bumpgen.process import Process
from bumpgen.rules import Rule

__all__ = ["FILM_MIN", "FILM_RATIO", "HEIGHT", "HEIGHT_MAX", "HEIGHT_MIN", "HIGHER", "choice_cases", "raised"]


def measure(rule: Rule, process: Process) -> float:
    """The height of a layer's films."""
    main_film(process, layer_of(rule))
    return height(process, layer_of(rule))


def raised(process: Process, layer: str, value: float) -> Process:
    """The process in which a layer is `value` high, by its main film."""
    main = main_film(process, layer)
    return with_film(process, main.name, main.thickness.value + value - height(process, layer))


def alter(rule: Rule, process: Process, value: float) -> Process:
    """The first layer made `value` high."""
    return raised(process, layer_of(rule), value)


def choice_cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """Both ends of each choice's tolerance, and a grid step beyond each."""
    choices = rule.parsed
    if isinstance(choices, Number):
        choices = Choices(((choices.value, 0.0),))
    if not isinstance(choices, Choices):
        raise ValueError(f'rule {rule.id} of kind {rule.kind} needs a limit like "28 ± 2|32 ± 2", not {rule.limit!r}')
    spans = [(value - tolerance, value + tolerance) for value, tolerance in choices.values]
    ends = [end for span in spans for end in span]
    beyond = [end + step for low, high in spans for end, step in ((low, -grid), (high, grid))]
    return [(end, True) for end in ends] + [
        (value, any(low - SLACK <= value <= high + SLACK for low, high in spans)) for value in beyond
    ]


def thickness(rule: Rule, process: Process) -> float:
    """The thickness of a layer's main film."""
    return main_film(process, layer_of(rule)).thickness.value


def thicken(rule: Rule, process: Process, value: float) -> Process:
    """The main film made `value` thick."""
    return with_film(process, main_film(process, layer_of(rule)).name, value)


def difference(rule: Rule, process: Process) -> float:
    """The first layer's height less the second's."""
    one, other = layer_of(rule, 0), layer_of(rule, 1)
    main_film(process, one), main_film(process, other)
    return height(process, one) - height(process, other)


def differ(rule: Rule, process: Process, value: float) -> Process:
    """The first layer made `value` higher than the second."""
    return raised(process, layer_of(rule, 0), height(process, layer_of(rule, 1)) + value)


def ratio(rule: Rule, process: Process) -> float:
    """The first layer's main film over the second's, e.g. a resist over the ball that is dropped into it."""
    one, other = (main_film(process, layer_of(rule, i)).thickness.value for i in (0, 1))
    return one / other


def proportion(rule: Rule, process: Process, value: float) -> Process:
    """The first layer's main film made `value` times as thick as the second's."""
    other = main_film(process, layer_of(rule, 1)).thickness.value
    return with_film(process, main_film(process, layer_of(rule, 0)).name, value * other)


def range_cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """Both ends of a range, and a step beyond each."""
    span = rule.parsed
    if not isinstance(span, Range):
        raise ValueError(f'rule {rule.id} of kind {rule.kind} needs a limit like "0.5 to 1", not {rule.limit!r}')
    return [(span.least, True), (span.most, True), (span.least - grid, False), (span.most + grid, False)]


HEIGHT = judged_kind(
    "height", "height of the films on a layer, as plated: one of the choices", (1, 1), "height", "exact",
    measure, alter, choice_cases,
)  # fmt: skip

HEIGHT_MIN = judged_kind(
    "height_min", "least height of the films on a layer", (1, 1), "height", "least", measure, alter
)

HEIGHT_MAX = judged_kind(
    "height_max", "greatest height of the films on a layer", (1, 1), "height", "most", measure, alter
)

HIGHER: Kind = judged_kind(
    "higher", "how much higher the first layer's films are than the second's, at least", (2, 2),
    "difference of the heights", "least", difference, differ,
)  # fmt: skip

FILM_MIN = judged_kind(
    "film_min", "least thickness of the thickest film on a layer", (1, 1), "film thickness", "least", thickness, thicken
)

FILM_RATIO = judged_kind(
    "film_ratio", "thickness of the first layer's main film over the second's, or over the ball's diameter", (2, 2),
    "ratio of the films", "none", ratio, proportion, range_cases,
)  # fmt: skip
