"""`bumpgen check`: a design's drawing, or any layout file, judged by a table of rules."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from bumpgen import __version__
from bumpgen.build import plan_and_draw
from bumpgen.check.around import closeup, with_owners
from bumpgen.check.engine import check_rules
from bumpgen.check.net_check import REASONS as NET_RULES
from bumpgen.check.net_check import check_nets
from bumpgen.check.net_rows import measured_pieces, stars
from bumpgen.check.nets import extract
from bumpgen.check.scene import Scene
from bumpgen.check.subject import Subject, open_subject
from bumpgen.check.terminals import Terminal, dummy_terminals, read_terminals, terminals_of
from bumpgen.command.check_report import CheckReport
from bumpgen.command.look import replace_file
from bumpgen.command.progress import progress_bar
from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.layout import Dummies
from bumpgen.process import Process, read_process
from bumpgen.read import read_design
from bumpgen.read.assembly_file import is_assembly
from bumpgen.report import NetRow, Report, RuleResult
from bumpgen.rules import RuleTable, read_rules
from bumpgen.validation import near
from bumpgen.waivers import Waivers, apply_waivers, read_waivers
from bumpgen.write.gds import write_gds
from bumpgen.write.reports import REPORTERS
from bumpgen.write.spice import spice_text

__all__ = ["CheckOptions", "check"]

PICTURE_NAMES = (".svg", ".png")
FORMATS = ("table", *REPORTERS)


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """The command's options as given; None where one is not."""

    gds: Path | None = None
    pdk: str | None = None
    rules: str | None = None
    top: str | None = None
    nets: Path | None = None
    formats: str = "table"
    out: Path | None = None
    waive: Path | None = None
    strict: bool = False
    flat: bool = False
    threads: int = 1
    only: tuple[str, ...] = ()
    picture: Path | None = None
    place: str | None = None
    max_places: int = 1000
    today: str | None = None
    spice: Path | None = None
    current_density: float | None = None
    temperature: float = 20.0
    as_json: bool = False

    def wanted(self) -> tuple[str, ...]:
        """The formats, each once; unknown ones are refused."""
        names = tuple(dict.fromkeys(name.strip() for name in self.formats.split(",")))
        for name in names:
            if name not in FORMATS:
                raise InputError(f"there is no format {name!r}", hint=near(name, FORMATS))
        return names

    def day(self) -> date:
        """The day waivers are judged on."""
        if self.today is None:
            return date.today()
        try:
            return date.fromisoformat(self.today)
        except ValueError:
            raise InputError(f"--today {self.today!r} is no date", hint="write it as 2027-01-31") from None


@dataclass(frozen=True, slots=True)
class _Case:
    """What is judged: its name, the layout file that is opened, the file people know it by, its process."""

    name: str
    layout: Path
    file: Path
    process: Process
    terminals: tuple[Terminal, ...] = ()
    design: Design | None = None
    dummies: tuple[Dummies, ...] = ()


def check(design: str | None, options: CheckOptions, progress: bool = False) -> CheckReport:
    """Judge a design (folder, design.toml, shipped name) or the layout file `options.gds` names.

    A design is drawn, written as GDSII, and that file is judged: what is shipped. Raises InputError
    where something can't be read or an option has no use.
    """
    formats = options.wanted()
    if design is not None and is_assembly(design):
        return _checked_assembly(design, options, formats, progress)
    _refuse(design, options, formats)
    waivers = read_waivers(options.waive) if options.waive is not None else None
    start = time.perf_counter()
    with progress_bar(progress) as tell, _case(design, options) as case:
        table = _rule_table(case, options)
        chosen = _only(table, options.only)
        subject = _open(case, options)
        scene = Scene(subject.layout, subject.top, case.process, flat=options.flat, threads=options.threads)
        total = len(chosen.rules) + 1
        results = check_rules(chosen, scene, lambda rule: tell(rule, total))
        tell("nets", total)
        found, nets = _nets(scene, case, options)
        results = (*results, *found)
        results = with_owners(results, table, scene, waivers.needs_owner if waivers else lambda _: False)
        results = _waived(results, waivers, options, table)
        report = _report(case, subject, table, results, nets, options)
        drawn = _draw(report, scene, options)
        report = _limited(report, options.max_places)
    written = _write(report, case.name, formats, options)
    report = replace(report, seconds=time.perf_counter() - start)
    return CheckReport(report, formats, (*written, *drawn), to_folder=options.out is not None)


def _checked_assembly(name: str, options: CheckOptions, formats: tuple[str, ...], progress: bool) -> CheckReport:
    from bumpgen.command.check_assembly import check_assembly

    _refuse_files(name, options, [one for one in formats if one != "table"])
    report, assembly = check_assembly(name, options, progress)
    report = _limited(report, options.max_places)
    written = _write(report, assembly.name, formats, options)
    return CheckReport(report, formats, written, to_folder=options.out is not None)


def _refuse(design: str | None, options: CheckOptions, formats: tuple[str, ...]) -> None:
    """Options that are missing, contradict each other or would change nothing."""
    if (design is None) == (options.gds is None):
        what = "a design and --gds can't be checked at once" if design else "there is nothing to check"
        raise InputError(what, hint="give either DESIGN or --gds FILE --pdk PROCESS")
    if design is not None:
        for option, value in (("--pdk", options.pdk), ("--top", options.top), ("--nets", options.nets)):
            if value is not None:
                raise InputError(f"{option} has no use here: the design says it", hint="it goes with --gds")
    elif options.pdk is None:
        raise InputError("--gds needs the process its layers belong to", hint="add --pdk, see `bumpgen pdk list`")
    _refuse_files(design, options, [name for name in formats if name != "table"])


def _refuse_files(design: str | None, options: CheckOptions, files: list[str]) -> None:
    """Options for files that would not be written."""
    if options.out is None and len(files) > 1:
        raise InputError(f"{' and '.join(files)} can't both go to standard output", hint="name a folder: -o FOLDER")
    if options.out is not None and not files:
        raise InputError("-o has no use: a table goes to the terminal", hint=f"add -f {','.join(REPORTERS)}")
    if options.spice is not None and design is None and options.nets is None:
        raise InputError("--spice has no use: no terminals are given", hint="add --nets FILE")
    if options.place is not None and options.picture is None:
        raise InputError("--place has no use without a picture", hint="add --picture FILE.svg")
    if options.picture is not None and options.picture.suffix.lower() not in PICTURE_NAMES:
        kind = options.picture.suffix or "without a suffix"
        raise InputError(
            f"a picture is .svg or .png, not {kind}", Where(options.picture), hint="end its name in .svg or .png"
        )


@contextmanager
def _case(design: str | None, options: CheckOptions) -> Iterator[_Case]:
    """The case with its layout file, which lasts as long as it is judged where it was drawn for that."""
    if options.gds is not None:
        process = read_process(options.pdk or "")
        terminals = read_terminals(options.nets) if options.nets is not None else ()
        yield _Case(_stem(options.gds), options.gds, options.gds, process, terminals)
        return
    found = read_design(design or "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{found.name}.gds"
        planned, layout = plan_and_draw(found)
        write_gds(layout, path)
        terminals = (*terminals_of(planned.design), *dummy_terminals(layout))
        yield _Case(found.name, path, found.path, found.process, terminals, planned.design, layout.dummies)


def _stem(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    return name.rpartition(".")[0] or name


def _open(case: _Case, options: CheckOptions) -> Subject:
    try:
        return open_subject(case.layout, case.process, options.top)
    except InputError as error:
        if case.design is not None:  # its layout file is gone when the message is read
            error.where = Where(case.file)
        raise


def _rule_table(case: _Case, options: CheckOptions) -> RuleTable:
    name = options.rules or case.process.rules
    if name is None:
        raise InputError(f"process {case.process.name} names no rules", hint="name a table: --rules")
    return read_rules(name)


def _only(table: RuleTable, patterns: tuple[str, ...]) -> RuleTable:
    """The table with the rules that one of the patterns names; all without a pattern."""
    ids = [*(rule.id for rule in table.rules), *NET_RULES]
    for pattern in patterns:
        if not any(fnmatchcase(rule, pattern) for rule in ids):
            raise InputError(f"no rule of {table.name} is named {pattern!r}", hint=near(pattern, ids))
    kept = tuple(rule for rule in table.rules if _named(rule.id, patterns))
    return table.model_copy(update={"rules": kept})


def _named(rule: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(rule, pattern) for pattern in patterns)


def _nets(scene: Scene, case: _Case, options: CheckOptions) -> tuple[tuple[RuleResult, ...], tuple[NetRow, ...]]:
    """The nets' results and rows, where terminals are known and one of those rules is wanted."""
    if not case.terminals or not any(_named(rule, options.only) for rule in NET_RULES):
        return (), ()
    results, rows = check_nets(
        scene,
        case.terminals,
        temperature=options.temperature,
        current_density=options.current_density,
        currents=case.design.file.currents if case.design else None,
        dummies=case.dummies,
    )
    if options.spice is not None:
        found = extract(scene, case.terminals)
        shown = stars(found, measured_pieces(found), options.temperature)
        replace_file(options.spice, _text_writer(spice_text(case.name, shown)))
    return tuple(result for result in results if _named(result.rule, options.only)), rows


def _waived(
    results: tuple[RuleResult, ...], waivers: Waivers | None, options: CheckOptions, table: RuleTable
) -> tuple[RuleResult, ...]:
    if waivers is None:
        return results
    ran = {result.rule for result in results}
    known = [*(rule.id for rule in table.rules), *NET_RULES]
    return apply_waivers(results, waivers, options.day(), [rule for rule in known if rule not in ran])


def _report(
    case: _Case, subject: Subject, table: RuleTable, results: tuple[RuleResult, ...], nets: tuple[NetRow, ...],
    options: CheckOptions,
) -> Report:  # fmt: skip
    files = [
        *(case.design.inputs if case.design else (case.file,)),
        *(path for path in (options.nets, options.waive) if path),
    ]
    return Report(
        case.name, str(subject.top.name), case.process.name, table.name, results, nets,
        notes=tuple(_notes(case, subject, table, options)), version=__version__,
        inputs=tuple(dict.fromkeys(_shown(path) for path in files)), file=_shown(case.file), strict=options.strict,
    )  # fmt: skip


def _notes(case: _Case, subject: Subject, table: RuleTable, options: CheckOptions) -> Iterator[str]:
    yield from subject.notes
    if table.process not in (case.process.name, *(path.parent.name for path in case.process.bases)):
        yield f"the rules {table.name} are written for process {table.process}, not {case.process.name}"
    if not case.terminals:
        yield "nets were not checked: no terminals are given (--nets)"
    if options.only:
        yield f"only rules named {', '.join(options.only)} were run"


def _shown(path: Path) -> str:
    """A file's name that is the same on every machine: from the current folder, else folder/file."""
    whole, here = path.resolve(), Path.cwd()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else f"{whole.parent.name}/{whole.name}"


def _limited(report: Report, most: int) -> Report:
    """The report with at most so many places a rule, open ones first."""
    results = tuple(
        replace(result, places=tuple(sorted(result.places, key=lambda place: bool(place.waived))[:most]))
        if len(result.places) > most
        else result
        for result in report.results
    )
    return replace(report, results=results)


def _write(report: Report, subject: str, formats: tuple[str, ...], options: CheckOptions) -> tuple[Path, ...]:
    """The report's files in the folder, each whole or not at all."""
    if options.out is None:
        return ()
    written = []
    for name in formats:
        if name != "table":
            path = options.out / f"{subject}{REPORTERS[name].extension}"
            replace_file(path, _text_writer(REPORTERS[name].text(report)))
            written.append(path)
    return tuple(written)


def _text_writer(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(text.encode())


def _draw(report: Report, scene: Scene, options: CheckOptions) -> tuple[Path, ...]:
    """The picture of the place asked for, or of the first; none where there is no place."""
    if options.picture is None:
        return ()
    found = _place(report, options.place)
    if found is None:
        return ()
    from bumpgen.view.place import place_png, place_svg

    shown = closeup(*found, scene, report.subject)
    data = place_png(shown) if options.picture.suffix.lower() == ".png" else place_svg(shown).encode()
    replace_file(options.picture, lambda path: path.write_bytes(data))
    return (options.picture,)


def _place(report: Report, wanted: str | None) -> tuple[RuleResult, int] | None:
    """The result and place number (from 1) that RULE[:N] names; without it the first there is."""
    if wanted is None:
        spots = (
            (result, number)
            for result in (*report.violated, *report.of("waived"))
            for number, place in enumerate(result.places, 1)
            if place.box is not None
        )
        return next(spots, None)
    rule, _, digits = wanted.partition(":")
    known = {result.rule: result for result in report.results}
    if rule not in known:
        raise InputError(f"--place: rule {rule!r} was not run", hint=near(rule, known))
    if digits and not (digits.isascii() and digits.isdigit() and int(digits[:9]) > 0):
        raise InputError(f"--place {wanted!r}: {digits!r} is no place's number", hint="write RULE:N, N from 1")
    result, number = known[rule], int(digits[:9] or 1)
    if not result.places and not digits:
        return None
    if number > len(result.places):
        raise InputError(f"--place {wanted}: {rule} has {result.count} places", hint="choose a smaller number")
    if result.places[number - 1].box is None:
        raise InputError(f"--place {wanted}: it is nowhere in the layout", hint=result.places[number - 1].message)
    return result, number
