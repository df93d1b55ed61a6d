"""Locks that end with the process that holds them, so that none is ever stale."""

import fcntl
import os
from pathlib import Path


class Lock:
    """An exclusive lock on a file, with a line of text on who holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self, holder: str | None = None) -> bool:
        """Take the lock without waiting. False when somebody has it. holder: who says so, default this process."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not self._current(handle):
                raise BlockingIOError("it was removed by its holder in between")
            os.ftruncate(handle, 0)
            os.pwrite(handle, (f"process {os.getpid()}" if holder is None else holder).encode(), 0)
        except OSError as error:
            os.close(handle)
            if isinstance(error, BlockingIOError):
                return False
            raise
        self._handle = handle
        return True

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._handle is not None

    def holder(self) -> str:
        """Who holds the lock, or held it last."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def release(self, *, remove: bool = False) -> None:
        """Give the lock back. remove: the file goes too, while it is still held."""
        if self._handle is not None:
            if remove:
                self.path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = None

    def _current(self, handle: int) -> bool:
        try:
            return os.path.samestat(os.fstat(handle), self.path.stat())
        except FileNotFoundError:
            return False
