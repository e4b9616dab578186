"""`bumpgen density`: open area of each mask, what a plating line needs of current, and how evenly a die is covered."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bumpgen.build import plan_and_draw
from bumpgen.command.look import replace_file
from bumpgen.command.progress import progress_bar
from bumpgen.coverage import kinds_of, merged
from bumpgen.design import Design
from bumpgen.dummy import dummy_of
from bumpgen.errors import InputError, Where
from bumpgen.layout import Layout
from bumpgen.masks.density import DM2, MaskDensity, mask_density, plated_films, wafer_share
from bumpgen.masks.set import MaskRow, mask_set
from bumpgen.process import Process
from bumpgen.read import read_design
from bumpgen.report import counted, number
from bumpgen.validation import near

__all__ = ["DensityOptions", "DensityReport", "density"]

MOST_SHOWN = 5
"""So many windows out of range are printed one by one."""


@dataclass(frozen=True, slots=True)
class DensityOptions:
    """The command's options as given: lengths of windows in µm, of the wafer in mm, current density in A/dm².

    `bare` leaves out the dummies; the design's [[fill]] tables still say what density is asked for.
    """

    layer: str | None = None
    window: float | None = None
    step: float | None = None
    dies: int | None = None
    wafer: float | None = None
    edge: float = 3.0
    asd: float | None = None
    out: Path | None = None
    width: int = 1200
    bare: bool = False


@dataclass(frozen=True, slots=True)
class DensityReport:
    """Each mask's density; `scale` is how many times a die's area goes on to the wafer (None: none was named)."""

    design: Design
    masks: tuple[MaskDensity, ...]
    scale: float | None
    options: DensityOptions
    notes: tuple[str, ...]
    seconds: float
    picture: Path | None = None

    @property
    def inside(self) -> bool:
        """Whether every window has the density that is asked for."""
        return not any(mask.outside for mask in self.masks)

    def open_dm2(self, mask: MaskDensity) -> float | None:
        """Open area of a mask on the wafer, dm²."""
        return None if self.scale is None else mask.open * self.scale * DM2

    def current(self, mask: MaskDensity) -> float | None:
        """What the plating line is set to, A; None where nothing is plated or a figure is missing."""
        area, films = self.open_dm2(mask), plated_films(self.design.process, mask.row)
        return None if area is None or self.options.asd is None or not films else area * self.options.asd

    def json(self) -> str:
        """The report as JSON text."""
        facts: dict[str, Any] = {"design": self.design.name, "process": self.design.process.name}
        facts |= {"masks": list(map(self._facts, self.masks))}
        more = {"notes": list(self.notes), "picture": str(self.picture) if self.picture else None}
        return json.dumps(facts | more, indent=2, ensure_ascii=False)

    def _facts(self, mask: MaskDensity) -> dict[str, Any]:
        asked = mask.asked
        plated = [{"film": film, "um": height} for film, height in plated_films(self.design.process, mask.row)]
        return {
            "mask": mask.row.name, "layer": mask.row.layer, "polygon": mask.row.polygon, "plated": plated,
            "die_mm2": mask.die / 1e6, "open_mm2": mask.open / 1e6, "open_dm2": self.open_dm2(mask),
            "current_a": self.current(mask), "window_um": mask.windows.size, "step_um": mask.windows.step,
            "mean": mask.mean, "least": float(mask.shares.min()), "most": float(mask.shares.max()),
            "unevenness": mask.unevenness, "windows": mask.shares.size,
            "asked": None if asked is None else {"rule": asked.rule, "least": asked.least, "most": asked.most},
            "outside": [{"box_um": box, "share": share} for box, share in mask.outside],
        }  # fmt: skip

    def show(self) -> None:
        """Print the table of masks, what it means, and windows out of range."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        console.print(
            f"{self.design.name}: open area and density of its masks{', without dummies' * self.options.bare}",
            style="bold",
            markup=False,
        )
        rows = [self._cells(mask) for mask in self.masks]
        heads = self._heads()
        widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
        for cells, style in ((heads, "bold"), *((row, "") for row in rows)):
            console.print("  ".join(map(str.ljust, cells, widths)).rstrip(), style=style or None, markup=False)
        for line in self._explained():
            console.print(line, style="dim", markup=False)
        if self.picture is not None:
            console.print(f"wrote {self.picture}", markup=False)
        console.print(f"{counted(len(self.masks), 'mask', 'masks')}, {self.seconds:.2f} s", style="dim")
        self.show_problems()

    def _heads(self) -> tuple[str, ...]:
        wafer = () if self.scale is None else ("open dm²", *(("A",) if self.options.asd is not None else ()))
        shares = ("mean %", "least", "most", "± of mean", "window µm")
        return ("mask", "polygon", "plated", "open mm²", *wafer, *shares)

    def _cells(self, mask: MaskDensity) -> tuple[str, ...]:
        films = " + ".join(f"{film} {number(height)}" for film, height in plated_films(self.design.process, mask.row))
        area, current = self.open_dm2(mask), self.current(mask)
        wafer: tuple[str, ...] = () if area is None else (f"{area:.4g}",)
        if wafer and self.options.asd is not None:
            wafer = (*wafer, "-" if current is None else f"{current:.4g}")
        shares = [f"{100 * share:.2f}" for share in (mask.mean, float(mask.shares.min()), float(mask.shares.max()))]
        even = f"{mask.unevenness:.0%}" if mask.drawn else "-"
        name = mask.row.name + (f" ({mask.row.layer})" if mask.row.layer != mask.row.name else "")
        return (name, mask.row.polygon or "-", films or "-", f"{mask.open / 1e6:.4f}", *wafer, *shares, even,
                f"{mask.windows.size:g} / {mask.windows.step:g}")  # fmt: skip

    def _explained(self) -> Iterator[str]:
        o = self.options
        if o.dies is not None:
            yield f"per wafer: {o.dies} dice"
        elif o.wafer is not None:
            yield f"per wafer: {o.wafer:g} mm less {o.edge:g} mm of edge, the pattern going on over partial dice"
        if o.asd is not None and self.scale is not None:
            yield f"current: open area × {o.asd:g} A/dm², the wafer's own area; contacts and thieves come on top"
        yield "open: resist or film away; shares: what polygons cover in each window; ±: half their range over the mean"

    def show_problems(self) -> None:
        """Print what was noted, and the windows that are out of range."""
        from rich.console import Console

        console = Console(highlight=False, stderr=True, soft_wrap=True)
        for note in self.notes:
            console.print(f"note: {note}", style="yellow", markup=False)
        for mask in self.masks:
            for line in _outside(mask):
                console.print(line, style="red", markup=False)


def _outside(mask: MaskDensity) -> Iterator[str]:
    """Windows out of range, the worst first."""
    asked = mask.asked
    if asked is None or not mask.outside:
        return
    who = f" ({asked.rule})" if asked.rule else ""
    which = "the die is" if mask.whole else f"{len(mask.outside)} of {mask.shares.size} windows are"
    yield f"{mask.row.name}: {which} not within {asked.least:g} to {asked.most:g}{who}"
    worst = sorted(mask.outside, key=lambda found: -max(asked.least - found[1], found[1] - asked.most))
    for (x0, y0, x1, y1), share in worst[:MOST_SHOWN]:
        lacking = asked.least - share
        told = f"{lacking:.4f} too little" if lacking > 0 else f"{share - asked.most:.4f} too much"
        yield f"  {share:.4f} at {x0:g}, {y0:g} to {x1:g}, {y1:g} µm: {told}"


def density(name: str, options: DensityOptions, progress: bool = False) -> DensityReport:
    """Measure a design's masks, and draw a map of one where a file is named: all of it, or none.

    InputError as reading gives, for options that contradict each other, and a layer that has no mask.
    """
    _refuse(options)
    start = time.perf_counter()
    design = read_design(name)
    rows = _rows(design, options)
    with progress_bar(progress) as tell:
        total = len(rows) + 2
        tell(f"draw {design.name}", total)
        layout = plan_and_draw(_bare(design) if options.bare else design, labels=False)[1]
        found = []
        for row in rows:
            tell(f"mask {row.name}", total)
            found.append(_measured(layout, row, design, options))
        tell("picture", total)
        if options.out is not None:
            _draw(layout, design, _pictured(found, design.process), options)
    return DensityReport(
        design, tuple(found), _scale(design, options), options, layout.notes, time.perf_counter() - start, options.out
    )


def _bare(design: Design) -> Design:
    """The design without its dummies."""
    return replace(design, file=design.file.model_copy(update={"fill": ()}))


def _refuse(options: DensityOptions) -> None:
    if options.dies is not None and options.wafer is not None:
        raise InputError("--dies and --wafer exclude each other", hint="state one of them")
    if options.asd is not None and options.dies is None and options.wafer is None:
        raise InputError("--asd has no use without a wafer", hint="add --wafer MM, or --dies N")
    if options.step is not None and options.window is None:
        raise InputError("--step has no use without --window", hint="add --window")
    if options.out is not None and options.out.suffix not in (".svg", ".png", ".pdf"):
        kind = options.out.suffix or "without a suffix"
        raise InputError(f"a picture is .svg, .png or .pdf, not {kind}", Where(options.out))


def _rows(design: Design, options: DensityOptions) -> tuple[MaskRow, ...]:
    """The photomasks and stencils, or those of the layer that is asked for."""
    rows = tuple(row for row in mask_set(design.process) if row.layer)
    chosen = tuple(row for row in rows if options.layer in (None, row.layer, row.name))
    if not chosen:
        names = list(dict.fromkeys(row.layer for row in rows))
        raise InputError(
            f"process {design.process.name} has no mask {options.layer!r}",
            hint=near(options.layer or "", names, f"it has {', '.join(names)}" if names else "it needs no mask"),
        )
    return chosen


def _measured(layout: Layout, row: MaskRow, design: Design, options: DensityOptions) -> MaskDensity:
    """A mask's density, judged by the design's last [[fill]] table of its layer, else by the rule table."""
    tables = [table for table in design.file.fill if table.layer == row.layer]
    asked = dummy_of(tables[-1], design.process).density if tables else None
    return mask_density(layout, row, design.process, options.window, options.step, asked)


def _scale(design: Design, options: DensityOptions) -> float | None:
    """How many dice's area there is on the wafer."""
    if options.dies is not None:
        return float(options.dies)
    if options.wafer is None:
        return None
    return wafer_share(options.wafer, options.edge) * 1e6 / (design.die.width * design.die.height)


def _plated(mask: MaskDensity, process: Process) -> bool:
    return bool(mask.drawn and plated_films(process, mask.row))


def _pictured(found: list[MaskDensity], process: Process) -> MaskDensity:
    """The mask that is shown: the one asked for, else one out of range, one that is plated, one with most drawn."""
    return max(found, key=lambda mask: (bool(mask.outside), mask.asked is not None, _plated(mask, process), mask.drawn))


def _draw(layout: Layout, design: Design, mask: MaskDensity, options: DensityOptions) -> None:
    from bumpgen.view.density import density_map
    from bumpgen.view.painted import PAINTERS

    assert options.out is not None
    title = f"{design.name}: density of {mask.row.name}{', without dummies' * options.bare}"
    picture = density_map(mask, merged(kinds_of(layout, mask.row.layer)), title, options.width)
    data = PAINTERS[options.out.suffix[1:]](picture)
    replace_file(options.out, lambda path: path.write_bytes(data))
