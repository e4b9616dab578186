"""Where the shipped processes, rules and designs lie: beside the checkout, or inside the wheel."""

from __future__ import annotations

from pathlib import Path

from bumpgen.errors import InputError
from bumpgen.validation import near

__all__ = ["folder", "names", "shipped"]

WORDS = {
    "pdk": "process", "drc_rules": "rule table", "designs": "design", "assemblies": "assembly",
    "assembly_rules": "table of assembly rules", "claims": "table of claims",
}  # fmt: skip
"""What one of each kind is called."""

INNER = {"assemblies": ("designs", "."), "assembly_rules": ("drc_rules", "assembly"), "claims": ("drc_rules", "claims")}
"""Kinds that lie in another kind's folder, and where."""

TABLES = frozenset({"drc_rules", "assembly_rules", "claims"})
"""Kinds that are files, not folders."""


def folder(kind: str) -> Path:
    """The folder `pdk`, `drc_rules` or `designs`; `assemblies` lie among the designs, `assembly_rules` in drc_rules.

    Installed, they were packed to bumpgen/_data; in a checkout they stand beside the package.
    """
    if kind in INNER:
        return folder(INNER[kind][0]) / INNER[kind][1]
    here = Path(__file__).resolve().parent
    packed = here / "_data" / kind
    return packed if packed.is_dir() else here.parent / kind


def names(kind: str) -> list[str]:
    """Names of what is shipped of a kind, sorted: folders, or for rules the tables."""
    root = folder(kind)
    if kind in TABLES:
        return sorted(path.stem for path in root.glob("*.toml"))
    main = {"pdk": "process.toml", "designs": "design.toml", "assemblies": "assembly.toml"}[kind]
    return sorted(path.parent.name for path in root.glob(f"*/{main}"))


def shipped(kind: str, name: str, file: str) -> Path:
    """The file of a shipped thing by name, e.g. shipped("pdk", "pillar", "process.toml")."""
    known = names(kind)
    if name not in known:
        raise InputError(f"there is no {WORDS[kind]} named {name!r}", hint=near(name, known))
    return folder(kind) / file if kind in TABLES else folder(kind) / name / file
