"""A process read step by step on a cut: a frame each, with what came, what went and what physics has against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bumpgen.cut import Cut
from bumpgen.layout import Layout
from bumpgen.masks.applied import applied_steps
from bumpgen.process import Process
from bumpgen.section import after, flux, metal, resist, solder
from bumpgen.section.scene import Scene, Warned
from bumpgen.section.state import State
from bumpgen.section.told import title_of
from bumpgen.steps import Step

__all__ = ["Frame", "LedgerRow", "Strip", "ledger_of", "read_process_on"]

DONE: dict[str, Callable[[Any, int, Scene, State], State]] = {
    "deposit": metal.deposit, "etch": metal.etch, "plate": metal.plate,
    "coat": resist.coat, "expose": resist.expose, "develop": resist.develop, "cure": resist.cure,
    "strip": resist.strip, "clean": resist.clean,
    "print": solder.print_paste, "fill": flux.fill, "place": solder.place, "reflow": solder.reflow,
    "singulate": after.singulate, "join": after.join, "encapsulate": after.encapsulate,
}  # fmt: skip
"""What carries out each kind of step."""


MOVES = ("plate", "place", "print", "fill", "etch", "develop", "reflow", "strip", "clean", "singulate")
"""Kinds of steps that a cut may not meet."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What a step did to a film: µm² on the cut before and after; µm³ of solder whose site's middle the cut meets."""

    film: str
    material: str
    before: float
    after: float
    volume_before: float = 0.0
    volume_after: float = 0.0

    @property
    def change(self) -> float:
        """µm² that came, or went if it is negative."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The cut after a step; number 0 is what comes in. `title` says what was done, `warned` what is wrong with it.

    `faces` are the heights of two dies that look at each other, where there are two.
    """

    number: int
    step: Step | None
    title: str
    state: State
    ledger: tuple[LedgerRow, ...]
    warned: tuple[Warned, ...] = ()
    faces: tuple[float, float] | None = None

    @property
    def heading(self) -> str:
        """Its title with its number."""
        return f"{self.number}. {self.title}" if self.number else self.title

    @property
    def idle(self) -> bool:
        """Whether a step that moves material moves none here."""
        moves = self.step is not None and self.step.kind in MOVES
        return moves and all(abs(row.change) < 1e-3 for row in self.ledger)


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """All frames of a process on a cut, with what drew them.

    `left_out` are the chip's own films, whose layers the layout doesn't draw. `of` names the part of an assembly.
    """

    process: Process
    cut: Cut
    frames: tuple[Frame, ...]
    left_out: tuple[str, ...] = ()
    of: str = ""

    @property
    def warned(self) -> tuple[Warned, ...]:
        """All warnings, in the order of the steps."""
        return tuple(warned for frame in self.frames for warned in frame.warned)


def read_process_on(process: Process, layout: Layout, cut: Cut) -> Strip:
    """The process of a layout carried out on a cut through it.

    Everything is computed on the areas that the cut shows; solder has the volume of its whole bump. Steps that the
    layout doesn't need are left out.
    """
    scene = Scene.of(process, layout, cut)
    state = metal.arrived(scene)
    shown = state.cut_off(cut.length)
    frames = [Frame(0, None, "The wafer as it comes", state, ledger_of(State(state.box), shown))]
    for number, step in applied_steps(process, scene.drawn):
        known = len(scene.warned)
        found = DONE[step.kind](step, number, scene, state)
        seen = found.cut_off(cut.length)
        frames.append(
            Frame(
                number, step, title_of(step, process), found, ledger_of(shown, seen), tuple(scene.warned[known:])
            )
        )  # fmt: skip
        state, shown = found, seen
    here = {body.film for body in frames[0].state.bodies}
    own = [film for film in process.films if film.layer and film.layer not in scene.drawn]
    steps = {name for step in process.steps for name in _films_of(step)}
    left_out = tuple(film.name for film in own if film.name not in here | steps)
    return Strip(process, cut, tuple(frames), left_out)


def _films_of(step: Any) -> tuple[str, ...]:
    return (getattr(step, "film", ""), *getattr(step, "films", ()))


def ledger_of(before: State, after: State) -> tuple[LedgerRow, ...]:
    """What there is of each film before and after."""
    old, new = before.areas(), after.areas()
    volumes = before.volumes(), after.volumes()
    return tuple(
        LedgerRow(*key, old.get(key, 0.0), new.get(key, 0.0), volumes[0].get(key, 0.0), volumes[1].get(key, 0.0))
        for key in dict.fromkeys((*old, *new))
    )
