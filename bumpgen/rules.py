"""Design rules as rows: one table a process, read by every checking engine (drc_rules/*.toml)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from bumpgen import resources
from bumpgen.toml import Table, load

__all__ = ["Rule", "RuleTable", "read_rules"]


class Rule(Table):
    """One row: `LAYER.KIND.N`, what is measured, the limit (µm unless `unit` says otherwise), why, and from where."""

    id: Annotated[str, Field(pattern=r"^[A-Z0-9_]+\.[A-Z]+\.[0-9]+[a-z]?$")]
    kind: str
    layers: tuple[str, ...] = Field(min_length=1)
    limit: float | str
    unit: str = "µm"
    severity: Literal["error", "warning"] = "error"
    reason: str
    source: str = Field(min_length=1)


class RuleTable(Table):
    """The rules of one process."""

    name: str
    title: str
    process: str
    sources: dict[str, str]
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> RuleTable:
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                raise ValueError(f"two rules have the id {rule.id}")
            seen.add(rule.id)
        return self

    def rule(self, identity: str) -> Rule:
        """The rule of that id."""
        return next(rule for rule in self.rules if rule.id == identity)


def read_rules(name: str) -> RuleTable:
    """A rule table by the name of a shipped one, or by the path of a TOML file."""
    path = Path(name)
    if path.suffix != ".toml":
        path = resources.shipped("drc_rules", name, f"{name}.toml")
    return load(path, RuleTable)
