"""Tables of claims: all 104, what each depends on, that each has its test; what is wrong with a table is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bumpgen import resources
from bumpgen.check.claims.predicates import OF_DIES, OF_JOINTS
from bumpgen.check.claims.table import ClaimTable, read_claims, shipped_claims
from bumpgen.errors import InputError

INDEPENDENT = ["P1.1", "P1.9", "P1.22", "P2.1", "P2.7", "P2.17", "P2.21", "P2.29", "P2.37", "P2.45", "P2.63"]

PARENTS = {
    "P1.1": (2, 3, 4, 5, 7, 8), "P1.5": (6,), "P1.9": (10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21), "P1.16": (17,),
    "P1.22": (23, 26, 27, 29, 30), "P1.23": (24, 25), "P1.27": (28,),
    "P2.1": (2, 5), "P2.2": (3, 4, 6), "P2.7": (8, 9, 10, 11, 12, 13, 15), "P2.13": (14,), "P2.15": (16,),
    "P2.17": (18, 19, 20), "P2.21": (22, 23, 24, 26, 27, 28), "P2.24": (25,), "P2.29": (30, 31, 32, 34, 35, 36),
    "P2.32": (33,), "P2.37": (38, 39, 40, 41, 42, 43, 44), "P2.45": (46, 50, 51, 52, 54, 56, 58, 59, 61),
    "P2.46": (47, 48, 49), "P2.52": (53,), "P2.54": (55,), "P2.56": (57,), "P2.59": (60,), "P2.61": (62,),
    "P2.63": (64, 65, 67, 69, 71, 73, 74), "P2.65": (66,), "P2.67": (68,), "P2.69": (70,), "P2.71": (72,),
}  # fmt: skip
"""Which claims depend on which, as the methods' claims state it."""

STRUCTURES = {f"P2.{n}" for n in (*range(17, 29), *range(37, 63))}
"""Claims to a structure; all others are claims to a method."""


def rows() -> list[tuple[ClaimTable, str]]:
    """Every shipped claim with its table."""
    return [(table, claim.id) for table in shipped_claims() for claim in table.claims]


def test_all_claims_are_there_in_order() -> None:
    wanted = [f"P1.{n}" for n in range(1, 31)] + [f"P2.{n}" for n in range(1, 75)]
    assert [claim for _, claim in rows()] == wanted


def test_each_depends_on_what_it_names() -> None:
    wanted = {
        f"{parent.partition('.')[0]}.{number}": parent for parent, numbers in PARENTS.items() for number in numbers
    }
    assert sorted([*wanted, *INDEPENDENT]) == sorted(claim for _, claim in rows())
    for table, claim in rows():
        assert table.claim(claim).depends_on == wanted.get(claim, "")


def test_each_is_a_method_or_a_structure() -> None:
    assert {claim for table, claim in rows() if table.claim(claim).kind == "structure"} == STRUCTURES


def test_every_predicate_is_used() -> None:
    used = {condition.that for table, claim in rows() for condition in table.claim(claim).held}
    assert used == set(OF_DIES) | set(OF_JOINTS)


def test_each_claim_has_its_test() -> None:
    texts = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    named = {f"P{int(a)}.{int(b)}" for a, b in re.findall(r"^def test_P(\d)_(\d\d)\(", texts, re.MULTILINE)}
    assert named == {claim for _, claim in rows()}


HEAD = 'name = "own"\ntitle = "Own"\nabout = "{about}"\n'
ROW = '[[claims]]\nid = "P1.1"\nkind = "method"\nsays = "A claim."\nconditions = [{condition}]\n'

MISTAKES = {
    "unknown predicate": ("die", '{ that = "cuont", of = "ball", least = 2 }', "P1.1: there is no predicate 'cuont'"),
    "of joints": ("die", '{ that = "mates" }', "there is no predicate 'mates'"),
    "unknown parameter": ("die", '{ that = "count", of = "ball", lest = 2 }', "count has no parameter 'lest'"),
    "missing parameter": ("die", '{ that = "count", of = "ball" }', "count needs least"),
    "whose die": ("joints", '{ that = "count", of = "ball", least = 2 }', "part = 'first' or 'second' is needed"),
    "no predicate": ("die", '{ of = "ball" }', "condition 1 names no predicate"),
    "nothing": ("die", "", "conditions"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_in_a_table_are_told(mistake: str, tmp_path: Path) -> None:
    about, condition, told = MISTAKES[mistake]
    path = tmp_path / "own.toml"
    path.write_text(HEAD.format(about=about) + ROW.format(condition=condition))
    with pytest.raises(InputError, match=re.escape(told)) as caught:
        read_claims(path)
    assert caught.value.where is not None
    assert caught.value.where.file == path


def test_a_claim_depends_on_one_before_it(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    row = ROW.format(condition='{ that = "body", words = "silicon" }')
    path.write_text(HEAD.format(about="die") + row.replace("kind", 'depends_on = "P1.2"\nkind'))
    with pytest.raises(InputError, match=r"claim P1\.1 depends on P1\.2, which is no claim before it"):
        read_claims(path)
    path = tmp_path / "twice.toml"
    path.write_text(HEAD.format(about="die") + row + row)
    with pytest.raises(InputError, match=r"two claims have the id P1\.1"):
        read_claims(path)


def test_tables_are_shipped() -> None:
    assert resources.names("claims") == ["bumping", "joining"]
    assert "claims" not in resources.names("drc_rules")
