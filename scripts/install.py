"""Install the hashed locks and the package into a virtual environment: `python3 scripts/install.py .venv`; with
`spark` as a second word, what Spark takes as well.

Needs nothing but this Python. Does nothing when the environment already holds this lock, this package and
this Python. Installs with uv (from PATH, else brought by pip, hashed like the rest), else with pip; both
follow the indexes, certificates and proxies that the machine sets for either of them.
"""

from __future__ import annotations  # so that Python 3.7 to 3.10 get to be told

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS, SPARK = (ROOT / "requirements.txt", ROOT / "requirements-tools.txt"), ROOT / "requirements-spark.txt"
LOCKED = [word for lock in LOCKS for word in ("-r", lock)]
OLDEST = (3, 11)
# what pip calls a setting, and what uv reads for it
SETTINGS = {
    "index-url": "UV_DEFAULT_INDEX",
    "no-index": "UV_NO_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}
LISTS = ("find-links", "trusted-host")
QUIET = [] if sys.stderr.isatty() else ["--quiet"]  # a log needs no progress bars


def main(argv: list[str]) -> int:
    """Exit status: 0 installed, 1 could not be installed, 2 this Python cannot be used."""
    if sys.version_info < OLDEST:
        say(f"{sys.executable} is Python {version()}, 3.11 or newer is needed: make PYTHON=/path/to/python3")
        return 2
    if why := unsupported(sys.platform, platform.machine(), platform.libc_ver()[0]):
        say(why)
        return 2
    venv = ROOT / (argv[0] if argv else ".venv")
    with one_at_a_time():
        stamp = venv / ".installed"
        wanted = fingerprint()
        stands = stamp.exists() and stamp.read_text(encoding="utf-8") == wanted
        failed = 0 if stands else install(venv, stamp, wanted)
        return failed or (add_spark(venv) if "spark" in argv[1:] else 0)


def unsupported(system: str, machine: str, libc: str) -> str:
    """Why siyu does not run on such a machine, in one line; empty where it does."""
    if system == "win32":
        return "Windows is not supported: use WSL 2, and install there"
    if system == "darwin" and machine != "arm64":
        return "macOS on Intel is not supported: two packages offer nothing for it"
    if system == "linux" and libc != "glibc":
        return "Linux without glibc (Alpine) is not supported: use Debian's python, for example in a container"
    return ""


def install(venv: Path, stamp: Path, wanted: str) -> int:
    """Fill `venv` and, only when all of it succeeded, write `wanted` to `stamp`."""
    started = time.monotonic()
    if not usable(venv) and not create(venv):
        return 1
    stamp.unlink(missing_ok=True)
    python = venv / "bin" / "python"
    packages = len({name for lock in LOCKS for name in re.findall(r"(?m)^\w\S*==", lock.read_text(encoding="utf-8"))})
    settings = pip_settings(python)
    uv = find_uv(python)
    say(f"installing up to {packages} packages into {venv.name} with {'uv' if uv else 'pip'}")
    if not (uv and with_uv(uv, python, settings)) and not with_pip(python, uv):
        say("installation failed; what pip or uv said is above")
        return 1
    stamp.write_text(wanted, encoding="utf-8")
    say(f"installed in {time.monotonic() - started:.0f} s")
    return 0


def add_spark(venv: Path) -> int:
    """Put what Spark takes into `venv`, unless it is there. It comes as source: the locked setuptools builds it."""
    stamp, lock = venv / ".installed-spark", SPARK.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
        return 0
    python = venv / "bin" / "python"
    settings, uv = pip_settings(python), find_uv(python)
    command = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    environment = uv_environment(settings) if uv else pip_environment()
    say("installing pyspark, which takes a minute or two")
    with tempfile.TemporaryDirectory() as folder:
        builder = Path(folder) / "builder.txt"
        builder.write_text(locked(lock, "setuptools"), encoding="utf-8")
        for file in (builder, SPARK):
            terms = ["--no-deps", "--no-build-isolation", "--require-hashes", "-r", file]
            if not run([*command, *QUIET, *terms], environment):
                say("installation of pyspark failed; what pip or uv said is above")
                return 1
    stamp.write_text(lock, encoding="utf-8")
    return 0


def locked(lock: str, name: str) -> str:
    """The block of a package in a lock, hashes included; "" where it is not there."""
    block = re.search(rf"(?m)^{name}==.*(?:\n[ \t]+.*)*", lock)
    return f"{block.group()}\n" if block else ""


def fingerprint() -> str:
    """What an environment was made from: locks, package definition, this script, Python and place."""
    digest = hashlib.sha256()
    for path in (*LOCKS, ROOT / "pyproject.toml", Path(__file__)):
        digest.update(path.read_bytes())
    return f"{digest.hexdigest()} {version()} {ROOT}\n"


def version() -> str:
    """This Python's version, `3.11`."""
    return "{}.{}".format(*sys.version_info[:2])


def usable(venv: Path) -> bool:
    """Whether `venv` runs, has this Python's version, and was made in this place (its scripts name it)."""
    config = venv / "pyvenv.cfg"
    if not config.exists() or not (venv / "bin" / "activate").exists():
        return False
    if str(venv) not in (venv / "bin" / "activate").read_text(encoding="utf-8"):
        return False
    code = "import sys; print('{}.{}'.format(*sys.version_info[:2]))"
    try:
        found = subprocess.run([str(venv / "bin" / "python"), "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return found.stdout.strip() == version()


def create(venv: Path) -> bool:
    """Make `venv` anew with this Python; False, with the next step said, when that cannot be done."""
    # run from inside an activated environment, this is the Python that it was made from
    base = getattr(sys, "_base_executable", sys.executable)
    if run([base, "-m", "venv", "--clear", venv], quiet=True):
        return True
    uv = shutil.which("uv")
    if uv and run([uv, "venv", "--quiet", "--clear", "--python", base, venv]):
        return True
    say(
        f"{base} -m venv {venv.name} failed: this Python has no ensurepip. Install it (on Debian: "
        "apt-get install python3-venv) or put uv on PATH, then run make again."
    )
    return False


def pip_settings(python: Path) -> dict[str, str]:
    """Pip's settings on this machine, {name without section: value}; the environment wins, then [install]."""
    listed = subprocess.run([str(python), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    found = {}
    for section in ("global", "install", ":env:"):
        for name, value in re.findall(rf"(?m)^{section}\.([\w-]+)='(.*)'$", listed.stdout):
            found[name] = value.replace("\\n", " ").strip()
    return found


def uv_environment(settings: dict[str, str]) -> dict[str, str]:
    """The environment for uv: its own variables stand, pip's settings fill what they leave open."""
    environment = dict(os.environ)
    if "UV_INDEX_URL" in environment:  # uv's older name for the same
        settings = {name: value for name, value in settings.items() if name != "index-url"}
    for name, variable in SETTINGS.items():
        if name in settings:
            value = ",".join(settings[name].split()) if name in LISTS else settings[name]
            environment.setdefault(variable, value)
    return environment


def pip_environment() -> dict[str, str]:
    """The environment for pip: uv's default index stands in where pip has none of its own."""
    environment = dict(os.environ)
    index = environment.get("UV_DEFAULT_INDEX") or environment.get("UV_INDEX_URL")
    if index and "PIP_INDEX_URL" not in environment:
        environment["PIP_INDEX_URL"] = re.sub(r"^[\w.-]+=(?=\w+:)", "", index)  # uv allows name=address
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    return environment


def find_uv(python: Path) -> Path | None:
    """Path of a uv that runs, brought by pip when there is none; None when it cannot be had."""
    own = python.parent / "uv"
    for candidate in (own, shutil.which("uv")):
        if candidate and run([candidate, "--version"], quiet=True):
            return Path(candidate)
    if not (block := locked(LOCKS[1].read_text(encoding="utf-8"), "uv")):
        return None
    with tempfile.TemporaryDirectory() as folder:
        only_uv = Path(folder) / "uv.txt"
        only_uv.write_text(block, encoding="utf-8")
        command = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"]
        brought = run([*command, "--require-hashes", "-r", only_uv], pip_environment(), quiet=True)
    return own if brought and run([own, "--version"], quiet=True) else None


def with_uv(uv: Path, python: Path, settings: dict[str, str]) -> bool:
    """Whether uv installed the lock and the package."""
    command, environment = [uv, "pip", "install", "--python", python, "--no-deps"], uv_environment(settings)
    return run([*command, *QUIET, "--require-hashes", "--compile-bytecode", *LOCKED], environment) and run(
        [*command, "--quiet", "--offline", "--no-build-isolation", "--editable", ROOT], environment
    )


def with_pip(python: Path, after: Path | None) -> bool:
    """Whether pip installed the lock and the package; `after` is the uv that failed before, if any."""
    if after:
        say("uv could not install them; trying pip")
    command, environment = [python, "-m", "pip", "install", "--no-deps"], pip_environment()
    if not run([*command, *QUIET, "--require-hashes", "--no-compile", *LOCKED], environment):
        return False
    # on all cores, where pip uses one; some packages ship files that do not compile, hence no check
    site = python.parent.parent / "lib" / f"python{version()}" / "site-packages"
    run([python, "-m", "compileall", "-q", "-j", "0", site], quiet=True)
    return run([*command, "--quiet", "--no-index", "--no-build-isolation", "--editable", ROOT], environment)


def run(command: Sequence[object], environment: dict[str, str] | None = None, quiet: bool = False) -> bool:
    """Whether the command could be run and succeeded; its output goes to stderr unless quiet."""
    output = subprocess.DEVNULL if quiet else sys.stderr
    try:
        done = subprocess.run(
            [str(part) for part in command],
            env=environment,
            stdout=output,
            stderr=output,
            cwd=ROOT,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two installations into one folder wait for each other."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def say(message: str) -> None:
    """Print to stderr at once."""
    print(f"siyu: {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
