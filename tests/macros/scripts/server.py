"""The server in the application: what `bumpgen show` sends is shown, all else is refused."""

import json
import os
import socket
import subprocess
import time

import pya

from bumpgen.macros import server as module
from bumpgen.macros.server import Server
from bumpgen.macros.settings import Settings


def wait(done, seconds=20):
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        pya.QApplication.processEvents()
        time.sleep(0.01)
    return done()


def sent(port, data, seconds=5):
    """What the server answers to some bytes; "" where it closes."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setblocking(False)
        connection.sendall(data)
        found = []

        def over():
            try:
                part = connection.recv(65536)
            except BlockingIOError:
                return False
            except OSError:
                return True
            found.append(part)
            return not part

        wait(over, seconds)
    return b"".join(found).decode()


def asked(port, **request):
    return json.loads(sent(port, json.dumps(request).encode() + b"\n"))


def command(arguments, port, *more):
    """`bumpgen show` in a process, and what it printed."""
    line = [arguments["python"], "-m", "bumpgen.cli", "show", *more, "--port", str(port), "--json"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {
        "PYTHONPATH": arguments["root"]
    }
    process = subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=arguments["room"], text=True
    )
    wait(lambda: process.poll() is not None, 40)
    out, err = process.communicate()
    return process.returncode, json.loads(out) if out else err


def found(arguments):
    main = pya.MainWindow.instance()
    server = Server(main, "test", 0)
    port = server.port
    result = {"listening": server.listening, "address": server.server.serverAddress().toString()}
    gds = arguments["gds"]
    result["first"] = command(arguments, port, gds, "--report", arguments["lyrdb"])
    view = main.current_view()
    result["report"] = [(view.rdb(i).name, view.rdb(i).num_items()) for i in range(view.num_rdbs())]
    wait(lambda: False, 0.5)  # the marker browser takes its place in the window
    box = pya.DBox(100, 200, 300, 320)
    view.zoom_box(box)
    seen = view.box()
    result["second"] = command(arguments, port, gds, "--report", arguments["lyrdb"])
    result["views"] = main.views()
    result["moved"] = max(abs(a - b) for a, b in zip(corners(seen), corners(view.box()), strict=True))
    result["reports"] = view.num_rdbs()
    result["halves"] = halves(port, gds)
    cell = view.active_cellview().cell
    view.transaction("edit")
    cell.shapes(cell.layout().layer(1, 0)).insert(pya.Box(0, 0, 10, 10))
    view.commit()
    result["unsaved"] = command(arguments, port, gds)
    main.call_menu("cm_undo")
    result["design"] = command(arguments, port, "flux_ball_die", "--check")
    result["refused"] = [
        asked(port, gds="relative.gds"), asked(port, gds=arguments["root"] + "/README.md"), asked(port, gds=17),
        asked(port, gds=gds, technology="nowhere"), asked(port, gds=gds, lyrdb="/nowhere.lyrdb"),
        json.loads(sent(port, b"{not json\n")), json.loads(sent(port, b'{"lyrdb": "x"}\n')),
        asked(port, gds=arguments["broken"]),
    ]  # fmt: skip
    result["http"] = sent(port, b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n" + json.dumps({"gds": gds}).encode())
    result["endless"] = sent(port, b"{" + b" " * 100_000)
    taken = Server(main, "test", port)
    result["taken"] = taken.listening
    os.environ["BUMPGEN_PORT"] = str(port)
    module.start(Settings(arguments["python"], "", "test"))
    result["start with a taken port"] = len(module._kept)
    os.environ["BUMPGEN_PORT"] = str(port + 1 if port < 65535 else port - 1)
    module.start(Settings(arguments["python"], "", "test"))
    module.start(Settings(arguments["python"], "", "test"))
    result["started"] = [each.port for each in module._kept] == [int(os.environ["BUMPGEN_PORT"])]
    server.close()
    result["closed"] = command(arguments, port, gds)
    return result


def corners(box):
    return box.left, box.bottom, box.right, box.top


def halves(port, gds):
    """A request that comes in two parts."""
    line = json.dumps({"gds": gds, "keep_position": True}).encode() + b"\n"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(line[:9])
        wait(lambda: False, 0.2)
        connection.sendall(line[9:])
        connection.setblocking(False)
        got = []

        def answered():
            try:
                got.append(connection.recv(65536))
            except BlockingIOError:
                return False
            return True

        wait(answered, 5)
    return json.loads(b"".join(got))["type"]
