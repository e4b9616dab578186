"""assembly.toml: what is read, and every mistake told with file, line, value and cure."""

from __future__ import annotations

import shutil

import pytest

from bumpgen import resources
from bumpgen.errors import InputError
from bumpgen.read.assembly_file import is_assembly, read_assembly


@pytest.fixture
def folder(tmp_path):
    """A copy of the smallest shipped assembly."""
    shutil.copytree(resources.folder("designs") / "pillar_to_pillar", tmp_path / "pair")
    return tmp_path / "pair"


def edited(folder, old, new):
    path = folder / "assembly.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


def test_a_shipped_assembly_by_name_folder_and_file(folder):
    for name in ("pillar_to_pillar", folder, folder / "assembly.toml"):
        assembly = read_assembly(name)
        assert list(assembly.parts) == ["first", "second"]
        assert assembly.parts["second"].pose.face == "down"
        assert assembly.parts["first"].body == "silicon"
        assert assembly.parts["first"].thickness == 725
        names = {path.name for path in assembly.inputs}
        assert {"assembly.toml", "design.toml", "process.toml", "materials.toml"} <= names


def test_what_is_an_assembly(folder):
    assert is_assembly(str(folder))
    assert is_assembly(str(folder / "assembly.toml"))
    assert is_assembly("pillar_to_pillar")
    assert not is_assembly(str(folder / "first"))
    assert not is_assembly("balldrop_die")
    assert not is_assembly("no such thing")


ATTACHED = (
    'face = "down"\nattached = {{ to = "{to}", material = "{material}", thickness = {{ value = 25, source = "own" }} }}'
)


@pytest.mark.parametrize(
    ("old", "new", "message", "cure"),
    [
        ('design = "second"', 'design = "secnd"', "there is no design 'secnd'", "did you mean 'second'"),
        ('face = "down"', 'face = "left"', "left", "up"),
        ('face = "down"', 'mirror = true\nface = "down"', "mirror", ""),
        ('between = ["first", "second"]', 'between = ["first", "third"]', "part 'third'", ""),
        ('between = ["first", "second"]', 'between = ["first", "first"]', "joins first with itself", ""),
        ('sites = [["bump"], ["second_pillar"]]', 'sites = [["bump"], ["pilar"]]', "no site 'pilar'", "pillar"),
        ('sites = [["bump"], ["second_pillar"]]', 'sites = [["bump"], []]', "names no sites of second", ""),
        ('joints = ["pillars"]', 'joints = ["balls"]', "joint 'balls'", ""),
        ('kind = "join"', 'kind = "glue"', "glue", ""),
        ('face = "down"', 'face = "down"\nrotation = 45', "45", ""),
        (
            'face = "down"',
            ATTACHED.format(to="first", material="die_atach"),
            "no material 'die_atach'",
            "did you mean 'die_attach'",
        ),
        (
            'face = "down"',
            ATTACHED.format(to="frst", material="die_attach"),
            "part 'frst'",
            "",
        ),
    ],
)
def test_mistakes(folder, old, new, message, cure):
    edited(folder, old, new)
    with pytest.raises(InputError) as caught:
        read_assembly(folder)
    assert message in str(caught.value)
    assert "assembly.toml" in str(caught.value)
    assert cure in str(caught.value)


def test_a_part_that_nothing_holds(folder):
    from bumpgen.command.stacked import stack_of

    edited(folder, "[[joints]]", '[parts.third]\ndesign = "second"\nface = "up"\n\n[[joints]]')
    assembly = read_assembly(folder)
    with pytest.raises(InputError, match="nothing holds third"):
        stack_of(assembly).levels  # noqa: B018


def test_a_design_outside_the_folder_is_refused(folder):
    shutil.copytree(folder / "second", folder.parent / "outside")
    edited(folder, 'design = "second"', 'design = "../outside"')
    with pytest.raises(InputError, match=r"there is no design '\.\./outside'"):
        read_assembly(folder)
