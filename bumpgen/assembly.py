"""An assembly: dies and carriers in their places, what joins them, wires between them, what fills the gap.

`AssemblyFile` and its tables are what a person writes in assembly.toml; `Assembly` is the same with each
part's design file found. Coordinates and lengths are µm, seen from above, unless a name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from bumpgen.design import DesignFile
from bumpgen.frames import AssemblyView, DieView, Facing, Pose
from bumpgen.process import Process
from bumpgen.steps import Name, Number, Quantity, Source
from bumpgen.toml import Table

__all__ = [
    "Assembly", "AssemblyFile", "AssemblyStep", "Attachment", "Encapsulation", "JointTable", "Part", "PartTable",
    "WireTable",
]  # fmt: skip

Length = Annotated[float, Field(ge=0, le=300_000, strict=True)]


class Attachment(Table):
    """The rear of a die glued on another part's face: the glue's material and thickness (µm)."""

    to: Name
    material: Name
    thickness: Quantity


class PartTable(Table):
    """One die or carrier: its design, where its centre lies, how it is turned, how thick it is.

    `design` is a folder beside the assembly.toml or a shipped design's name. `face` says where the active
    face looks. `thickness` is the body's, thinned as it is assembled; without it the process's body film's.
    """

    design: Annotated[str, Field(min_length=1)]
    face: Facing
    at: tuple[Number, Number] = (0.0, 0.0)
    rotation: Literal[0, 90, 180, 270] = 0
    thickness: Quantity | None = None
    attached: Attachment | None = None


class JointTable(Table):
    """What joins two parts face to face: the sites of each that meet, by the process's names of them.

    `partners`: "same_name" holds each bump against the one of its name, as `bumpgen mate` writes them;
    "same_net" against any of its net. `filled`: an underfill or mould must flow into the gap.
    """

    name: Name
    between: tuple[Name, Name]
    sites: tuple[tuple[Name, ...], tuple[Name, ...]]
    partners: Literal["same_name", "same_net"] = "same_name"

    @model_validator(mode="after")
    def _two_parts(self) -> JointTable:
        if self.between[0] == self.between[1]:
            raise ValueError(f"joint {self.name} joins {self.between[0]} with itself")
        if not all(self.sites):
            raise ValueError(f"joint {self.name} names no sites of {self.between[0 if not self.sites[0] else 1]}")
        return self


class WireTable(Table):
    """Bond wires between wire-bond pads of one part and fingers of another, net by net.

    `diameter` and `loop`, the height of the loop above the higher end, are µm.
    """

    name: Name
    between: tuple[Name, Name]
    sites: tuple[tuple[Name, ...], tuple[Name, ...]]
    material: Name = "au"
    diameter: Quantity
    loop: Quantity
    bond: Literal["ball", "wedge"] = "ball"


class Encapsulation(Table):
    """What fills gaps and covers: the joints whose gap it fills, whether it covers the wires and the upper dies.

    `margin` is how far it reaches beyond all it covers in plan, `cover` how far above the highest of it, `filler`
    its largest particle; µm.
    """

    material: Name
    joints: tuple[Name, ...] = ()
    covers_wires: bool = False
    covers_dies: bool = False
    margin: Quantity
    cover: Quantity | None = None
    filler: Quantity


class _AssemblyStep(Table):
    note: str = ""
    source: Source


class AttachStep(_AssemblyStep):
    """A part's rear is glued on; °C of the cure."""

    kind: Literal["attach"]
    part: Name
    temperature: Quantity | None = None


class AlignStep(_AssemblyStep):
    """The faces of joints are aligned and put on each other; how far a die may be off is µm."""

    kind: Literal["join"]
    joints: tuple[Name, ...] = Field(min_length=1)
    placement_accuracy: Quantity


class FuseStep(_AssemblyStep):
    """The joints' solder is molten; peak in °C."""

    kind: Literal["reflow"]
    joints: tuple[Name, ...] = Field(min_length=1)
    temperature: Quantity


class BondStep(_AssemblyStep):
    """Wires are bonded; °C of the stage."""

    kind: Literal["bond"]
    wires: tuple[Name, ...] = Field(min_length=1)
    temperature: Quantity | None = None


class EncapsulateStep(_AssemblyStep):
    """The encapsulant is put in; °C of its cure."""

    kind: Literal["encapsulate"]
    temperature: Quantity | None = None


AssemblyStep: TypeAlias = Annotated[
    AttachStep | AlignStep | FuseStep | BondStep | EncapsulateStep, Field(discriminator="kind")
]


class AssemblyFile(Table):
    """assembly.toml as written."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    title: str = ""
    description: str = ""
    source: str = ""
    rules: tuple[str, ...] = ("joint", "stack", "wire_bond")
    parts: dict[Name, PartTable] = Field(min_length=2)
    joints: tuple[JointTable, ...] = ()
    wires: tuple[WireTable, ...] = ()
    encapsulation: Encapsulation | None = None
    steps: tuple[AssemblyStep, ...] = ()

    @model_validator(mode="after")
    def _names_are_known(self) -> AssemblyFile:
        if not self.joints and not self.wires:
            raise ValueError("nothing is joined: add [[joints]] or [[wires]]")
        both: tuple[tuple[str, tuple[JointTable | WireTable, ...]], ...] = (
            ("joints", self.joints), ("wires", self.wires),
        )  # fmt: skip
        for what, tables in both:
            names = [table.name for table in tables]
            if len(set(names)) != len(names):
                raise ValueError(f"two {what} have one name: {', '.join(sorted(names))}")
            for table in tables:
                for part in table.between:
                    self._check(part, self.parts, f"{what[:-1]} {table.name}", "part")
        for name, placed in self.parts.items():
            if placed.attached is not None:
                self._check(placed.attached.to, self.parts, f"part {name}", "part")
        self._check_steps()
        return self

    def _check_steps(self) -> None:
        joints, wires = [j.name for j in self.joints], [w.name for w in self.wires]
        for joint in self.encapsulation.joints if self.encapsulation else ():
            self._check(joint, joints, "encapsulation", "joint")
        for number, step in enumerate(self.steps, 1):
            who = f"step {number} ({step.kind})"
            for joint in getattr(step, "joints", ()):
                self._check(joint, joints, who, "joint")
            for wire in getattr(step, "wires", ()):
                self._check(wire, wires, who, "wires")
            if isinstance(step, AttachStep):
                self._check(step.part, self.parts, who, "part")

    @staticmethod
    def _check(name: str, known: dict[str, PartTable] | list[str], who: str, what: str) -> None:
        if name not in known:
            raise ValueError(f"{who} names {what} {name!r}, which is not one of {', '.join(known) or 'none'}")

    def joint(self, name: str) -> JointTable:
        """The joints of that name."""
        return next(joint for joint in self.joints if joint.name == name)


@dataclass(frozen=True, slots=True)
class Part:
    """A part with its design's file and process, and where it lies; the design's tables are not read yet.

    `thickness` (µm) is the body's, `body` the id of its material.
    """

    name: str
    table: PartTable
    file: DesignFile
    path: Path
    process: Process
    pose: Pose
    thickness: float
    body: str

    @property
    def view(self) -> DieView:
        """The view its own masks are in."""
        return self.pose.die


@dataclass(frozen=True, slots=True)
class Assembly:
    """An assembly with its parts found; `path` is its assembly.toml, `inputs` all files that were read so far."""

    file: AssemblyFile
    path: Path
    parts: dict[str, Part]
    inputs: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """The assembly's name, which is its top cell's."""
        return self.file.name

    @property
    def view(self) -> AssemblyView:
        """The view its places are in."""
        return AssemblyView(self.name)
