"""`bumpgen deck`: a rule table as a deck of KLayout's design rule checker."""

from __future__ import annotations

from pathlib import Path

from bumpgen.check.deck import write_deck
from bumpgen.command.look import replace_file
from bumpgen.errors import InputError, Where
from bumpgen.process import read_process
from bumpgen.rules import read_rules

__all__ = ["deck_file"]


def deck_file(rules: str, out: Path, pdk: str | None) -> str:
    """Write the deck of a table (a shipped one's name, or a path) and say so; `pdk` replaces the table's process."""
    if out.suffix != ".lydrc":
        raise InputError(f"a deck is a .lydrc file, not {out.name!r}", Where(out), hint=f"name it {out.stem}.lydrc")
    table = read_rules(rules)
    process = read_process(pdk or table.process)
    text = write_deck(table, process)
    replace_file(out, lambda path: path.write_text(text, encoding="utf-8"))
    return f"{out}: {len(table.rules)} rules; klayout -b -r {out} -rd input=LAYOUT.gds -rd report=FOUND.lyrdb"
