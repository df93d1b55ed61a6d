"""What takes long to make and depends on nothing but its name, kept in the user's cache folder from run to run."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def kept(kind: str, what: str, make: Callable[[], bytes]) -> bytes:
    """The bytes that `make` gives for `what`, which says everything that they follow from.

    What is damaged is made anew; where nothing can be written, it is made each time."""
    path = cache_dir() / kind / _digest(what.encode()).decode()
    with suppress(OSError):
        digest, _, content = path.read_bytes().partition(b"\n")
        if digest == _digest(content):
            return content
    content = make()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        making = path.with_name(f"{path.name}.{os.getpid()}")
        making.write_bytes(_digest(content) + b"\n" + content)
        making.replace(path)
    return content


def cache_dir() -> Path:
    """`siyu` in the user's cache folder; nothing is lost with it."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "siyu"


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
