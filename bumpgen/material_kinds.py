"""What materials are painted as in pictures."""

from __future__ import annotations

from bumpgen.assembly_picture import MaterialKind
from bumpgen.process import Material

__all__ = ["material_kind"]

PLAIN: dict[str, MaterialKind] = {
    "cu": "copper", "crcu": "copper", "au": "gold", "ag": "silver", "ni": "nickel", "niv": "nickel", "al": "aluminium",
    "sin": "passivation",
}  # fmt: skip
FAMILIES: dict[str, MaterialKind] = {
    "silicon": "silicon", "glass": "glass", "organic": "organic", "ceramic": "ceramic", "metal": "metal",
    "soldermask": "solder mask",
}  # fmt: skip


def material_kind(identity: str, material: Material | None) -> MaterialKind:
    """What a material is painted as, by its id, family and groups."""
    if identity in PLAIN:
        return PLAIN[identity]
    if material is None:
        return "other"
    if material.family in FAMILIES:
        return FAMILIES[material.family]
    kinds: tuple[tuple[str, MaterialKind], ...] = (
        ("solder", "solder"), ("polymer", "polymer"), ("adhesion", "barrier"), ("metal", "barrier"),
    )  # fmt: skip
    return next((kind for group, kind in kinds if group in material.groups), "other")
