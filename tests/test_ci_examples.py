"""The pre-commit hook as it is shipped: its entry on a good design and on a bad one."""

from __future__ import annotations

import os
import re
import shlex
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
