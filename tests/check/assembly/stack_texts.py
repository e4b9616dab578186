"""assembly.toml of the small stacks of `stacks`: their designs are made there."""

from __future__ import annotations

PILLARS = """
name = "pillars"
source = "own"
[parts.first]
design = "first"
face = "up"
[parts.second]
design = "second"
face = "down"
[[joints]]
name = "pillars"
between = ["first", "second"]
sites = [["bump"], ["second_pillar"]]
[[steps]]
kind = "join"
joints = ["pillars"]
placement_accuracy = { value = 3, source = "own" }
source = "own"
[[steps]]
kind = "reflow"
joints = ["pillars"]
temperature = { value = 260, source = "own" }
source = "own"
"""

HANGING = """
name = "hanging"
source = "own"
[parts.carrier]
design = "carrier"
face = "up"
[parts.first]
design = "first"
face = "down"
[parts.second]
design = "second"
face = "up"
thickness = { value = 20, source = "own" }
[[joints]]
name = "ring"
between = ["carrier", "first"]
sites = [["second_pillar"], ["bump"]]
[[joints]]
name = "inner"
between = ["first", "second"]
sites = [["second_pillar"], ["bump"]]
[[steps]]
kind = "join"
joints = ["inner"]
placement_accuracy = { value = 3, source = "own" }
source = "own"
[[steps]]
kind = "reflow"
joints = ["inner"]
temperature = { value = 260, source = "own" }
source = "own"
[[steps]]
kind = "join"
joints = ["ring"]
placement_accuracy = { value = 3, source = "own" }
source = "own"
[[steps]]
kind = "reflow"
joints = ["ring"]
temperature = { value = 250, source = "own" }
source = "own"
"""

BONDED = """
name = "bonded"
source = "own"
[parts.carrier]
design = "carrier"
face = "up"
[parts.first]
design = "first"
face = "up"
thickness = { value = 200, source = "own" }
attached = { to = "carrier", material = "die_attach", thickness = { value = 25, source = "own" } }
[parts.second]
design = "second"
face = "down"
thickness = { value = 100, source = "own" }
[[joints]]
name = "bumps"
between = ["first", "second"]
sites = [["bump"], ["bump"]]
[[wires]]
name = "wires"
between = ["first", "carrier"]
sites = [["wirebond"], ["wirebond"]]
diameter = { value = 25, source = "own" }
loop = { value = 150, source = "own" }
[encapsulation]
material = "mould"
joints = ["bumps"]
covers_wires = true
covers_dies = true
margin = { value = 200, source = "own" }
cover = { value = 150, source = "own" }
filler = { value = 20, source = "own" }
[[steps]]
kind = "attach"
part = "first"
temperature = { value = 150, source = "own" }
source = "own"
[[steps]]
kind = "join"
joints = ["bumps"]
placement_accuracy = { value = 3, source = "own" }
source = "own"
[[steps]]
kind = "reflow"
joints = ["bumps"]
temperature = { value = 250, source = "own" }
source = "own"
[[steps]]
kind = "bond"
wires = ["wires"]
temperature = { value = 150, source = "own" }
source = "own"
[[steps]]
kind = "encapsulate"
temperature = { value = 175, source = "own" }
source = "own"
"""
