"""The pre-commit hook on a good design and on a bad one, and the steps of the README's GitHub Actions job."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import check_cases
from tests.docs import ROOT

HOOK = dict(re.findall(r"^\W*(\w+): (.+)$", (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize(("small_ubm", "code"), [(False, 0), (True, 1)])
def test_the_hook_stops_a_bad_design(tmp_path: Path, small_ubm: bool, code: int) -> None:
    check_cases.design(tmp_path / "my_chip", small_ubm=small_ubm)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [*shlex.split(HOOK["entry"]), "my_chip"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert ("UBM.W.1" in done.stderr) is small_ubm


def test_the_hook_runs_where_a_design_changes() -> None:
    changed = [
        name for name in ("a/design.toml", "a/pads.csv", "a/chip.gds", "README.md") if re.search(HOOK["files"], name)
    ]
    assert changed == ["a/design.toml", "a/pads.csv", "a/chip.gds"]
    assert HOOK.get("pass_filenames") == "false"


def test_the_actions_example_runs_its_steps(tmp_path: Path) -> None:
    """The README's GitHub Actions job: its own commands, in its order, on a design that is clean."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (job,) = [block for block in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL) if "runs-on" in block]
    steps = re.findall(r"^ +run: (.*)$", job, re.MULTILINE)
    assert [step.split()[0] for step in steps] == ["pip", "bumpgen", "cat"]
    shutil.copytree(ROOT / "designs" / "caravel_gf180", tmp_path / "designs" / "my_chip")
    folder = re.search(r"DESIGN: (\S+)", job)
    assert folder is not None
    environment = os.environ | {
        "DESIGN": folder[1],
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    for step in steps[1:]:
        done = subprocess.run(["bash", "-ec", step], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert "bumpgen check passed" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert json.loads(next((tmp_path / "reports").glob("*.sarif")).read_text(encoding="utf-8"))["version"] == "2.1.0"
