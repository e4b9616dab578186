"""PCells changed and undone, written, and read again as another KLayout wrote them."""

from pathlib import Path

import pya

WLCSP = "bumpgen wlcsp_500"


def kept(file):
    """Name, size and shape of the PCells in a file."""
    layout = pya.Layout()
    layout.read(str(file))
    found = [inst.cell for inst in layout.top_cell().each_inst()]
    rows = []
    for cell in found:
        values = cell.pcell_parameters_by_name()
        rows.append([cell.pcell_declaration().name(), values.get("size"), values.get("shape")])
    return sorted(rows)


def write(file):
    """A file with two PCells."""
    layout = pya.Layout()
    top = layout.create_cell("TOP")
    for name in ("Ubm", "PolymerOpening"):
        cell = layout.create_cell(name, WLCSP, {"size": 240.0, "shape": "octagon"})
        top.insert(pya.DCellInstArray(cell.cell_index(), pya.DTrans()))
    layout.write(str(file))


def undone(view):
    """A PCell placed in a view and changed; its width (µm) then, after one undo, and after the redo."""
    layout = view.active_cellview().layout()
    top = layout.create_cell("TOP")
    placed = top.insert(pya.DCellInstArray(layout.create_cell("Ubm", WLCSP, {}).cell_index(), pya.DTrans()))
    layer = layout.layer(20, 0)
    view.transaction("Change the UBM")
    placed.change_pcell_parameter("size", 100.0)
    view.commit()
    widths = [top.dbbox(layer).width()]
    for command in ("cm_undo", "cm_redo"):
        pya.MainWindow.instance().call_menu(command)
        widths.append(top.dbbox(layer).width())
    return widths


def found(arguments):
    from bumpgen.macros.pcells import start

    folder = Path(arguments["files"])
    early = folder / "theirs.gds"
    cold = pya.Layout()
    cold.read(str(early))
    start()
    told = {"theirs": [kept(folder / f"theirs.{suffix}") for suffix in ("gds", "oas")]}
    told["opened before"] = sorted(i.cell.pcell_parameters_by_name().get("size") for i in cold.top_cell().each_inst())
    for suffix in ("gds", "oas"):
        write(folder / f"ours.{suffix}")
    told["ours"] = [kept(folder / f"ours.{suffix}") for suffix in ("gds", "oas")]
    window = pya.MainWindow.instance()
    window.create_layout(1)
    told["undone"] = undone(window.current_view())
    return told
