"""Keys of buyers who were erased from a store. Their records are left out whenever an export is read."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from siyu.errors import Problem, UsageError

FILE = "erased.json"


def erased(store: Path, secret: bytes) -> frozenset[bytes]:
    """The erased keys. Raises UsageError when they were made with another secret: nobody could be found by them."""
    path = store / FILE
    if not path.is_file():
        return frozenset()
    entry = json.loads(path.read_text(encoding="utf-8"))
    if entry["secret"] != name_of(secret):
        step = "Use that key (SIYU_KEY), or erase the subject and its buyers anew."
        raise UsageError(
            [Problem(FILE, 0, "", "buyers erased under another key", "the key they were erased under", step)]
        )
    return frozenset(bytes.fromhex(key) for key in entry["keys"])


def add_erased(store: Path, secret: bytes, key: bytes) -> None:
    """Remember one more key."""
    keys = sorted({key, *erased(store, secret)})
    content = json.dumps({"secret": name_of(secret), "keys": [one.hex() for one in keys]})
    making = store / f"{FILE}.{os.getpid()}"
    making.write_text(content, encoding="utf-8")
    making.replace(store / FILE)


def name_of(secret: bytes) -> str:
    """A name for the secret that does not give it away: keys of two secrets never meet in one store."""
    return hashlib.sha256(b"name of the key" + secret).hexdigest()
