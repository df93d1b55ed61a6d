"""Messages and their translations: gettext catalogs made of the .po files. English is its own message ids.

Compiling takes a process a quarter of a second, reading what `make` has compiled a hundredth.
"""

import hashlib
import io
import os
from collections.abc import Callable
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

import yaml

LOCALES = Path(__file__).parent / "locale"


def msg(message_id: str) -> str:
    """The message id itself: the mark by which `make messages` finds texts to translate."""
    return message_id


def tables(module: str, name: str = "labels.yml") -> dict[str, Any]:
    """What a YAML file of this package holds that lies beside a module: tables of message ids by code."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content: dict[str, Any] = yaml.load(Path(module).with_name(name).read_bytes(), loader)  # noqa: S506 - safe ones
    return content


def labelled(module: str) -> Callable[[str], Any]:
    """The `__getattr__` of a module whose names are the tables of the `labels.yml` beside it (PEP 562)."""
    held = tables(module)

    def table(name: str) -> Any:
        if name not in held:
            raise AttributeError(f"no table {name} in labels.yml")
        return held[name]

    return table


@lru_cache(maxsize=4)
def catalog(code: str) -> NullTranslations:
    """The messages of a language. What was compiled from other .po files than stand there now is left alone."""
    files, made = _files(code), _made(code)
    if not files:
        return NullTranslations()
    if made.is_file():
        with made.open("rb") as file:
            found = GNUTranslations(file)
        if found.info().get("project-id-version") == f"siyu {_digest(files)}":
            return found
    return GNUTranslations(io.BytesIO(_compiled(files)))


def write_catalogs() -> None:
    """Compile the messages of every language for later processes."""
    for code in (folder.name for folder in LOCALES.iterdir()):
        made = _made(code)
        made.parent.mkdir(exist_ok=True)
        making = made.with_suffix(f".{os.getpid()}")
        making.write_bytes(_compiled(_files(code)))
        making.replace(made)


def _files(code: str) -> list[Path]:
    return sorted((LOCALES / code / "LC_MESSAGES").glob("*.po"))


def _made(code: str) -> Path:
    # like byte code, no part of the package: neither of its digest nor of a wheel
    return LOCALES / code / "LC_MESSAGES" / "__pycache__" / "siyu.mo"


def _digest(files: list[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _compiled(files: list[Path]) -> bytes:
    """A .mo of all the files; its header says which they were."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    merged = Catalog(project="siyu", version=_digest(files))
    for path in files:
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id and message.string:
                    merged.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    return compiled.getvalue()


if __name__ == "__main__":
    write_catalogs()
