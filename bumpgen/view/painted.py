"""A picture as a file's bytes, by the file's ending."""

from __future__ import annotations

from collections.abc import Callable

from bumpgen.view.pdf import to_pdf
from bumpgen.view.picture import Picture
from bumpgen.view.png import to_png
from bumpgen.view.svg import to_svg

__all__ = ["PAINTERS"]

PAINTERS: dict[str, Callable[[Picture], bytes]] = {
    "svg": lambda picture: to_svg(picture).encode(),
    "png": to_png,
    "pdf": to_pdf,
}
"""What makes a file of a picture, by its ending without the dot."""
