"""What is selected in a design's layout: the pads and bumps that lie under it, and their nets."""

from __future__ import annotations

from typing import Any

import pya

from bumpgen.macros.menu.worker import Refused

__all__ = ["selected_bare", "selected_nets"]


def selected_nets(session: Any) -> list[str]:
    """Nets of the pads and bumps that lie on what is selected."""
    pads, bumps = _selected_sites(session, session.facts())
    names = [site["net"] for site in (*pads, *bumps) if site["net"]]
    if not names:
        raise Refused("no pad and no bump of a net lies under what is selected", "", "select pads or bumps")
    return list(dict.fromkeys(names))


def selected_bare(session: Any) -> list[str]:
    """The selected pads whose nets have no bump, and the selected bumps without a net, as options of a command."""
    facts = session.facts()
    pads, bumps = _selected_sites(session, facts)
    taken = {bump["net"] for bump in facts["bumps"]}
    nets = dict.fromkeys(pad["net"] for pad in pads if pad["net"] and pad["net"] not in taken)
    bare = [bump["name"] for bump in bumps if not bump["net"]]
    if not nets and not bare:
        raise Refused(
            "no bump without a net, and no pad whose net has no bump, lies under what is selected", "",
            "select such, or nothing for all of them",
        )  # fmt: skip
    return [part for net in nets for part in ("--net", net)] + [part for name in bare for part in ("--bump", name)]


def _selected_sites(session: Any, facts: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The pads and the bumps that lie on what is selected."""
    chosen, dbu, index = pya.Region(), session.layout.dbu, session.cellview.index()
    for one in session.view.each_object_selected():
        if one.cv_index == index:
            chosen.insert(_drawn(one, session.layout))
    if chosen.is_empty():
        raise Refused("nothing is selected", "", "select pads, bumps or wires of the nets")
    places = pya.Region()
    for site in (*facts["pads"], *facts["bumps"]):
        places.insert(_spot(site, dbu))
    places.merged_semantics = False
    met = {box.bbox().center() for box in places.interacting(chosen).each()}
    return [[site for site in facts[kind] if _spot(site, dbu).center() in met] for kind in ("pads", "bumps")]


def _spot(site: dict[str, Any], dbu: float) -> Any:
    """Two database units about a pad's or bump's middle."""
    x, y = round(site["x"] / dbu), round(site["y"] / dbu)
    return pya.Box(x - 1, y - 1, x + 1, y + 1)


def _drawn(selected: Any, layout: Any) -> Any:
    """The polygons of what is selected, in the top cell."""
    to_top, cell = pya.ICplxTrans(), None
    for element in selected.each_inst():
        to_top = to_top * element.specific_cplx_trans()
        cell = element.inst().cell
    if not selected.is_cell_inst():
        polygon = selected.shape.polygon
        return pya.Region() if polygon is None else pya.Region(polygon.transformed(to_top))
    found = pya.Region()
    for number in layout.layer_indexes():
        found.insert(pya.RecursiveShapeIterator(layout, cell, number), to_top)
    return found
