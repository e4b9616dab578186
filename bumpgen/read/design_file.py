"""A design folder read: design.toml, its process and all its tables, checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bumpgen import resources
from bumpgen.cells.base import MAX_LENGTH
from bumpgen.cells.site import Site
from bumpgen.design import Bump, BumpsTable, Design, DesignFile, MapTable, Pad, PadsTable, Route
from bumpgen.errors import BumpgenError, GeometryError, InputError, Where
from bumpgen.geometry import View, snap
from bumpgen.process import Process, read_process
from bumpgen.read import checks
from bumpgen.read.filling import check_fill
from bumpgen.read.routing import check_routing, with_classes
from bumpgen.read.source import Source, inside
from bumpgen.toml import line_of, parse, validate
from bumpgen.validation import near

__all__ = ["design_path", "process_of", "read_design"]


@dataclass(slots=True)
class _Reading:
    """What has been read so far: the file, the table files, the notes."""

    path: Path
    text: str
    file: DesignFile
    inputs: list[Path]
    notes: list[str]

    @property
    def root(self) -> Source:
        """Mistakes in design.toml itself are placed by this."""
        return Source(self.path, "", self.path, self.text)

    def source(self, name: str, key: str) -> Source:
        """A table's file, which from now on is an input of the design."""
        found = inside(self.path, self.text, name, f"{key}.file")
        self.inputs.append(found.path)
        return found


def design_path(design: str) -> Path:
    """The design.toml of a folder, of a path, or of a shipped design by its name."""
    path = Path(design)
    if path.is_dir():
        return path / "design.toml"
    if path.suffix == ".toml" or path.exists() or len(path.parts) > 1:
        return path
    return resources.shipped("designs", design, "design.toml")


def read_design(design: str | Path) -> Design:
    """The design at a folder or design.toml, or a shipped one by name, with all tables read and checked."""
    path = design_path(str(design))
    data, text = parse(path)
    _refuse_unmapped(data, path, text)
    file = validate(data, DesignFile, path, text)
    reading = _Reading(path, text, file, [path], [])
    process, inputs = process_of(path, text, file)
    reading.inputs += inputs
    _check_sites(reading, process)
    _check_cells(reading, process)
    bumps = _bumps(reading)
    pads = _pads(reading, bumps)
    routes = _routes(reading)
    nets = checks.alias_map(file, reading.root)
    checks.check_alias_use(file, {p.net for p in pads} | {b.net for b in bumps} | {r.net for r in routes}, reading.root)
    pads, bumps = checks.renamed(pads, nets), checks.renamed(bumps, nets)
    routes = checks.renamed(routes, nets)
    check_routing(Design(file, path, process, pads, bumps), reading.root)
    check_fill(file, process, reading.root)
    _cross_check(reading, pads, bumps, routes, nets)
    grid = process.grid.value
    notes = (*reading.notes, *checks.off_grid(pads, "pad", grid), *checks.off_grid(bumps, "bump", grid))
    if not (pads or bumps or routes or file.cells):
        notes = ("the design has no pads, bumps, routes or cells: nothing is drawn but the die", *notes)
    return Design(file, path, process, pads, bumps, routes, tuple(reading.inputs), notes)


def _refuse_unmapped(data: dict[str, Any], path: Path, text: str) -> None:
    """A table without unit, view or columns is answered with the lines to write for this very file."""
    for role in ("bumps", "pads"):
        section = data.get(role)
        table = section.get("table") if isinstance(section, dict) else None
        if not isinstance(table, dict) or not isinstance(table.get("file"), str):
            continue
        lacking = [key for key in ("unit", "view", "columns") if key not in table]
        if not lacking or any(near(key, lacking, "-") != "-" for key in set(table) - set(MapTable.model_fields)):
            continue  # a misspelt key is told of as such
        from bumpgen.read.suggest import suggest_mapping

        name, key = table["file"], f"{role}.table"
        source = inside(path, text, name, f"{key}.file")
        sheet = table.get("sheet")
        lines = suggest_mapping(source.path, key, name, sheet if isinstance(sheet, str) else None)
        raise InputError(
            f"the table {name} can't be read without {', '.join(lacking)}",
            source.setting(),
            hint="write these lines, with unit and view filled in:\n" + lines,
        )


def process_of(design: Path, text: str, file: DesignFile) -> tuple[Process, list[Path]]:
    """The process a design.toml (with its text) names, and the files that was read from."""
    name = file.process
    where = Where(design, line_of(text, ["process"]), "process")
    if name.endswith(".toml") or "/" in name:
        source = inside(design, text, name, "process")
        path = source.path / "process.toml" if source.path.is_dir() else source.path
        if path.is_dir() or path.suffix != ".toml":
            raise InputError(f"{name!r} is no process.toml and no folder with one", where, hint="name a .toml file")
    elif name in resources.names("pdk"):
        path = resources.shipped("pdk", name, "process.toml")
    else:
        beside = (design.parent / name / "process.toml").is_file()
        cure = f'write process = "./{name}" for the folder here' if beside else near(name, resources.names("pdk"))
        raise InputError(f"there is no process named {name!r}", where, hint=cure)
    process = read_process(str(path))
    return process, [path, resources.folder("pdk") / "materials.toml", *process.files[1:]]


def _check_sites(reading: _Reading, process: Process) -> None:
    """The sites that pads and bumps ask for can be drawn in this process."""
    for role, table in (("pads", reading.file.pads), ("bumps", reading.file.bumps)):
        if table is None:
            continue
        if table.site not in process.sites:
            raise InputError(
                f"process {process.name} has no site {table.site!r}",
                reading.root.setting(f"{role}.site" if table.site not in ("pad", "bump") else role),
                hint=near(table.site, process.sites, f"it has {', '.join(process.sites)}")
                if process.sites
                else "choose another process",
            )
        for kind, site in getattr(table, "sites", {}).items():
            if site not in process.sites:
                raise InputError(
                    f"process {process.name} has no site {site!r}",
                    reading.root.setting(f"{role}.sites.{kind}"),
                    hint=f"it has {', '.join(process.sites)}",
                )
        for name in dict.fromkeys((table.site, *getattr(table, "sites", {}).values())):
            _check_drawing(Site(kind=name), process, name)
        try:
            Site(kind=table.site, changes=table.changes).draw(process)
        except BumpgenError as error:
            key = error.where.key if error.where and error.where.key else ""
            error.where = reading.root.setting(f"{role}.changes.{key}".rstrip("."))
            raise


def _check_drawing(site: Site, process: Process, name: str) -> None:
    """A site can be drawn as the process has it; if not, the process.toml is wrong, not the design."""
    try:
        site.draw(process)
    except BumpgenError as error:
        cell, _, parameter = (error.where.key if error.where and error.where.key else "").partition(".")
        error.where = process.where(_key_in_process(process, name, cell, parameter))
        raise


def _key_in_process(process: Process, site: str, cell: str, parameter: str) -> str:
    """The key of a process.toml that sets a parameter of a cell at a site."""
    for number, part in enumerate(process.sites[site]):
        if part.cell == cell and parameter in part.set:
            return f"sites.{site}.{number}.set.{parameter}"
    if parameter in process.cells.get(cell, {}):
        return f"cells.{cell}.{parameter}"
    return next((f"sites.{site}.{n}" for n, part in enumerate(process.sites[site]) if part.cell == cell), "sites")


def _check_cells(reading: _Reading, process: Process) -> None:
    """Cells placed by hand exist, and can be drawn with what is set in them."""
    from bumpgen.cells import CELLS

    for number, placed in enumerate(reading.file.cells):
        if placed.cell not in CELLS:
            raise InputError(
                f"there is no cell named {placed.cell!r}",
                reading.root.setting(f"cells.{number}.cell"),
                hint=near(placed.cell, CELLS),
            )
        try:
            CELLS[placed.cell].make(process, **placed.set).draw(process)
        except BumpgenError as error:
            key = error.where.key.rpartition(".")[2] if error.where and error.where.key else ""
            own = key in process.cells.get(placed.cell, {}) and key not in placed.set
            error.where = (
                process.where(f"cells.{placed.cell}.{key}")
                if own
                else reading.root.setting(f"cells.{number}.set.{key}".rstrip("."))
            )
            raise
        for place in placed.at:
            _check_place(place, process.grid.value, reading.root.setting(f"cells.{number}.at"))


def _check_place(place: tuple[float, float], grid: float, where: Where) -> None:
    """A place of a cell lies on the grid, and on a wafer."""
    for name, value in zip("xy", place, strict=True):
        if abs(value) > MAX_LENGTH:
            raise InputError(f"{name} = {value:g} µm is farther than a wafer is wide", where)
        try:
            snap(value, grid, name)
        except GeometryError as error:
            raise error.located(where) from None


def _bumps(reading: _Reading) -> tuple[Bump, ...]:
    table = reading.file.bumps
    if table is None:
        return ()
    bumps, notes = _read_bumps(table, reading)
    reading.notes += notes
    view = _view(table)
    if table.naming is not None:
        from bumpgen.read.names import check_naming

        where = reading.root.setting("bumps.table.view" if table.table else "bumps.naming")
        check_naming(bumps, table.naming, view, where)
    return bumps


def _read_bumps(table: BumpsTable, reading: _Reading) -> tuple[tuple[Bump, ...], tuple[str, ...]]:
    if table.table is not None:
        from bumpgen.read.maps import read_bumps

        return read_bumps(table.table, reading.file.die, reading.source(table.table.file, "bumps.table"))
    if table.pinmap is not None:
        from bumpgen.read.pinmap import read_pinmap_bumps

        return read_pinmap_bumps(table.pinmap, reading.file.die, reading.source(table.pinmap.file, "bumps.pinmap"))
    from bumpgen.read.arrays import read_array

    assert table.array is not None  # BumpsTable has exactly one source
    return read_array(table.array, reading.file.die, Source(reading.path, "bumps.array", reading.path, reading.text))


def _view(table: BumpsTable) -> View:
    """The view the bumps were read in."""
    source = table.table or table.pinmap
    return source.view if source is not None else View.BUMPS_UP


def _pads(reading: _Reading, bumps: tuple[Bump, ...]) -> tuple[Pad, ...]:
    table = reading.file.pads
    if table is None:
        return ()
    if table.under_bumps:
        if not bumps:
            raise InputError(
                "pads lie under the bumps, but the design has no bumps",
                reading.root.setting("pads.under_bumps"),
                hint="add [bumps.table] or another source of bumps",
            )
        return tuple(Pad(bump.name, bump.x, bump.y, bump.net, line=bump.line) for bump in bumps)
    pads, notes = _read_pads(table, reading)
    reading.notes += notes
    return pads


def _read_pads(table: PadsTable, reading: _Reading) -> tuple[tuple[Pad, ...], tuple[str, ...]]:
    if table.table is not None:
        from bumpgen.read.maps import read_pads

        return read_pads(table.table, reading.file.die, reading.source(table.table.file, "pads.table"))
    from bumpgen.read.gds import read_gds_pads

    assert table.gds is not None  # PadsTable has exactly one source
    return read_gds_pads(table.gds, reading.file.die, reading.source(table.gds.file, "pads.gds"))


def _routes(reading: _Reading) -> tuple[Route, ...]:
    table = reading.file.routes
    if table is None:
        return ()
    from bumpgen.read.routes import read_routes

    return read_routes(table, reading.file.die, reading.source(table.file, "routes"))


def _cross_check(
    reading: _Reading,
    pads: tuple[Pad, ...],
    bumps: tuple[Bump, ...],
    routes: tuple[Route, ...],
    nets: Mapping[str, str],
) -> None:
    file = reading.file
    if file.bumps is not None and file.bumps.check is not None:
        from bumpgen.read.pinmap import check_pinmap

        source = reading.source(file.bumps.check.file, "bumps.check")
        where: Where = reading.root.setting("bumps.table.view" if file.bumps.table else "bumps.check")
        reading.notes += check_pinmap(bumps, file.bumps.check, source, _view(file.bumps), where, nets)
    if file.pads is not None and not file.pads.under_bumps:
        checks.check_ends(with_classes(file.routing, pads, bumps), bumps, file, reading.root)
    if file.routes is not None:
        source = inside(reading.path, reading.text, file.routes.file, "routes.file")
        checks.check_routes(routes, pads, bumps, file, source, reading.root)
