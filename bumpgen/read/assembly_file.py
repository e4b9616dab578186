"""An assembly.toml read, with the design file and process of each part; the designs' tables are not read here."""

from __future__ import annotations

from pathlib import Path

from bumpgen import resources
from bumpgen.assembly import Assembly, AssemblyFile, JointTable, Part, PartTable, WireTable
from bumpgen.design import DesignFile
from bumpgen.errors import InputError, Where
from bumpgen.frames import AssemblyView, DieView, Pose
from bumpgen.process import Process, read_materials
from bumpgen.read.design_file import design_path, process_of
from bumpgen.toml import line_of, parse, validate
from bumpgen.validation import near

__all__ = ["assembly_path", "is_assembly", "read_alone", "read_assembly"]

FILE = "assembly.toml"


def assembly_path(name: str | Path) -> Path:
    """The assembly.toml of a folder, of a path, or of a shipped assembly by its name."""
    path = Path(name)
    if path.is_dir():
        return path / FILE
    if path.suffix == ".toml" or path.exists() or len(path.parts) > 1:
        return path
    return resources.shipped("assemblies", str(name), FILE)


def is_assembly(name: str) -> bool:
    """Whether a word on the command line means an assembly: its folder, its file, or a shipped one."""
    path = Path(name)
    if path.is_dir():
        return (path / FILE).is_file()
    return path.name == FILE if path.suffix else not path.exists() and name in resources.names("assemblies")


def read_assembly(name: str | Path) -> Assembly:
    """The assembly at a folder or assembly.toml, or a shipped one by name. InputError says what can't be used."""
    path = assembly_path(name)
    data, text = parse(path)
    file = validate(data, AssemblyFile, path, text)
    inputs, parts = [path], {}
    for key, table in file.parts.items():
        part, read = _part(key, table, file, path, text)
        parts[key] = part
        inputs += read
    _check_sites(file, parts, path, text)
    _check_materials(file, path, text)
    return Assembly(file, path, parts, tuple(dict.fromkeys(inputs)))


def read_alone(name: str) -> Assembly:
    """A design (folder, design.toml, shipped name) with nothing joined to it, face up, in its own coordinates.

    InputError as for a part.
    """
    path = design_path(name)
    data, text = parse(path)
    file = validate(data, DesignFile, path, text)
    table = PartTable(design=file.name, face="up", at=(file.die.width / 2, file.die.height / 2))
    parts = {file.name: table}
    alone = AssemblyFile.model_construct(name=file.name, title=file.title, source=file.source, parts=parts)
    part, inputs = _placed(file.name, table, alone, path, Where(path))
    return Assembly(alone, path, {file.name: part}, tuple(inputs))


def _part(name: str, table: PartTable, file: AssemblyFile, path: Path, text: str) -> tuple[Part, list[Path]]:
    where = Where(path, line_of(text, ["parts", name, "design"]), f"parts.{name}.design")
    return _placed(name, table, file, _design(table.design, path, where), where)


def _placed(name: str, table: PartTable, file: AssemblyFile, found: Path, where: Where) -> tuple[Part, list[Path]]:
    """A part whose design.toml is found."""
    data, design_text = parse(found)
    design = validate(data, DesignFile, found, design_text)
    process, inputs = process_of(found, design_text, design)
    body, thickness = _body(process, where)
    die = design.die
    pose = Pose(
        DieView(name), AssemblyView(file.name), table.face, table.at, (die.width / 2, die.height / 2), table.rotation
    )
    thick = table.thickness.value if table.thickness else thickness
    return Part(name, table, design, found, process, pose, thick, body), [found, *inputs]


def _design(name: str, path: Path, where: Where) -> Path:
    """A folder beside the assembly.toml, else a shipped design."""
    beside = path.parent / name
    if (beside / "design.toml").is_file() and beside.resolve().is_relative_to(path.parent.resolve()):
        return beside / "design.toml"
    if name in resources.names("designs"):
        return design_path(name)
    folders = [p.parent.name for p in path.parent.glob("*/design.toml")]
    known = [*sorted(folders), *resources.names("designs")]
    raise InputError(
        f"there is no design {name!r} in {path.parent} and none is shipped under that name", where,
        hint=near(name, known, "name a folder beside the assembly.toml that has a design.toml"),
    )  # fmt: skip


def _body(process: Process, where: Where) -> tuple[str, float]:
    """Material and thickness (µm) of what a process stands on: its film of a substrate."""
    for film in process.films:
        if "substrate" in process.materials[film.material].groups:
            return film.material, film.thickness.value
    raise InputError(
        f"process {process.name} has no film of a substrate, so its die has no body", where,
        hint='add a film of a material of group substrate to the process, e.g. material = "silicon"',
    )  # fmt: skip


def _check_sites(file: AssemblyFile, parts: dict[str, Part], path: Path, text: str) -> None:
    """The sites that joints and wires name are sites of their parts' processes."""
    both: tuple[tuple[str, tuple[JointTable | WireTable, ...]], ...] = (("joints", file.joints), ("wires", file.wires))
    for what, tables in both:
        for number, table in enumerate(tables):
            for part, sites in zip(table.between, table.sites, strict=True):
                for site in sites:
                    if site not in parts[part].process.sites:
                        known = parts[part].process.sites
                        raise InputError(
                            f"process {parts[part].process.name} of part {part} has no site {site!r}",
                            Where(path, line_of(text, [what, str(number), "sites"]), f"{what}.{number}.sites"),
                            hint=near(site, known, f"it has {', '.join(known)}"),
                        )


def _check_materials(file: AssemblyFile, path: Path, text: str) -> None:
    """Glue, wires and encapsulation are of materials of the shared table."""
    named = {f"parts.{name}.attached": part.attached.material for name, part in file.parts.items() if part.attached}
    named |= {f"wires.{number}": wires.material for number, wires in enumerate(file.wires)}
    if file.encapsulation is not None:
        named["encapsulation"] = file.encapsulation.material
    known = read_materials()
    for key, material in named.items():
        if material not in known:
            where = Where(path, line_of(text, [*key.split("."), "material"]), f"{key}.material")
            raise InputError(f"there is no material {material!r}", where, hint=near(material, known))
