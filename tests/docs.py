"""The README's pictures, drawn by bumpgen itself: `python -m tests.docs` redraws those that changed."""

from __future__ import annotations

from pathlib import Path

import bumpgen

ROOT = Path(__file__).resolve().parent.parent
PICTURES = {ROOT / "designs" / name / "plan.svg": name for name in ("caravel_gf180", "gold_rdl_die", "balldrop_die")}


def draw(name: str) -> str:
    """The plan view of a shipped design as the README shows it."""
    return bumpgen.plan_svg(bumpgen.build_layout(bumpgen.read_design(name)), width=900)


def main() -> None:
    """Write every picture whose text differs."""
    for path, name in PICTURES.items():
        text = draw(name)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"drawn: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
