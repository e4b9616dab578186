"""A drawn layout brought into one that is shown, in place: what is the same in both isn't touched.

So undo has little to take back; and KLayout 0.28 crashes when an undo follows a redo of a step in which equal shapes
were taken away and put back.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

__all__ = ["contents", "redraw"]


def contents(layout: Any, cell: Any) -> Counter[str]:
    """What a cell holds itself, as texts: shapes by layer, and instances."""
    found: Counter[str] = Counter()
    for index in layout.layer_indexes():
        name = layout.get_info(index).to_s()
        found.update(f"{name} {_plain(shape)}" for shape in cell.shapes(index).each())
    found.update(f"{instance.cell.name} {instance.cell_inst.to_s()}" for instance in cell.each_inst())
    return found


def _plain(shape: Any) -> str:
    """A shape as text without its properties."""
    return str(shape.to_s().partition(" prop_id=")[0])


def redraw(layout: Any, drawn: Any) -> Any:
    """Make `layout` what `drawn` is (one top cell); the top cell. For use within a transaction."""
    top = drawn.top_cell()
    shown = layout.top_cells()
    target = layout.cell(top.name) or (shown[0] if shown else layout.create_cell(top.name))
    if target.name != top.name:
        layout.rename_cell(target.cell_index(), top.name)
    cells = {top.cell_index(): target}
    kept = {target.cell_index()}
    for index in drawn.each_cell_bottom_up():
        cell = drawn.cell(index)
        if index not in cells:
            cells[index] = layout.cell(cell.name) or layout.create_cell(cell.name)
        kept.add(cells[index].cell_index())
        _shapes(layout, cells[index], drawn, cell)
        _instances(cells[index], cell, {key: value.cell_index() for key, value in cells.items()})
    for stale in [cell.cell_index() for cell in layout.each_cell()]:
        if stale not in kept:
            layout.delete_cell(stale)
    return target


def _shapes(layout: Any, target: Any, drawn: Any, cell: Any) -> None:
    """The shapes of one cell, layer by layer."""
    wanted = {drawn.get_info(index).to_s(): index for index in drawn.layer_indexes()}
    for name, index in wanted.items():
        number = layout.layer(drawn.get_info(index))
        new = Counter(shape.to_s() for shape in cell.shapes(index).each())
        gone = []
        for shape in target.shapes(number).each():
            text = _plain(shape)
            if new[text] > 0:
                new[text] -= 1
            else:
                gone.append(shape.dup())
        for shape in gone:
            target.shapes(number).erase(shape)
        for shape in cell.shapes(index).each():
            text = shape.to_s()
            if new[text] > 0:
                new[text] -= 1
                target.shapes(number).insert(shape)
        assert not +new, name
    for number in layout.layer_indexes():
        if layout.get_info(number).to_s() not in wanted and not target.shapes(number).is_empty():
            target.shapes(number).clear()


def _instances(target: Any, cell: Any, indexes: dict[int, int]) -> None:
    """The instances of one cell; those inside it are drawn already."""
    new: dict[str, list[Any]] = {}
    for instance in cell.each_inst():
        array = instance.cell_inst.dup()
        array.cell_index = indexes[array.cell_index]
        new.setdefault(array.to_s(), []).append(array)
    gone = []
    for instance in target.each_inst():
        same = new.get(instance.cell_inst.to_s())
        if same:
            same.pop()
        else:
            gone.append(instance.dup())
    for instance in gone:
        instance.delete()
    for arrays in new.values():
        for array in arrays:
            target.insert(array)
