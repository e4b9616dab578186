"""How long PCells take: to register, to be drawn first, to be redrawn, to make a large array."""

import statistics
import time

import pya

WLCSP = "bumpgen wlcsp_500"


def redraws(name, parameter, values):
    """Median and longest time (s) of a placed PCell's redraws."""
    layout = pya.Layout()
    top = layout.create_cell("TOP")
    placed = top.insert(pya.DCellInstArray(layout.create_cell(name, WLCSP, {}).cell_index(), pya.DTrans()))
    taken = []
    for value in values:
        began = time.perf_counter()
        placed.change_pcell_parameter(parameter, value)
        taken.append(time.perf_counter() - began)
    return [statistics.median(taken), max(taken)]


def large_array(arrangement="grid"):
    """Time (s) to draw an array of 10⁴ sites, how many it has, and how many instances they are."""
    layout = pya.Layout()
    began = time.perf_counter()
    values = {"box": pya.DBox(0, 0, 50_000.0, 50_000.0), "arrangement": arrangement}
    cell = layout.create_cell("Array", WLCSP, values)
    took = time.perf_counter() - began
    return [took, sum(max(1, i.na) * max(1, i.nb) for i in cell.each_inst()), cell.child_instances()]


def all_redraws():
    """What six PCells' redraws take, by name."""
    sizes = [100.0 + i for i in range(100)]
    told = {name: redraws(name, "size", sizes) for name in ("Ubm", "CapturePad", "KelvinPad")}
    told["Site"] = redraws("Site", "changes", [f'{{"ubm": {{"size": {100 + i}}}}}' for i in range(100)])
    told["RdlPath"] = redraws("RdlPath", "width", [20.0 + i for i in range(100)])
    told["Array"] = redraws("Array", "pitch", [400.0 + i for i in range(100)])
    return told


def found(_arguments):
    began = time.perf_counter()
    from bumpgen.macros.pcells import start

    start()
    started = time.perf_counter()
    pya.Layout().create_cell("Ubm", WLCSP, {})
    told = {"start": started - began, "first": time.perf_counter() - started}
    told["redraw"] = all_redraws()
    told["array"] = {kind: large_array(kind) for kind in ("grid", "staggered", "rings")}
    application = getattr(pya, "Application", None)
    told["version"] = application.instance().version().split()[-1] if application else pya.__version__
    return told
