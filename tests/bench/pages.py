"""`python -m tests.bench.pages`: reports of large designs in a real browser: size, first paint, frames of a pan."""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bumpgen import resources
from bumpgen.command.report import report
from tests.browser import chromium, opened

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIDES = (100, 316)
"""Columns and rows of the staggered array."""
PAINT, FRAMES, SIZE = 2.0, 30.0, 20.0
"""First paint in s at most, frames a second while panning at least, MB at most."""

PAN = """() => new Promise((done) => {
  const canvas = document.getElementById("canvas"), box = canvas.getBoundingClientRect(), times = [];
  const send = (kind, x, y) => canvas.dispatchEvent(new PointerEvent(kind, {
    pointerId: 1, clientX: box.left + x, clientY: box.top + y, bubbles: true }));
  canvas.setPointerCapture = () => {};
  send("pointerdown", 300, 200);
  let n = 0, last = performance.now();
  const step = (now) => {
    times.push(now - last); last = now;
    send("pointermove", 300 + 200 * Math.sin(n / 9), 200 + 100 * Math.cos(n / 7));
    if (++n < 120) requestAnimationFrame(step); else { send("pointerup", 300, 200); done(times.slice(1)); }
  };
  requestAnimationFrame(step);
})"""


def design(folder: Path, side: int) -> Path:
    """A staggered array of side × side pillars: the shipped one, larger."""
    text = (resources.shipped("designs", "staggered_10k", "design.toml")).read_text(encoding="utf-8")
    size = {"width": 80 * side + 600, "height": 70 * side + 500, "columns": side, "rows": side}
    for key, value in size.items():
        text = re.sub(rf"(?m)^{key} = \d+", f"{key} = {value}", text)
    (folder / "design.toml").write_text(text.replace("staggered_10k", "large"), encoding="utf-8")
    return folder


def panned(page: Page) -> tuple[float, float]:
    """Frames a second while dragging: the median, and that of the slowest twentieth."""
    times = sorted(page.evaluate(PAN))
    return 1000 / statistics.median(times), 1000 / times[-max(len(times) // 20, 1)]


def main() -> None:
    """Print the table."""
    heads = ("bumps", "made in, s", "page, MB", "first paint, s", "plan painted, s", "frames/s, whole", "zoomed in")
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for side in SIDES:
        with tempfile.TemporaryDirectory() as folder:
            path, start = Path(folder) / "report.html", time.perf_counter()
            report(str(design(Path(folder), side)), path, None)
            made, size = time.perf_counter() - start, path.stat().st_size / 1e6
            start = time.perf_counter()
            with chromium() as browser, opened(browser, path) as (page, _):
                page.wait_for_selector("#stage[data-painted]")
                painted = time.perf_counter() - start
                first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
                whole = panned(page)
                for _ in range(6):
                    page.click("#in")
                page.wait_for_timeout(1500)
                near = panned(page)
        print(
            f"| {side * side:,} | {made:.1f} | {size:.1f} | {first:.2f} | {painted:.2f} "
            f"| {whole[0]:.0f} (slowest {whole[1]:.0f}) | {near[0]:.0f} (slowest {near[1]:.0f}) |"
        )
    print(f"\nasked: first paint ≤ {PAINT:g} s, ≥ {FRAMES:g} frames a second, ≤ {SIZE:g} MB")


if __name__ == "__main__":
    main()
