"""phidl: Device, add_ref, add_array."""

from phidl import Device
from scene import COLUMNS, FLAT, PITCH, ROWS, SCATTERED, arguments, outlines, places

scene, out = arguments()
top = Device("TOP")
if scene == "flat":
    points = places(FLAT)
    for layer, outline in enumerate(outlines()):
        for place in points:
            top.add_polygon(outline + place, layer=layer + 1)
else:
    bump = Device("BUMP")
    for layer, outline in enumerate(outlines()):
        bump.add_polygon(outline, layer=layer + 1)
    if scene == "arrays":
        top.add_array(bump, columns=COLUMNS, rows=ROWS, spacing=(PITCH, PITCH))
    else:
        for place in places(SCATTERED):
            top.add_ref(bump).move(place)
top.write_gds(out)
