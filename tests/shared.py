"""Real inputs beside the checkout, which are not part of the repository: tests that need them say so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("BUMPGEN_SHARED_DATA", ROOT / "../shared/data")).resolve()

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"no real inputs at {SHARED}; set BUMPGEN_SHARED_DATA to their folder"
)
