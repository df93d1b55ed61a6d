"""Messages and their translations: gettext catalogs made of the .po files. English is its own message ids.

Compiling takes a quarter of a second, reading what was compiled before a hundredth.
"""

import hashlib
import io
from collections.abc import Callable
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

import yaml

from siyu.paths import kept

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
    """The messages of a language, compiled once for these files."""
    if not (files := _files(code)):
        return NullTranslations()
    return GNUTranslations(io.BytesIO(kept("messages", _digest(files), lambda: _compiled(files))))


def _files(code: str) -> list[Path]:
    return sorted((LOCALES / code / "LC_MESSAGES").glob("*.po"))


def _digest(files: list[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _compiled(files: list[Path]) -> bytes:
    """A .mo of all the files."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    merged = Catalog(project="siyu")
    for path in files:
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id and message.string:
                    merged.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    return compiled.getvalue()
