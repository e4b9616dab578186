"""A layout as the checks see it: its layers by name, derived layers made once, the process beside it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from bumpgen.expression import Binary, Call, Expression, Named, parse
from bumpgen.process import Material, Process

if TYPE_CHECKING:
    import klayout.db as db

    from bumpgen.check.population import Population

__all__ = ["Scene"]


class Scene:
    """The top cell of a klayout layout with a process's layer names.

    `flat` takes hierarchy away before checking (slow; the same places). `threads` is for klayout's
    hierarchical operations. Lengths are µm; `dbu` is the layout's unit in µm.
    """

    def __init__(
        self,
        layout: db.Layout,
        top: db.Cell,
        process: Process,
        *,
        materials: dict[str, Material] | None = None,
        flat: bool = False,
        threads: int = 1,
    ):
        self.layout, self.top, self.process = layout, top, process
        self.materials = process.materials if materials is None else materials
        self.flat, self.threads = flat, threads
        self.dbu: float = layout.dbu
        self._regions: dict[Expression, db.Region] = {}
        self.cache: dict[tuple[str, Expression], Any] = {}  # what was measured once: (what, of which layer)
        self._populations: dict[str, Population | None] = {}

    @cached_property
    def store(self) -> db.DeepShapeStore:
        """Where hierarchical regions live; polygons are never cut (a cut would become a sliver)."""
        import klayout.db as db

        store = db.DeepShapeStore()
        store.max_vertex_count, store.max_area_ratio, store.threads = 0, 0, self.threads
        return store

    @cached_property
    def instances(self) -> dict[int, list[tuple[Any, Any]]] | None:
        """Where every cell stands (see check.population), None if some are scaled."""
        from bumpgen.check.population import instances

        return instances(self)

    def population(self, expression: str | Expression) -> Population | None:
        """The shapes of a drawn layer by place; None where it isn't a few shapes at many places. Made once each."""
        from bumpgen.check.population import population

        tree = parse(expression) if isinstance(expression, str) else expression
        if not isinstance(tree, Named):
            return None
        if tree.layer not in self._populations:
            self._populations[tree.layer] = population(self, tree.layer)
        return self._populations[tree.layer]

    def steps(self, length: float) -> int:
        """A length in µm as database units."""
        return round(length / self.dbu)

    def index(self, layer: str) -> int | None:
        """klayout's index of a layer, None if the file has none of that number."""
        found = self.layout.find_layer(*self.process.layers[layer].gds)
        return None if found is None else int(found)

    def drawn(self, layer: str) -> bool:
        """Whether anything is drawn on a layer."""
        index = self.index(layer)
        return index is not None and not self.top.bbox(index).empty()

    def region(self, expression: str | Expression) -> db.Region:
        """The polygons of a layer expression, hierarchical unless the scene is flat. Made once each."""
        tree = parse(expression) if isinstance(expression, str) else expression
        if tree not in self._regions:
            self._regions[tree] = self._evaluate(tree)
        return self._regions[tree]

    def box(self, layer: str) -> Any:
        """The box of all that is on a layer, µm (a klayout DBox; empty if nothing is)."""
        import klayout.db as db

        index = self.index(layer)
        return db.DBox() if index is None else self.top.dbbox(index)

    def _evaluate(self, tree: Expression) -> db.Region:
        match tree:
            case Named(layer):
                return self._layer(layer)
            case Call(function, argument, numbers):
                return self._call(function, self.region(argument), numbers)
            case Binary(operator, left, right, negated):
                return _combine(operator, self.region(left), self.region(right), negated)

    def _layer(self, layer: str) -> db.Region:
        import klayout.db as db

        index = self.index(layer)
        if index is None:
            return db.Region()
        shapes = self.top.begin_shapes_rec(index)
        return db.Region(shapes).merged() if self.flat else db.Region(shapes, self.store)

    def _call(self, function: str, region: db.Region, numbers: tuple[float, ...]) -> db.Region:
        match function:
            case "sized":
                return region.sized(self.steps(numbers[0]))
            case "opened":
                return region.sized(-self.steps(numbers[0])).sized(self.steps(numbers[0]))
            case "closed":
                return region.sized(self.steps(numbers[0])).sized(-self.steps(numbers[0]))
            case "with_area":
                least, most = (round(number / self.dbu**2) for number in numbers)
                return region.with_area(least, most, False)
            case _:
                derived: db.Region = getattr(region, function)()
                return derived


def _combine(operator: str, left: db.Region, right: db.Region, negated: bool) -> db.Region:
    match operator:
        case "and":
            return left & right
        case "or":
            return (left | right).merged()
        case "not":
            return left - right
        case "xor":
            return left ^ right
        case _:
            selected: db.Region = getattr(left, f"not_{operator}" if negated else operator)(right)
            return selected
