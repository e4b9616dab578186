"""A rule table's deck for the application's menu: one marker a place, as `bumpgen check` counts them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bumpgen.check.deck import HELPERS, write_deck
from bumpgen.check.kinds import KINDS
from bumpgen.check.ruby import Ruby, quoted
from bumpgen.process import Process
from bumpgen.rules import RuleTable

__all__ = ["places_deck"]

_OUTPUT = re.compile(r'\.output\(("(?:\\.|[^"\\])*"), ("(?:\\.|[^"\\])*")\)')
_FUNCTIONS = "# Whether all layers a rule needs are drawn"
_END = "]]></text>"

MARKED = """\
# Keeps what a rule marks until the end, where marks that touch become one place: a bad bump is one, not a thousand.
def marked(marks, rule, text)
  marks = marks.polygons(1.dbu) if marks.edge_pairs?
  marks = marks.extended(1.dbu, 1.dbu, 1.dbu, 1.dbu) if marks.edges?
  marks = marks.flatten
  @marked ||= {}
  @marked[[rule, text]] = @marked.key?([rule, text]) ? @marked[[rule, text]].join(marks) : marks
end

# Shows a rule's places: each a polygon in the top cell. All marks on one compact shape of its owner are one.
def show_places(owners)
  (@marked || {}).each do |(rule, text), marks|
    owner = owners[rule]
    marks = marks.join(compact(owner.flatten.merged.interacting(marks))) if owner && !marks.is_empty?
    marks.sized(1.dbu).merged.output(rule, text)
  end
end

"""


def places_deck(table: RuleTable, process: Process) -> str:
    """The deck of `write_deck`, with one polygon a place in its report instead of every pair of edges."""
    head, _, tail = write_deck(table, process).rpartition(_END)
    named = {match[1] for match in _OUTPUT.finditer(head)}
    changed = _OUTPUT.sub(r".tap { |marks| marked(marks, \1, \2) }", head)
    functions = MARKED
    if "def compact(" not in changed:
        functions += (HELPERS / "compact.rb").read_text(encoding="utf-8") + "\n"
    before, mark, after = changed.partition(_FUNCTIONS)
    owners = ", ".join(_owners(table, process, named))
    return f"{before}{functions}{mark}{after}\nshow_places({{{owners}}})\n{_END}{tail}"


def _owners(table: RuleTable, process: Process, named: set[str]) -> Iterator[str]:
    """For each rule that has one, the layer whose compact shapes make one place each."""
    ruby = Ruby(process, process.materials)
    for rule in table.rules:
        owner = KINDS[rule.kind].owner
        if owner is not None and quoted(rule.id) in named:
            yield f"{quoted(rule.id)} => {ruby.layer(rule.layers[owner])}"
