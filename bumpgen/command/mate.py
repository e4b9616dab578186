"""`bumpgen mate`: the half that meets a design, written as a design folder of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bumpgen.check.assembly.faces import Face, face_of
from bumpgen.command.look import replace_file
from bumpgen.command.mate_assembly import planned_assembly
from bumpgen.command.new import take_along
from bumpgen.design import Bump, Design
from bumpgen.errors import InputError, Where
from bumpgen.mate import Fan, Mate, fingers, mirrored_half, standing
from bumpgen.pitches import extents, least_pitch
from bumpgen.process import Process, read_process
from bumpgen.read import read_design
from bumpgen.report import counted
from bumpgen.rules import read_rules
from bumpgen.validation import near
from bumpgen.write.atomic import not_writable

__all__ = ["ROLES", "MateOptions", "mate"]

ROLES = ("second", "carrier")

HEADS = ("name", "x_um", "y_um", "net", "kind")

WIRED, WIRED_SIDE = "finger", "finger_side"

MARK = "written by bumpgen mate"
"""What the first line of a design.toml says that may be written over."""


@dataclass(frozen=True, slots=True)
class MateOptions:
    """The command's options as given; lengths in µm, None where one is not given.

    Without a pitch fingers stand as near to each other as the rules of their process let them.
    """

    role: str
    out: Path
    process: str | None = None
    site: str | None = None
    sites: str | None = None
    die: tuple[float, float] | None = None
    margin: float = 150.0
    opening: tuple[float, float] | None = None
    clearance: float = 700.0
    pitch: float | None = None
    name: str | None = None
    title: str | None = None
    assembly: bool = False


def mate(name: str, options: MateOptions) -> list[str]:
    """Write the half of a design that meets it; lines that say what was written.

    `second` is a chip that looks at the design's face. `carrier` is what the design stands on: bond fingers around
    it for its wire-bond pads, else lands or posts under its balls or pillars. Raises InputError where a design, a
    process or a site has nothing to meet, where fingers don't fit, and where a folder holds another design.
    """
    design = read_design(name)
    faces = _faces(design)
    process = read_process(options.process or _usual_process(design, options))
    half, kinds = _half(design, faces, process, options)
    folder = options.out
    _refuse_folder(design, folder)
    together = planned_assembly(design, faces, half, kinds, options) if options.assembly else None
    _write_folder(folder, process, _table(half), lambda called: _design_text(design, called, half, kinds, options))
    made = f"{counted(len(half.sites), 'bump', 'bumps')} in {process.name}, {half.width:g} x {half.height:g} µm"
    told = [f"{folder / 'design.toml'}: {made}"]
    if together is not None:
        path, words = together
        replace_file(path, lambda file: file.write_bytes(words.encode()))
        told.append(str(path))
    return told


def _write_folder(folder: Path, process: Process, table: str, text: Callable[[str], str]) -> None:
    """Write a design whole or not at all: under another name beside the folder first, where it is read as a trial.

    `text` is design.toml's, by what it calls the process: one that isn't shipped is taken along.
    """
    trial = folder.parent / f".{folder.name}.{os.getpid()}.part"
    try:
        trial.mkdir(parents=True)
        (trial / "design.toml").write_bytes(text(take_along(process, trial)).encode())
        (trial / "bumps.csv").write_bytes(table.encode())
        read_design(trial)
        if not folder.exists():
            trial.rename(folder)
        else:
            for made in sorted(path for path in trial.rglob("*") if path.is_file()):
                replace_file(folder / made.relative_to(trial), made.replace)
    except OSError as error:
        raise not_writable(folder, error) from None
    finally:
        shutil.rmtree(trial, ignore_errors=True)


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
    if options.opening is not None and options.role != "carrier":
        raise InputError("only a carrier has an opening", hint="leave --opening out, or write --as carrier")
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
    pitch = options.pitch or _usual_pitch(process, lying)
    length = max(high for _, high in extents(process, WIRED).values())
    return Fan(options.clearance, pitch, length, WIRED, lying)


def _usual_pitch(process: Process, lying: str) -> float:
    """The least pitch of fingers in rows along x and along y, µm."""
    if process.rules is None:
        raise InputError(f"process {process.name} has no rules that say how near fingers may stand", hint="add --pitch")
    table = read_rules(process.rules)
    return max(least_pitch(process, table, WIRED, 0), least_pitch(process, table, lying, 1))


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


def _refuse_folder(design: Design, folder: Path) -> None:
    """Only a folder that bumpgen mate wrote is written over."""
    if folder.resolve() == design.path.resolve().parent:
        raise InputError("the output folder is the design's own", Where(folder), hint="choose another with -o")
    if not folder.exists():
        return
    there = folder / "design.toml"
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    elif not there.is_file() or MARK not in there.read_text("utf-8").split("\n", 1)[0]:
        raise InputError(
            "this holds something that bumpgen mate didn't write", Where(folder), hint="choose another folder with -o"
        )


def _table(half: Mate) -> str:
    """bumps.csv."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADS)
    for site in half.sites:
        rows.writerow((site.name, f"{site.x:.10g}", f"{site.y:.10g}", site.net, site.kind))
    return text.getvalue()


def _design_text(design: Design, process: str, half: Mate, kinds: Sequence[str], options: MateOptions) -> str:
    """design.toml, in a process as it is to be called there."""
    name = options.name or f"{design.name.removesuffix('_first')}_{options.role}"
    sites = list(dict.fromkeys(site.kind for site in half.sites))
    what = "The second chip of" if options.role == "second" else "The carrier of"
    title = options.title or f"{what} {design.file.title or design.name}"
    lines = [
        f"# {what} {design.name}: what meets its {' and '.join(kinds)}, {MARK}.",
        f"name = {json.dumps(name)}",
        f"title = {json.dumps(title, ensure_ascii=False)}",
        f"process = {json.dumps(process)}",
        'source = "own"',
        "",
        "[die]",
        f"width = {half.width:.10g}",
        f"height = {half.height:.10g}",
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
            "", "[[cells]]", 'cell = "cutout"', f"at = [[{half.width / 2:.10g}, {half.height / 2:.10g}]]",
            f'set = {{ shape = "square", size = {wide:.10g}, height = {high:.10g} }}',
        ]  # fmt: skip
    return "\n".join(lines) + "\n"
