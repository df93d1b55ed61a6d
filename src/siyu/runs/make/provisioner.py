"""Kernels for jupyter_client: forked where a fork server is, else started as always."""

import contextlib
import os
import sys
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Unicode

from siyu.runs.make.forked import Forked

_LAUNCHED = [sys.executable, "-m", "ipykernel_launcher"]
_OUTPUTS = {1: 1, 2: 2}


class ForkProvisioner(LocalProvisioner):
    """Has Python kernels forked by the server at `server`; without one, it is the provisioner that everybody has."""

    process: Any
    server = Unicode(help="Path of the fork server's socket.").tag(config=True)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch a kernel with a command."""
        if self.server and cmd[:3] == _LAUNCHED:
            with contextlib.suppress(OSError):  # no server any more
                self.cwd = str(kwargs.get("cwd") or Path.cwd())
                self.process = Forked(self.server, cmd[3:], kwargs.get("env") or dict(os.environ), self.cwd, _OUTPUTS)
                self.pid = self.pgid = self.process.pid
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)
