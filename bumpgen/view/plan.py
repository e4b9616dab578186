"""The plan view of a layout, as SVG text or as a PNG file.

Both are made from one `Picture`, so they show the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bumpgen.errors import GeometryError, InputError
from bumpgen.geometry import View
from bumpgen.layout import Layout
from bumpgen.view.figures import Extents, count, figures_of, sites_of
from bumpgen.view.page import compose
from bumpgen.view.picture import FINE, Figure, Picture, Sheet
from bumpgen.view.style import Style, meaning_of, style_of

__all__ = ["picture", "plan_png", "plan_svg"]

NARROWEST, WIDEST = 300, 20_000


def plan_svg(
    layout: Layout,
    *,
    width: int = 1000,
    view: View = View.BUMPS_UP,
    layers: Iterable[str] | None = None,
) -> str:
    """The plan view as an SVG document.

    Parameters
    ----------
    layout : what to show.
    width : width of the page in pixels; the height follows from the die.
    view : which side is looked at; bumps_down and mask mirror the drawing, never the text.
    layers : names of the layers to show; all by default.
    """
    from bumpgen.view.svg import to_svg

    return to_svg(picture(layout, width, view, layers))


def plan_png(
    layout: Layout,
    path: Path | str,
    *,
    width: int = 1600,
    view: View = View.BUMPS_UP,
    layers: Iterable[str] | None = None,
) -> None:
    """The plan view as a PNG file, `width` pixels wide; else as plan_svg. An old file stays until the new is whole."""
    from bumpgen.view.png import to_png

    target = Path(path)
    data = to_png(picture(layout, width, view, layers))
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.write_bytes(data)
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(f"{target} can't be written: {error.strerror}", hint="choose another path") from None


def picture(
    layout: Layout,
    width: int,
    view: View = View.BUMPS_UP,
    layers: Iterable[str] | None = None,
) -> Picture:
    """The plan view as a value; parameters as plan_svg has them."""
    if not NARROWEST <= width <= WIDEST:
        raise InputError(f"a width of {width} pixels is outside {NARROWEST} to {WIDEST}")
    styles = _styles(layout, layers)
    figures = figures_of(layout, frozenset(styles))
    if not figures or figures[-1].name != layout.top.name:
        raise GeometryError(
            f"layout {layout.top.name!r} has no shape on {', '.join(styles) or 'any layer'}: there is nothing to show",
            hint="draw something, or choose other layers",
        )
    sheets = _sheets(figures, styles)
    extents = Extents.of(figures)
    labels = list(layout.placed_labels())
    box = extents.boxes[layout.top.name]
    side = max(box[2] - box[0], box[3] - box[1])
    sites = sites_of(layout, labels, extents, side / 100)
    return compose(layout, figures, sheets, sites, extents, width, view)


def _styles(layout: Layout, layers: Iterable[str] | None) -> dict[str, Style]:
    """Paint of every layer that may be shown, from the chip up."""
    chosen = set(layout.layers if layers is None else layers)
    for name in sorted(chosen - set(layout.layers)):
        raise InputError(f"there is no layer {name!r} to show", hint=f"one of {', '.join(layout.layers)}")
    styles = {}
    for index, name in enumerate(layout.layers):
        meaning = layout.meanings.get(name) or meaning_of(name)
        if name in chosen and meaning != "text":
            styles[name] = style_of(meaning, layout.colors.get(name), index)
    return styles


def _sheets(figures: tuple[Figure, ...], styles: dict[str, Style]) -> list[Sheet]:
    counts = count(figures)
    return [Sheet(name, style, counts[name] <= FINE) for name, style in styles.items() if counts.get(name)]
