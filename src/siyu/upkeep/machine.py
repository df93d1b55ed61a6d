"""What siyu finds on this machine: Python, packages, typefaces, programs, a place to write to."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil
from packaging.requirements import Requirement

from siyu.paths import cache_dir, checkout, reports_dir
from siyu.render.page.printing import browser
from siyu.render.page.typeface import WEIGHTS
from siyu.theme import FONTS

OK, LIMITED, WRONG = "ok", "limited", "wrong"
_JAVA = 17
_ROOM = 1 << 30  # bytes: a batch of fifty reports with its notebooks
_REMOTE = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "lustre", "ceph")


@dataclass(frozen=True)
class Line:
    """One line of `siyu doctor`. state: ok, limited (something cannot be done) or wrong. step: what to do, "" if ok."""

    check: str
    state: str
    found: str
    step: str = ""


def python() -> Iterator[Line]:
    """Python and the platform, those that siyu is tested on."""
    found = f"Python {platform.python_version()} on {sys.platform} {platform.machine()}"
    tested = (3, 11) <= sys.version_info[:2] <= (3, 14)
    yield (Line("python", OK, found) if tested else Line("python", LIMITED, found, "Use Python 3.11 to 3.14."))


def packages() -> Iterator[Line]:
    """Installed packages against the lock of a checkout, else against what the package asks for."""
    root = checkout()
    off = [(one, _off(one)) for one in _asked(root)]
    faults = [f"{one.name} {found or 'missing'}, not {one.specifier}" for one, found in off if found is not None]
    step = "Run: make install." if root else "Install siyu anew into an environment of its own."
    told = "as locked" if root else "as asked for"
    yield Line("lock", WRONG, "; ".join(faults[:5]), step) if faults else Line("lock", OK, told)


def _asked(root: Path | None) -> Iterator[Requirement]:
    lock = (root / "requirements.txt").read_text(encoding="utf-8").splitlines() if root else metadata.requires("siyu")
    for line in lock or ():
        if line and not line.startswith((" ", "#")):
            one = Requirement(line.removesuffix("\\"))
            if one.marker is None or one.marker.evaluate():
                yield one


def _off(asked: Requirement) -> str | None:
    """The version that is there instead, "" for none; None when all is well."""
    try:
        found = metadata.version(asked.name)
    except metadata.PackageNotFoundError:
        return ""
    return None if asked.specifier.contains(found, prereleases=True) else found


def fonts() -> Iterator[Line]:
    """The two faces that charts and pages are set in."""
    missing = [name for name in WEIGHTS.values() if not (FONTS / name).is_file()]
    step = "Install siyu anew."
    yield (Line("fonts", WRONG, f"{', '.join(missing)} missing", step) if missing else Line("fonts", OK, "both faces"))


def programs() -> Iterator[Line]:
    """Programs that something needs which is not asked for every day."""
    yield _program("chromium", browser(), "--pdf and the tests of the page", "Install chromium.")
    office = shutil.which("soffice") or shutil.which("libreoffice")
    yield _program("libreoffice", office, "the tests of decks and workbooks", "Install libreoffice-impress, -calc.")
    yield _java()


def _java() -> Line:
    """Java, and whether Spark 4 runs on it."""
    home = os.environ.get("JAVA_HOME")
    path = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")  # the order of Spark's launcher
    step = "Install Java 17, then: make spark (without a checkout: pip install 'pyspark>=4.0.5,<4.1')."
    line = _program("java", path, "orders on Spark", step)
    if path is None:
        return line
    try:
        told = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr
    except (OSError, subprocess.TimeoutExpired):
        told = ""
    version = re.search(r'version "(\d+)', told)
    if version and int(version[1]) >= _JAVA:
        return line
    told = f"of version {version[1]}" if version else "which does not tell its version"
    return Line("java", LIMITED, f"{path}, {told}; Spark takes {_JAVA} or later", step)


def _program(name: str, path: str | None, use: str, step: str) -> Line:
    return Line(name, OK, path) if path else Line(name, LIMITED, f"not found; needed for {use} only", step)


def disk() -> Iterator[Line]:
    """A home that is not there, room for reports, whether they and the cache can be written, and what their file system
    does with locks."""
    home = os.environ.get("SIYU_HOME")
    if home and not Path(home).is_dir():
        step = "Check its name; siyu makes the folder when it first writes a report or reads a client."
        yield Line("home", LIMITED, f"SIYU_HOME names {home}, which is absent", step)
    reports = _existing(reports_dir().absolute())
    free = shutil.disk_usage(reports).free
    found = f"{free / 1e9:.1f} GB free for reports"
    yield (Line("disk", OK, found) if free >= _ROOM else Line("disk", WRONG, found, "Make room: 1 GB at least."))
    for name, folder in (("reports", reports), ("cache", _existing(cache_dir()))):
        if not os.access(folder, os.W_OK):
            step = "Set SIYU_HOME to a folder that this user may write to."
            yield Line(name, WRONG if name == "reports" else LIMITED, f"{folder} cannot be written", step)
    if (kind := _file_system(reports)).startswith(_REMOTE):
        step = "Run batches over one folder from one machine, unless its server is known to keep flock."
        yield Line("locks", LIMITED, f"reports lie on {kind}, where locks may not reach other machines", step)


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())


def _file_system(path: Path) -> str:
    mounts = [one for one in psutil.disk_partitions(all=True) if path.is_relative_to(one.mountpoint)]
    return str(max(mounts, key=lambda one: len(one.mountpoint)).fstype) if mounts else ""
