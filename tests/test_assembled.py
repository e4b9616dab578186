"""The assembly from above: every part's layers are its own masks in their place, mirrored only where it looks down."""

from __future__ import annotations

import klayout.db as db
import numpy as np
import pytest
from click.testing import CliRunner

from bumpgen import resources
from bumpgen.assembled import APART
from bumpgen.cli import main
from bumpgen.command.build_assembly import build_assembly
from bumpgen.errors import GeometryError, InputError
from bumpgen.frames import Coordinates
from bumpgen.read.assembly_file import read_assembly


def regions(path) -> dict[tuple[int, int], db.Region]:
    layout = db.Layout()
    layout.read(str(path))
    top = layout.top_cell()
    return {
        (info.layer, info.datatype): db.Region(top.begin_shapes_rec(layout.layer(info))).merged()
        for info in layout.layer_infos()
    }


def above(region: db.Region, pose, grid: float = 0.001) -> db.Region:
    """Every polygon turned point by point through the pose."""
    found = db.Region()
    for polygon in region.each():
        points = np.array([(p.x, p.y) for p in polygon.each_point_hull()]) * grid
        seen = pose.above(Coordinates(pose.die, points)).seen(pose.assembly)
        found.insert(db.Polygon([db.Point(round(x / grid), round(y / grid)) for x, y in seen.tolist()]))
    return found.merged()


@pytest.mark.parametrize("name", resources.names("assemblies"))
def test_parts_lie_as_their_poses_say(name, tmp_path):
    build_assembly(name, tmp_path / "out", ["gds", "oas"], 8190, False)
    assembly = read_assembly(name)
    whole = regions(tmp_path / "out" / f"{name}.gds")
    seen = 0
    for number, part in enumerate(assembly.parts.values()):
        for (layer, datatype), region in regions(tmp_path / "out" / f"{part.file.name}.gds").items():
            placed = whole[layer + APART * number, datatype]
            assert (above(region, part.pose) ^ placed).is_empty(), (part.name, layer)
            seen += placed.count()
    assert seen > 10
    from_oasis = regions(tmp_path / "out" / f"{name}.oas")
    assert all((from_oasis[number] ^ region).is_empty() for number, region in whole.items() if not region.is_empty())


def test_the_masks_of_a_part_are_those_of_its_design_alone(tmp_path):
    """Never mirrored in its own masks: the same bytes as `bumpgen build` of the design writes."""
    build_assembly("pillar_to_pillar", tmp_path / "out", ["gds"], 8190, False)
    second = resources.folder("designs") / "pillar_to_pillar" / "second"
    CliRunner().invoke(main, ["build", str(second), "-o", str(tmp_path / "alone"), "-f", "gds"], catch_exceptions=False)
    one, other = (tmp_path / folder / "pillar_to_pillar_second.gds" for folder in ("out", "alone"))
    assert one.read_bytes() == other.read_bytes()


def test_a_build_is_the_same_bytes_each_time(tmp_path):
    for folder in ("a", "b"):
        build_assembly("pillar_to_pillar", tmp_path / folder, ["gds", "oas", "csv", "svg", "png"], 8190, False)
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_the_net_list_of_the_stack(tmp_path):
    build_assembly("pillar_to_pillar", tmp_path / "out", ["csv"], 8190, False)
    lines = (tmp_path / "out" / "pillar_to_pillar_nets.csv").read_text().splitlines()
    assert lines[0] == "net,conductors,terminals"
    assert "A3,1,first.A3 first.pad:A3 second.A3 second.pad:A3" in lines


def test_what_an_assembly_has_no_format_for(tmp_path):
    with pytest.raises(InputError, match="no format 'xlsx' of an assembly"):
        build_assembly("pillar_to_pillar", tmp_path / "out", ["xlsx"], 8190, False)


def test_a_corner_off_the_grid_is_refused(tmp_path):
    import shutil

    shutil.copytree(resources.folder("designs") / "pillar_to_pillar", tmp_path / "pair")
    path = tmp_path / "pair" / "assembly.toml"
    path.write_text(path.read_text().replace('face = "down"', 'face = "down"\nat = [0.0021, 0]'))
    with pytest.raises(GeometryError, match="corner of part second lies off the grid"):
        build_assembly(str(tmp_path / "pair"), tmp_path / "out", ["gds"], 8190, False)
