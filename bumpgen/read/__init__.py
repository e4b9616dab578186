"""Readers: one format a file, each → values of bumpgen.design, µm, bumps_up, from the lower left corner."""

from __future__ import annotations

from bumpgen.read.design_file import read_design

__all__ = ["read_design"]
