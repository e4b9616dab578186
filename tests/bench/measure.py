"""Whole processes measured from outside: wall time, processor time, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall and processor seconds, peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


class RunError(Exception):
    """A contestant that ended with an error; its last line of error output."""


def measure(command: Sequence[str]) -> Run:
    """Run a command to its end; the kernel says what it took (getrusage of that child alone)."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stderr.close()
    if child.returncode:
        raise RunError((errors.strip().splitlines() or [f"exit code {child.returncode}"])[-1])
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def alternate(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Run | str]:
    """Medians over `rounds` of A B C A B C …, so that a busy minute hits all alike; or what failed."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    failed: dict[str, str] = {}
    for _ in range(rounds):
        for name, command in commands.items():
            if name in failed:
                continue
            try:
                runs[name].append(measure(command))
            except RunError as error:
                failed[name] = str(error)
    return {name: failed[name] if name in failed else _median(runs[name]) for name in commands}


def _median(runs: list[Run]) -> Run:
    return Run(
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        statistics.median(run.memory for run in runs),
    )
