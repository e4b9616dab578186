"""`bumpgen klayout`: the package for KLayout made, installed, taken away, and looked after."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from bumpgen import __version__
from bumpgen.command.progress import progress_bar
from bumpgen.errors import InputError, Where
from bumpgen.macros.settings import SETTINGS
from bumpgen.write.atomic import not_writable

__all__ = ["Done", "Status", "install", "package", "profile", "status", "uninstall"]

NAME = "bumpgen"
REPOSITORY = "repository.xml"
MANIFEST = "installed.json"
"""In the package folder: what was installed, and which folders were made for it."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to which package folder, with how many files, and what to do next."""

    done: str
    folder: str
    files: int
    next: str = ""

    def json(self) -> str:
        """The report as JSON text."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def show(self) -> None:
        """Print it."""
        sys.stdout.write(f"{self.done}: {self.folder} ({self.files} files)\n" + (f"{self.next}\n" if self.next else ""))

    def show_problems(self) -> None:
        """There are none."""


def profile() -> Path:
    """Where the application keeps what the user adds: KLAYOUT_HOME, else .klayout (on Windows KLayout) at home."""
    stated = os.environ.get("KLAYOUT_HOME")
    return Path(stated) if stated else Path.home() / ("KLayout" if sys.platform == "win32" else ".klayout")


def _installed(path: Path | None) -> Path:
    """The package manager's folder of an application's profile, or of another folder of KLAYOUT_PATH."""
    return (path or profile()).absolute() / "salt" / NAME


def package(out: Path, processes: Sequence[Path] = (), progress: bool = False) -> Done:
    """Write the package into the folder NAME in `out`, to be handed on, named in KLAYOUT_PATH, or installed from there.

    With it goes a repository of this one package, from which KLayout's own package manager installs.
    """
    from bumpgen.macros.package.grain import repository

    folder = out.absolute() / NAME
    count = _put(folder, processes, progress, {REPOSITORY: repository(__version__, str(folder))})
    how = f"to use it without installing: KLAYOUT_PATH={quote(str(folder))}\n"
    how += f"by KLayout's package manager: KLAYOUT_SALT_MINE={quote(str(folder / REPOSITORY))} klayout -y {NAME}"
    return Done("written", str(folder), count, how)


def install(path: Path | None = None, processes: Sequence[Path] = (), progress: bool = False) -> Done:
    """Install the package, or put the present version in place of an installed one: all of it or nothing."""
    folder = _installed(path)
    count = _put(folder, processes, progress)
    return Done("installed", str(folder), count, "start KLayout: it has the menu Bump, and libraries per process")


def _put(folder: Path, processes: Sequence[Path], progress: bool, more: Mapping[str, bytes] | None = None) -> int:
    """Write the package to a folder beside, then rename it; folders that were made for it are noted."""
    from bumpgen.macros.package.folder import package_files

    if folder.exists():
        _refuse_foreign(folder, _manifest(folder), "move your own files elsewhere, then install again")
    with progress_bar(progress) as step:
        files = {**package_files(processes, step), **(more or {})}
    try:
        made = _folders_lacking(folder.parent) if not folder.exists() else _manifest(folder)["made"]
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{NAME}.", dir=folder.parent))
        try:
            _fill(new, files, made)
            _replace(folder, new)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise not_writable(folder, error) from error
    return len(files)


def _folders_lacking(folder: Path) -> list[str]:
    """The folders above that don't exist yet, the innermost first."""
    return [str(each) for each in (folder, *folder.parents) if not each.exists()]


def _fill(new: Path, files: dict[str, bytes], made: list[str]) -> None:
    sums = {}
    for name, data in files.items():
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        (new / name).write_bytes(data)
        sums[name] = hashlib.sha256(data).hexdigest()
    facts = {"version": __version__, "made": made, "sha256": sums}
    (new / MANIFEST).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    new.chmod(0o755)


def _replace(folder: Path, new: Path) -> None:
    """Put the new folder in the old one's place; the old one is back if that fails."""
    if not (folder.exists() or folder.is_symlink()):
        new.rename(folder)
        return
    old = new.with_name(f"{new.name}.old")
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    _take_away(old, strict=False)  # the new one is in place: what can't go is no failure


def _take_away(folder: Path, *, strict: bool = True) -> None:
    """A folder and all in it; of one that is a link elsewhere, the link only."""
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=not strict)


def _manifest(folder: Path) -> dict[str, Any]:
    """What was installed there; refuses a folder that bumpgen didn't make."""
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        made = [str(Path(each)) for each in found["made"]]
        return {"version": str(found["version"]), "made": made, "sha256": dict(found["sha256"])}
    except FileNotFoundError:
        raise InputError(
            "this folder isn't a package that bumpgen installed", Where(folder), hint="move it away, or name another"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"can't read what was installed: {error}", Where(folder / MANIFEST), hint=f"take {folder} away by hand"
        ) from None


def _refuse_foreign(folder: Path, manifest: dict[str, Any], cure: str) -> None:
    """Files that bumpgen didn't put there are nothing it may take away."""
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if not file.is_dir())
    foreign = [name for name in names if name not in manifest["sha256"] and name != MANIFEST]
    if foreign:
        more = f", and {len(foreign) - 1} more files aren't" if foreign[1:] else ""
        raise InputError(f"{foreign[0]} is not bumpgen's{more}", Where(folder), hint=cure)


def uninstall(path: Path | None = None) -> Done:
    """Take away what was installed, and the folders that were made for it; refuses where somebody put own files."""
    folder = _installed(path)
    if not folder.exists():
        raise InputError(
            "bumpgen isn't installed there", Where(folder), hint="name the folder it was installed in with --path"
        )
    manifest = _manifest(folder)
    cure = "move your own files elsewhere, then uninstall; installing again undoes changes of bumpgen's"
    _refuse_foreign(folder, manifest, cure)
    which = [name for name in _changed(folder, manifest) if (folder / name).is_file()]
    if which:
        raise InputError(f"{_first(which)} not as installed", Where(folder), hint=cure)
    try:
        _take_away(folder)
        for made in manifest["made"]:
            if Path(made).is_dir() and folder.is_relative_to(made) and not any(Path(made).iterdir()):
                Path(made).rmdir()
    except OSError as error:
        raise not_writable(folder, error) from error
    return Done("taken away", str(folder), len(manifest["sha256"]))


def _changed(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Files that are gone, or not as they were installed."""
    files = ((name, folder / name, sum_) for name, sum_ in sorted(manifest["sha256"].items()))
    return [name for name, file, sum_ in files if not file.is_file() or (_sum(file) != sum_ and not _stamped(file))]


def _first(names: Sequence[str]) -> str:
    return f"{names[0]} and {len(names) - 1} more are" if names[1:] else f"{names[0]} is"


def _stamped(path: Path) -> bool:
    """Whether this is the grain.xml into which KLayout's package manager wrote when it installed the package."""
    return path.name == "grain.xml" and b"<installed-time>" in path.read_bytes()


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


PROBE = """\
import json, site, sys
import pya
told = {"version": pya.Application.instance().version(), "python": sys.version.split()[0]}
for folder in FOLDERS:
    site.addsitedir(folder)
for name in ("bumpgen.macros.start", "bumpgen.macros.pcells"):
    try:
        __import__(name)
        told[name] = ""
    except Exception as error:
        told[name] = "%s: %s" % (type(error).__name__, error)
with open(RESULT, "w") as file:
    json.dump(told, file)
pya.Application.instance().exit(0)
"""
"""Asked of the application: what it is, and whether its Python can import bumpgen."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is installed where, and what the application on this machine can do with it."""

    folder: str
    installed: str
    version: str
    application: str
    klayout: str
    python: str
    problems: tuple[str, ...]

    @property
    def well(self) -> bool:
        """Whether all is in order: the exit code is 0."""
        return not self.problems

    def json(self) -> str:
        """The report as JSON text."""
        return json.dumps(asdict(self) | {"well": self.well}, indent=2, ensure_ascii=False)

    def show(self) -> None:
        """Print it, a line a fact."""
        rows = (
            ("bumpgen", self.version),
            ("installed", f"{self.installed or 'not'}, {self.folder}"),
            ("application", f"{self.klayout or 'not found'}{f', {self.application}' if self.application else ''}"),
            ("its Python", self.python or "unknown"),
        )
        sys.stdout.write("".join(f"{name:<12} {text}\n" for name, text in rows))
        self.show_problems()

    def show_problems(self) -> None:
        """Print what is wrong, each with its cure."""
        for problem in self.problems:
            sys.stderr.write(f"problem: {problem}\n")


def status(path: Path | None = None) -> Status:
    """Look at the installed package, and ask the application whether its Python can import bumpgen."""
    folder = _installed(path)
    manifest: dict[str, Any] = _manifest(folder) if folder.exists() else {"version": "", "sha256": {}}
    installed = manifest["version"]
    problems = []
    if installed != __version__:
        what = f"version {installed} is installed, this is {__version__}" if installed else "it isn't installed"
        problems.append(f"{what}; run `bumpgen klayout install`")
    changed = _changed(folder, manifest)
    if changed:
        problems.append(f"{_first(changed)} not as installed; run `bumpgen klayout install`")
    problems += _lost(folder) if installed and SETTINGS not in changed else []
    application = shutil.which("klayout")
    told = _asked(application) if application else {}
    if application is None:
        problems.append("there is no klayout on the PATH; install KLayout, https://www.klayout.de/build.html")
    elif not told:
        problems.append(f"{application} didn't answer; start it by hand and see what it says")
    names = ("bumpgen.macros.start", "bumpgen.macros.pcells")
    problems += [
        f"its Python {told['python']} can't import {name}: {told[name]}; install bumpgen with that version of Python"
        for name in names if told.get(name)
    ]  # fmt: skip
    return Status(
        str(folder), installed, __version__, application or "", told.get("version", ""), told.get("python", ""),
        tuple(problems),
    )  # fmt: skip


def _lost(folder: Path) -> list[str]:
    """Processes of the user's own that came along, and aren't where they were."""
    own = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))["processes"]
    return [
        f"the process {path} is gone; put it back, or run `bumpgen klayout install` again with where it is now"
        for path in own if not Path(path).is_file()
    ]  # fmt: skip


def _asked(application: str) -> dict[str, str]:
    """What the application says of itself; nothing where it doesn't answer."""
    from bumpgen.macros.package.folder import site_folders

    with tempfile.TemporaryDirectory() as folder:
        script, result = Path(folder) / "probe.py", Path(folder) / "result.json"
        text = PROBE.replace("FOLDERS", repr(site_folders())).replace("RESULT", repr(str(result)))
        script.write_text(text, encoding="utf-8")
        environment = {**os.environ, "KLAYOUT_HOME": folder, "KLAYOUT_PATH": folder}
        try:
            subprocess.run(  # noqa: S603 - the application on the PATH
                [application, "-zz", "-nc", "-r", str(script)], env=environment, capture_output=True, timeout=60
            )
            told: dict[str, str] = json.loads(result.read_text(encoding="utf-8"))
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return {}
    return told
