"""A process on a cut as one HTML page: a slider over its steps. Nothing is fetched from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bumpgen.section.read import Frame, Strip
from bumpgen.view.section_step import step_picture
from bumpgen.view.svg import to_svg

__all__ = ["section_html"]

STYLE = """
:root { color-scheme: light dark; --line: #8888; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 90rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; }
.bar { display: flex; gap: .6rem; align-items: center; position: sticky; top: 0; background: Canvas; padding: .5rem 0; }
.bar input { flex: 1; min-width: 6rem; }
button { font: inherit; padding: .2rem .8rem; }
figure { margin: 0; background: #fff; border: 1px solid var(--line); border-radius: 6px; overflow: auto; }
figure svg { display: block; width: 100%; height: auto; }
figure[hidden] { display: none; }
ol { columns: 20rem; padding-left: 0; list-style: none; }
ol button { border: 0; background: none; padding: 0; text-align: left; color: LinkText; cursor: pointer; }
.wrong { color: #c0392b; }
"""
SCRIPT = """
const frames = [...document.querySelectorAll("figure")], slider = document.getElementById("step");
const title = document.getElementById("title"), play = document.getElementById("play");
let timer = null;
function show(n) {
  frames.forEach((frame, i) => { frame.hidden = i !== n; });
  slider.value = n; title.textContent = frames[n].getAttribute("aria-label");
}
function stop() { clearInterval(timer); timer = null; play.textContent = "Play"; }
slider.addEventListener("input", () => { stop(); show(+slider.value); });
document.querySelectorAll("ol button").forEach((b, i) => b.addEventListener("click", () => { stop(); show(i); }));
play.addEventListener("click", () => {
  if (timer) { stop(); return; }
  play.textContent = "Stop";
  timer = setInterval(() => show((+slider.value + 1) % frames.length), 1200);
});
show(0);
"""


def section_html(strips: Sequence[Strip], title: str, tall: float | None = None) -> str:
    """The page: a slider, a button that plays, each step's picture, the list of steps with their warnings."""
    figures = "\n".join(
        f'<figure aria-label="{escape(_name(strip, frame))}" hidden>{_drawn(strip, frame, tall)}</figure>'
        for strip in strips
        for frame in strip.frames
    )
    last = sum(len(strip.frames) for strip in strips) - 1
    names = " and ".join(dict.fromkeys(strip.process.name for strip in strips))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}: process</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p>Process {escape(names)}, cut along {escape(strips[-1].cut.told())}.</p>
<div class="bar">
<button id="play" type="button">Play</button>
<input id="step" type="range" min="0" max="{last}" value="0" aria-label="Step">
</div>
<h2 id="title" aria-live="polite"></h2>
{figures}
<h2>Steps</h2>
<ol>
{_steps(strips)}
</ol>
<script>{SCRIPT}</script>
</body>
</html>
"""


def _drawn(strip: Strip, frame: Frame, tall: float | None) -> str:
    """A step's picture without the line that makes an SVG a document of its own."""
    svg = to_svg(step_picture(strip, frame, 1400, tall))
    return svg[svg.index("<svg") :]


def _name(strip: Strip, frame: Frame) -> str:
    return f"{strip.of}: {frame.heading}" if strip.of else frame.heading


def _steps(strips: Sequence[Strip]) -> str:
    lines = []
    for strip in strips:
        for frame in strip.frames:
            wrong = "".join(f'<div class="wrong">{escape(w.text)}. {escape(w.cure)}</div>' for w in frame.warned)
            lines.append(f'<li><button type="button">{escape(_name(strip, frame))}</button>{wrong}</li>')
    return "\n".join(lines)
