"""Where the project keeps things. Nothing else in the package knows the layout on disk.

The project is a checkout, or a folder that `siyu init` made for an installed package: the nearest one around the
working directory counts. `SIYU_HOME` is a folder for everything that is written: data, store, key, reports, cache;
`SIYU_DATA`, `SIYU_STORE`, `SIYU_KEY` and `--out` set one of them.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from siyu.errors import Problem, UsageError

MARKER = "siyu.json"  # in a project folder that `siyu init` has made
FORMATS = "formats"  # the folder of their YAML files, in the data of the project and of each client
_PROJECT = ("data", "notebooks", "requirements.txt", "src")
_CODE, _STORE = "src/siyu", ".store"  # how records name the package and the store, wherever they lie


@lru_cache(maxsize=1)
def package_dir() -> Path:
    """The folder of this package's code."""
    return _absolute(Path(__file__).parent)


@lru_cache(maxsize=1)
def checkout() -> Path | None:
    """The checkout that this package is imported from; None when it is installed."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "notebooks").is_dir() else None


def project_root() -> Path:
    """The folder with `notebooks/` and `data/`. Raises UsageError where there is none."""
    root = _around(os.getcwd()) or checkout()  # noqa: PTH109 - a key
    if root is None:
        step = "Run: siyu init FOLDER, then work in that folder."
        raise UsageError([Problem(".", 0, "", "no project folder", "one that siyu init has made", step)])
    return root


def data_dir() -> Path:
    """The project's data: evidence, assumptions, fees, definitions, formats, bundled subjects."""
    return project_root() / "data"


def notebooks_dir() -> Path:
    """The project's notebooks, one question each."""
    return project_root() / "notebooks"


def reports_dir() -> Path:
    """Where reports go unless `--out` says otherwise."""
    if home := _set("SIYU_HOME"):
        return home / "reports"
    here = _around(os.getcwd())  # noqa: PTH109
    return Path("reports") if here in (None, Path.cwd()) else here / "reports"


def key_path() -> Path:
    """The secret that buyers' keys are made with."""
    home = _set("SIYU_HOME")
    named = _set("SIYU_KEY") or (home and home / "key" / "identity.key")
    return named or Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "siyu" / "identity.key"


def store_of(folder: Path) -> Path:
    """Where the store of a subject's folder lies: no run takes it for an input."""
    store = _store()
    return (store or folder.parent / _STORE) / folder.name


def own_data_dir() -> Path | None:
    """The folder of the operator's own subjects and formats; None where they lie among the bundled ones."""
    home = _set("SIYU_HOME")
    return _set("SIYU_DATA") or (home / "data" if home else None)


def format_files(own: Path | None = None) -> dict[str, Path]:
    """key -> file of each format: one of own data takes the place of a bundled one of the same name, one of a client
    in the folder `own` that of both."""
    data = own_data_dir()
    folders = filter(None, [data_dir() / FORMATS, data / FORMATS if data else None, own])
    found: dict[str, Path] = {}
    for folder in filter(Path.is_dir, folders):
        with os.scandir(folder) as files:  # asked for every export: a listing tells what is a file at once
            names = sorted(one.name for one in files if one.name.endswith(".yml") and one.is_file())
        found |= {name.removesuffix(".yml"): folder / name for name in names}
    return found


def cache_dir() -> Path:
    """A folder of which nothing is lost with it."""
    home = _set("SIYU_HOME")
    return home / "cache" if home else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "siyu"


def settle_home(*, make: bool = True) -> None:
    """Have libraries find a home folder, whoever this user is, and workers and kernels, which work in the project's
    folder, the folders that were named from here. make: whether a folder that is not there yet is made. Raises
    UsageError where there is no home folder."""
    for name in ("SIYU_HOME", "SIYU_DATA", "SIYU_STORE", "SIYU_KEY"):
        if named := _set(name):
            os.environ[name] = str(named)
    with suppress(RuntimeError):  # neither HOME nor an entry among the system's users
        if os.access(Path.home(), os.W_OK) or not os.environ.get("SIYU_HOME"):
            return
    if not (home := _set("SIYU_HOME")):
        step = "Set SIYU_HOME to a folder that this user may write to."
        raise UsageError([Problem("environment", 0, "HOME", "no home folder", "one for this user", step)])
    if make:
        home.mkdir(parents=True, exist_ok=True)
    os.environ["HOME"] = str(home)


def address(path: Path) -> str:
    """A path as records name it: below the package, the store, own data, else the project, wherever these lie; else
    in full."""
    whole = _absolute(path)
    if whole.is_relative_to(package_dir()):
        return f"{_CODE}/{whole.relative_to(package_dir()).as_posix()}"
    if (store := _store()) and whole.is_relative_to(store):
        return f"{_STORE}/{whole.relative_to(store).as_posix()}"
    if (own := own_data_dir()) and whole.is_relative_to(own):
        name = whole.relative_to(own).as_posix()
        return f"./{name}" if name.partition("/")[0] in _PROJECT else name
    root = project_root()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else whole.as_posix()


def located(name: str) -> Path:
    """The path of an address."""
    if name.startswith(f"{_CODE}/"):
        return package_dir() / name.removeprefix(f"{_CODE}/")
    own, store = own_data_dir(), _store()
    if store and name.startswith(f"{_STORE}/"):
        return store / name.removeprefix(f"{_STORE}/")
    return (project_root() if own is None or name.partition("/")[0] in _PROJECT else own) / name


def homes_of_inputs() -> list[Path]:
    """The folders that inputs lie in: the project, own data, and the package."""
    return [project_root(), *filter(None, [own_data_dir()]), package_dir()]


def subject_dirs() -> dict[str, Path]:
    """Every known subject id with its folder. Own folders come before bundled ones."""
    roots = [data_dir() / "subjects", *filter(None, [own_data_dir()])]
    return {config.parent.name: config.parent for root in roots for config in sorted(root.glob("*/subject.yml"))}


def kept(kind: str, what: str, make: Callable[[], bytes]) -> bytes:
    """The bytes that `make` gives for `what`, which says everything that they follow from.

    What is damaged is made anew; where nothing can be written, it is made each time. A `SIYU_HOME` that is not there is
    not made for this: it may be a slip."""
    path = cache_dir() / kind / _digest(what.encode()).decode()
    with suppress(OSError):
        digest, _, content = path.read_bytes().partition(b"\n")
        if digest == _digest(content):
            return content
    content = make()
    if (home := _set("SIYU_HOME")) and not home.is_dir():
        return content
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        making = path.with_name(f"{path.name}.{os.getpid()}")
        making.write_bytes(_digest(content) + b"\n" + content)
        making.replace(path)
    return content


@lru_cache(maxsize=8)
def _around(folder: str) -> Path | None:
    """The project folder that a folder lies in, by its marker."""
    here = Path(folder)
    return next((one for one in (here, *here.parents) if (one / MARKER).is_file()), None)


def _store() -> Path | None:
    home = _set("SIYU_HOME")
    return _set("SIYU_STORE") or (home / "store" if home else None)


def _set(variable: str) -> Path | None:
    given = os.environ.get(variable)
    return _absolute(Path(given)) if given else None


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - links are not followed


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
