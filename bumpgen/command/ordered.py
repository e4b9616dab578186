"""What an order says of plates, from a design and the masks that were made."""

from __future__ import annotations

from bumpgen.command.masks import MasksReport
from bumpgen.masks.order import PlateFacts
from bumpgen.plate_table import PlateTable

__all__ = ["plate_facts"]

READING = "right reading with the chrome down: seen with the chrome up the pattern is mirrored"


def plate_facts(made: MasksReport) -> PlateFacts:
    """What is said, or usual, of the plates that masks were put on; of bare data without plates little is known."""
    design, plate = made.design, made.plate
    table = design.file.mask or PlateTable()
    stated = frozenset(design.file.mask.model_fields_set) if design.file.mask else frozenset[str]()
    if plate is None:
        return PlateFacts(
            reading=READING, title=table.title or design.name, min_feature=table.min_feature,
            cd_tolerance=table.cd_tolerance, defects=table.defects, stated=stated,
        )  # fmt: skip
    marks = next((name for name in made.sizes if name.endswith("_marks.csv")), "")
    pellicle, codes = table.pellicle, ", ".join(plate.code(row) for row in plate.frame.rows)
    return PlateFacts(
        size=f"{plate.size} in", glass=plate.glass, magnification=plate.magnification, reading=plate.sense,
        title=table.title or design.name, revision=table.revision,
        barcode=f"{table.code.replace('Code', 'Code ')} and Data Matrix {codes}",
        alignment=f"a pair of marks for each pair of masks, listed in masks/{marks}",
        pellicle=f"frame {pellicle.inner} to {pellicle.outer} mm" if pellicle else "", defects=table.defects,
        min_feature=plate.frame.min_feature, cd=plate.frame.cd, cd_tolerance=table.cd_tolerance,
        cd_list=f"masks/{marks}", stated=stated,
    )  # fmt: skip
