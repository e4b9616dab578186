"""A process on a cut as a moving picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from bumpgen.section.read import Strip
from bumpgen.view.png import to_png
from bumpgen.view.section_step import step_picture

__all__ = ["section_gif"]

SHOWN = 1200
"""How long a step is shown, milliseconds; the last three times as long."""


def section_gif(
    strips: Sequence[Strip], width: int = 900, tall: float | None = None, progress: Callable[[str], object] = str
) -> bytes:
    """A GIF of all steps, each as large as the tallest; it repeats for ever."""
    from PIL import Image

    pages = []
    for strip in strips:
        for frame in strip.frames:
            progress(f"paint {frame.heading}")
            pages.append(Image.open(io.BytesIO(to_png(step_picture(strip, frame, width, tall)))).convert("RGB"))
    height = max(page.height for page in pages)
    films = []
    for page in pages:
        film = Image.new("RGB", (width, height), "white")
        film.paste(page, (0, 0))
        films.append(film.quantize(128))
    times = [SHOWN] * (len(films) - 1) + [3 * SHOWN]
    out = io.BytesIO()
    films[0].save(out, "GIF", save_all=True, append_images=films[1:], duration=times, loop=0, optimize=False)
    return out.getvalue()
