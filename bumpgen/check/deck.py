"""The same rules as a deck of KLayout's design rule checker: a readable .lydrc macro, one block a rule."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from bumpgen.check.kinds import KINDS
from bumpgen.check.ruby import Ruby, describe, quoted
from bumpgen.errors import InputError
from bumpgen.macro_file import menu_macro
from bumpgen.process import Process
from bumpgen.rules import Rule, RuleTable

__all__ = ["deck_of", "write_deck"]

HELPERS = Path(__file__).resolve().parent / "helpers"
"""Ruby functions decks use, one or a few a file."""

FUNCTION = re.compile(r"(?ms)^(?:#[^\n]*\n)*def (?P<name>\w+[?!]?).*?^end\n")
"""A function of a helper file, with the comments before it."""

LOCAL = frozenset({"facing", "enclosed", "separation", "output", "um", "sized"})
"""Operations that see no farther than a distance: a tile with a border gives what the whole layout does."""

KEYWORDS = frozenset(
    """alias and begin break case class def do else elsif end ensure false for if in module next nil not or redo
    rescue retry return self super then true undef unless until when while yield""".split()  # noqa: SIM905
)
"""Ruby's own words, which can't name a layer."""

START = """\
# Without variables the deck checks the current layout. From a shell:
#   klayout -b -r FILE.lydrc -rd input=LAYOUT.gds -rd report=FOUND.lyrdb
# and -rd top=CELL, -rd mode=deep|flat|tiled [deep], -rd threads=NUMBER [1].

$top ? source($input, $top) : source($input) if $input
$report ? report({title}, $report) : report({title})
threads($threads.to_i) if $threads
# No polygon is cut: a cut would look like a narrow side.
self.max_vertex_count = 0
self.max_area_ratio = 0
case $mode
when nil, "", "deep" then deep
when "flat", "tiled" then flat
else raise "mode is deep, flat or tiled, not #{{$mode}}"
end
"""

TESTED = """\
# Whether all layers a rule needs are drawn; says so if one isn't.
def tested(rule, layers)
  empty = layers.select { |_, layer| layer.is_empty? }.keys
  log("#{rule}: not tested, nothing is drawn on #{empty.join(', ')}") unless empty.empty?
  empty.empty?
end
"""

IN_TILES = """\
# Runs what sees no farther than a distance in tiles, if mode=tiled; all other rules see the whole layout.
def in_tiles
  tiles(2.mm) if $mode == "tiled"
  yield
  flat if $mode == "tiled"
end
"""


def write_deck(table: RuleTable, process: Process) -> str:
    """The table as a KLayout macro (.lydrc), judged from `process` where a rule is about films.

    Runs in KLayout 0.28.5 and later. Raises InputError for a rule of an unknown kind.
    """
    return menu_macro(f"{table.title}: design rules", "drc", deck_of(table, process))


def deck_of(table: RuleTable, process: Process) -> str:
    """The macro's Ruby text."""
    ruby = Ruby(process, process.materials)
    blocks = [_block(rule, process, ruby) for rule in table.rules]
    body = "\n".join(blocks)
    functions = [TESTED] if "tested(" in body else []
    functions += [IN_TILES] if "in_tiles" in body else []
    functions += _helpers(body)
    title = table.title.replace("µ", "u")  # the marker browser of 0.30 shows other than ASCII as octal numbers
    parts = (_head(table, process), START.format(title=quoted(title)), _inputs(ruby), *functions, body)
    return "\n".join(part for part in parts if part)


def _head(table: RuleTable, process: Process) -> str:
    """Title, process and sources as comments."""
    lines = [table.title, f"Rules {table.name} for the process {process.name}, written by `bumpgen deck {table.name}`."]
    lines += ["Lengths are µm. Sources:", *(f"  {key}: {text}" for key, text in table.sources.items())]
    return _comment(*lines)


def _comment(*lines: str) -> str:
    """Lines as Ruby comments, folded."""
    folded = [
        part
        for line in lines
        for part in textwrap.wrap(line, 112, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    ]
    return "\n".join(f"# {line}".rstrip() for line in folded) + "\n"


def _inputs(ruby: Ruby) -> str:
    """A variable for each layer that a rule uses."""
    for name in ruby.layers:
        if name.lower() in KEYWORDS:
            raise InputError(
                f"layer {name} can't be named in KLayout's language: {name.lower()} is a word of Ruby",
                ruby.process.where(f"layers.{name}"),
                hint="give the layer another name",
            )
    numbers = {name: ruby.process.layers[name].gds for name in ruby.layers}
    return "".join(f"{name.lower()} = input({gds[0]}, {gds[1]})\n" for name, gds in numbers.items())


def _block(rule: Rule, process: Process, ruby: Ruby) -> str:
    """One rule: what it is and why as comments, then its lines, run if its layers are drawn."""
    if rule.kind not in KINDS:
        raise InputError(f"rule {rule.id} is of kind {rule.kind!r}, which is not known")
    kind = KINDS[rule.kind]
    head = _comment(f"{rule.id}: {describe(rule)} [{rule.source}]")
    unknown = [layer for layer in rule.names if layer not in process.layers]
    reason = f"{', '.join(unknown)} is not a layer of {process.name}" if unknown else kind.unjudged(rule, process)
    if reason:
        return head + _comment(f"Not tested: {reason}.")
    lines = kind.deck(rule, ruby)
    if all(line.startswith("#") for line in lines):
        return head + "".join(f"{line}\n" for line in lines)
    needed = rule.names if kind.needs_all else rule.names[:1]
    ruby.layers.update(dict.fromkeys(needed))
    layers = ", ".join(f"{quoted(name)} => {name.lower()}" for name in needed)
    inner = "".join(f"  {_placed(line)}\n" for line in lines)
    return f"{head}if tested({quoted(rule.id)}, {layers})\n{inner}end\n"


def _placed(line: str) -> str:
    """A line that may run in tiles is told so."""
    if line.startswith("#"):
        return line
    code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)
    called = set(re.findall(r"\.([a-z_]+)", code)) | set(re.findall(r"(?<![.\w])([a-z_]+)\(", code))
    local = called <= LOCAL and called & {"facing", "enclosed", "separation"}
    return f"in_tiles {{ {line} }}" if local else line


def _helpers(body: str) -> list[str]:
    """The functions that a deck's rules call, with all that those call, sorted by name."""
    functions = {name: text for path in sorted(HELPERS.glob("*.rb")) for name, text in _functions(path)}
    code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', _code(body))
    queue = [word for word in re.findall(r"\w+[?!]?", code) if word in functions]
    wanted: set[str] = set()
    while queue:
        name = queue.pop()
        if name not in wanted:
            wanted.add(name)
            queue += [word for word in re.findall(r"\w+[?!]?", _code(functions[name])) if word in functions]
    return [functions[name] for name in sorted(wanted)]


def _functions(path: Path) -> list[tuple[str, str]]:
    """Functions of a helper file: name and text, with the comments before it."""
    found = FUNCTION.finditer(path.read_text(encoding="utf-8"))
    return [(function["name"], function[0]) for function in found]


def _code(text: str) -> str:
    """Ruby without its comment lines."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
