"""The command line as a process beside the application: what it answers, how far it is, and an end to it.

So that a long route never freezes the window, and whatever happens there, the application lives on.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pya

__all__ = ["Cancelled", "Refused", "Worker"]

POLL = 0.02
"""Seconds between looks at the worker."""
PATIENCE = 0.3
"""Seconds until progress is shown."""


class Cancelled(Exception):  # noqa: N818 - it is no error
    """The user ended it; nothing was changed."""


class Refused(Exception):  # noqa: N818 - it is the command's answer
    """The command couldn't be done: what is wrong, where, and the cure."""

    def __init__(self, message: str, where: str = "", cure: str = ""):
        super().__init__(message)
        self.message, self.where, self.cure = message, where, cure

    def __str__(self) -> str:
        lines = [self.message, self.where, f"Cure: {self.cure}" if self.cure else ""]
        return "\n\n".join(line for line in lines if line)


@dataclass(frozen=True)
class Worker:
    """Runs commands of bumpgen with the Python it was installed with."""

    python: str
    own: tuple[str, ...] = ()  # process.toml files of the user's

    def processes(self) -> list[str]:
        """What can be chosen as a process: the shipped ones by name, the user's own by path."""
        return [row["name"] for row in self.run("Read the processes", "pdk", "list")] + list(self.own)

    def run(self, title: str, *command: Any, report: bool = True) -> Any:
        """What a command answers with --json; exit codes 0 and 1 are answers, all else raises Refused.

        Shows how far it is; Cancel raises Cancelled, and the process is gone then.
        """
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            code = self._finish(title, [str(part) for part in command] + (["--json"] if report else []), Path(folder))
            text = out.read_text(encoding="utf-8", errors="replace")
            try:
                answer = json.loads(text) if report else text
            except ValueError:
                code = code or -1
            else:
                if code == 0 or (code == 1 and report and "error" not in answer):
                    return answer
            raise _refused(text, err.read_text(encoding="utf-8", errors="replace"), code)

    def _finish(self, title: str, command: Sequence[str], folder: Path) -> int:
        err = folder / "err"
        with (folder / "out").open("wb") as told, err.open("wb") as said:
            try:
                process = subprocess.Popen(  # noqa: S603 - bumpgen's own
                    [self.python, "-m", "bumpgen.cli", *command], stdout=told, stderr=said, env=_environment(folder),
                    stdin=subprocess.DEVNULL, cwd=folder,  # Python looks for modules there first
                    start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                raise Refused(
                    f"bumpgen can't be run: {error.strerror}",
                    self.python,
                    "is the Python that bumpgen was installed with still there? Run `bumpgen klayout install` again",
                ) from None
        try:
            _watch(title, process, err)
        finally:
            if process.poll() is None:
                _end(process)
        return process.returncode


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop the worker and the processes that it began."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """The application's, without what is meant for its own Python; temporary files go into `folder`."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    room = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    return {**kept, **room, "BUMPGEN_PROGRESS": "json", "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


def _watch(title: str, process: subprocess.Popen[bytes], err: Path) -> None:
    """Keep the window alive until the process ends; raises Cancelled where the user ends it."""
    bar: Any = None
    started = time.monotonic()
    try:
        while process.poll() is None:
            if bar is None and time.monotonic() - started > PATIENCE:
                bar = pya.QProgressDialog(title, "Cancel", 0, 0, pya.MainWindow.instance())
                bar.windowTitle = "bumpgen"
                bar.setWindowModality(pya.Qt.WindowModal)
                bar.setMinimumDuration(0)
                bar.show()
            if bar is not None:
                _show(bar, title, err)
                if bar.wasCanceled:
                    raise Cancelled
            pya.QApplication.processEvents()
            time.sleep(POLL)
    finally:
        if bar is not None:
            bar.close()
            bar._destroy()


def _show(bar: Any, title: str, err: Path) -> None:
    """The last line of progress on the bar."""
    with err.open("rb") as file:
        file.seek(max(0, err.stat().st_size - 2000))
        lines = file.read().decode(errors="replace").splitlines()
    for line in reversed(lines):
        if line.startswith('{"progress"') and line.endswith("}"):
            stage = json.loads(line)
            bar.setLabelText(f"{title}: {stage['progress']}")
            if stage["total"]:
                bar.setMaximum(stage["total"])
                bar.setValue(min(stage["done"], stage["total"] - 1))
            return


def _refused(text: str, said: str, code: int) -> Refused:
    """The command's error as it told it; else the end of what it printed."""
    try:
        error = json.loads(text)["error"]
        place = f"{error['file'] or ''}" + (f":{error['line']}" if error["line"] else "")
        key = f" [{error['key']}]" if error["key"] else ""
        return Refused(error["message"], f"{place}{key}".strip(), error["cure"] or "")
    except (ValueError, KeyError, TypeError):
        lines = [line for line in said.splitlines() if not line.startswith('{"progress"')]
        return Refused("\n".join(lines[-15:]) or f"bumpgen ended with {code} and said nothing")
