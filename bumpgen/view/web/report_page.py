"""The report of a design as one page: plan to pan and search, checks, nets, process, masks, downloads."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from bumpgen.report import Place, Report, RuleResult, counted, number

__all__ = ["Download", "FilmFrame", "MaskFigure", "ReportPage", "report_html"]


@dataclass(frozen=True, slots=True)
class FilmFrame:
    """A step of the process: its title, its picture as SVG, what is to be said of it."""

    title: str
    svg: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MaskFigure:
    """A mask: its name, what is to be ordered, its picture as SVG in its tone; "" if it has none."""

    name: str
    told: str
    svg: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that the page carries."""

    name: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ReportPage:
    """All that the page shows; `plan` is the plan's data, `facts` are lines under the title."""

    title: str
    facts: tuple[str, ...]
    plan: dict[str, Any]
    report: Report
    frames: tuple[FilmFrame, ...]
    masks: tuple[MaskFigure, ...]
    downloads: tuple[Download, ...]


@cache
def _part(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def report_html(page: ReportPage) -> str:
    """The page. Texts are escaped, data stand in a JSON block that no text can end."""
    parts = [*_sections(page)]
    links = "".join(f'<a href="#{key}">{label}</a>' for key, label, _ in parts)
    sections = "\n".join(
        f'<section id="{key}" aria-labelledby="{key}-head"><h2 id="{key}-head">{label}</h2>\n{body}\n</section>'
        for key, label, body in parts
    )
    facts = "".join(f"<p>{escape(fact)}</p>" for fact in page.facts)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="bumpgen">
<title>{escape(page.title)}</title>
<link rel="icon" href="data:,">
<style>
{_part("report.css")}</style>
</head>
<body>
<a class="skip" href="#plan">Skip to the plan</a>
<header>
<div class="top"><h1>{escape(page.title)}</h1>
<div>{_badge(page.report)} <button id="theme" type="button" aria-label="Light or dark">◐</button></div></div>
{facts}
<nav aria-label="Parts of the report">{links}</nav>
</header>
<main>
{sections}
</main>
<script type="application/json" id="data">{_json(page)}</script>
<script>
{_part("report.js")}</script>
</body>
</html>
"""


def _badge(report: Report) -> str:
    word, style = ("passed", "good") if report.passed else ("failed", "bad")
    return f'<a class="badge {style}" href="#checks">{word}</a>'


def _json(page: ReportPage) -> str:
    """The script's data; nothing in it can end the block or begin a comment."""
    data = page.plan | {
        "nets": [
            [net.name, _named(net.pads), _named(net.bumps), net.length, net.resistance, net.current_limit]
            for net in page.report.nets
        ],
        "frames": [{"title": frame.title, "svg": frame.svg, "notes": list(frame.notes)} for frame in page.frames],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


NAMED = 12
"""Pads or bumps of a net that are named; of the others there is a count."""


def _named(names: Sequence[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _sections(page: ReportPage) -> Iterator[tuple[str, str, str]]:
    """Id, heading and body of each part that has something."""
    yield "plan", "Plan", PLAN
    yield "checks", "Checks", _checks(page.report)
    if page.report.nets:
        yield "netlist", "Nets", NETS
    if page.frames:
        yield "process", "Process", FILM.format(last=len(page.frames) - 1)
    if page.masks:
        yield "masks", "Masks", _masks(page.masks)
    if page.downloads:
        yield "downloads", "Downloads", _files(page.downloads)


PLAN = """\
<div class="plan">
<div>
<div class="bar">
<input id="search" type="search" placeholder="Find a bump, pad or net" aria-label="Find a bump, pad or net" autocomplete="off">
<ul id="hits" class="hits" aria-label="Found"></ul>
<button id="out" type="button" aria-label="Zoom out">−</button>
<button id="in" type="button" aria-label="Zoom in">+</button>
<button id="fit" type="button">Fit</button>
<button id="side" type="button" aria-pressed="false">Bumps up</button>
</div>
<div id="stage" class="stage">
<canvas id="canvas" tabindex="0" role="img" aria-label="Plan of the layout: drag or arrow keys to move, wheel or + and - to zoom, 0 to fit"></canvas>
<div id="tip" class="tip" hidden></div>
<div id="scale" class="scale"><i></i><span></span></div>
<div id="where" class="where"></div>
</div>
</div>
<div><h3>Layers</h3><ul id="layers" class="layers"></ul></div>
</div>"""  # noqa: E501

NETS = """\
<div class="bar"><input id="netfilter" type="search" placeholder="Filter by net, pad or bump" aria-label="Filter nets">
<span id="netnote" class="soft" aria-live="polite"></span></div>
<div class="table" tabindex="0" role="region" aria-label="Nets"><table id="nettable">
<thead><tr>
<th scope="col"><button type="button">net</button></th><th scope="col"><button type="button">pads</button></th>
<th scope="col"><button type="button">bumps</button></th>
<th scope="col" class="n"><button type="button">length, µm</button></th>
<th scope="col" class="n"><button type="button">resistance, Ω</button></th>
<th scope="col" class="n"><button type="button">may carry, A</button></th>
</tr></thead><tbody id="nets"></tbody></table></div>"""

FILM = """\
<div class="film">
<div class="bar"><button id="play" type="button">Play</button>
<input id="step" type="range" min="0" max="{last}" value="{last}" aria-label="Step of the process"></div>
<h3 id="steptitle" aria-live="polite"></h3>
<p id="stepnotes" class="warn"></p>
<div id="film" class="picture"></div>
</div>"""


def _checks(report: Report) -> str:
    """The verdict, then a table: violated rules with their places, the waived, the clean, those not tested."""
    style = "good" if report.passed else "bad"
    order = [*report.violated, *report.of("waived"), *report.of("clean"), *report.of("not tested")]
    rows = "\n".join(_rule(result) for result in order)
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("rule", "what", "limit", "found", "verdict", "why"))
    notes = "".join(f'<p class="soft">{escape(note)}</p>' for note in report.notes)
    return (
        f'<p class="{style}">{escape(report.sentence)}</p>{notes}'
        '<div class="table" tabindex="0" role="region" aria-label="Rules"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


MOST = 50
"""Places of a rule that are listed."""


def _rule(result: RuleResult) -> str:
    style = {"violated": "bad" if result.severity == "error" else "warn", "clean": "good", "waived": "soft"}
    verdict = result.verdict if result.severity == "error" or result.verdict != "violated" else "warning"
    found = " ".join(_place(result, i, place) for i, place in enumerate(result.places[:MOST], 1))
    if result.count > MOST:
        found += f" and {result.count - MOST} more"
    cells = (
        f"<strong>{escape(result.rule)}</strong>", escape(result.what), escape(result.asked),
        " ".join(part for part in (escape(result.worst), found) if part),
        f'<span class="{style.get(result.verdict, "soft")}">{verdict}</span>',
        escape(result.note or result.reason),
    )  # fmt: skip
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _place(result: RuleResult, index: int, place: Place) -> str:
    """A place of a rule as a button that shows it."""
    said = place.message + (f" (waived: {place.waived})" if place.waived else "")
    if place.box is None or place.centre is None:
        return f"<span>{escape(said)}</span>"
    x0, y0, x1, y1 = place.box
    x, y = place.centre
    reach = max(x1 - x0, y1 - y0, 2.0) / 2
    where = ",".join(number(value) for value in (round(x, 3), round(y, 3), round(reach, 3)))
    told = escape(f"{result.rule}, place {index}: {said}", quote=True)
    return f'<button type="button" data-place="{where}" title="{told}" aria-label="Show {told}">{index}</button>'


def _masks(masks: Sequence[MaskFigure]) -> str:
    figures = "\n".join(
        f"<figure>{mask.svg}<figcaption><strong>{escape(mask.name)}</strong><br>{escape(mask.told)}</figcaption></figure>"
        for mask in masks
    )
    return f'<div class="masks">{figures}</div>'


def _files(files: Sequence[Download]) -> str:
    links = "\n".join(
        f'<a download="{escape(file.name, quote=True)}" '
        f'href="data:{file.kind};base64,{base64.b64encode(file.data).decode()}">'
        f"{escape(file.name)} ({_size(len(file.data))})</a>"
        for file in files
    )
    return f'<div class="files">{links}</div><p class="soft">{counted(len(files), "file", "files")} in this page</p>'


def _size(count: int) -> str:
    return f"{count:,} bytes" if count < 10_000 else f"{count / 1000:,.0f} kB"
