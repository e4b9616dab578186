"""What the installer leaves for the application: which Python has bumpgen, and where the package lies."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the installer wrote beside the autorun macro."""

    python: str  # interpreter that has bumpgen, for worker processes
    package: str  # the installed package's folder
    version: str  # of bumpgen, as installed
