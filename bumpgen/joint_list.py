"""Joints as a list: which site of one part stands on which of another, where, and what its solder makes of it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["JointRow"]


class JointRow(NamedTuple):
    """One joint, or a site that has no partner: then the other side's fields are "" and what is measured is None.

    `first` and `second` are sites as part.name. The place is that of the first's contact (of the one there is)
    seen from above the assembly, the offset is how far the second's is off; shapes, widths and heights
    are the contacts'. `per_side` is by how much the contacts differ per side, None where they are of other shapes.
    `solder` is the height of the solder between both, `gap` from face to face, were all joints as this one.
    Lengths are µm, the volume µm³.
    """

    joints: str
    first: str
    second: str
    first_net: str
    second_net: str
    x_um: float
    y_um: float
    off_x_um: float | None = None
    off_y_um: float | None = None
    first_shape: str = ""
    first_width_um: float | None = None
    first_height_um: float | None = None
    second_shape: str = ""
    second_width_um: float | None = None
    second_height_um: float | None = None
    per_side_um: float | None = None
    solder_um: float | None = None
    solder_um3: float | None = None
    gap_um: float | None = None
