"""What KLayout's package manager shows of the package."""

from __future__ import annotations

from xml.sax.saxutils import escape

__all__ = ["grain"]

DOC = """\
Masks for wafer bumping and redistribution layers: parametric cells, technologies, design rules and 2.5D views of each \
process, and the menu Bump, which bumps the die that is open. Needs the Python package bumpgen of the same version."""


def grain(version: str) -> bytes:
    """The grain.xml of a version."""
    entries = {
        "name": "bumpgen", "token": "", "hidden": "false", "version": version, "api-version": "0.28",
        "title": "bumpgen: wafer bumping and redistribution layers", "doc": DOC, "doc-url": "", "url": "",
        "license": "Apache-2.0", "author": "The bumpgen authors", "author-contact": "",
    }  # fmt: skip
    rows = "".join(f" <{key}>{escape(value)}</{key}>\n" for key, value in entries.items())
    return f'<?xml version="1.0" encoding="utf-8"?>\n<salt-grain>\n{rows}</salt-grain>\n'.encode()
