"""Faults: why something ended early, in words that quote no data of a client."""

import errno
import re
import traceback
from pathlib import Path
from typing import Any

from siyu.errors import ProblemsError, shown_path
from siyu.paths import package_dir

# Their messages name files, lines, keys and fields of ours, never the content of an export.
_SPEAKING = ("ProblemsError", "LedgerError", "UsageError", "DefinitionMismatch")
_USUAL = 10 << 20  # bytes of a report in two languages
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"^File (\S+?\.py):(\d+)", re.MULTILINE)
_PREAMBLE, _ON_DISK = "runs/make/kernel_hooks.py", re.compile(r"\[Errno (\d+)\] (.+): '(.+)'")
# Messages raised here are ours; where exports are read, a library's message may pass through.
_OURS = re.compile(r"(?:src|site-packages)/siyu/((?!intake/|orders/)[\w/]+\.py)$")


def described(error: BaseException, need: int = 0) -> str:
    """One or a few lines on an exception of a task. need: as for `on_disk`."""
    name = type(error).__name__
    if name == "PapermillExecutionError":
        return in_cell(error, need)
    if name == "DeadKernelError":
        return "the kernel died"
    if isinstance(error, ProblemsError):
        return str(error)
    if isinstance(error, OSError):
        return on_disk(error, need)
    last = traceback.extract_tb(error.__traceback__)[-1]
    ours = Path(last.filename).is_relative_to(package_dir())
    place = Path(last.filename).relative_to(package_dir()).as_posix() if ours else Path(last.filename).name
    # Raised outside of any cell: it can quote findings, which hold no personal data.
    return f"{name} in {place} line {last.lineno}: {str(error)[:500]}"


def in_cell(error: Any, need: int = 0) -> str:
    """An exception that a cell raised: the cell, the type, our own line it passed last, and what we said.

    need: as for `on_disk`, where it is the trail that could not be written."""
    passed = _FRAME.findall(_ANSI.sub("", "\n".join(error.traceback)))
    ours = [(match[1], line) for path, line in passed if (match := _OURS.search(path))]
    if ours and ours[-1][0] == _PREAMBLE and (unwritten := disk_error(error.evalue)):
        return on_disk(unwritten, need)
    where = f" in {ours[-1][0]} line {ours[-1][1]}" if ours else ""
    authored = error.ename in _SPEAKING or (ours and _OURS.search(passed[-1][0]))
    said = f": {error.evalue[:500]}" if authored else ""
    return f"cell {error.cell_index + 1}: {error.ename}{where}{said}"


def disk_error(said: str) -> OSError | None:
    """The error of a file that a kernel could not write, from the text that it sent; None when it is another."""
    found = _ON_DISK.search(said)
    return OSError(int(found[1]), found[2], found[3]) if found else None


def on_disk(error: OSError, need: int = 0) -> str:
    """A file that could not be written or read. need: bytes that a report takes, said when the disk is full."""
    name = error.filename2 or error.filename
    path = shown_path(Path(name)) if isinstance(name, str | Path) else "the system"
    said = f"{path}: {error.strerror or str(error) or type(error).__name__}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        said += f"; a report takes about {max(1, (need or _USUAL) >> 20)} MB"
    return said
