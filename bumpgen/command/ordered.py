"""What an order says of plates and stepping, from a design."""

from __future__ import annotations

from bumpgen.design import Design
from bumpgen.masks.order import PlateFacts

__all__ = ["plate_facts", "stepping_told"]

READING = "right reading with the chrome down: seen with the chrome up the pattern is mirrored"


def plate_facts(design: Design) -> PlateFacts:
    """What is said, or usual, of the plates of a design."""
    return PlateFacts(reading=READING, title=design.name)


def stepping_told(design: Design) -> str:
    """How dies are stepped, in words; "" if the design doesn't say it."""
    return ""
