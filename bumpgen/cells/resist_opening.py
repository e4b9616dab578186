"""The opening of a thick resist: a mould for plating, or a seat for one dropped ball."""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import model_validator

from bumpgen.cells.base import OutlineSpec, layer_name, length
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["ResistOpening"]


class ResistOpening(OutlineSpec):
    """An opening in the resist. With `ball`, it must take exactly one ball of that diameter."""

    cell: ClassVar[str] = "resist_opening"
    layer: str = layer_name("RESIST")
    ball: float = length("diameter of the ball dropped in; 0 for none", 0.0, ge=0)

    @model_validator(mode="after")
    def _holds_one_ball(self) -> ResistOpening:
        narrow = min(self.size, self.tall)
        if self.ball and self.ball >= narrow:
            raise ValueError(
                f"a ball of {self.ball:g} µm doesn't fit into an opening of {narrow:g} µm: "
                f"make the opening wider than {self.ball:g} µm, or the ball smaller"
            )
        if self.ball and self.spread >= self.ball:
            raise ValueError(
                f"two balls of {self.ball:g} µm fit into a {self.shape} opening of {self.size:g} x {self.tall:g} µm "
                f"(their centres can lie {self.spread:g} µm apart): make it smaller, less than "
                f"{2 * self.ball:g} µm for a circle, or the ball larger"
            )
        return self

    @property
    def spread(self) -> float:
        """Largest distance two ball centres in the opening can have, µm; two balls fit from `ball` on."""
        width, height = self.size - self.ball, self.tall - self.ball
        if self.shape == "octagon":
            return width / math.cos(math.pi / 8)
        # the centres' region is the opening shrunk by the ball's radius; its corners keep this radius
        radius = {"circle": self.size / 2, "oblong": min(self.size, self.tall) / 2, "rounded": self.corner}
        rest = max(0.0, radius.get(self.shape, 0.0) - self.ball / 2)
        return math.hypot(width - 2 * rest, height - 2 * rest) + 2 * rest

    def drawing(self, process: Process) -> Cell:
        """One outline, centred at the origin."""
        return Cell(self.name(), (Drawn(self.layer, self.outlined(process.grid.value)),))
