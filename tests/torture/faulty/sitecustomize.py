"""A disk that fails: loaded into every Python process of a run by PYTHONPATH, told what to do by SIYU_FAULT.

SIYU_FAULT="<errno name>:<n>:<folder>:<counter file>": the n-th change below the folder, counted over all
processes, fails with that error. From then on a full disk takes no more bytes, and a read-only one no
change at all; EIO strikes once.
"""

from __future__ import annotations

import builtins
import errno
import fcntl
import io
import os
from pathlib import Path

_NAME, _AT, _FOLDER, _COUNTER = os.environ.get("SIYU_FAULT", "EIO:0::").split(":")
_CODE, _TURN = getattr(errno, _NAME), int(_AT)


def _change(path, bytes_needed=False):
    """Count a change of a file or of a name; raise when its turn has come."""
    try:
        place = os.path.abspath(os.fspath(path))  # noqa: PTH100 - pathlib would come back here
    except TypeError:
        return
    if not isinstance(place, str) or not place.startswith(_FOLDER):
        return
    handle = os.open(_COUNTER, os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    count = int(os.read(handle, 32) or b"0") + 1
    _os["pwrite"](handle, str(count).encode(), 0)
    os.close(handle)
    lasting = count > _TURN and ((_NAME == "ENOSPC" and bytes_needed) or _NAME == "EROFS")
    if count == _TURN or lasting:
        raise OSError(_CODE, os.strerror(_CODE), place)


class _Raw(io.FileIO):
    def write(self, content):
        _change(self.name, bytes_needed=True)
        return super().write(content)


def _open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    ours = isinstance(file, str | bytes | os.PathLike) and os.path.abspath(os.fsdecode(file)).startswith(_FOLDER)  # noqa: PTH100
    if not ours or not set(mode) & set("wax+"):
        return _real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
    _change(file, bytes_needed=True)
    raw = _Raw(file, mode.replace("b", "").replace("t", ""))
    binary = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
    return binary if "b" in mode else io.TextIOWrapper(binary, encoding, errors, newline)


def _counted(name, places, bytes_needed):
    real = _os[name]

    def change(*arguments, **more):
        for place in places:
            target = arguments[place]
            _change(_path(target), bytes_needed)
        return real(*arguments, **more)

    return change


def _path(target):
    """The path of a descriptor; pathlib would come back here."""
    return os.readlink(f"/proc/self/fd/{target}") if isinstance(target, int) else target  # noqa: PTH115


_real_open = builtins.open
_os = {name: getattr(os, name) for name in ("rename", "replace", "mkdir", "fsync", "ftruncate", "pwrite", "sendfile")}
if _TURN and _FOLDER:
    builtins.open = io.open = _open
    for _name, _places, _bytes in (
        ("rename", (1,), False),
        ("replace", (1,), False),
        ("mkdir", (0,), True),
        ("fsync", (0,), True),
        ("ftruncate", (0,), True),
        ("pwrite", (0,), True),
        ("sendfile", (0,), True),
    ):
        setattr(os, _name, _counted(_name, _places, _bytes))
    Path(_COUNTER).touch()
