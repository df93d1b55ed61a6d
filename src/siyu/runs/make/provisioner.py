"""Kernels for jupyter_client: forked where a fork server is, else started as always."""

import contextlib
import json
import os
import resource
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Unicode

from siyu.runs.make.fork_server import ANSWER

_LAUNCHED = [sys.executable, "-m", "ipykernel_launcher"]
_PATIENCE = 60.0  # seconds until the server, which may still load, has forked


class ForkedKernel:
    """A kernel that a fork server made: as much of a `Popen` as a provisioner asks for."""

    stdin = stdout = stderr = None

    def __init__(self, server: str, arguments: list[str], environment: dict[str, str], folder: str) -> None:
        """Raises OSError when there is no server, or it does not answer."""
        self.returncode: int | None = None
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(_PATIENCE)
        limit = resource.getrlimit(resource.RLIMIT_DATA)
        request = {"arguments": arguments, "environment": environment, "folder": folder, "data": limit}
        self._line.connect(server)
        said = json.dumps(request).encode() + b"\n"
        self._line.sendall(said[socket.send_fds(self._line, [said], [1, 2]) :])
        self.pid = self._answer()
        self._line.settimeout(None)

    def poll(self) -> int | None:
        """How it ended, None while it runs."""
        if self.returncode is None and select.select([self._line], [], [], 0)[0]:
            self.returncode = self._ending()
        return self.returncode

    def wait(self) -> int:
        """Wait for the end."""
        if self.returncode is None:
            self.returncode = self._ending()
        self._line.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs. Its guardian may yet have to say that it does not."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

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


class ForkProvisioner(LocalProvisioner):
    """Has Python kernels forked by the server at `server`; without one, it is the provisioner that everybody has."""

    process: Any
    server = Unicode(help="Path of the fork server's socket.").tag(config=True)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch a kernel with a command."""
        if self.server and cmd[:3] == _LAUNCHED:
            with contextlib.suppress(OSError):  # no server any more
                self.cwd = str(kwargs.get("cwd") or Path.cwd())
                self.process = ForkedKernel(self.server, cmd[3:], dict(kwargs.get("env") or os.environ), self.cwd)
                self.pid = self.pgid = self.process.pid
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)
