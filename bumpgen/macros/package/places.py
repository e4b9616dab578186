"""A rule table's deck for the application's menu: one marker a place, as `bumpgen check` counts them."""

from __future__ import annotations

import re

__all__ = ["with_places"]

_OUTPUT = re.compile(r'\.output\(("(?:\\.|[^"\\])*"), ("(?:\\.|[^"\\])*")\)')
_END = "]]></text>"

NOTE = """
# Keeps what a rule marks until the end, where marks that touch become one place: a bad bump is one, not a thousand.
def marked(marks, rule, text)
  marks = marks.polygons(1.dbu) if marks.edge_pairs?
  marks = marks.extended(1.dbu, 1.dbu, 1.dbu, 1.dbu) if marks.edges?
  marks = marks.flatten
  @marked ||= {}
  @marked[[rule, text]] = @marked.key?([rule, text]) ? @marked[[rule, text]].join(marks) : marks
end
"""

SHOW = """
(@marked || {}).each { |(rule, text), marks| marks.sized(1.dbu).merged.output(rule, text) }
"""


def with_places(deck: str) -> str:
    """The deck, changed to put one polygon a place into its report, in the top cell, instead of every pair of edges."""
    head, _, tail = deck.rpartition(_END)
    changed = _OUTPUT.sub(r".tap { |marks| marked(marks, \1, \2) }", head)
    first = changed.index("# Whether all layers a rule needs are drawn")
    return f"{changed[:first]}{NOTE.lstrip()}\n{changed[first:]}{SHOW}{_END}{tail}"
