"""How far a command is, as lines for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bumpgen.cli import main


@pytest.mark.parametrize(
    ("command", "stages"),
    [
        (("build", "flux_ball_die"), ["read", "plan", "draw", "write gds"]),
        (("check", "flux_ball_die", "--json"), []),
        (("masks", "balldrop_die", "--quiet"), []),
    ],
)
def test_stages_are_lines_of_json(
    command: tuple[str, ...], stages: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUMPGEN_PROGRESS", "json")
    out = [] if command[0] == "check" else ["-o", str(tmp_path / "out")]
    done = CliRunner().invoke(main, [*command, *out])
    assert done.exit_code == 0, done.stderr
    told = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert told
    assert [row["done"] for row in told] == list(range(len(told)))
    assert set(stages) <= {row["progress"] for row in told}


def test_without_the_variable_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUMPGEN_PROGRESS", raising=False)
    done = CliRunner().invoke(main, ["build", "flux_ball_die", "-o", str(tmp_path / "out")])
    assert "progress" not in done.stderr
