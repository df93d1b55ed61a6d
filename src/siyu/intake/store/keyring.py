"""The secret that turns buyers' identities into keys, the keys themselves, and those that were erased.

An identity becomes HMAC-SHA256 of itself under the secret as soon as it is read. The secret lies outside the project
and every output, readable by its owner alone; no number of a report depends on it."""

import hashlib
import json
import os
import secrets
import stat
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa

from siyu import reads
from siyu.errors import Problem, UsageError
from siyu.intake.store.inventory import written
from siyu.paths import key_path, own_data_dir, project_root, reports_dir

SIZE = 32  # bytes of the secret, and of a key
FEW = 4  # blocks whose identities are brought together, or half of all there were, whichever is more
ERASED = "erased.json"  # keys of buyers whose records are left out whenever an export is read


def secret(*outputs: Path) -> bytes:
    """The secret; created with mode 0600 when there is none.

    Raises UsageError when it `lies_within` what others see, is damaged, or others may read it."""
    path = key_path()
    reads.set_apart(path)
    if lies_within(path, *outputs):
        raise UsageError([_problem(path, "a key inside the project, its data or reports", "a place outside")])
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


def lies_within(path: Path, *outputs: Path) -> bool:
    """Whether a secret lies where others get to see it: in the project, own data, reports or one of `outputs`."""
    folders = filter(None, (project_root(), own_data_dir(), reports_dir(), *outputs))
    return any(path.resolve().is_relative_to(folder.resolve()) for folder in folders)


def _problem(path: Path, found: str, expected: str) -> Problem:
    return Problem(path.name, 0, "", found, expected, "Set SIYU_KEY, or mend the file named there.")


def keyed(secret_bytes: bytes) -> Callable[[str], bytes]:
    """HMAC-SHA256 under the secret (RFC 2104). What depends on it alone is hashed once, for millions of identities."""
    block = secret_bytes.ljust(64, b"\0")
    inner, outer = (hashlib.sha256(bytes(sign ^ pad for sign in block)) for pad in (0x36, 0x5C))

    def key(identity: str) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(identity.encode())
        around.update(within.digest())
        return around.digest()

    return key


class Keyring:
    """Identities of one file as small numbers, in order of appearance, each with its key.

    Blocks are coded one by one and brought together, FEW or more at a time, beside whatever else is done: each identity
    is keyed once, and none is kept past this object."""

    def __init__(self, secret_bytes: bytes) -> None:
        self._key, self._keys = keyed(secret_bytes), list[bytes]()
        self._blocks, self._taken = list[pa.DictionaryArray](), 0
        self._pool, self._waiting = ThreadPoolExecutor(1), list[Future[None]]()

    @staticmethod
    def key(secret_bytes: bytes, identity: str) -> bytes:
        """The key of one identity, 32 bytes."""
        return keyed(secret_bytes)(identity)

    def add(self, identities: pa.ChunkedArray) -> None:
        """Take in the identities of a block, null where there is none."""
        self._waiting.append(self._pool.submit(self._take, identities))

    def _take(self, identities: pa.ChunkedArray) -> None:
        self._blocks += identities.dictionary_encode().chunks
        self._taken += 1
        if len(self._blocks) > max(FEW, self._taken // 2):
            self._whole()

    def _whole(self) -> pa.DictionaryArray:
        whole = pa.chunked_array(self._blocks).unify_dictionaries().combine_chunks()
        self._keys += map(self._key, whole.dictionary[len(self._keys) :].to_pylist())
        self._blocks = [whole]
        return whole

    def numbers(self) -> tuple[pa.Array, list[bytes]]:
        """The number of each identity taken in (int32, null where there was none), and the key of each number."""
        for one in self._waiting:
            one.result()
        self._pool.shutdown()
        return self._whole().indices if self._blocks else pa.nulls(0, pa.int32()), self._keys


def erased(store: Path, secret: bytes) -> frozenset[bytes]:
    """The erased keys. Raises UsageError when they were made with another secret: nobody could be found by them."""
    path = store / ERASED
    if not path.is_file():
        return frozenset()
    entry = json.loads(path.read_text(encoding="utf-8"))
    if entry["secret"] != name_of(secret):
        step = "Use that key (SIYU_KEY), or erase the subject and its buyers anew."
        found, expected = "buyers erased under another key", "the key they were erased under"
        raise UsageError([Problem(ERASED, 0, "", found, expected, step)])
    return frozenset(bytes.fromhex(key) for key in entry["keys"])


def add_erased(store: Path, secret: bytes, key: bytes) -> None:
    """Remember one more key."""
    keys = sorted({key, *erased(store, secret)})
    written(store / ERASED, json.dumps({"secret": name_of(secret), "keys": [one.hex() for one in keys]}))


def name_of(secret: bytes) -> str:
    """A name for the secret that does not give it away: keys of two secrets never meet in one store."""
    return hashlib.sha256(b"name of the key" + secret).hexdigest()
