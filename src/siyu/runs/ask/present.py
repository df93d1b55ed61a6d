"""Inputs as they are now, to be held against what a result was made from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from siyu.paths import located
from siyu.reads.digests import ABSENT, Digests
from siyu.runs.ask import keys
from siyu.runs.files.made import Made
from siyu.runs.files.record import RUN, whole

_EXPORTS = "/exports/"


class Present(Digests):
    """A moment: what was looked at once is not looked at again. Take a new one to look again."""

    def __init__(self) -> None:
        super().__init__()
        self._exports: dict[tuple[str, bool], Mapping[str, str]] = {}
        self._reports: dict[tuple[Path, int, int], dict[str, Any] | None] = {}

    def of(self, what: str) -> str:
        """The digest of an address."""
        if what in keys.package():
            return keys.package()[what]
        folder, within, _ = what.partition(_EXPORTS)
        if within and located(f"{folder}/subject.yml").is_file():
            return self._export(folder, what)
        return super().of(what)

    def changed(self, made: Made, around: Mapping[str, str]) -> list[str]:
        """Addresses in which a result differs from what it would be made from now; what it opened beside the
        readers is among them, for nobody knows whether that has changed.

        around: what it would be made with, beside code.
        """
        now = {**around, **keys.code(made.made_with)}
        differ = {name for name in (now.keys() | made.made_with.keys()) if now.get(name) != made.made_with.get(name)}
        differ |= {name for name, found in made.inputs.items() if self.of(name) != found}
        return sorted(differ | set(made.outside))

    def published(self, folder: Path) -> dict[str, Any] | None:
        """The record of a published report, if that is whole; looked at again when another has taken its place."""
        try:
            state = (folder / RUN).stat()
        except OSError:
            return None
        place = (folder, state.st_ino, state.st_mtime_ns)
        if place not in self._reports:
            self._reports[place] = whole(folder)
        return self._reports[place]

    def _export(self, folder: str, what: str) -> str:
        """The digest of an export; where they cannot be read each has changed, and the section that reads them fails:
        its subject alone, in words that do not hold the name of a file. Files that nobody has read yet are opened
        only where what is asked for might be one of them."""
        for opening in (False, True):
            if (folder, opening) not in self._exports:
                from siyu.intake.store.recognition import exports_now  # here: for subjects with exports

                try:
                    self._exports[folder, opening] = exports_now(located(f"{folder}/exports"), opening=opening)
                except OSError:
                    self._exports[folder, opening] = {}
            if what in (found := self._exports[folder, opening]):
                return found[what]
        return ABSENT
