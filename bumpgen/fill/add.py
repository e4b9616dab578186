"""A drawn layout with the dummies that its design asks for: one cell FILL, and notes on what it did and couldn't do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bumpgen.coverage import Windows, covered, kinds_of, merged, windows
from bumpgen.design import Design
from bumpgen.dummy import Dummy, dummy_of
from bumpgen.errors import InputError, Where
from bumpgen.fill.choose import Choice, choose
from bumpgen.fill.places import Places, places_for
from bumpgen.layout import Cell, Dummies, Instance, Label, Layout, Placement
from bumpgen.plan.lattice import instances

__all__ = ["filled"]

MOST = 4_000_000
"""A lattice of more places than this isn't meant."""


def filled(layout: Layout, design: Design, *, labels: bool = True) -> Layout:
    """The layout with dummies of each [[fill]] table in turn; each keeps away from those of the ones before.

    Raises InputError for a lattice of too many places, or a name that a bump has already.
    """
    for number, table in enumerate(design.file.fill):
        dummy = dummy_of(table, design.process)
        _check_count(dummy, layout, design, number)
        layout = _with(layout, dummy, design, labels)
    return layout


def _check_count(dummy: Dummy, layout: Layout, design: Design, number: int) -> None:
    assert layout.outline is not None
    x0, y0, x1, y1 = layout.outline
    count = (x1 - x0) * (y1 - y0) / (dummy.pitch[0] * dummy.pitch[1])
    if count > MOST:
        raise InputError(
            f"dummies every {dummy.pitch[0]:g}, {dummy.pitch[1]:g} µm would have {count:,.0f} places, "
            f"more than {MOST:,}",
            Where(design.path, key=f"fill.{number}.pitch"), hint="make dummies, or their pitch, larger",
        )  # fmt: skip


def _with(layout: Layout, dummy: Dummy, design: Design, labels: bool) -> Layout:
    """The layout with one table's dummies."""
    assert layout.outline is not None
    layer, asked = dummy.table.layer, dummy.density
    x0, y0, x1, y1 = layout.outline
    size = min(asked.window, max(x1 - x0, y1 - y0))
    sliding = windows(layout.outline, size, min(asked.step, size))
    base = covered(merged(kinds_of(layout, layer)), sliding.xs, sliding.ys)
    places = places_for(dummy, layout, design.process)
    choice = choose(places, dummy.areas[layer], base, sliding, asked.least)
    notes = (*layout.notes, *_notes(dummy, places, choice, sliding))
    points = places.points[choice.chosen]
    if not len(points):
        return replace(layout, notes=notes)
    return replace(_placed(layout, dummy, points, design, labels), notes=notes)


def _placed(layout: Layout, dummy: Dummy, points: np.ndarray, design: Design, labels: bool) -> Layout:
    """Dummies in the cell FILL, which stands in the top cell once; dummy bumps have names."""
    top = layout.top
    inside: tuple[Instance, ...] = ()
    others = []
    for instance in top.instances:
        if instance.cell.name == "FILL":
            inside = instance.cell.instances
        else:
            others.append(instance)
    fill = Cell("FILL", (), (*inside, *instances(dummy.cell, points, layout.grid)))
    names = _names(layout, design, len(points)) if dummy.table.site else ()
    made = Dummies(dummy.cell.name, tuple(dummy.areas), points, dummy.table.site or "", names)
    texts = top.labels
    if labels and "LABEL" in layout.layers:
        texts += tuple(Label("LABEL", name, x, y) for name, (x, y) in zip(names, points.tolist(), strict=False))
    whole = replace(top, instances=(*others, Placement(fill)), labels=texts)
    return replace(layout, top=whole, dummies=(*layout.dummies, made))


def _names(layout: Layout, design: Design, count: int) -> tuple[str, ...]:
    """DUMMY_1 and on, after those of earlier tables."""
    start = sum(len(made.names) for made in layout.dummies)
    names = tuple(f"DUMMY_{number}" for number in range(start + 1, start + count + 1))
    taken = {bump.name for bump in design.bumps}.intersection(names)
    if taken:
        raise InputError(
            f"bump {min(taken)} has a dummy's name", Where(design.path, key="fill"), hint="name the bump otherwise"
        )
    return names


def _notes(dummy: Dummy, places: Places, choice: Choice, sliding: Windows) -> Iterator[str]:
    """What was filled, and the windows that are out of range for all that."""
    table, asked = dummy.table, dummy.density
    what = f"dummy bumps ({table.site})" if table.site else f"dummies of {table.size:g} µm"
    count, free = int(choice.chosen.sum()), int(places.free.sum())
    before, after = (f"{v.min():.3g} to {v.max():.3g}" for v in (choice.before, choice.after))
    yield (
        f"fill: {count} {what} on {table.layer}, of {free} free places: windows of {sliding.size:g} µm covered "
        f"{before} before, {after} after"
    )
    short = choice.after < asked.least - 1e-6
    if short.any():
        yield _short(dummy, places, choice, sliding, short)
    over = choice.after > asked.most + 1e-6
    if over.any():
        drawn = int((choice.before > asked.most + 1e-6).sum())
        j, i = np.unravel_index(int(np.argmax(choice.after)), choice.after.shape)
        yield (
            f"fill: {int(over.sum())} of {over.size} windows on {table.layer} are above {asked.most:g}, {drawn} of "
            f"them without dummies: {choice.after[j, i]:.3g} {_where(sliding, int(j), int(i))}"
        )


def _where(sliding: Windows, j: int, i: int) -> str:
    x0, y0, x1, y1 = sliding.window(j, i)
    return f"at {x0:g}, {y0:g} to {x1:g}, {y1:g} µm"


def _short(dummy: Dummy, places: Places, choice: Choice, sliding: Windows, short: np.ndarray) -> str:
    """How many windows stay below what is asked, the lowest of them, and what stands in its way."""
    asked, layer = dummy.density, dummy.table.layer
    j, i = (int(k) for k in np.unravel_index(int(np.argmin(choice.after)), choice.after.shape))
    x0, y0, x1, y1 = sliding.window(j, i)
    points = places.points
    inside = (points[:, 0] >= x0) & (points[:, 0] < x1) & (points[:, 1] >= y0) & (points[:, 1] < y1)
    counts = np.bincount(places.blocked[inside & ~places.free], minlength=len(places.reasons))
    order = sorted(range(len(counts)), key=lambda n: -counts[n])
    why = [f"{counts[n]} are {places.reasons[n]}" for n in order if counts[n]]
    why.append(f"{int((inside & choice.chosen).sum())} are filled")
    missing = asked.least - choice.after[j, i]
    return (
        f"fill: {int(short.sum())} of {short.size} windows on {layer} stay below {asked.least:g}: the lowest has "
        f"{choice.after[j, i]:.3g}, {missing:.3g} too little, {_where(sliding, j, i)}: of {int(inside.sum())} places "
        f"there {', '.join(why)}"
    )
