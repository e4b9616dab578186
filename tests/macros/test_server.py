"""`bumpgen show` and the server in the application that it speaks to."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bumpgen.cli import main
from bumpgen.command.build import build_design
from bumpgen.command.check import CheckOptions, check
from tests.application import needs_application, run
from tests.shared import ROOT

SCRIPTS = Path(__file__).with_name("scripts")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    room = tmp_path_factory.mktemp("server")
    build_design("balldrop_die", room / "out", ["gds"], 8190, progress=False)
    check("caravel_gf180", CheckOptions(formats="lyrdb", out=room, rules="wlcsp_deca_400"))
    broken = room / "broken.gds"
    broken.write_bytes(b"no layout at all")
    found: dict[str, Any] = run(
        SCRIPTS / "server.py", room, timeout=90, python=sys.executable, room=str(room), root=str(ROOT),
        gds=str(room / "out" / "balldrop_die.gds"), lyrdb=str(next(room.glob("*.lyrdb"))), broken=str(broken),
    )  # fmt: skip
    return found


@needs_application
def test_a_layout_is_opened_then_reloaded_where_it_was_seen(done: dict[str, Any]) -> None:
    assert done["listening"]
    assert done["address"] == "127.0.0.1"
    assert done["first"][0] == 0, done["first"]
    assert done["first"][1]["files"][0]["type"] == "open"
    assert done["second"][1]["files"][0]["type"] == "reload"
    assert done["views"] == 1
    assert done["moved"] < 1e-6
    assert done["halves"] == "reload"


@needs_application
def test_its_report_is_in_the_marker_browser_once(done: dict[str, Any]) -> None:
    assert len(done["report"]) == done["reports"] == 1
    assert done["report"][0][1] > 0


@needs_application
def test_a_design_is_built_checked_and_shown(done: dict[str, Any]) -> None:
    code, told = done["design"]
    assert code == 0, told
    assert told["files"][0]["file"].endswith("out/flux_ball_die/flux_ball_die.gds")


@needs_application
def test_what_is_not_saved_is_not_thrown_away(done: dict[str, Any]) -> None:
    code, told = done["unsaved"]
    assert code == 2
    assert "aren't saved" in told["error"]["message"]


@needs_application
def test_wrong_requests_are_answered_with_what_is_wrong(done: dict[str, Any]) -> None:
    said = [answer["error"] for answer in done["refused"]]
    assert all(answer["type"] == "error" for answer in done["refused"])
    wanted = (
        "whole path",
        "doesn't end in",
        "names no layout",
        "no technology",
        "whole path",
        "no JSON",
        "names no",
        "",
    )
    assert all(part in text for part, text in zip(wanted, said, strict=True)), said


@needs_application
def test_what_is_no_request_is_cut_off(done: dict[str, Any]) -> None:
    assert done["http"] == ""
    assert done["endless"] == ""


@needs_application
def test_a_taken_port_is_left_alone(done: dict[str, Any]) -> None:
    assert not done["taken"]
    assert done["start with a taken port"] == 0
    assert done["started"]
    assert done["closed"][0] == 2
    assert "klayout install" in done["closed"][1]["error"]["cure"]


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """Something else that listens on a port, and says this to whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"[1, 2]", b'{"type": "op'])
def test_what_does_not_speak_the_protocol_is_told(answer: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.gds"
    path.write_bytes(b"")
    with answering(answer) as port:
        told = CliRunner().invoke(main, ["show", str(path), "--port", str(port), "--json"])
    assert told.exit_code == 2
    assert "klive's protocol" in json.loads(told.stdout)["error"]["message"]


def test_klives_own_answer_is_understood(tmp_path: Path) -> None:
    """klive ends its answer without a line's end, and keeps the connection open."""
    path = tmp_path / "a.gds"
    path.write_bytes(b"")
    with answering(b'{"version": "0.3.2", "type": "reload", "file": "a.gds"}') as port:
        told = CliRunner().invoke(main, ["show", str(path), "--port", str(port), "--json"])
    assert told.exit_code == 0
    assert json.loads(told.stdout)["files"] == [{"file": str(path), "type": "reload"}]
