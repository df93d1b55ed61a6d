"""The fork server of kernels: it has loaded what notebooks import, and nothing of this package.

A kernel imports that itself, as it is on disk by then, so that an edit counts at once and the trail names what the
section imports.
"""

import atexit
import builtins
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

from siyu.runs.make.fork_server import forks

_KERNEL = ("ipykernel.debugger", "ipykernel.kernelapp", "ipykernel.zmqshell")
# half a second, for few sections: a single report has its other ones start sooner, in a batch it is spared
_LATE = ("SALib.analyze.sobol", "scipy.interpolate", "scipy.optimize", "scipy.stats")
_BACKEND = "matplotlib_inline.backend_inline"  # looks for its shell when it is imported
# Pint looks for the one, and takes half a second to find out that nobody uses it; nobody debugs these kernels
_UNASKED = ("dask", "debugpy")


def main() -> None:
    """Serve. Arguments: descriptor of the listening socket, pid of the supervisor, modules to load."""
    listener, supervisor, *libraries = sys.argv[1:]
    if not sys.flags.safe_path:
        del sys.path[0]  # as the launcher of kernels does
    request = forks(int(listener), int(supervisor), lambda: _load(libraries), lambda: _load(_LATE))
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    for name in [name for name in sys.modules if name.partition(".")[0] == "siyu"]:
        del sys.modules[name]
    launcher = find_spec("ipykernel_launcher")
    sys.argv = [str(launcher and launcher.origin), *request["arguments"]]
    from ipykernel.kernelapp import IPKernelApp

    kernel: Any = IPKernelApp.instance(parent_handle=os.getppid())
    kernel.initialize(sys.argv[1:])
    kernel.start()
    kernel.control_thread.stop()
    kernel.control_thread.join()  # before what it writes to is closed: in one end of ten it would wait seconds for that
    # what is said at exit is said; taking all modules down would copy every page that is shared with the server
    atexit._run_exitfuncs()
    os._exit(0)


def _load(libraries: Sequence[str]) -> None:
    os.environ.setdefault("MPLBACKEND", f"module://{_BACKEND}")
    os.environ.setdefault("PYDEVD_USE_FRAME_EVAL", "NO")  # as debugpy leaves it
    # libraries that look, when they are imported, where they are, find themselves in a kernel
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=None)
    absent: dict[str, Any] = {name: None for name in _UNASKED if name not in sys.modules}
    sys.modules.update(absent)
    for name in (*_KERNEL, *libraries):
        importlib.import_module(name)
    for name in absent:
        del sys.modules[name]
    del vars(builtins)["get_ipython"]
    sys.modules.pop(_BACKEND, None)


if __name__ == "__main__":
    main()
