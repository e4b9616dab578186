"""Design rules as rows: one table a process, read by every checking engine (drc_rules/*.toml)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from bumpgen import resources
from bumpgen.expression import Expression, layers_of, parse
from bumpgen.limits import Limit, Number, parse_limit
from bumpgen.toml import Table, load

__all__ = ["Rule", "RuleTable", "read_assembly_rules", "read_rules"]


_parse = lru_cache(maxsize=1024)(parse)


class Rule(Table):
    """One row: `LAYER.KIND.N`, what is measured, the limit (µm unless `unit` says otherwise), why, and from where.

    `layers` are layer expressions (bumpgen.expression), `limit` a number or one of the texts of
    bumpgen.limits, `options` what a kind needs beyond them, e.g. a density's window.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z0-9_]+\.[A-Z]+\.[0-9]+[a-z]?$")]
    kind: str
    layers: tuple[str, ...] = Field(min_length=1)
    limit: float | str
    unit: str = "µm"
    severity: Literal["error", "warning"] = "error"
    reason: str
    source: str = Field(min_length=1)
    options: dict[str, float | str] = {}

    @field_validator("layers")
    @classmethod
    def _layers_parse(cls, layers: tuple[str, ...]) -> tuple[str, ...]:
        for text in layers:
            _parse(text)
        return layers

    @field_validator("limit")
    @classmethod
    def _limit_parses(cls, limit: float | str) -> float | str:
        parse_limit(limit)
        return limit

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The layer expressions, parsed."""
        return tuple(_parse(text) for text in self.layers)

    @property
    def names(self) -> tuple[str, ...]:
        """Every layer the rule reads, once."""
        return tuple(dict.fromkeys(name for e in self.expressions for name in layers_of(e)))

    @property
    def parsed(self) -> Limit:
        """The limit, parsed."""
        return parse_limit(self.limit)

    @property
    def value(self) -> float:
        """The limit of a rule whose limit is a number."""
        parsed = self.parsed
        if not isinstance(parsed, Number):
            raise ValueError(f"rule {self.id} of kind {self.kind} needs a number as limit, not {self.limit!r}")
        return parsed.value

    @property
    def exclusive(self) -> bool:
        """Whether the limit itself is already a violation."""
        return "exclusive" in self.unit

    def option(self, name: str, default: float) -> float:
        """A number of `options`."""
        return float(self.options.get(name, default))


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


def read_assembly_rules(name: str) -> RuleTable:
    """A table of assembly rules by the name of a shipped one (drc_rules/assembly/), or by the path of a TOML file."""
    path = Path(name)
    if path.suffix != ".toml":
        path = resources.shipped("assembly_rules", name, f"{name}.toml")
    return load(path, RuleTable)
