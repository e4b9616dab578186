"""Text inside XML: escaped, and without the characters XML can't hold."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

__all__ = ["attribute", "content"]

_OUTSIDE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character of XML 1.0 (production 2 of the W3C's recommendation)."""


def content(text: str) -> str:
    """A text as an element's content; line breaks stay."""
    return escape(_OUTSIDE.sub("", text))


def attribute(text: str) -> str:
    """A text as an attribute's value on one line, with its quotes."""
    return quoteattr(" ".join(_OUTSIDE.sub("", text).split()))
