"""A process that a fork server made, seen by whoever asked for it."""

import contextlib
import json
import os
import resource
import select
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence

from siyu.runs.make.fork_server import ANSWER

_PATIENCE = 300.0  # seconds until the server, which may still load, has forked


class Forked:
    """As much of a `Popen` as a pool, or a provisioner of kernels, asks for."""

    stdin = stdout = stderr = None

    def __init__(
        self, server: str, arguments: Sequence[str], environment: Mapping[str, str], folder: str,
        passed: Mapping[int, int | None],
    ) -> None:  # fmt: skip
        """passed: descriptor of this process -> the number that it is to have there, None where any will do.

        Raises OSError when there is no server, or it does not answer.
        """
        self.returncode: int | None = None
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(_PATIENCE)
        request = {"arguments": arguments, "environment": environment, "folder": folder, "at": [*passed.values()]}
        said = json.dumps({**request, "data": resource.getrlimit(resource.RLIMIT_DATA)}).encode() + b"\n"
        self._line.connect(server)
        self._line.sendall(said[socket.send_fds(self._line, [said], [*passed]) :])
        self.guardian, self.pid = self._answer(), self._answer()
        self._line.settimeout(None)

    def poll(self) -> int | None:
        """How it ended, None while it runs."""
        if self.returncode is None and self._told(0):
            self.returncode = self._ending()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raises TimeoutExpired when it has not come after so many seconds."""
        if self.returncode is None:
            if not self._told(timeout):
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self.returncode = self._ending()
        self._line.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs. Its guardian may yet have to say that it does not."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _told(self, timeout: float | None) -> bool:
        return bool(select.select([self._line], [], [], timeout)[0])

    def _answer(self) -> int:
        said = self._line.recv(ANSWER.size, socket.MSG_WAITALL)
        if len(said) < ANSWER.size:
            raise ConnectionError("the fork server has gone")
        return int(ANSWER.unpack(said)[0])

    def _ending(self) -> int:
        try:
            return self._answer()
        except ConnectionError:  # its guardian was killed, and it with that
            return -signal.SIGKILL
