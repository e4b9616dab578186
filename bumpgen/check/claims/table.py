"""Claims as rows: what each says, what it depends on, the conditions that decide it (drc_rules/claims/*.toml)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from bumpgen import resources
from bumpgen.check.claims.predicates import Condition, mistake
from bumpgen.toml import Table, load

__all__ = ["Claim", "ClaimTable", "read_claims", "shipped_claims"]

Id = Annotated[str, Field(pattern=r"^P[0-9]+\.[0-9]+$")]


class Claim(Table):
    """One claim: `P1.2`, the claim it depends on ("" for none), in one sentence, what must hold for it.

    `first` says of an independent claim about joints whose part is the first one: either, whichever practises
    more, or the one with pillars or with gold; dependent claims are read as the one they depend on.
    """

    id: Id
    depends_on: Id | Literal[""] = ""
    kind: Literal["method", "structure"]
    says: Annotated[str, Field(min_length=1)]
    note: str = ""
    first: Literal["either", "pillar", "gold"] = "either"
    conditions: tuple[dict[str, str | float], ...] = Field(min_length=1)

    @field_validator("conditions")
    @classmethod
    def _each_names_a_predicate(cls, conditions: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        for number, condition in enumerate(conditions, 1):
            if not isinstance(condition.get("that"), str):
                raise ValueError(f"condition {number} names no predicate: that = …")
        return conditions

    @property
    def held(self) -> tuple[Condition, ...]:
        """The conditions, ready to be held against something."""
        rest = [{key: value for key, value in one.items() if key != "that"} for one in self.conditions]
        return tuple(Condition(str(one["that"]), values) for one, values in zip(self.conditions, rest, strict=True))


class ClaimTable(Table):
    """The claims of one method; `about` says whether they are held against one die or against joined parts."""

    name: str
    title: str
    about: Literal["die", "joints"]
    claims: tuple[Claim, ...]

    @model_validator(mode="after")
    def _rows_fit(self) -> ClaimTable:
        seen: set[str] = set()
        for claim in self.claims:
            if claim.id in seen:
                raise ValueError(f"two claims have the id {claim.id}")
            if claim.depends_on and claim.depends_on not in seen:
                raise ValueError(f"claim {claim.id} depends on {claim.depends_on}, which is no claim before it")
            for condition in claim.held:
                if wrong := mistake(condition.that, condition.parameters, self.about == "joints"):
                    raise ValueError(f"claim {claim.id}: {wrong}")
            seen.add(claim.id)
        return self

    def claim(self, identity: str) -> Claim:
        """The claim of that id."""
        return next(claim for claim in self.claims if claim.id == identity)

    def root(self, claim: Claim) -> Claim:
        """The independent claim that a claim depends on in the end."""
        while claim.depends_on:
            claim = self.claim(claim.depends_on)
        return claim


@lru_cache(maxsize=4)
def read_claims(path: Path) -> ClaimTable:
    """A table of claims. InputError for a row that depends on none before it, or names no known predicate."""
    return load(path, ClaimTable)


def shipped_claims() -> tuple[ClaimTable, ...]:
    """All shipped tables of claims, by name."""
    return tuple(read_claims(resources.folder("claims") / f"{name}.toml") for name in resources.names("claims"))
