"""bumpgen: cells as values, GDSII by its own writer, OASIS through gdstk."""

from scene import COLUMNS, FLAT, LAYERS, PITCH, ROWS, SCATTERED, arguments, outlines, places

from bumpgen.geometry import Polygon
from bumpgen.layout import Array, Cell, Drawn, Layout, Scatter
from bumpgen.write.gds import write_gds

scene, out = arguments()
shapes = tuple(Drawn(f"L{i}", Polygon(tuple(map(tuple, points.tolist())))) for i, points in enumerate(outlines()))
bump = Cell("BUMP", shapes)
if scene == "arrays":
    instance = Array(bump, COLUMNS, ROWS, (PITCH, 0.0), (0.0, PITCH))
else:
    instance = Scatter(bump, places(FLAT if scene == "flat" else SCATTERED))
layout = Layout(Cell("TOP", instances=(instance,)), {f"L{i}": (i + 1, 0) for i in range(LAYERS)}, 0.001)
if out.endswith(".oas"):
    from bumpgen.write.oasis import write_oasis

    write_oasis(layout, out)
else:
    write_gds(layout, out, flat=scene == "flat")
