"""All kinds of assembly rules by name."""

from __future__ import annotations

from bumpgen.check.assembly.kind import AssemblyKind
from bumpgen.check.assembly.kinds import (
    chance,
    encapsulation,
    gaps,
    heights,
    joints,
    materials,
    melting,
    places,
    sections,
    wires,
)

__all__ = ["ASSEMBLY_KINDS"]

_MODULES = (joints, sections, heights, gaps, materials, melting, places, encapsulation, chance, wires)

ASSEMBLY_KINDS: dict[str, AssemblyKind] = {kind.name: kind for module in _MODULES for kind in module.KINDS}
"""Every kind an assembly rule may name."""
