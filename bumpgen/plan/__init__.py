"""From a design to sites: which stack stands where, and what its wires join."""

from __future__ import annotations

from bumpgen.plan.connect import Finding, connectivity
from bumpgen.plan.sites import Plan, PlannedSite, plan

__all__ = ["Finding", "Plan", "PlannedSite", "connectivity", "plan"]
