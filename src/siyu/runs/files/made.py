"""What an executed section was made from: enough to tell later, without executing it, whether it still stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from siyu.reads.digests import digest


@dataclass(frozen=True)
class Made:
    """Both address -> sha256: made_with (notebook, parameters, code that it imported, lock, Python) and inputs
    (everything its readers opened, looked for or listed, see `siyu.reads.digests`).

    outside: what it opened beside the readers; then it is never taken over.
    """

    made_with: Mapping[str, str]
    inputs: Mapping[str, str]
    outside: tuple[str, ...] = ()

    @cached_property
    def key(self) -> str:
        """Equal keys: made from the same."""
        return digest([dict(self.made_with), dict(self.inputs), list(self.outside)])

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Made:
        """From what `as_json` gave. Raises KeyError or TypeError where that is not complete."""
        return cls(paired(entry["made_with"]), paired(entry["inputs"]), tuple(entry.get("outside", ())))

    def as_json(self) -> dict[str, Any]:
        """The form in records."""
        outside = {"outside": list(self.outside)} if self.outside else {}
        return {"key": self.key, "made_with": listed(self.made_with), "inputs": listed(self.inputs), **outside}


def listed(files: Mapping[str, str]) -> list[dict[str, str]]:
    """[{path, sha256}] by path."""
    return [{"path": path, "sha256": files[path]} for path in sorted(files)]


def paired(entries: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """path -> sha256, from what `listed` gave."""
    return {entry["path"]: entry["sha256"] for entry in entries}
