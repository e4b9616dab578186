"""What the application is, and that it draws a cell without pip's klayout."""

import pya

from bumpgen.cells import CELLS
from bumpgen.process import read_process


def found(arguments):
    process = read_process(arguments["process"])
    return {
        "version": pya.Application.instance().version(),
        "cell": CELLS["ubm"].make(process).draw(process).name,
        "home": pya.Application.instance().klayout_path()[0],
    }
