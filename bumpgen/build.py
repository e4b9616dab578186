"""The order of the calls: read, plan, draw."""

from __future__ import annotations

from collections.abc import Callable

from bumpgen.design import Design
from bumpgen.draw import draw
from bumpgen.errors import BumpgenError, Where
from bumpgen.layout import Layout
from bumpgen.plan import plan

__all__ = ["build_layout"]


def build_layout(design: Design, step: Callable[[str], None] = lambda _: None) -> Layout:
    """The drawn layout of a design; `step` is told the name of each stage as it starts."""
    try:
        step("plan")
        planned = plan(design)
        step("draw")
        return draw(planned)
    except BumpgenError as error:
        raise error.located(Where(design.path)) from None
