"""The KLayout application on a display of its own, with a profile of its own: a script run in it, and what it found.

The display is Xvfb's; nothing is read from or written to the user's own profile.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.shared import ROOT

__all__ = ["KLAYOUT", "ApplicationError", "display", "needs_application", "powerless", "run", "version"]

KLAYOUT = shutil.which("klayout")
XVFB = shutil.which("Xvfb")
RUNNER = Path(__file__).with_name("application_runner.py")

_NAMED = [("klayout", KLAYOUT), ("xvfb", XVFB)]
_LACKING = [name for name, found in _NAMED if found is None]

needs_application = pytest.mark.skipif(
    bool(_LACKING), reason=f"no {' and no '.join(_LACKING)}; apt-get install {' '.join(_LACKING)}"
)


@cache
def version() -> str:
    """The application's, as in 0.28.5."""
    assert KLAYOUT is not None
    return subprocess.run([KLAYOUT, "-v"], capture_output=True, text=True, check=True).stdout.split()[-1]


class ApplicationError(AssertionError):
    """A script that raised inside the application, or an application that ended without a result."""


@contextmanager
def display() -> Iterator[str]:
    """A screen of 1600 × 1000 pixels without a monitor; its name for DISPLAY."""
    assert XVFB is not None
    told, say = os.pipe()
    command = [XVFB, "-displayfd", str(say), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(say,), stderr=subprocess.DEVNULL)
    try:
        os.close(say)
        with os.fdopen(told) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait(timeout=10)


@cache
def site_packages() -> str:
    """Where this Python's packages lie."""
    return sysconfig.get_paths()["purelib"]


def powerless() -> list[str]:
    """What goes before a command, so that even root is held to what files' modes allow: util-linux's setpriv."""
    less = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-all"]
    return less if os.geteuid() == 0 else []


def run(
    script: Path,
    folder: Path,
    *,
    timeout: float = 60,
    options: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
    bumpgen: bool = True,
    editable: bool = True,
    held: bool = False,
    **arguments: Any,
) -> Any:
    """Run a Python script inside the application and return what it found.

    Parameters
    ----------
    script : its function `found(arguments)` is called and returns what JSON holds.
    folder : a folder of the test; its `profile` becomes KLAYOUT_HOME.
    timeout : seconds until the application is killed.
    options : more command line options of klayout.
    bumpgen : whether the script can import this checkout and the packages of this Python from its first line;
        False for an application as a user starts it, which finds what is installed in the profile only.
    editable : whether the application may change layouts, or only shows them.
    held : whether even root is held to what files' modes allow.
    arguments : what the script is given, as JSON holds it.

    Raises ApplicationError with the script's traceback, or with what the application printed; also where a Python
    package of klayout was loaded, since two of them in one process corrupt its memory.
    """
    assert KLAYOUT is not None
    profile, result = folder / "profile", folder / f"{script.stem}.result.json"
    profile.mkdir(parents=True, exist_ok=True)
    result.unlink(missing_ok=True)
    job = {"script": str(script), "result": str(result), "arguments": arguments}
    job |= {"path": [str(ROOT)] if bumpgen else [], "site": site_packages() if bumpgen else None}
    surroundings = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("KLAYOUT", "PYTHON"))},
        "HOME": str(folder),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"),  # the compiled router
        "KLAYOUT_HOME": str(profile),
        "QT_QPA_PLATFORM": "xcb",
        "BUMPGEN_TEST_JOB": json.dumps(job, default=str),
        "PYTHONUNBUFFERED": "1",
        **(environment or {}),
    }
    command = [KLAYOUT, "-nc", *(["-e"] if editable else ["-ne"]), *options, "-rm", str(RUNNER)]
    if held:
        command = [*powerless(), *command]
    with display() as screen:
        try:
            done = subprocess.run(
                command, env=surroundings | {"DISPLAY": screen}, capture_output=True, text=True, timeout=timeout
            )
        except subprocess.TimeoutExpired as late:
            said = [(text or b"").decode(errors="replace")[-4000:] for text in (late.stdout, late.stderr)]
            raise ApplicationError(f"klayout didn't end within {timeout:g} s\n{said[0]}\n{said[1]}") from None
    printed = f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    if not result.exists():
        raise ApplicationError(f"klayout ended with {done.returncode} and no result\n{printed}")
    told = json.loads(result.read_text())
    if told["error"]:
        raise ApplicationError(f"{told['error']}\n{printed}")
    if told["pips"]:
        raise ApplicationError(f"a Python package of klayout was loaded: {', '.join(told['pips'])}")
    return told["found"]
