"""How far a command is: a bar on a terminal's standard error, or lines of JSON for a program that asks for them.

With BUMPGEN_PROGRESS=json in the environment each stage is a line on standard error, also beside --json and --quiet:
{"progress": "route", "done": 2, "total": 5}; `total` is null where it isn't known.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress_bar", "stages"]

VARIABLE = "BUMPGEN_PROGRESS"


@contextmanager
def progress_bar(shown: bool) -> Iterator[Callable[[str, int], None]]:
    """Gives a function that is told the stage at work and how many there are; silent where nobody looks."""
    if os.environ.get(VARIABLE) == "json":
        yield _lines()
        return
    if not (shown and sys.stderr.isatty()):
        yield lambda _text, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("read", total=None)
        yield lambda text, total: bar.update(task, description=text, total=total or None, advance=1)


@contextmanager
def stages(shown: bool, total: int = 0) -> Iterator[Callable[[str], None]]:
    """The same for work whose number of stages is known at the start, or (0) is not."""
    with progress_bar(shown) as tell:
        yield lambda text: tell(text, total)


def _lines() -> Callable[[str, int], None]:
    """Writes a line of JSON for each stage."""
    done = 0

    def tell(text: str, total: int) -> None:
        nonlocal done
        sys.stderr.write(json.dumps({"progress": text, "done": done, "total": total or None}) + "\n")
        sys.stderr.flush()
        done += 1

    return tell
