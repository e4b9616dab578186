"""A progress bar on a terminal's standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress_bar"]


@contextmanager
def progress_bar(shown: bool) -> Iterator[Callable[[str, int], None]]:
    """Gives a function that is told the stage at work and how many there are; silent where there is no terminal."""
    if not (shown and sys.stderr.isatty()):
        yield lambda _text, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("read", total=None)
        yield lambda text, total: bar.update(task, description=text, total=total, advance=1)
