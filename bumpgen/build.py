"""The order of the calls: read, plan, draw."""

from __future__ import annotations

from collections.abc import Callable

from bumpgen.design import Design
from bumpgen.draw import draw
from bumpgen.errors import BumpgenError, Where
from bumpgen.layout import Layout
from bumpgen.plan import Plan, plan

__all__ = ["build_layout", "plan_and_draw"]


def plan_and_draw(design: Design, step: Callable[[str], None] = lambda _: None) -> tuple[Plan, Layout]:
    """A design's plan and drawn layout; `step` is told the name of each stage as it starts."""
    try:
        step("plan")
        planned = plan(design)
        step("draw")
        return planned, draw(planned)
    except BumpgenError as error:
        raise error.located(Where(design.path)) from None


def build_layout(design: Design) -> Layout:
    """The drawn layout of a design."""
    return plan_and_draw(design)[1]
