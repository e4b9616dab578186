"""gdsfactory: Components, add_ref, add_polygon."""

import gdsfactory as gf
from scene import COLUMNS, FLAT, PITCH, ROWS, SCATTERED, arguments, outlines, places

scene, out = arguments()
gf.gpdk.PDK.activate()
top = gf.Component("TOP")
if scene == "flat":
    points = places(FLAT)
    for layer, outline in enumerate(outlines()):
        for place in points:
            top.add_polygon(outline + place, layer=(layer + 1, 0))
else:
    bump = gf.Component("BUMP")
    for layer, outline in enumerate(outlines()):
        bump.add_polygon(outline, layer=(layer + 1, 0))
    if scene == "arrays":
        top.add_ref(bump, columns=COLUMNS, rows=ROWS, column_pitch=PITCH, row_pitch=PITCH)
    else:
        for x, y in places(SCATTERED).tolist():
            top.add_ref(bump).move((x, y))
top.write_gds(out)
