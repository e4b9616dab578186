"""The verdicts on nets, as results beside those of the rules: opens, shorts, exchanges, floating metal …"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from bumpgen.check.net_rows import dangling, measured_pieces, net_rows, overloaded
from bumpgen.check.net_shift import explanation
from bumpgen.check.net_verdicts import Comparison
from bumpgen.check.nets import Extraction, Floating, extract
from bumpgen.check.scene import Scene
from bumpgen.check.terminals import Terminal
from bumpgen.errors import InputError
from bumpgen.layout import Dummies
from bumpgen.report import Box, NetRow, Place, RuleResult, Severity, counted

__all__ = ["MOST_PLACES", "check_nets", "compare_nets"]

MOST_PLACES = 1000
"""So many places of one result are kept; the rest are counted."""

REASONS: dict[str, tuple[str, Severity, str]] = {
    "NET.MISS.1": ("missing", "error", "a pad or bump without metal isn't connected"),
    "NET.SWAP.1": ("exchange", "error", "each signal must reach the bump that bears its name"),
    "NET.SHORT.1": ("short", "error", "metal must not join two nets"),
    "NET.OPEN.1": ("open", "error", "all pads and bumps of a net must hang together"),
    "NET.FLOAT.1": ("floating", "warning", "metal on no net is charged by plasma and couples its neighbours"),
    "NET.DUMMY.1": ("dummy", "error", "dummy metal joins nothing: where it touches a net, it may join two"),
    "NET.ANT.1": ("antenna", "warning", "a wire that ends nowhere is left over, or has lost what it led to"),
    "NET.CUR.1": ("current", "error", "a wire that carries too much current wears out by electromigration"),
}
"""Result → kind, severity, reason."""


def _wanted(rule: str, currents: Mapping[str, float] | None, dummies: Sequence[Dummies]) -> bool:
    return {"NET.CUR.1": bool(currents), "NET.DUMMY.1": bool(dummies)}.get(rule, True)


def compare_nets(found: Extraction, dummies: Sequence[Dummies] = ()) -> tuple[RuleResult, ...]:
    """Extracted nets held against the terminals' nets: missing metal, exchanges, shorts, opens, floating metal.

    Dummy metal floats without a fault, which the note of NET.FLOAT.1 counts; where it does not, NET.DUMMY.1 says so.
    What makes many bumps disagree at once (a mirrored or moved map) is said in the first violated result's note,
    what of the process's connections couldn't be judged as written in that of NET.OPEN.1.
    """
    comparison = Comparison(found)
    results = [
        _result("NET.MISS.1", found, comparison.missing),
        _result("NET.SWAP.1", found, comparison.swaps),
        _result("NET.SHORT.1", found, comparison.shorts),
        _result("NET.OPEN.1", found, comparison.opens),
    ]
    cause = explanation(found) if any(result.count for result in results) else ""
    if cause:
        first = next(k for k, result in enumerate(results) if result.count)
        results[first] = replace(results[first], note=cause)
    told = "; ".join(text for text in (results[-1].note, *found.notes) if text)
    results[-1] = replace(results[-1], note=told)
    if not dummies:
        return (*results, _result("NET.FLOAT.1", found, lambda: map(_loose, found.floating())))
    return (*results, *_with_dummies(found, dummies))


def check_nets(
    scene: Scene,
    terminals: Sequence[Terminal],
    *,
    temperature: float = 20.0,
    current_density: float | None = None,
    currents: Mapping[str, float] | None = None,
    dummies: Sequence[Dummies] = (),
) -> tuple[tuple[RuleResult, ...], tuple[NetRow, ...]]:
    """All verdicts on a scene's nets, and a row for each net that the terminals name.

    `temperature` in °C, `current_density` in A/cm², `currents` (A) by net; a stated current of a net that no
    terminal names is an InputError. `dummies` float, and must.
    Where nothing of the process's connections is drawn, nothing is tested.
    """
    unknown = sorted(set(currents or ()) - {terminal.net for terminal in terminals})
    if unknown:
        raise InputError(f"a current is stated for {unknown[0]!r}, which is no net", hint="name a net of the terminals")
    found = extract(scene, terminals)
    if not found.layers or not terminals:
        why = "no conductor of the process is drawn" if terminals else "no terminals are given"
        return tuple(_untested(rule, why) for rule in REASONS if _wanted(rule, currents, dummies)), ()
    start = time.perf_counter()
    results = compare_nets(found, [made for made in dummies if not made.names])
    measured = measured_pieces(found)
    rows = net_rows(found, measured, temperature, current_density, currents)
    antennas = _result("NET.ANT.1", found, lambda: dangling(found, measured))
    if not currents and current_density is None:
        return (*results, antennas), rows
    if not currents or current_density is None:
        what = "no current of a net" if not currents else "no current density"
        return (*results, antennas, _untested("NET.CUR.1", f"{what} is stated")), rows
    load = _result("NET.CUR.1", found, lambda: overloaded(found, rows))
    return (*results, antennas, replace(load, seconds=time.perf_counter() - start)), rows


def _with_dummies(found: Extraction, dummies: Sequence[Dummies]) -> tuple[RuleResult, RuleResult]:
    """Metal that floats beside the dummies, which do so on purpose; and dummies that don't."""
    cells = {made.cell for made in dummies}
    floating = list(found.floating())
    free = {(loose.cell, *_middle(loose.box)) for loose in floating if loose.cell in cells}
    others = [loose for loose in floating if loose.cell not in cells]
    result = _result("NET.FLOAT.1", found, lambda: map(_loose, others))
    told = f"{counted(len(free), 'dummy floats', 'dummies float')}, as the design asks"
    return replace(result, note=told), _result("NET.DUMMY.1", found, lambda: _touching(dummies, free))


def _middle(box: Box) -> tuple[float, float]:
    """The middle of a box to the nanometre."""
    return round((box[0] + box[2]) / 2, 3), round((box[1] + box[3]) / 2, 3)


def _touching(dummies: Sequence[Dummies], free: Container[tuple[str, float, float]]) -> Iterator[Place]:
    """Dummies that are not found floating where they were put."""
    for made in dummies:
        for x, y in made.points.tolist():
            if (made.cell, round(x, 3), round(y, 3)) not in free:
                box = (x - 1.0, y - 1.0, x + 1.0, y + 1.0)
                message = f"the dummy on {' and '.join(made.layers)} at {x:g}, {y:g} µm touches other metal"
                yield Place("NET.DUMMY.1", box, None, message, (_square(box),), cell=made.cell)


def _square(box: Box) -> tuple[tuple[float, float], ...]:
    x0, y0, x1, y1 = box
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def _loose(loose: Floating) -> Place:
    inside = f" in cell {loose.cell}" if loose.cell else ""
    message = f"metal on {' and '.join(loose.layers)}{inside} is on no terminal's net"
    return Place("NET.FLOAT.1", loose.box, None, message, (_square(loose.box),), cell=loose.cell)


def _result(rule: str, found: Extraction, search: Callable[[], Iterable[Place]]) -> RuleResult:
    start = time.perf_counter()
    places = iter(search())
    kept = list(islice(places, MOST_PLACES))
    count = len(kept) + sum(1 for _ in places)
    kept.sort(key=lambda place: place.box or (0, 0, 0, 0))
    kind, severity, reason = REASONS[rule]
    return RuleResult(
        rule, kind, tuple(found.layers), "as named", "", severity, reason, "own",
        "violated" if count else "clean", tuple(kept), count, "", time.perf_counter() - start,
    )  # fmt: skip


def _untested(rule: str, why: str) -> RuleResult:
    kind, severity, reason = REASONS[rule]
    return RuleResult(rule, kind, (), "as named", "", severity, reason, "own", "not tested", note=why)
