"""gdsfactory, kfactory and phidl in a virtual environment of their own, .venv-bench."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PEERS = ("phidl", "kfactory", "gdsfactory")
VENV = Path(__file__).resolve().parents[2] / ".venv-bench"


def peers_python() -> str | None:
    """The environment's Python, made at the first call; None, with the reason printed, if it can't be."""
    python = VENV / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", VENV], check=True, capture_output=True, text=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS]
        subprocess.run(install, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or error.stdout or "").strip().splitlines()
        print(f"peers can't be installed: {lines[-1] if lines else error}")
        return None
    return str(python)


def versions(python: str, names: tuple[str, ...]) -> str:
    """Versions of installed packages, as text."""
    code = "import sys\nfrom importlib.metadata import version\nfor n in sys.argv[1:]: print(n, version(n), end=', ')"
    done = subprocess.run([python, "-c", code, *names], capture_output=True, text=True, check=True)
    return done.stdout.rstrip(", ")
