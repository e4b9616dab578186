"""`bumpgen mate`: the half that meets a design, written as a design folder of its own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bumpgen.check.assembly.faces import Face, face_of
from bumpgen.command.look import replace_file
from bumpgen.command.mate_assembly import planned_assembly
from bumpgen.design import Bump, Design
from bumpgen.errors import InputError, Where
from bumpgen.mate import Fan, Mate, fingers, mirrored_half, standing
from bumpgen.process import Process, read_process
from bumpgen.read import read_design
from bumpgen.report import counted
from bumpgen.validation import near

__all__ = ["ROLES", "MateOptions", "mate"]

ROLES = ("second", "carrier")

HEADS = ("name", "x_um", "y_um", "net", "kind")

WIRED, WIRED_SIDE = "finger", "finger_side"


@dataclass(frozen=True, slots=True)
class MateOptions:
    """The command's options as given; lengths in µm, None where one is not given."""

    role: str
    out: Path
    process: str | None = None
    site: str | None = None
    sites: str | None = None
    die: tuple[float, float] | None = None
    margin: float = 150.0
    opening: tuple[float, float] | None = None
    clearance: float = 700.0
    pitch: float = 250.0
    name: str | None = None
    title: str | None = None
    assembly: bool = False


def mate(name: str, options: MateOptions) -> list[str]:
    """Write the half of a design that meets it; lines that say what was written.

    `second` is a chip that looks at the design's face. `carrier` is what the design stands on: bond fingers around
    it for its wire-bond pads, else lands or posts under its balls or pillars. Raises InputError where a design, a
    process or a site has nothing to meet, and where fingers don't fit.
    """
    design = read_design(name)
    faces = _faces(design)
    process = read_process(options.process or _usual_process(design, options))
    half, kinds = _half(design, faces, process, options)
    text = _design_text(design, process, half, kinds, options)
    folder = options.out
    _refuse_source(design, folder)
    together = planned_assembly(design, faces, half, kinds, options) if options.assembly else None
    replace_file(folder / "bumps.csv", lambda path: path.write_bytes(_table(half).encode()))
    replace_file(folder / "design.toml", lambda path: path.write_bytes(text.encode()))
    read_design(folder)
    made = f"{counted(len(half.sites), 'bump', 'bumps')} in {process.name}, {half.width:g} x {half.height:g} µm"
    told = [f"{folder / 'design.toml'}: {made}"]
    if together is not None:
        path, words = together
        replace_file(path, lambda file: file.write_bytes(words.encode()))
        told.append(str(path))
    return told


def _faces(design: Design) -> dict[str, Face]:
    """What each kind of the design's bumps turns to its partner."""
    table = design.file.bumps
    if table is None or not design.bumps:
        raise InputError(f"{design.name} has no bumps that could meet anything", Where(design.path, key="bumps"))
    pad_site = design.file.pads.site if design.file.pads else "pad"
    kinds = {_site(design, bump) for bump in design.bumps}
    return {kind: face_of(design.process, kind, pad_site) for kind in sorted(kinds)}


def _site(design: Design, bump: Bump) -> str:
    """The process's site of a bump."""
    table = design.file.bumps
    assert table is not None
    return table.sites.get(bump.kind, table.site)


def _usual_process(design: Design, options: MateOptions) -> str:
    """Where none is named: a carrier is a laminate; a second chip is made as the first is."""
    if options.role == "carrier":
        return "laminate"
    return str(design.process.path or design.process.name)


def _half(
    design: Design, faces: dict[str, Face], process: Process, options: MateOptions
) -> tuple[Mate, tuple[str, ...]]:
    """The half, and the design's kinds of site that it meets."""
    chosen = _chosen(design, faces, options)
    bumps = [bump for bump in design.bumps if _site(design, bump) in chosen]
    if options.role == "carrier" and not any(faces[kind].solder or faces[kind].pillar for kind in chosen):
        fan = _fan(process, options)
        around = standing([fingers(design, bumps, fan)], options.margin + fan.length / 2, options.die)
        return around, chosen
    site = _partner_site(process, faces[chosen[0]], options)
    down = options.role == "carrier"
    size = options.die
    half = mirrored_half(design, bumps, size, options.margin, down=down)
    return _with_site(half, site), chosen


def _with_site(half: Mate, site: str) -> Mate:
    return replace(half, sites=tuple(replace(one, kind=site) for one in half.sites))


def _chosen(design: Design, faces: dict[str, Face], options: MateOptions) -> tuple[str, ...]:
    """The kinds of site that are met: as named; else pillars or solder, by a carrier wires or balls first."""
    if options.sites is not None:
        named = tuple(name.strip() for name in options.sites.split(","))
        for name in named:
            if name not in faces:
                raise InputError(f"{design.name} has no bumps of site {name!r}", hint=near(name, faces))
        return named
    joined = tuple(kind for kind, face in faces.items() if face.solder or face.pillar)
    wired = tuple(kind for kind in faces if kind not in joined)
    if options.role == "second":
        pillars = tuple(kind for kind in joined if faces[kind].pillar)
        found = pillars or joined
    else:
        balls = tuple(kind for kind in joined if not faces[kind].pillar)
        found = wired or balls or joined
    if not found:
        raise InputError(f"{design.name} has no pillars and no solder to meet", hint="name its sites: --sites")
    return found


def _fan(process: Process, options: MateOptions) -> Fan:
    """Fingers of the carrier's process around a die."""
    if WIRED not in process.sites:
        raise InputError(
            f"process {process.name} has no site {WIRED!r} for wires", hint="choose one: --process laminate"
        )
    lying = WIRED_SIDE if WIRED_SIDE in process.sites else WIRED
    return Fan(options.clearance, options.pitch, 300.0, WIRED, lying)


def _partner_site(process: Process, face: Face, options: MateOptions) -> str:
    """The process's site that meets a face: as named, else for a pillar a lower pillar, for a ball a land."""
    if options.site is not None:
        if options.site not in process.sites:
            raise InputError(
                f"process {process.name} has no site {options.site!r}", hint=near(options.site, process.sites)
            )
        return options.site
    wanted = ("second_pillar", "post", "bump") if face.pillar else ("land", "bump")
    for name in wanted:
        if name in process.sites:
            return name
    raise InputError(f"process {process.name} has none of the sites {', '.join(wanted)}", hint="name one: --site")


def _refuse_source(design: Design, folder: Path) -> None:
    if folder.resolve() == design.path.resolve().parent:
        raise InputError("the output folder is the design's own", Where(folder), hint="choose another with -o")


def _table(half: Mate) -> str:
    """bumps.csv."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADS)
    for site in half.sites:
        rows.writerow((site.name, f"{site.x:.10g}", f"{site.y:.10g}", site.net, site.kind))
    return text.getvalue()


def _design_text(design: Design, process: Process, half: Mate, kinds: Sequence[str], options: MateOptions) -> str:
    """design.toml."""
    name = options.name or f"{design.name.removesuffix('_first')}_{options.role}"
    sites = list(dict.fromkeys(site.kind for site in half.sites))
    what = "The second chip of" if options.role == "second" else "The carrier of"
    title = options.title or f"{what} {design.file.title or design.name}"
    where = options.process or process.name
    lines = [
        f"# {what} {design.name}: what meets its {' and '.join(kinds)}, written by bumpgen mate.",
        f"name = {json.dumps(name)}",
        f"title = {json.dumps(title, ensure_ascii=False)}",
        f"process = {json.dumps(process.name if where == str(process.path) else where)}",
        'source = "own"',
        "",
        "[die]",
        f"width = {half.width:g}",
        f"height = {half.height:g}",
        "",
        "[pads]",
        "under_bumps = true",
        "",
        "[bumps]",
        f"site = {json.dumps(sites[0])}",
        f"sites = {{ {', '.join(f'{site} = {json.dumps(site)}' for site in sites)} }}",
        "",
        "[bumps.table]",
        'file = "bumps.csv"',
        'unit = "um"',
        'view = "bumps_up"',
        'columns = { name = "name", x = "x_um", y = "y_um", net = "net", kind = "kind" }',
    ]
    if options.opening is not None:
        wide, high = options.opening
        lines += [
            "", "[[cells]]", 'cell = "cutout"', f"at = [[{half.width / 2:g}, {half.height / 2:g}]]",
            f'set = {{ shape = "square", size = {wide:g}, height = {high:g} }}',
        ]  # fmt: skip
    return "\n".join(lines) + "\n"
