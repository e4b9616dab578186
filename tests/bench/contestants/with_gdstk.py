"""gdstk alone, as well as it can be used: a repetition of offsets, moved copies for flat polygons."""

import gdstk
from scene import COLUMNS, FLAT, PITCH, ROWS, SCATTERED, arguments, outlines, places

scene, out = arguments()
library = gdstk.Library("TOP")
top = library.new_cell("TOP")
if scene == "flat":
    points = places(FLAT)
    for layer, outline in enumerate(outlines()):
        polygon = gdstk.Polygon(outline + points[0], layer=layer + 1)
        polygon.repetition = gdstk.Repetition(offsets=points[1:] - points[0])
        top.add(polygon)  # written as so many polygons: GDSII knows no repeated ones
else:
    bump = library.new_cell("BUMP")
    bump.add(*(gdstk.Polygon(outline, layer=layer + 1) for layer, outline in enumerate(outlines())))
    if scene == "arrays":
        top.add(gdstk.Reference(bump, columns=COLUMNS, rows=ROWS, spacing=(PITCH, PITCH)))
    else:
        points = places(SCATTERED)
        reference = gdstk.Reference(bump, tuple(points[0]))
        reference.repetition = gdstk.Repetition(offsets=points[1:] - points[0])
        top.add(reference)
if out.endswith(".oas"):
    library.write_oas(out)
else:
    library.write_gds(out, max_points=8190)
