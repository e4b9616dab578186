"""The order of the calls: read, plan, route, draw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bumpgen.design import Design
from bumpgen.draw import draw
from bumpgen.errors import BumpgenError, Where
from bumpgen.layout import Layout
from bumpgen.plan import Plan, plan
from bumpgen.read import read_design

__all__ = ["build_layout", "plan_and_draw"]


def plan_and_draw(
    design: Design, step: Callable[[str], None] = lambda _: None, *, labels: bool = True
) -> tuple[Plan, Layout]:
    """A design's plan and drawn layout; `step` is told the name of each stage as it starts.

    Where the design asks for it, its wires are routed first: the plan's design then has them, and the nets
    that free bumps got.
    """
    try:
        step("plan")
        planned = plan(design)
        if design.file.routing is not None and design.file.routing.enabled and design.routed is None:
            from bumpgen.route.from_plan import routed_design

            step("route")
            planned = plan(routed_design(planned))
        step("draw")
        return planned, draw(planned, labels=labels)
    except BumpgenError as error:
        raise error.located(Where(design.path)) from None


def build_layout(design: Design | str | Path) -> Layout:
    """The drawn layout of a design, or of the one at a folder, at a design.toml, or shipped under a name."""
    return plan_and_draw(read_design(design) if isinstance(design, str | Path) else design)[1]
