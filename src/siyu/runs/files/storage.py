"""Durable files: what is written here survives a power cut or is not there at all."""

import ctypes
import errno
import json
import os
import secrets
import shutil
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

_RENAME_EXCHANGE = 2  # linux/fs.h
_AT_FDCWD = -100  # fcntl.h


def pretty(content: Any) -> bytes:
    """JSON for files that people read too."""
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises OSError or json.JSONDecodeError."""
    return json.loads(path.read_text(encoding="utf-8"))


def write(path: Path, content: bytes) -> None:
    """Write a file in one step: a reader finds the old content or the new, never a part."""
    # on a shared disk, processes of two hosts or containers may have the same number
    part = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def sync(folder: Path) -> None:
    """Flush every file below a folder, and the folders themselves, to the disk."""
    for path in sorted(folder.rglob("*"), reverse=True):
        sync_names(path)
    sync_names(folder)


def sync_names(path: Path) -> None:
    """Flush one file, or the names in one folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def files_below(folder: Path) -> dict[str, Path]:
    """Relative name -> path of the files below a folder, sorted; symbolic links are named, not followed."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir())
    return {path.relative_to(folder).as_posix(): path for path in found}


def size(folder: Path) -> int:
    """Bytes of all files below a folder; none when it is not there."""
    return sum(path.lstat().st_size for path in folder.rglob("*")) if folder.exists() else 0


def emptied(folder: Path) -> Path:
    """The folder, existing and empty."""
    remove(folder)
    folder.mkdir(parents=True)
    return folder


def remove(path: Path) -> None:
    """Remove a file or a folder with all it holds, if it is there."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def exchange(first: Path, second: Path) -> bool:
    """Swap two folders in one step. False where the system or the file system cannot."""
    if (rename := _renameat2()) is None:
        return False
    if rename(*(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE)) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(second))


@lru_cache(maxsize=1)
def _renameat2() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)  # glibc 2.28 and later
    if function is not None:
        function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return function
