"""A KLayout macro as the file that the application reads: a script with what KLayout has to know of it."""

from __future__ import annotations

from xml.sax.saxutils import escape

__all__ = ["autorun_macro", "menu_macro"]

FILE = """\
<?xml version="1.0" encoding="utf-8"?>
<klayout-macro>
 <description>{title}</description>
 <version>0.28</version>
 <category>{category}</category>
 <prolog/>
 <epilog/>
 <doc/>
 <autorun>{autorun}</autorun>
 <autorun-early>false</autorun-early>
 <priority>0</priority>
 <shortcut/>
 <show-in-menu>{in_menu}</show-in-menu>
 <group-name>{group}</group-name>
 <menu-path>{menu}</menu-path>
 <interpreter>{interpreter}</interpreter>
 <dsl-interpreter-name>{dsl}</dsl-interpreter-name>
 <text><![CDATA[{text}]]></text>
</klayout-macro>
"""


def menu_macro(title: str, kind: str, text: str) -> str:
    """A script of a language of KLayout's, `kind` drc or d25, which stands in the menu Tools; 0.28 and later."""
    return FILE.format(
        title=escape(title), category=kind, autorun="false", in_menu="true", group=f"{kind}_scripts",
        menu=f"tools_menu.{kind}.end", interpreter="dsl", dsl=f"{kind}-dsl-xml", text=_whole(text),
    )  # fmt: skip


def autorun_macro(title: str, python: str) -> str:
    """A Python script that runs when KLayout starts; 0.28 and later."""
    return FILE.format(
        title=escape(title), category="pymacros", autorun="true", in_menu="false", group="", menu="",
        interpreter="python", dsl="", text=_whole(python),
    )  # fmt: skip


def _whole(text: str) -> str:
    """Without what would end the text's section of the file."""
    return text.replace("]]>", "]] >")
