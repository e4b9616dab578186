"""`bumpgen site`: a gallery of all cells, processes, rules and designs, made from their declarations."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

import bumpgen
from bumpgen import resources
from bumpgen.build import build_layout
from bumpgen.cells import CELLS
from bumpgen.check.assembly.pictured import picture_of
from bumpgen.check.examples import rule_examples
from bumpgen.check.kinds import KINDS
from bumpgen.command.progress import progress_bar
from bumpgen.command.report import page_of
from bumpgen.command.stacked import stack_of
from bumpgen.draw import draw_cell
from bumpgen.errors import BumpgenError, InputError
from bumpgen.layout import Layout
from bumpgen.masks.set import mask_set
from bumpgen.process import Process, read_process
from bumpgen.read import read_design
from bumpgen.read.assembly_file import read_assembly
from bumpgen.report import counted, number
from bumpgen.rules import Rule, read_assembly_rules, read_rules
from bumpgen.section.told import title_of
from bumpgen.validation import near
from bumpgen.view.assembly_plan import assembly_plan_svg
from bumpgen.view.assembly_side import assembly_side_svg
from bumpgen.view.web.report_page import report_html
from bumpgen.view.web.site_pages import STYLES, Card, cards, page, raw, shapes_svg, table
from bumpgen.write.bundle import bundled, sizes_in

__all__ = ["SiteReport", "site"]

Pages = Iterator[tuple[str, str]]
"""Files by name, and their texts."""


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What was written."""

    out: Path
    files: dict[str, int]
    seconds: float

    def json(self) -> str:
        """The report as JSON text."""
        return json.dumps({"out": str(self.out), "files": self.files}, indent=2, ensure_ascii=False)

    def show(self) -> None:
        """Print how much was written and where it begins."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        told = f"{counted(len(self.files), 'file', 'files')}, {sum(self.files.values()):,} bytes"
        console.print(f"wrote {self.out / 'index.html'}: {told}", markup=False)
        console.print(f"{self.seconds:.1f} s", style="dim")

    def show_problems(self) -> None:
        """Nothing: what can't be shown is an error."""


def site(out: Path, designs: tuple[str, ...] | None, progress: bool = False) -> SiteReport:
    """Write the gallery into a folder, whole or not at all; of designs and assemblies all, or those named.

    InputError for a design that isn't shipped.
    """
    start = time.perf_counter()
    shipped = [*resources.names("designs"), *resources.names("assemblies")]
    for name in designs or ():
        if name not in shipped:
            raise InputError(f"there is no design named {name!r}", hint=near(name, shipped))
    chosen = [name for name in shipped if designs is None or name in designs]
    total = len(chosen) + len(resources.names("pdk")) + len(resources.names("drc_rules")) + len(CELLS)
    with progress_bar(progress) as tell, bundled(out, lambda: {"pack": "site"}) as folder:
        for name, text in _pages(chosen, lambda text: tell(text, total)):
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return SiteReport(out, sizes_in(out), time.perf_counter() - start)


def _pages(chosen: list[str], tell: Callable[[str], object]) -> Pages:
    yield "site.css", STYLES()
    shown: list[Card] = []
    for name in chosen:
        tell(name)
        made = _assembly(name) if name in resources.names("assemblies") else _design(name)
        shown.append(made[0])
        yield from made[1]
    yield "designs.html", page("Designs and assemblies", f"<section>{cards(shown)}</section>")
    yield from _processes(tell)
    yield from _rules(tell)
    yield from _cells(tell)
    yield "index.html", _start(len(chosen))


def _start(designs: int) -> str:
    counts = (
        ("designs.html", "Designs", f"{designs} designs and assemblies, each with its report"),
        ("processes.html", "Processes", f"{len(resources.names('pdk'))} processes: films, steps, masks, layers"),
        (
            "rules.html",
            "Rules",
            f"{len(resources.names('drc_rules'))} tables, each rule with what passes and what fails",
        ),
        ("cells.html", "Cells", f"{len(CELLS)} parametric cells"),
    )
    shown = cards([(link, "", title, text) for link, title, text in counts])
    return page("bumpgen: masks for wafer bumping", f"<section>{shown}</section>")


def _inline(svg: str) -> str:
    return svg[svg.index("<svg") :]


def _design(name: str) -> tuple[Card, list[tuple[str, str]]]:
    """A design's card, and its report with the plan beside it."""
    content = page_of(name)
    layout = build_layout(read_design(name))
    files = [
        (f"designs/{name}.html", report_html(content)),
        (f"designs/{name}.svg", bumpgen.plan_svg(layout, width=700)),
    ]
    picture = f'<img src="designs/{name}.svg" alt="Plan of {escape(name)}" loading="lazy">'
    return (f"designs/{name}.html", picture, content.title, f"{name}: {content.facts[-1]}"), files


def _assembly(name: str) -> tuple[Card, list[tuple[str, str]]]:
    """An assembly's card, and a page with its views."""
    picture = picture_of(stack_of(read_assembly(name)))
    plan, side = assembly_plan_svg(picture), assembly_side_svg(picture)
    body = "".join(
        f'<section><h2>{label}</h2><div class="shown">{_inline(svg)}</div></section>'
        for label, svg in (("From above", plan), ("Cut, from the side", side))
    )
    shown = f'<img src="designs/{name}.svg" alt="{escape(name)} from the side" loading="lazy">'
    files = [(f"designs/{name}.html", page(picture.title, body, "../")), (f"designs/{name}.svg", side)]
    return (f"designs/{name}.html", shown, picture.title, f"{name}: an assembly"), files


def _processes(tell: Callable[[str], object]) -> Pages:
    shown: list[Card] = []
    for name in resources.names("pdk"):
        tell(name)
        process = read_process(name)
        yield f"processes/{name}.html", page(process.title, _process(process), "../")
        shown.append((f"processes/{name}.html", "", process.title, f"{name}: mask set {process.mask_set}"))
    yield "processes.html", page("Processes", f"<section>{cards(shown)}</section>")


def _process(process: Process) -> str:
    films = [
        (film.name, process.materials[film.material].name, f"{number(film.thickness.value)} µm", film.layer or "",
         film.thickness.source) for film in process.films
    ]  # fmt: skip
    steps = [(str(i), title_of(step, process), step.note, step.source) for i, step in enumerate(process.steps, 1)]
    masks = [
        (str(row.number or ""), row.name, row.kind, row.film, row.polygon or "", row.resist or "", row.data or "",
         f"{row.bias:+g}" if row.bias else "", row.note) for row in mask_set(process)
    ]  # fmt: skip
    layers = [
        (raw(f'<span class="swatch" style="background:{layer.color}"></span> {escape(name)}'),
         "/".join(map(str, layer.gds)), layer.meaning, layer.description) for name, layer in process.layers.items()
    ]  # fmt: skip
    parts = (
        ("Films", ("film", "material", "thickness", "layer", "source"), films),
        ("Steps", ("no", "step", "note", "source"), steps),
        ("Masks", ("no", "mask", "kind", "film", "polygon", "resist", "data", "bias", "note"), masks),
        ("Layers", ("layer", "gds", "meaning", "what it is"), layers),
    )
    told = f"<section><p>{escape(process.description.strip())}</p></section>"
    return told + "".join(
        f"<section><h2>{head}</h2>{table(heads, rows, head)}</section>" for head, heads, rows in parts if rows
    )


def _rules(tell: Callable[[str], object]) -> Pages:
    shown: list[Card] = []
    heads = ("rule", "passes", "fails", "what", "limit", "why", "source")
    for name in resources.names("drc_rules"):
        tell(f"rules {name}")
        found = read_rules(name)
        process = read_process(found.process)
        body = table(heads, [_rule(rule, process) for rule in found.rules], "Rules")
        yield f"rules/{name}.html", page(found.title, f"<section>{body}</section>", "../")
        rules = counted(len(found.rules), "rule", "rules")
        shown.append((f"rules/{name}.html", "", found.title, f"{name}: {rules}"))
    of_joints = [
        (raw(f"<strong>{rule.id}</strong>"), rule.kind.replace("_", " "), ", ".join(rule.layers),
         f"{number(rule.limit)} {rule.unit}", rule.reason, rule.source) for name in resources.names("assembly_rules")
        for rule in read_assembly_rules(name).rules
    ]  # fmt: skip
    joints = table(("rule", "what", "of", "limit", "why", "source"), of_joints, "Rules of assemblies")
    body = f"<section>{cards(shown)}</section><section><h2>Assemblies</h2>{joints}</section>"
    yield "rules.html", page("Rules", body)


def _rule(rule: Rule, process: Process) -> tuple[str, ...]:
    examples = rule_examples(rule, process)
    colors = {name: layer.color for name, layer in process.layers.items()}
    drawn = []
    for word, example in (("passes", examples.passing), ("fails", examples.failing)):
        text = ""
        if example is not None:
            value, pattern = example
            svg = shapes_svg(pattern.shapes, colors, process.grid.value, f"{rule.id} {word}")
            told = f"{KINDS[rule.kind].quantity} {number(value)}" if isinstance(rule.limit, int | float) else ""
            text = f'<div class="example">{svg}<small>{escape(told)}</small></div>'
        drawn.append(raw(text))
    limit = f"{number(rule.limit)} {rule.unit}"
    what = f"{rule.kind.replace('_', ' ')} of {', '.join(rule.layers)}"
    return raw(f"<strong>{rule.id}</strong>"), drawn[0], drawn[1], what, limit, rule.reason, rule.source


def _cells(tell: Callable[[str], object]) -> Pages:
    parts = []
    for name in sorted(CELLS):
        tell(f"cell {name}")
        kind = CELLS[name]
        layout = _drawn(name)
        picture = f'<div class="shown">{_inline(bumpgen.plan_svg(layout, width=420))}</div>' if layout else ""
        rows = [
            (row["name"], "from the process" if row["default"] is None else str(row["default"]), row["unit"],
             row["description"]) for row in kind.parameters()
        ]  # fmt: skip
        told = escape((kind.__doc__ or "").strip().split("\n\n")[0])
        facts = table(("parameter", "default", "unit", "what it is"), rows, f"Parameters of {name}")
        parts.append(f'<section id="{name}"><h2>{name}</h2><p>{told}</p>{picture}{facts}</section>')
    yield "cells.html", page("Cells", "\n".join(parts))


def _drawn(name: str) -> Layout | None:
    """A cell with its process's dimensions, in the first shipped process that has all it needs."""
    for process in map(read_process, resources.names("pdk")):
        try:
            cell = CELLS[name].make(process).draw(process)
            return draw_cell(cell, process, title=f"{name} in {process.name}")
        except BumpgenError:
            continue
    return None
