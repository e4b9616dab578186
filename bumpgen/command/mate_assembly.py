"""The assembly.toml that puts a design and the half bumpgen mate wrote for it together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bumpgen.check.assembly.faces import Face
from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.mate import Mate

if TYPE_CHECKING:
    from bumpgen.command.mate import MateOptions

__all__ = ["assembly_text", "planned_assembly"]


def planned_assembly(
    design: Design, faces: Mapping[str, Face], half: Mate, kinds: tuple[str, ...], options: MateOptions
) -> tuple[Path, str]:
    """The file beside the half's folder and its text; the design must lie beside it too, or be a shipped one.

    InputError if there is one already, or if the design lies elsewhere.
    """
    path = options.out.parent / "assembly.toml"
    if path.exists():
        raise InputError("there is an assembly already", Where(path), hint="remove it, or leave out --assembly")
    return path, assembly_text(design, _home(design, path), faces, half, kinds, options)


def _home(design: Design, path: Path) -> str:
    """How the assembly names the design: its folder beside the assembly.toml, or a shipped design's name."""
    from bumpgen import resources

    home = design.path.resolve().parent
    if home.parent == path.resolve().parent:
        return home.name
    if home.name in resources.names("designs") and home.parent == resources.folder("designs").resolve():
        return home.name
    raise InputError(
        f"the design lies in {home}, not beside the assembly", Where(path),
        hint=f"write the half into a folder of {home.parent}, next to the design",
    )  # fmt: skip


def assembly_text(
    design: Design, home: str, faces: Mapping[str, Face], half: Mate, kinds: tuple[str, ...], options: MateOptions
) -> str:
    """assembly.toml: two parts, what joins them, the steps."""
    wired = not any(faces[kind].solder or faces[kind].pillar for kind in kinds)
    sites = [list(kinds), sorted({site.kind for site in half.sites})]
    x, y = half.at
    lines = [
        f"# {design.name} and its {options.role}, put together by bumpgen mate.",
        f"name = {json.dumps(design.name.removesuffix('_first') + '_assembly')}",
        'source = "own"',
        "",
        "[parts.first]",
        f"design = {json.dumps(home)}",
        f'face = "{half.own_face}"',
        *(_glued(options.role) if wired else []),
        "",
        f"[parts.{options.role}]",
        f"design = {json.dumps(options.out.name)}",
        f'face = "{half.face}"',
        *([f"at = [{x:g}, {y:g}]"] if (x, y) != (0, 0) else []),
        "",
        *(_wires(sites, options.role) if wired else _joints(sites, options.role)),
    ]
    return "\n".join(lines) + "\n"


def _glued(role: str) -> list[str]:
    glue = 'material = "die_attach", thickness = { value = 25, source = "MEM" }'
    return [f"attached = {{ to = {json.dumps(role)}, {glue} }}"]


def _joints(sites: list[list[str]], role: str) -> list[str]:
    return [
        "[[joints]]", 'name = "joints"', f'between = ["first", {json.dumps(role)}]', f"sites = {json.dumps(sites)}", "",
        "[[steps]]", 'kind = "join"', 'joints = ["joints"]', 'placement_accuracy = { value = 3, source = "MEM" }',
        'source = "own"', "", "[[steps]]", 'kind = "reflow"', 'joints = ["joints"]',
        'temperature = { value = 260, source = "MEM" }', 'source = "own"',
    ]  # fmt: skip


def _wires(sites: list[list[str]], role: str) -> list[str]:
    return [
        "[[wires]]", 'name = "wires"', f'between = ["first", {json.dumps(role)}]', f"sites = {json.dumps(sites)}",
        'diameter = { value = 25, source = "MEM" }', 'loop = { value = 150, source = "MEM" }', "",
        "[[steps]]", 'kind = "attach"', 'part = "first"', 'temperature = { value = 150, source = "MEM" }',
        'source = "own"', "", "[[steps]]", 'kind = "bond"', 'wires = ["wires"]', 'source = "own"',
    ]  # fmt: skip
