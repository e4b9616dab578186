"""Runs inside the KLayout application: calls `found` of a script, writes its result or traceback, and ends it."""

import json
import os
import runpy
import site
import sys
import traceback
from pathlib import Path

import pya

job = json.loads(os.environ["BUMPGEN_TEST_JOB"])
if job["site"]:
    site.addsitedir(job["site"])
sys.path[:0] = job["path"]


def run():
    """The script, once the application is up and its autorun macros have run."""
    told = {"error": "", "found": None, "pips": []}
    try:
        told["found"] = runpy.run_path(job["script"])["found"](job["arguments"])
    except BaseException:  # noqa: BLE001 - the test is told of whatever it was
        told["error"] = traceback.format_exc()
    told["pips"] = pips_klayout()
    result = Path(job["result"])
    part = result.with_suffix(".part")
    part.write_text(json.dumps(told), encoding="utf-8")
    part.replace(result)
    os._exit(1 if told["error"] else 0)  # the application's own exit, out of a timer, corrupts its memory


def pips_klayout():
    """Modules of klayout from among Python's packages; 0.30 has some of its own."""
    files = {name: getattr(module, "__file__", "") or "" for name, module in sys.modules.items()}
    return [name for name, file in files.items() if name.split(".")[0] == "klayout" and "-packages" in file]


def dismiss():
    """Close the tips that the application starts with, whose dialog would be over all that follows."""
    tips = pya.QApplication.activeModalWidget()
    if tips is not None:
        tips.close()
    later(run)


def later(function):
    """Call a function from the application's own loop."""
    timer = pya.QTimer(pya.MainWindow.instance())
    timer.setSingleShot(True)
    timer.timeout(function)
    timer.start(0)


later(dismiss)
