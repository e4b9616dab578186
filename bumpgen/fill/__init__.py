"""Dummy metal and dummy bumps, added to a drawn layout until its density is even enough for plating."""

from __future__ import annotations

from bumpgen.fill.add import filled

__all__ = ["filled"]
