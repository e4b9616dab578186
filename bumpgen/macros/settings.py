"""What the installer wrote beside the autorun macro, read by what runs in the application."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SETTINGS", "Settings", "read_settings"]

SETTINGS = "settings.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the installer wrote beside the autorun macro."""

    python: str  # interpreter that has bumpgen, for worker processes
    package: str  # the installed package's folder
    version: str  # of bumpgen, as installed
    processes: tuple[str, ...] = ()  # process.toml files of the user's own


def read_settings(package: str) -> Settings:
    """The settings of the package installed in a folder."""
    facts = json.loads((Path(package) / SETTINGS).read_text(encoding="utf-8"))
    return Settings(facts["python"], package, facts["version"], tuple(facts["processes"]))
