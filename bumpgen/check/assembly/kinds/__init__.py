"""All kinds of assembly rules by name."""

from __future__ import annotations

from bumpgen.check.assembly.kind import AssemblyKind
from bumpgen.check.assembly.kinds import chance, heights, joints, materials, places, sections, wires

__all__ = ["ASSEMBLY_KINDS"]

_MODULES = (joints, sections, heights, materials, places, chance, wires)

ASSEMBLY_KINDS: dict[str, AssemblyKind] = {kind.name: kind for module in _MODULES for kind in module.KINDS}
"""Every kind an assembly rule may name."""
