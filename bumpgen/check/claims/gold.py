"""Predicates about a first chip with gold over its passivation: gold, its pads and lines, UBM and polymers on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bumpgen.check.assembly.drawn import DrawnPart
from bumpgen.check.assembly.faces import Face
from bumpgen.check.assembly.joints import side_of
from bumpgen.check.assembly.kinds.heights import gold_layers
from bumpgen.check.assembly.kinds.places import half_sizes
from bumpgen.check.claims.dies import DrawnDie
from bumpgen.check.claims.mating import Mating, judged
from bumpgen.check.claims.shapes import count_of, ruled
from bumpgen.check.claims.verdict import Verdict, absent, all_of, compared, fails, of_judgement, of_result
from bumpgen.check.stack import film_under, films_on, main_film
from bumpgen.process import Connection
from bumpgen.report import counted, number
from bumpgen.steps import Plate

__all__ = ["PREDICATES"]


def gold(mating: Mating, *, more: float) -> Verdict:
    """The first chip has gold under joints and wires, thicker than so many µm."""
    if not gold_layers(mating.part("first")):
        return absent(f"{mating.first} has no gold under joints or wires")
    return of_judgement(judged(mating.alone("first"), "gold_thickness", more, "µm, exclusive"), "gold is thick")


def barrier(mating: Mating, *, words: str = "") -> Verdict:
    """A film lies under the gold, of one of some materials if they are stated."""
    if words:
        return of_judgement(judged(mating.alone("first"), "gold_barrier", words, "film below"), "under the gold:")
    process = mating.part("first").part.process
    under = [film_under(process, layer) for layer in gold_layers(mating.part("first"))]
    told = ", ".join(f"{film.name} of {film.material}" if film else "nothing" for film in under)
    return compared(bool(under) and all(under), f"under the gold: {told}")


def plated(mating: Mating) -> Verdict:
    """The gold is electroplated: grown from a seed in a resist's openings."""
    process = mating.part("first").part.process
    golds = [main_film(process, layer).name for layer in gold_layers(mating.part("first"))]
    found = {step.film: (n, step) for n, step in enumerate(process.steps, 1) if isinstance(step, Plate)}
    ways = [found.get(name) for name in golds]
    told = ", ".join(
        f"{name}: plated in step {way[0]} from {way[1].seed or 'no seed'} into {way[1].into or 'no resist'}"
        if way
        else f"{name}: not plated"
        for name, way in zip(golds, ways, strict=True)
    )
    return compared(bool(ways) and all(way and way[1].seed and way[1].into for way in ways), told)


def _faces(mating: Mating, *, wires: bool) -> dict[str, Face]:
    """Faces of the first chip that are bump pads of the joints, or wire-bond pads: bare gold that isn't joined."""
    part, joined = mating.part("first"), mating.table.sites[0]
    gold_on = gold_layers(part)
    if not wires:
        return {name: face for name, face in part.faces.items() if name in joined}
    used = {name for table in mating.whole.assembly.file.joints for between, sites in
            zip(table.between, table.sites, strict=True) if between == mating.first for name in sites}  # fmt: skip
    return {
        name: face
        for name, face in part.faces.items()
        if name not in used and face.solder is None and face.contact in gold_on
    }


def _count(part: DrawnPart, faces: dict[str, Face]) -> int:
    return len(part.of_kinds(tuple(faces)))


def wire_pads(mating: Mating, *, least: float) -> Verdict:
    """The first chip has at least so many wire-bond pads of gold."""
    found = _count(mating.part("first"), _faces(mating, wires=True))
    return compared(found >= least, counted(found, "wire-bond pad", "wire-bond pads"))


def bump_pads(mating: Mating, *, least: float) -> Verdict:
    """The first chip has at least so many bump pads in the joints."""
    found = _count(mating.part("first"), _faces(mating, wires=False))
    return compared(found >= least, counted(found, "bump pad", "bump pads"))


def lines(mating: Mating, *, least: float) -> Verdict:
    """At least so many pieces of gold lead from a pad of the chip to a bump pad or wire-bond pad elsewhere."""
    part = mating.part("first")
    both = (*_faces(mating, wires=True), *_faces(mating, wires=False))
    mine = part.of_kinds(both)
    pads = dict(zip(part.pad_pieces.tolist(), _xy(part, pads=True), strict=True))
    places = _xy(part)
    ends = [(int(part.sites.piece[i]), places[i]) for i in mine.tolist()]
    led = {piece for piece, place in ends if piece in pads and np.hypot(*(place - pads[piece])) > 0}
    return compared(
        len(led) >= least, f"{counted(len(led), 'line', 'lines')} from pads of the chip to {len(ends)} sites"
    )


def _xy(part: DrawnPart, pads: bool = False) -> np.ndarray:
    return (part.pad_places if pads else part.sites.places).seen(part.part.view)


def on_gold(mating: Mating) -> Verdict:
    """Wire-bond pads and bump pads lie within the gold: their openings, or what stands on them."""
    die, part = mating.die("first"), mating.part("first")
    golds = gold_layers(part)
    if not golds:
        return fails(f"{mating.first} has no gold")
    verdicts = []
    for name, face in {**_faces(mating, wires=True), **_faces(mating, wires=False)}.items():
        layer = face.opening or _standing(mating, face)
        found = ruled(die, "inside", (layer, golds[-1]), 0)
        verdicts.append(of_result(found, f"{name}: {count_of(die, layer)} × {layer} within {golds[-1]}"))
    return all_of(*verdicts)


def _standing(mating: Mating, face: Face) -> str:
    """The layer of a face that stands free on gold; the lowest one that does."""
    process, golds = mating.part("first").part.process, gold_layers(mating.part("first"))
    under = [c.between[1] for c in process.connections if c.between[0] in golds and c.between[1] == face.contact]
    return under[0] if under else face.contact


def wire_pads_clear(mating: Mating) -> Verdict:
    """Wire-bond pads lie outside the second chip's shadow, wholly."""
    side = side_of(mating.part("first"), tuple(_faces(mating, wires=True)))
    places, halves = side.places.seen(mating.whole.assembly.view), half_sizes(side)
    x0, y0, x1, y1 = mating.whole.box(mating.second)
    if not len(places):
        return fails(f"{mating.first} has no wire-bond pads")
    ways = np.maximum(np.array((x0, y0)) - places, places - np.array((x1, y1))) - halves
    least = float(ways.max(axis=1).min())
    return compared(least > 0, f"wire-bond pads are {number(least)} µm outside {mating.second}, the nearest")


def ubm(mating: Mating) -> Verdict:
    """Metal of its own lies between the gold of the bump pads and the solder."""
    found = judged(mating.pair, "ubm_films", "none", "films", side="first")
    if found.untested:
        return fails(f"solder of {mating.first} lies on the gold itself")
    return compared(True, f"{found.figure} between gold and solder")


def ubm_films(mating: Mating, *, words: str) -> Verdict:
    """Materials of that metal from the gold up, as "ti_cu_ni"."""
    return of_judgement(judged(mating.pair, "ubm_films", words, "films", side="first"), "from the gold up:")


def solder_family(mating: Mating, *, side: str, words: str) -> Verdict:
    """Solder of a part is of one of some families."""
    return of_judgement(judged(mating.pair, "solder_family", words, "families", side=side), f"solder of {side}:")


def polymer(mating: Mating, *, level: str, words: str = "polymer") -> Verdict:
    """Polymers at a level (bottom, middle, top of the gold's metals) are of one of some materials; there is one."""
    found = judged(mating.alone("first"), "gold_polymer", words, "materials", level=level)
    return of_judgement(found, f"{level} polymer:")


def metals_under(mating: Mating, *, least: float) -> Verdict:
    """At least so many metal layers are drawn between the passivation and the gold."""
    part = mating.part("first")
    golds, order = gold_layers(part), list(part.part.process.layers)
    if not golds or "PASSIVATION" not in order:
        return fails(f"{mating.first} has no gold over a passivation")
    between = order[order.index("PASSIVATION") + 1 : order.index(golds[-1])]
    found = [name for name in between if _metal(part, name)]
    return compared(len(found) >= least, f"metal between passivation and gold: {', '.join(found) or 'none'}")


def _metal(part: DrawnPart, layer: str) -> bool:
    process = part.part.process
    return process.layers[layer].meaning == "metal" and layer in part.boxes and bool(films_on(process, layer))


def _connections(mating: Mating, *, to_pad: bool) -> Iterator[Connection]:
    """Connections between metals of the first chip up to its gold: to the chip's pads, or above them."""
    part = mating.part("first")
    order, golds = list(part.part.process.layers), gold_layers(part)
    for found in part.part.process.connections:
        up_to_gold = bool(golds) and order.index(found.between[1]) <= order.index(golds[-1])
        if up_to_gold and (found.between[0] == "PAD") is to_pad:
            yield found


def vias(mating: Mating) -> Verdict:
    """Openings between two metals of the gold's scheme lie in both metals."""
    die, verdicts = mating.die("first"), []
    for found in _connections(mating, to_pad=False):
        for via in found.via:
            for metal in found.between:
                told = f"{count_of(die, via)} × {via} within {metal}"
                verdicts.append(of_result(ruled(die, "inside", (via, metal), 0), told))
    return all_of(*verdicts) if verdicts else fails("no opening joins two metals")


def bared(mating: Mating) -> Verdict:
    """The polymer under the scheme has one opening in each passivation opening that is used."""
    die, verdicts = mating.die("first"), []
    for found in _connections(mating, to_pad=True):
        for polymer_opening in [via for via in found.via if via != "PASSIVATION"]:
            used = f"PASSIVATION interacting {found.between[1]}"
            told = f"{count_of(die, used)} × PASSIVATION, each with one {polymer_opening}"
            verdicts.append(of_result(ruled(die, "count", (used, polymer_opening), 1), told))
    return all_of(*verdicts) if verdicts else fails("no polymer opening leads to the chip's pads")


def exposed(mating: Mating) -> Verdict:
    """The polymer over the scheme has one opening for each wire-bond pad and bump pad, and no other."""
    die, part = mating.die("first"), mating.part("first")
    faces = {**_faces(mating, wires=True), **_faces(mating, wires=False)}
    golds = gold_layers(part)
    layers = {face.opening or _via_on(mating, face) for face in faces.values()}
    if "" in layers or len(layers) != 1 or not golds:
        return fails("wire-bond pads and bump pads are not opened in one polymer")
    layer = layers.pop()
    found, wanted = count_of(die, layer), _count(part, faces)
    within = of_result(ruled(die, "inside", (layer, golds[-1]), 0), f"within {golds[-1]}")
    met, told = _met(die, layer, _xy(part)[part.of_kinds(tuple(faces))]), f"{found} × {layer} for {wanted} pads"
    return all_of(compared(found == wanted == met, f"{told}, {met} of them in one of their own"), within)


def _met(die: DrawnDie, layer: str, places: np.ndarray) -> int:
    """How many shapes of a layer hold one of some places (µm)."""
    import klayout.db as db

    points = db.Region()
    for x, y in np.rint(places / die.scene.dbu).astype(int).tolist():
        points.insert(db.Box(x - 1, y - 1, x + 1, y + 1))
    return int(die.scene.region(layer).merged().interacting(points).count())


def _via_on(mating: Mating, face: Face) -> str:
    """The opening through which a face's metal stands on gold."""
    golds = gold_layers(mating.part("first"))
    for found in mating.part("first").part.process.connections:
        if found.between[1] == face.contact and found.between[0] in golds and found.via:
            return found.via[0]
    return ""


PREDICATES: dict[str, Callable[..., Verdict]] = {
    "gold": gold, "barrier": barrier, "plated": plated, "wire_pads": wire_pads, "bump_pads": bump_pads,
    "lines": lines, "on_gold": on_gold, "wire_pads_clear": wire_pads_clear, "ubm": ubm, "ubm_films": ubm_films,
    "solder_family": solder_family, "polymer": polymer, "metals_under": metals_under, "vias": vias, "bared": bared,
    "exposed": exposed,
}  # fmt: skip
