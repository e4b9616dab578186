"""Pages of a site: a frame that all share, tables, cards, small pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path

import numpy as np

from bumpgen.layout import Drawn
from bumpgen.view.style import meaning_of, style_of

__all__ = ["STYLES", "Card", "cards", "page", "raw", "shapes_svg", "table"]

PARTS = (("index.html", "Start"), ("designs.html", "Designs"), ("processes.html", "Processes"), ("rules.html", "Rules"),
         ("cells.html", "Cells"))  # fmt: skip
"""What every page's head leads to."""


@cache
def _styles() -> str:
    here = Path(__file__).parent
    return "".join((here / name).read_text(encoding="utf-8") for name in ("report.css", "site.css"))


STYLES = _styles
"""The text of the style sheet that all pages link to."""


class raw(str):  # noqa: N801  a marker, used like a function
    """HTML that is put into a page as it is."""

    __slots__ = ()


def page(title: str, body: str, up: str = "") -> str:
    """A page of the site; `up` leads from its folder to the site's ("../" in a subfolder)."""
    links = "".join(f'<a href="{up}{file}">{label}</a>' for file, label in PARTS)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{up}site.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<div class="top"><h1>{escape(title)}</h1></div>
<nav aria-label="Site">{links}</nav>
</header>
<main id="content" class="site">
{body}
</main>
</body>
</html>
"""


def _text(value: str) -> str:
    return value if isinstance(value, raw) else escape(value)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], label: str) -> str:
    """A table that scrolls by itself; texts are escaped but those marked `raw`."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "\n".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{escape(label, quote=True)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>"
    )


Card = tuple[str, str, str, str]
"""Link, picture (HTML), title, text."""


def cards(shown: Sequence[Card]) -> str:
    """Cards side by side."""
    return f'<div class="cards">{"".join(map(_card, shown))}</div>'


def _card(card: Card) -> str:
    link, picture, title, text = card
    head = f'<a href="{escape(link, quote=True)}"><strong>{escape(title)}</strong></a>'
    return f'<article class="card">{picture}<div>{head}<p>{escape(text)}</p></div></article>'


def shapes_svg(shapes: Sequence[Drawn], colors: Mapping[str, str], grid: float, label: str) -> str:
    """Some shapes as a small picture, later ones on top; the style is that of plans."""
    drawn = [(shape.layer, points) for shape in shapes for points in shape.shape.polygons(grid)]
    if not drawn:
        return ""
    corners = np.concatenate([points for _, points in drawn])
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    reach = max(x1 - x0, y1 - y0) or 1.0
    scale, border = 160 / reach, 8
    paths = []
    for layer, points in drawn:
        style = style_of(meaning_of(layer), colors.get(layer), 0)
        page_points = np.column_stack(((points[:, 0] - x0) * scale + border, (y1 - points[:, 1]) * scale + border))
        path = "M" + "L".join(f"{x:.2f},{y:.2f}" for x, y in page_points.tolist()) + "Z"
        fill = f'fill="{style.fill}" fill-opacity="0.7"' if style.fill else 'fill="none"'
        paths.append(f'<path d="{path}" {fill} stroke="{style.line}"><title>{escape(layer)}</title></path>')
    wide, high = (x1 - x0) * scale + 2 * border, (y1 - y0) * scale + 2 * border
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.1f} {high:.1f}" role="img" '
        f'aria-label="{escape(label, quote=True)}">{"".join(paths)}</svg>'
    )
