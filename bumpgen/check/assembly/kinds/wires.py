"""Assembly rules about wires."""

from __future__ import annotations

from bumpgen.check.assembly.kind import AssemblyKind

__all__ = ["KINDS"]

KINDS: tuple[AssemblyKind, ...] = ()
