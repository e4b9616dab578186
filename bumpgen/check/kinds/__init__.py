"""Every kind of rule, one family a file."""

from __future__ import annotations

from bumpgen.check.kind import Kind
from bumpgen.check.kinds.angle import ANGLE
from bumpgen.check.kinds.apertures import AREA_RATIO, ASPECT_RATIO, HEIGHT_RATIO
from bumpgen.check.kinds.area import AREA, AREA_FRACTION, OVERLAP
from bumpgen.check.kinds.count import COUNT, COUNT_MIN
from bumpgen.check.kinds.cover import COVERS, EXCLUSIVE, FORBIDDEN, INSIDE
from bumpgen.check.kinds.density import DENSITY
from bumpgen.check.kinds.die_edge import DIE_EDGE, DIE_EDGE_CENTRE
from bumpgen.check.kinds.enclosure import ENCLOSURE
from bumpgen.check.kinds.grid import GRID
from bumpgen.check.kinds.guideline import GUIDELINE
from bumpgen.check.kinds.heights import FILM_MIN, FILM_RATIO, HEIGHT, HEIGHT_MAX, HEIGHT_MIN, HIGHER
from bumpgen.check.kinds.match import LANDING, MATCH
from bumpgen.check.kinds.materials import ELEMENTS, FILM_BELOW, FILM_STACK, MATERIAL, MELTS_ABOVE, STANDS_REFLOW
from bumpgen.check.kinds.nets_space import SPACE_NETS, WIDE_SPACE
from bumpgen.check.kinds.notch import NOTCH
from bumpgen.check.kinds.over import RATIO_MAX, RATIO_MIN, WIDTH_OVER
from bumpgen.check.kinds.pairs import ALIGNED, OVERSIZE
from bumpgen.check.kinds.pitch import PITCH, PITCH_BY_SIZE, PITCH_EXACT
from bumpgen.check.kinds.reflow import HEIGHT_TOTAL, REFLOWED_HEIGHT, REFLOWED_INSIDE
from bumpgen.check.kinds.shape import MARK, SHAPE
from bumpgen.check.kinds.size import SIZE, SIZE_MAX, SIZE_MIN
from bumpgen.check.kinds.space import SPACE, SPACE_BY_SIZE
from bumpgen.check.kinds.teardrop import TEARDROP
from bumpgen.check.kinds.width import WIDTH

__all__ = ["KINDS"]

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        WIDTH,
        SPACE,
        SPACE_BY_SIZE,
        NOTCH,
        ENCLOSURE,
        WIDE_SPACE,
        SPACE_NETS,
        WIDTH_OVER,
        OVERLAP,
        AREA,
        AREA_FRACTION,
        SHAPE,
        ANGLE,
        GRID,
        DENSITY,
        MARK,
        TEARDROP,
        MATCH,
        LANDING,
        RATIO_MIN,
        RATIO_MAX,
        PITCH,
        PITCH_BY_SIZE,
        PITCH_EXACT,
        ALIGNED,
        OVERSIZE,
        COUNT,
        COUNT_MIN,
        COVERS,
        INSIDE,
        FORBIDDEN,
        EXCLUSIVE,
        SIZE,
        SIZE_MIN,
        SIZE_MAX,
        DIE_EDGE,
        DIE_EDGE_CENTRE,
        FILM_MIN,
        FILM_RATIO,
        FILM_BELOW,
        FILM_STACK,
        MATERIAL,
        ELEMENTS,
        MELTS_ABOVE,
        STANDS_REFLOW,
        HEIGHT,
        HEIGHT_MIN,
        HEIGHT_MAX,
        HEIGHT_TOTAL,
        HEIGHT_RATIO,
        HIGHER,
        AREA_RATIO,
        ASPECT_RATIO,
        REFLOWED_HEIGHT,
        REFLOWED_INSIDE,
        GUIDELINE,
    )
}
"""Kinds by the name a rule's `kind` uses."""
