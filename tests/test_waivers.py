"""Waivers: what they accept, what they refuse, and what is said of those nobody needs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bumpgen.errors import InputError
from bumpgen.report import Place, RuleResult
from bumpgen.waivers import EXPIRED, UNUSED, apply_waivers, read_waivers

TODAY = date(2026, 6, 1)
PLACES = (
    Place("UBM.W.1", (0, 0, 10, 10), 9.0, "narrow", cell="A", net="vdd"),
    Place("UBM.W.1", (100, 0, 110, 10), 8.0, "narrow", cell="B", net="vss"),
)


def result(places: tuple[Place, ...] = PLACES) -> RuleResult:
    return RuleResult(
        "UBM.W.1", "width", ("UBM",), 10.0, "µm", "error", "why", "own", "violated" if places else "clean",
        places, len(places),
    )  # fmt: skip


def waive(
    tmp_path: Path, text: str, places: tuple[Place, ...] = PLACES, skipped: tuple[str, ...] = ()
) -> dict[str, RuleResult]:
    path = tmp_path / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    return {r.rule: r for r in apply_waivers([result(places)], read_waivers(path), TODAY, skipped)}


def row(rule: str = "UBM.W.1", more: str = "", expires: str = "2027-01-31") -> str:
    return f'[[waive]]\nrule = "{rule}"\nreason = "agreed"\nexpires = {expires}\n{more}\n'


@pytest.mark.parametrize(
    ("text", "waived"),
    [
        (row(), [True, True]),
        (row("UBM.*"), [True, True]),
        (row(more="box = [-1, -1, 11, 11]"), [True, False]),
        (row(more="box = [0, 0, 10, 10]"), [True, False]),
        (row(more='cell = "B"'), [False, True]),
        (row(more='net = "v*"'), [True, True]),
        (row(more='net = "vdd"\nbox = [100, 0, 110, 10]') + row(), [True, True]),
    ],
)
def test_a_waiver_accepts_the_places_it_names(tmp_path: Path, text: str, waived: list[bool]) -> None:
    found = waive(tmp_path, text)["UBM.W.1"]
    assert [bool(place.waived) for place in found.places] == waived
    assert found.open == waived.count(False)
    assert found.verdict == ("violated" if False in waived else "waived")
    assert all("agreed" in place.waived and "2027-01-31" in place.waived for place in found.places if place.waived)


@pytest.mark.parametrize("more", ["box = [1, 0, 11, 11]", 'cell = "C"', 'net = "x"'])
def test_one_that_matches_nothing_is_reported_with_its_line(tmp_path: Path, more: str) -> None:
    found = waive(tmp_path, "# two\n# lines\n" + row(more=more))
    assert found["UBM.W.1"].open == 2
    (place,) = found[UNUSED].places
    assert found[UNUSED].severity == "warning"
    assert "waivers.toml:3:" in place.message
    assert "matches no place" in place.message


def test_an_expired_one_waives_nothing_and_is_an_error(tmp_path: Path) -> None:
    found = waive(tmp_path, row(expires="2026-05-31"))
    assert found["UBM.W.1"].open == 2
    assert (found[EXPIRED].severity, found[EXPIRED].open) == ("error", 1)
    assert "expired on 2026-05-31" in found[EXPIRED].places[0].message
    assert UNUSED not in found


def test_it_holds_on_its_last_day(tmp_path: Path) -> None:
    assert waive(tmp_path, row(expires="2026-06-01")).keys() == {"UBM.W.1"}


def test_a_clean_rule_makes_its_waiver_unused(tmp_path: Path) -> None:
    assert UNUSED in waive(tmp_path, row(), ())


def test_a_rule_that_was_left_out_does_not(tmp_path: Path) -> None:
    assert UNUSED not in waive(tmp_path, row("RDL.W.1"), skipped=("RDL.W.1",))


def test_an_empty_file_waives_nothing(tmp_path: Path) -> None:
    assert waive(tmp_path, "")["UBM.W.1"].open == 2


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('[[waive]]\nrule = "A"\nexpires = 2027-01-31\n', 1, "reason"),
        (row().replace('"agreed"', '" "'), 3, "reason"),
        ('[[waive]]\nrule = "A"\nreason = "b"\n', 1, "expires"),
        (row(expires='"soon"'), 4, "expires"),
        (row(more="box = [0, 0, 0, 1]"), 5, "empty"),
        (row(more="box = [0, 0, 1]"), 5, "box"),
        (row(more='layer = "UBM"'), 5, "layer"),
    ],
)
def test_mistakes_are_told_by_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_waivers(path)
    assert error.value.where is not None
    assert error.value.where.line == line
    assert told in str(error.value)
