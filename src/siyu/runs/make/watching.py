"""What a kernel opened, and which of it no reader has noted: a section made of such a thing is never taken over.

Python announces every file that it opens. What lies beside the readers cannot be looked up again later, so its
path is kept as the reason. Files of the interpreter, of libraries, and files that the section itself has made
are no inputs; files of this package other than code are noted here, whoever opens them.
"""

import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from siyu import reads
from siyu.paths import address, cache_dir, homes_of_inputs, package_dir
from siyu.reads.digests import sha256_of

_WRITES = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_CODE = (".py", ".pyc")
# of the interpreter and the system; what libraries keep for themselves
_SYSTEM = ("/dev", "/etc", "/lib", "/proc", "/sys", "/usr")
_KEPT = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR", "IPYTHONDIR")


class Watch:
    """Everything opened since `begin`. Install it once: hooks of an interpreter cannot be taken back."""

    starts = ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen")  # here: modules end before their hooks

    def __init__(self) -> None:
        self.opened: set[str] = set()
        self.made: set[str] = set()
        self.started: set[str] = set()

    def begin(self) -> None:
        """Watch from here on."""
        reads.begin()
        sys.addaudithook(self._heard)

    def outside(self) -> list[str]:
        """What was opened beside the readers, or started, by the names that records use; sorted."""
        own, homes = [*_interpreter(), *reads.apart()], [str(home) for home in homes_of_inputs()]
        found = set(self.started)
        for path in self.opened - self.made:  # thousands, nearly all of libraries
            if not (_below(path, own, homes) or self._of_package(path) or Path(path).is_dir()):
                name = address(Path(path))
                found.add(Path(name).name if Path(name).is_absolute() else name)
        return sorted(found)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and not reads.in_reader():
            path, mode, flags = arguments
            if not isinstance(path, str | bytes | os.PathLike):  # a descriptor, or nothing
                return
            place = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - links are not followed
            writes = set(mode) & set("wxa") and "+" not in mode if mode else flags & _WRITES
            if place not in self.opened and writes:
                self.made.add(place)
            self.opened.add(place)
        elif event in self.starts:
            self.started.add(f"a program ({event})")

    @staticmethod
    def _of_package(path: str) -> bool:
        """Whether a file is of this package; one that is no code is noted as an input."""
        if not Path(path).is_relative_to(package_dir()):
            return False
        compiled = "__pycache__" in Path(path).parts  # of files that are noted themselves
        if not compiled and not path.endswith(_CODE) and Path(path).is_file():
            reads.note(address(Path(path)), sha256_of(Path(path)))
        return True


def modules() -> dict[str, str]:
    """address -> digest of the file of every module of this package that is imported."""
    files = {getattr(module, "__file__", None) for name, module in list(sys.modules.items()) if _ours(name)}
    return {address(Path(file)): sha256_of(Path(file)) for file in sorted(filter(None, files))}


def _ours(name: str) -> bool:
    return name == "siyu" or name.startswith("siyu.")


def _interpreter() -> list[str]:
    home = os.path.expanduser("~")  # noqa: PTH111 - stays as it is for whoever has none
    kept = [os.environ[name] for name in _KEPT if name in os.environ]
    return [*_SYSTEM, sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), f"{home}/.cache",
            f"{home}/.config", str(cache_dir()), *kept]  # fmt: skip


def _below(path: str, folders: Iterable[str], homes: Iterable[str]) -> bool:
    """Whether a path lies below one of these folders, and not in a project or in data (homes) that lie below it too."""
    around = [home for home in homes if _within(path, home)]
    return any(_within(path, folder) and not any(_within(home, folder) for home in around) for folder in folders)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}{os.sep}")
