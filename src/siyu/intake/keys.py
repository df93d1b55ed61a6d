"""The secret that turns buyers' identities into keys, and the keys themselves.

An identity becomes HMAC-SHA256 of itself under the secret as soon as it is read. The secret lies outside the
project and every output, readable by its owner alone; no number of a report depends on it.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.errors import Problem, UsageError
from siyu.paths import project_root

SIZE = 32  # bytes of the secret, and of a key


def secret_path() -> Path:
    """`SIYU_KEY`, else `siyu/identity.key` in the user's configuration folder."""
    if given := os.environ.get("SIYU_KEY"):
        return Path(given)
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "siyu" / "identity.key"


def secret(*outputs: Path) -> bytes:
    """The secret; created with mode 0600 when there is none.

    Raises UsageError when it lies in the project or in one of `outputs`, is damaged, or others may read it.
    """
    path = secret_path()
    for folder in (project_root(), *outputs):
        if path.resolve().is_relative_to(folder.resolve()):
            raise UsageError([_problem(path, "a key inside the project or its data", "a place outside")])
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise UsageError([_problem(path, "a key that others may read", "mode 0600")]) from None
        content = path.read_bytes()
        if len(content) != SIZE:
            raise UsageError([_problem(path, "a damaged key", f"{SIZE} bytes")]) from None
        return content
    with os.fdopen(descriptor, "wb") as file:
        content = secrets.token_bytes(SIZE)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return content


def _problem(path: Path, found: str, expected: str) -> Problem:
    return Problem(path.name, 0, "", found, expected, "Set SIYU_KEY, or mend the file named there.")


class Keyring:
    """Identities of one file as small numbers, in order of appearance, each with its key."""

    def __init__(self, secret_bytes: bytes, scope: str) -> None:
        self._secret = hmac.new(secret_bytes, scope.encode(), "sha256").digest()
        self._numbers: dict[str, int] = {}
        self.keys: list[bytes] = []

    def numbers(self, identities: pa.Array) -> pa.Array:
        """int32, null where there is no identity. The identities themselves are not kept past this object."""
        coded = pc.dictionary_encode(identities)
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.combine_chunks()
        known, mine = self._numbers, np.zeros(len(coded.dictionary), np.int32)
        for place, identity in enumerate(coded.dictionary.to_pylist()):
            number = known.get(identity)
            if number is None:
                number = known[identity] = len(self.keys)
                self.keys.append(hmac.digest(self._secret, identity.encode(), "sha256"))
            mine[place] = number
        return pa.array(mine).take(coded.indices)
