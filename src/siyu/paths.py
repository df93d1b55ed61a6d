"""Where the project keeps things. Nothing else in the package knows the layout on disk."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_PROJECT = ("data", "notebooks", "requirements.txt", "src")


def project_root() -> Path:
    """The checkout this package belongs to (the folder with `notebooks/` and `data/`)."""
    return Path(__file__).resolve().parents[2]


def data_dir() -> Path:
    """Bundled data: evidence, assumptions, fees, definitions, formats, bundled subjects."""
    return project_root() / "data"


def notebooks_dir() -> Path:
    """The bundled notebooks, one question each."""
    return project_root() / "notebooks"


def address(path: Path) -> str:
    """A path as records name it: below `SIYU_DATA`, else below the project, wherever these lie; else in full."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - links are not followed
    if (own := _own()) and whole.is_relative_to(own):
        name = whole.relative_to(own).as_posix()
        return f"./{name}" if name.partition("/")[0] in _PROJECT else name
    root = project_root()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else whole.as_posix()


def located(name: str) -> Path:
    """The path of an address."""
    own = _own()
    if own is None or name.partition("/")[0] in _PROJECT:
        return project_root() / name
    return own / name


def homes_of_inputs() -> list[Path]:
    """The folders that inputs lie in: the project, and `SIYU_DATA`."""
    return [project_root(), *filter(None, [_own()])]


def _own() -> Path | None:
    given = os.environ.get("SIYU_DATA")
    return Path(os.path.abspath(given)) if given else None  # noqa: PTH100 - links are not followed


def subject_dirs() -> dict[str, Path]:
    """Every known subject id with its folder. Folders under `SIYU_DATA` come before bundled ones."""
    roots = [data_dir() / "subjects", *map(Path, filter(None, [os.environ.get("SIYU_DATA")]))]
    return {config.parent.name: config.parent for root in roots for config in sorted(root.glob("*/subject.yml"))}


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
