"""A picture's subject: all that pictures of an assembly show, as plain measures, so that drawing needs no physics.

Lengths are µm. Places are seen from above in the assembly's coordinates; heights are above the assembly's floor,
the lowest side of all parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from bumpgen.frames import Facing
from bumpgen.geometry import Points

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = [
    "AssemblyPicture", "Box", "Fill", "Glue", "Hole", "JointKind", "Landing", "MaterialKind", "PictureFilm",
    "PictureJoints", "PictureMaterial", "PicturePart", "PictureWires", "Piece", "PieceRole",
]  # fmt: skip

Box: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 from above, µm."""

MaterialKind: TypeAlias = Literal[
    "silicon", "glass", "organic", "ceramic", "metal", "copper", "gold", "silver", "nickel", "aluminium", "barrier",
    "solder", "polymer", "solder mask", "passivation", "glue", "mould", "other", "resist", "exposed resist", "flux",
    "paste",
]  # fmt: skip
"""What a material is painted as."""

PieceRole: TypeAlias = Literal["pad", "metal", "pillar", "solder"]
"""The chip's own pad; metal between it and the contact, or the contact; a pillar; solder."""


@dataclass(frozen=True, slots=True)
class PictureMaterial:
    """A material's name, and what it is painted as."""

    name: str
    kind: MaterialKind


@dataclass(frozen=True, slots=True)
class PictureFilm:
    """A film over the whole of a part's face: the layer that opens it, its material's id, its lower and upper side."""

    layer: str
    material: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Glue:
    """What a part's rear is glued with: on which part, the material's id, its lower and upper side."""

    to: str
    material: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class PicturePart:
    """A die or carrier: where it lies, which way its active face looks, what it is made of.

    `face` and `rear` are heights of its sides. `corner` is the corner of its box next to the site that is named
    in `first`. `bodies` are the outlines of a body that is not its whole box, as a lead frame's leads.
    """

    name: str
    process: str
    chip: bool
    facing: Facing
    box: Box
    face: float
    rear: float
    material: str
    corner: tuple[float, float]
    first: str
    films: tuple[PictureFilm, ...] = ()
    bodies: tuple[Points, ...] = ()
    openings: tuple[Points, ...] = ()
    glue: Glue | None = None

    @property
    def low(self) -> float:
        """Its lower side."""
        return min(self.face, self.rear)

    @property
    def high(self) -> float:
        """Its upper side."""
        return max(self.face, self.rear)

    @property
    def thickness(self) -> float:
        """Of its body."""
        return self.high - self.low


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One body of a joint about its axis: `profile` (N, 4) has half its width along x, along y, its height, its shift.

    The shift is the share of the joint's offset its section is off the first side's centre by: 0 on the first
    side, 1 on the second's. Heights rise.
    """

    label: str
    material: str
    role: PieceRole
    side: Literal[0, 1, -1]
    profile: Points

    @property
    def low(self) -> float:
        """Its lower end."""
        return float(self.profile[0, 2])

    @property
    def high(self) -> float:
        """Its upper end."""
        return float(self.profile[-1, 2])

    @property
    def height(self) -> float:
        """From end to end."""
        return self.high - self.low

    @property
    def width(self) -> float:
        """Its largest width along x."""
        return float(2 * self.profile[:, 0].max())


@dataclass(frozen=True, slots=True)
class Hole:
    """An opening of a part's film at a joint: half its width along x and along y; `side` is the joint's."""

    side: Literal[0, 1]
    layer: str
    half: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class JointKind:
    """Joints that are alike: their pieces from the bottom up, films open around them, outlines of both contacts.

    `metals` are the ids of what both contacts are made of.
    `offset` is of the second contact's centre from the first's. `mismatch` is how far the contacts differ per
    side, None where one isn't drawn; `reason` why they can't match. `volume` is the solder's, µm³. `gap` is from
    face to face as it would be for this kind alone.
    """

    count: int
    pieces: tuple[Piece, ...]
    holes: tuple[Hole, ...]
    contacts: tuple[Points | None, Points | None]
    metals: tuple[str, str]
    offset: tuple[float, float]
    mismatch: float | None
    reason: str
    volume: float
    gap: float

    @property
    def reach(self) -> float:
        """Half the width of its widest piece."""
        return max((piece.width / 2 for piece in self.pieces), default=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class PictureJoints:
    """One entry of joints between two parts: places of both sides' contacts, kind and label of each joint.

    With one part in `between` they are sites that stand alone; a kind's gap is then how high they rise over the face.

    `alone` are places of sites of either side without a partner. `accuracy` is how far a die may be off when they
    are aligned, None if nothing says it.
    """

    name: str
    between: tuple[str, ...]
    places: Points
    partners: Points
    which: Integers
    labels: tuple[str, ...]
    kinds: tuple[JointKind, ...]
    alone: tuple[Points, Points]
    accuracy: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Landing:
    """What wires of one side end on where the site is of one kind: places (N, 2), and about each its contact's outline.

    `metal` is the id of what the wire meets, `pieces` what stands on the face there.
    """

    places: Points
    outline: Points | None
    metal: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PictureWires:
    """One entry of bond wires: their ends in plan (N, 2) and height, what they end on, loops and net names.

    `loop` is the height of the loop above the higher end; `landings` are those of either side.
    """

    name: str
    between: tuple[str, str]
    ends: tuple[Points, Points]
    heights: tuple[float, float]
    material: str
    diameter: float
    loop: float
    landings: tuple[tuple[Landing, ...], tuple[Landing, ...]]
    nets: tuple[str, ...]

    @property
    def top(self) -> float:
        """The highest point of the loops' centre line."""
        return max(self.heights) + self.loop


@dataclass(frozen=True, slots=True)
class Fill:
    """What fills gaps and covers: its outline from above, lower and upper side."""

    material: str
    box: Box
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class AssemblyPicture:
    """An assembly to be pictured. Parts are in the order of assembly.toml; materials by their ids."""

    name: str
    title: str
    parts: tuple[PicturePart, ...]
    joints: tuple[PictureJoints, ...]
    wires: tuple[PictureWires, ...]
    fill: Fill | None
    materials: Mapping[str, PictureMaterial]

    @property
    def box(self) -> Box:
        """The box from above of all parts and the fill."""
        boxes = [part.box for part in self.parts] + ([self.fill.box] if self.fill else [])
        x0, y0, x1, y1 = zip(*boxes, strict=True)
        return min(x0), min(y0), max(x1), max(y1)

    @property
    def top(self) -> float:
        """The highest point of all."""
        highs = [part.high for part in self.parts] + [wires.top + wires.diameter / 2 for wires in self.wires]
        highs += [piece.high for joints in self.joints for kind in joints.kinds for piece in kind.pieces]
        return max([*highs, self.fill.high] if self.fill else highs)

    @property
    def joint(self) -> tuple[str, str]:
        """What one and several of the joints are called; sites alone are no joints."""
        return ("site", "sites") if len(self.parts) == 1 else ("joint", "joints")

    def part(self, name: str) -> PicturePart:
        """The part of that name."""
        return next(part for part in self.parts if part.name == name)
