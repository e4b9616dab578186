"""Pictures of the PCells for the README, made by the application."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageChops

from tests.application import run

__all__ = ["library_picture"]

MARGIN = 10
"""Pixels about the page of parameters."""

COLORS = 64
"""A screenshot's colours: enough for its letters, and a small file."""


def library_picture(folder: Path) -> Path:
    """The library panel beside an array and its parameters, as a PNG of at most 80 kB in `folder`."""
    parts = {name: folder / f"{name}.png" for name in ("window", "parameters")}
    script = Path(__file__).parent / "scripts" / "pcells_picture.py"
    run(script, folder, **{name: str(part) for name, part in parts.items()})
    file = folder / "library.png"
    with Image.open(parts["window"]) as window, Image.open(parts["parameters"]) as parameters:
        page, back = parameters.convert("RGB"), parameters.convert("RGB").getpixel((1, 1))
        used = ImageChops.difference(page, Image.new("RGB", page.size, back)).getbbox() or (0, 0, *page.size)
        whole = Image.new("RGB", (window.width + used[2] + MARGIN, window.height), back)
        whole.paste(window, (0, 0))
        whole.paste(page, (window.width, MARGIN))
    whole.quantize(COLORS, dither=Image.Dither.NONE).save(file, optimize=True)
    return file
