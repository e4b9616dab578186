"""Where the shipped processes, rules and designs lie: beside the checkout, or inside the wheel."""

from __future__ import annotations

from pathlib import Path

from bumpgen.errors import InputError
from bumpgen.validation import near

__all__ = ["folder", "names", "shipped"]

WORDS = {"pdk": "process", "drc_rules": "rule table", "designs": "design"}
"""What one of each kind is called."""


def folder(kind: str) -> Path:
    """The folder `pdk`, `drc_rules` or `designs`.

    Installed, they were packed to bumpgen/_data; in a checkout they stand beside the package.
    """
    here = Path(__file__).resolve().parent
    packed = here / "_data" / kind
    return packed if packed.is_dir() else here.parent / kind


def names(kind: str) -> list[str]:
    """Names of what is shipped of a kind, sorted: folders, or for drc_rules the tables."""
    root = folder(kind)
    if kind == "drc_rules":
        return sorted(path.stem for path in root.glob("*.toml"))
    main = {"pdk": "process.toml", "designs": "design.toml"}[kind]
    return sorted(path.parent.name for path in root.glob(f"*/{main}"))


def shipped(kind: str, name: str, file: str) -> Path:
    """The file of a shipped thing by name, e.g. shipped("pdk", "pillar", "process.toml")."""
    known = names(kind)
    if name not in known:
        raise InputError(f"there is no {WORDS[kind]} named {name!r}", hint=near(name, known))
    return folder(kind) / file if kind == "drc_rules" else folder(kind) / name / file
