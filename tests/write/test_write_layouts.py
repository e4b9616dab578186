"""GDSII and OASIS files read back by klayout and by gdstk are the layout, to the last polygon."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from written import assert_same, by_gdstk, by_klayout, expected, layouts

from bumpgen.layout import Layout
from bumpgen.write.gds import write_gds
from bumpgen.write.oasis import write_oasis


def flat(layout: Layout, path: Path) -> None:
    write_gds(layout, path, flat=True)


@pytest.mark.parametrize("reader", [by_klayout, by_gdstk])
@pytest.mark.parametrize(("write", "ending"), [(write_gds, "gds"), (flat, "gds"), (write_oasis, "oas")])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(layout=layouts())
def test_read_back(write: Callable[..., None], ending: str, reader: Callable[[Path], Any], layout: Layout) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{ending}"
        write(layout, path)
        assert_same(reader(path), expected(layout))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(layout=layouts())
def test_written_twice_is_equal(layout: Layout) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for write, ending in ((write_gds, "gds"), (flat, "gds"), (write_oasis, "oas")):
            paths = [Path(folder) / f"{i}.{ending}" for i in range(2)]
            for path in paths:
                write(layout, path)
            assert paths[0].read_bytes() == paths[1].read_bytes()
