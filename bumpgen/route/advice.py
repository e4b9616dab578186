"""What would help where not everything is routed: bumps to exchange, and other widths and spaces.

Every suggestion has been routed before it is made.
"""

from __future__ import annotations

from bumpgen.route.advice_exchange import Swap, apply, is_signal
from bumpgen.route.advice_swaps import swaps
from bumpgen.route.advice_widths import Suggestion, Varied, widths

__all__ = ["Suggestion", "Swap", "Varied", "apply", "is_signal", "swaps", "widths"]
