"""kfactory: KCells, create_inst, shapes in database units."""

import kfactory as kf
import numpy as np
from kfactory import kdb
from scene import COLUMNS, FLAT, PITCH, ROWS, SCATTERED, arguments, outlines, places

scene, out = arguments()
kcl = kf.KCLayout("BENCH")
top = kcl.kcell("TOP")
bump = top if scene == "flat" else kcl.kcell("BUMP")
polygons = []
for number, points in enumerate(outlines()):
    ints = np.rint(points * 1000).astype(int).tolist()
    polygons.append((kcl.layer(number + 1, 0), kdb.Polygon([kdb.Point(x, y) for x, y in ints], True)))
if scene == "flat":
    spots = np.rint(places(FLAT) * 1000).astype(int).tolist()
    for layer, polygon in polygons:
        for x, y in spots:
            top.shapes(layer).insert(polygon.moved(x, y))
else:
    for layer, polygon in polygons:
        bump.shapes(layer).insert(polygon)
    if scene == "arrays":
        step = round(PITCH * 1000)
        top.create_inst(bump, na=COLUMNS, nb=ROWS, a=kdb.Vector(step, 0), b=kdb.Vector(0, step))
    else:
        for x, y in np.rint(places(SCATTERED) * 1000).astype(int).tolist():
            top.create_inst(bump, kdb.Trans(x, y))
kcl.write(out)
