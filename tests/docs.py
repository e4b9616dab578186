"""What bumpgen writes into its own repository: the README's pictures, and the decks beside the rule tables.

`python -m tests.docs` writes again those that changed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from click.testing import CliRunner

import bumpgen
from bumpgen import resources
from bumpgen.check.assembly.pictured import picture_of
from bumpgen.check.assembly.wire_rows import wire_list
from bumpgen.check.deck import write_deck
from bumpgen.cli import main as cli
from bumpgen.command.check import CheckOptions, check
from bumpgen.command.section import strips_of
from bumpgen.command.stacked import stack_of
from bumpgen.plan import plan
from bumpgen.read.assembly_file import read_alone, read_assembly
from bumpgen.route.from_plan import problem_of
from bumpgen.route.pairing import connections
from bumpgen.route.solve import solve
from bumpgen.view.assembly_plan import assembly_plan_svg
from bumpgen.view.assembly_side import assembly_side_svg
from bumpgen.view.before_after import before_after_svg
from bumpgen.view.capacity import capacity_svg
from bumpgen.view.section_strip import strip_picture
from bumpgen.view.svg import to_svg
from bumpgen.view.wire_diagram import wire_diagram

ROOT = Path(__file__).resolve().parent.parent
PICTURED = (
    "caravel_gf180", "gold_rdl_die", "balldrop_die", "caravel_routed", "fanout_free", "power_planes", "two_layer_rdl",
    "balldrop_rdl_die", "balldrop_board", "flux_ball_die", "module_chip", "ball_module_chip",
    "rdl_fill",
)  # fmt: skip
PICTURES = {ROOT / "designs" / name / "plan.svg": name for name in PICTURED}
DECKS = {ROOT / "drc_rules" / f"{name}.lydrc": name for name in resources.names("drc_rules")}


def draw(name: str) -> str:
    """The plan view of a shipped design as the README shows it."""
    return bumpgen.plan_svg(bumpgen.build_layout(bumpgen.read_design(name)), width=900)


ASSEMBLIES = resources.names("assemblies")
DIAGRAMMED = "module_on_laminate"
"""The assembly whose bond diagram is shown."""


def assembly_pictures(name: str) -> dict[Path, str]:
    """A shipped assembly from above and from the side: `bumpgen view` writes the same."""
    stack = stack_of(read_assembly(name))
    picture, folder = picture_of(stack), ROOT / "designs" / name
    texts = {folder / "plan.svg": assembly_plan_svg(picture), folder / "side.svg": assembly_side_svg(picture)}
    if name == DIAGRAMMED:
        texts[folder / "wires.svg"] = to_svg(wire_diagram([wire_list(stack, wires) for wires in stack.wires]))
    return texts


SIDES = ("balldrop_die", "balldrop_rdl_die", "balldrop_board", "flux_ball_die")
"""Designs shown from the side too: the first method's structures."""


def design_side(name: str) -> str:
    """A shipped design from the side: `bumpgen view --side` writes the same."""
    return assembly_side_svg(picture_of(stack_of(read_alone(name))))


PROCESSES = ("balldrop_die", "gold_rdl_die", "pillar_to_pillar")
"""Designs and assemblies whose process is shown as a film strip."""


def process_picture(name: str) -> str:
    """A shipped design's process, step by step: `bumpgen section --all` writes the same."""
    strips, title = strips_of(name)
    return to_svg(strip_picture(strips, title))


ORDERED: dict[Path, tuple[str, ...]] = {
    ROOT / "designs/gold_rdl_die/mask.svg": ("masks", "gold_rdl_die", "--plate", "contact", "-f", "svg"),
    ROOT / "designs/balldrop_die/wafer.svg": ("wafer", "balldrop_die", "-f", "svg"),
    ROOT / "designs/pillar_fill/before.svg": ("density", "pillar_fill", "--layer", "PILLAR", "--bare"),
    ROOT / "designs/pillar_fill/after.svg": ("density", "pillar_fill", "--layer", "PILLAR"),
}
"""Pictures that commands write, and the commands."""
WRITTEN = {"masks": "gold_rdl_die_2_RDL_AU_FIELD.svg", "wafer": "balldrop_die_wafer.svg"}
"""Which of a folder's files it is."""


def ordered_picture(path: Path) -> str:
    """What the command of a picture writes."""
    command = ORDERED[path]
    with tempfile.TemporaryDirectory() as folder:
        name = WRITTEN.get(command[0])
        out = Path(folder) if name else Path(folder) / "map.svg"
        CliRunner().invoke(cli, [*command, "-o", str(out), "-q"])
        return (out / name if name else out).read_text(encoding="utf-8")


ROUTED = ROOT / "designs" / "caravel_routed"


def routing_pictures() -> dict[Path, str]:
    """The routed design before and after, and how full its gates are: `bumpgen route` writes the same."""
    problem = problem_of(plan(bumpgen.read_design("caravel_routed")))
    routing = solve(problem)
    return {
        ROUTED / "before_after.svg": before_after_svg(problem, connections(problem), routing.wires),
        ROUTED / "capacity.svg": capacity_svg(problem, routing.gates, routing.wires),
    }


PLACE = ROOT / "designs" / "caravel_gf180" / "place.svg"


def place_picture() -> str:
    """One place of a check, enlarged: the command that the README shows below it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "place.svg"
        options = CheckOptions(rules="wlcsp_deca_400", picture=path, place="RDL.SH.1")
        check("caravel_gf180", options)
        return path.read_text(encoding="utf-8")


def deck(name: str) -> str:
    """The deck of a shipped table, for the process it names."""
    table = bumpgen.read_rules(name)
    return write_deck(table, bumpgen.read_process(table.process))


def _write_screenshots() -> None:
    """Those of the KLayout application that no longer show what it does; none where it isn't installed."""
    from tests.application import KLAYOUT, XVFB, version
    from tests.macros.pictures import DRAWN_BY, PICTURED, alike, cell_pictures, menu_pictures, pictures

    if KLAYOUT is None or XVFB is None or not version().startswith(DRAWN_BY):
        print(f"not drawn: screenshots, which need klayout {DRAWN_BY} and Xvfb")
        return
    for name, data in {**pictures(), **menu_pictures(), **cell_pictures()}.items():
        path = PICTURED / name
        if not path.is_file() or not alike(path.read_bytes(), data):
            path.write_bytes(data)
            print(f"written: {path.relative_to(ROOT)}")


def main() -> None:
    """Write every picture and deck whose text differs."""
    texts: dict[Path, Callable[[], str]] = {path: partial(draw, name) for path, name in PICTURES.items()}
    texts[PLACE] = place_picture
    texts |= {ROOT / "designs" / name / "side.svg": partial(design_side, name) for name in SIDES}
    texts |= {ROOT / "designs" / name / "process.svg": partial(process_picture, name) for name in PROCESSES}
    texts |= {path: partial(ordered_picture, path) for path in ORDERED}
    texts |= {path: partial(str, text) for path, text in routing_pictures().items()}
    texts |= {path: partial(str, text) for name in ASSEMBLIES for path, text in assembly_pictures(name).items()}
    texts |= {path: partial(deck, name) for path, name in DECKS.items()}
    _write_screenshots()
    for path, text_of in texts.items():
        text = text_of()
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
