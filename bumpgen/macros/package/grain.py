"""What KLayout's package manager shows of the package."""

from __future__ import annotations

from xml.sax.saxutils import escape

__all__ = ["grain", "repository"]

DOC = """\
Masks for wafer bumping and redistribution layers: parametric cells, technologies, design rules and 2.5D views of each \
process, and the menu Bump, which bumps the die that is open. Needs the Python package bumpgen of the same version."""


HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def grain(version: str) -> bytes:
    """The grain.xml of a version."""
    return f"{HEAD}{_grain(version, '')}".encode()


def repository(version: str, url: str) -> bytes:
    """A repository with this package alone, at `url`: what KLAYOUT_SALT_MINE names and the package manager reads."""
    return f"{HEAD}<salt-mine>\n{_grain(version, url)}</salt-mine>\n".encode()


def _grain(version: str, url: str) -> str:
    entries = {
        "name": "bumpgen", "token": "", "hidden": "false", "version": version, "api-version": "0.28",
        "title": "bumpgen: wafer bumping and redistribution layers", "doc": DOC, "doc-url": "", "url": url,
        "license": "Apache-2.0", "author": "The bumpgen authors", "author-contact": "",
    }  # fmt: skip
    rows = "".join(f" <{key}>{escape(value)}</{key}>\n" for key, value in entries.items())
    return f"<salt-grain>\n{rows}</salt-grain>\n"
