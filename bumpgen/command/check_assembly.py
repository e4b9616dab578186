"""`bumpgen check` of an assembly: its parts drawn, put together, and judged by the tables of assembly rules."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from bumpgen import __version__
from bumpgen.assembly import Assembly
from bumpgen.check.assembly.engine import judge_stack
from bumpgen.check.assembly.stack import Stack
from bumpgen.command.progress import progress_bar
from bumpgen.command.stacked import stack_of, uncollected
from bumpgen.errors import InputError, Where
from bumpgen.read.assembly_file import read_assembly
from bumpgen.report import NetRow, Report
from bumpgen.rules import Rule, RuleTable, read_assembly_rules
from bumpgen.toml import line_of, read_text
from bumpgen.validation import near
from bumpgen.waivers import apply_waivers, read_waivers

if TYPE_CHECKING:
    from bumpgen.command.check import CheckOptions

__all__ = ["check_assembly"]

NO_USE = ("gds", "pdk", "top", "nets", "picture", "place", "spice", "current_density")
"""Options that mean something for a layout only."""


def check_assembly(name: str, options: CheckOptions, progress: bool = False) -> tuple[Report, Assembly]:
    """The report on an assembly (folder, assembly.toml, shipped name) and the assembly itself.

    Raises InputError where something can't be read or an option has no use.
    """
    _refuse(options)
    start = time.perf_counter()
    assembly = read_assembly(name)
    rules = _rules(assembly, options)
    waivers = read_waivers(options.waive) if options.waive is not None else None
    with progress_bar(progress) as tell, uncollected():
        total = len(rules) + 1
        stack = stack_of(assembly, lambda what: tell(what, total))
        results = judge_stack(rules, stack, lambda rule: tell(rule, total))
    if waivers is not None:
        results = apply_waivers(results, waivers, options.day(), [])
    report = Report(
        assembly.name, assembly.name, _processes(assembly), ", ".join(_tables(assembly, options)), results,
        _net_rows(stack) if options.as_json or options.wanted() != ("table",) else (),
        notes=tuple(_notes(stack)), version=__version__,
        inputs=tuple(dict.fromkeys(str(path) for path in _inputs(stack))), file=str(assembly.path),
        strict=options.strict, figures=True,
    )  # fmt: skip
    return replace(report, seconds=time.perf_counter() - start), assembly


def _refuse(options: CheckOptions) -> None:
    for option in NO_USE:
        if getattr(options, option) is not None:
            flag = option.replace("_", "-")
            raise InputError(
                f"--{flag} has no use for an assembly", hint=f"leave it out, or check one die with --{flag}"
            )


def _tables(assembly: Assembly, options: CheckOptions) -> tuple[str, ...]:
    return (options.rules,) if options.rules is not None else assembly.file.rules


def _rules(assembly: Assembly, options: CheckOptions) -> tuple[Rule, ...]:
    """The rules of all tables, those that --only names; an id may stand in one table only."""
    found: dict[str, Rule] = {}
    for table in _read(assembly, options):
        for rule in table.rules:
            if rule.id in found:
                raise InputError(
                    f"two tables have a rule {rule.id}", Where(assembly.path, key="rules"), hint="drop one"
                )
            found[rule.id] = rule
    for pattern in options.only:
        if not any(fnmatchcase(rule, pattern) for rule in found):
            raise InputError(f"no rule is named {pattern!r}", hint=near(pattern, found))
    return tuple(r for r in found.values() if not options.only or any(fnmatchcase(r.id, p) for p in options.only))


def _read(assembly: Assembly, options: CheckOptions) -> Iterable[RuleTable]:
    """The tables: shipped ones by name, others by their path from beside the assembly.toml."""
    for name in _tables(assembly, options):
        if name.endswith(".toml") and options.rules is None:
            name = str(assembly.path.parent / name)
        try:
            yield read_assembly_rules(name)
        except InputError as error:
            line = line_of(read_text(assembly.path), ["rules"])
            raise error.located(Where(assembly.path, line, "rules")) from None


def _processes(assembly: Assembly) -> str:
    return ", ".join(dict.fromkeys(part.process.name for part in assembly.parts.values()))


def _inputs(stack: Stack) -> Iterable[object]:
    yield from stack.assembly.inputs
    for part in stack.parts.values():
        yield from part.inputs


def _notes(stack: Stack) -> Iterable[str]:
    for name, part in stack.parts.items():
        for note in part.notes:
            yield f"{name}: {note}"
    yield "only what the dies are to each other was judged: `bumpgen check` each part for its own rules"


def _net_rows(stack: Stack) -> tuple[NetRow, ...]:
    """Nets of the whole stack by name: terminals as part.name, how many conductors they are in."""
    rows = []
    for name, pieces in stack.nets.rows():
        ends = [end for piece in pieces for end in piece]
        pads = tuple(end for end in ends if ".pad " in end)
        rows.append(NetRow(name, pads, tuple(end for end in ends if ".pad " not in end), pieces=len(pieces)))
    return tuple(rows)
