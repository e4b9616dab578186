"""klayout.db alone: a layout that is not editable, whole database units."""

import klayout.db as kdb
import numpy as np
from scene import COLUMNS, FLAT, PITCH, ROWS, SCATTERED, arguments, outlines, places

scene, out = arguments()
layout = kdb.Layout(False)
top = layout.create_cell("TOP")
bump = top if scene == "flat" else layout.create_cell("BUMP")
polygons = []
for number, points in enumerate(outlines()):
    ints = np.rint(points * 1000).astype(int).tolist()
    polygons.append((layout.layer(number + 1, 0), kdb.SimplePolygon([kdb.Point(x, y) for x, y in ints], True)))
if scene == "flat":
    spots = np.rint(places(FLAT) * 1000).astype(int).tolist()
    for layer, polygon in polygons:
        shapes = top.shapes(layer)
        for x, y in spots:
            shapes.insert(polygon.moved(x, y))
else:
    for layer, polygon in polygons:
        bump.shapes(layer).insert(polygon)
    index = bump.cell_index()
    if scene == "arrays":
        step = round(PITCH * 1000)
        across, up = kdb.Vector(step, 0), kdb.Vector(0, step)
        top.insert(kdb.CellInstArray(index, kdb.Trans(), across, up, COLUMNS, ROWS))
    else:
        for x, y in np.rint(places(SCATTERED) * 1000).astype(int).tolist():
            top.insert(kdb.CellInstArray(index, kdb.Trans(x, y)))
options = kdb.SaveLayoutOptions()
options.gds2_write_timestamps = False
options.set_format_from_filename(out)
layout.write(out, options)
