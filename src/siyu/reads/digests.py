"""Digests of what is read: of whole files, of single rows of tables, of the names in a folder.

An address is a path, with what was taken from it behind `#`:

  data/reference/cdnow_sample.csv   the bytes of a file
  wine_bar/exports/                 the names of the files below a folder
  data/assumptions.csv#months       the cells of a row
  data/fees.csv#douyin.*            which rows a group of a table holds, and what they answer to
  data/assumptions.csv#*            which rows a table holds
  .store/wine_bar/erased.json#keys  an entry of a JSON file, as a set

Its digest is a sha256, or ABSENT for what was looked for and is not there.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from siyu.paths import kept, located

ABSENT = "0" * 64


class KeyedTable(NamedTuple):
    """A table of rows: its id; the column whose words, each before its first dot, name the groups of a row; the
    columns that decide beside them which row is handed out."""

    id: str
    group: str
    keys: tuple[str, ...] = ()


TABLES = {
    "assumptions.csv": KeyedTable("assumption_id", "assumption_id"),
    "claims.csv": KeyedTable("claim_id", "entity", ("metric", "statistic", "unit", "tag")),
    "conflicts.csv": KeyedTable("conflict_id", "claims"),
    "fees.csv": KeyedTable("rule_id", "platform", ("kind", "route", "category", "traffic_form", "day_from", "day_to",
                                                   "valid_from", "valid_to")),
    "sources.csv": KeyedTable("source_id", "source_id"),
}  # fmt: skip
DEFINITIONS = "definitions.yml"
BLOCK = 1 << 22  # bytes digested at a time: after each a thread waits its turn among those that run Python
UNITS = "units."  # before the key of a unit, which may be the name of a metric too


class Digests:
    """Digests of addresses. Each file is read once: when it is first asked for, or by whoever hands it to `keep`."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._parts: dict[str, Mapping[str, str] | str] = {}

    def of(self, address: str) -> str:
        """The digest of an address."""
        name, _, part = address.partition("#")
        if name.endswith("/"):
            return digest(sorted(_names(located(name))))
        if not part:
            return self.file(name)
        if name not in self._parts:
            path = located(name)
            self.keep(name, path.read_bytes() if path.is_file() else None)
        parts = self._parts[name]
        # in a file that cannot be read row by row, every row has changed
        return parts if isinstance(parts, str) else parts.get(part, ABSENT)

    def file(self, name: str) -> str:
        """The digest of a whole file."""
        if name not in self._files:
            path = located(name)
            self._files[name] = sha256_of(path) if path.is_file() else ABSENT
        return self._files[name]

    def keep(self, name: str, content: bytes | None) -> None:
        """Take a file as it was read; None: it is not there."""
        self._files[name] = ABSENT if content is None else hashlib.sha256(content).hexdigest()
        self._parts[name] = {} if content is None else _kept_parts(name.rpartition("/")[2], content)


def digest(value: Any) -> str:
    """sha256 of a JSON-like value."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Hex digest of a file, read in blocks."""
    found = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def _names(folder: Path, before: str = "") -> Iterator[str]:
    for child in folder.iterdir() if folder.is_dir() else ():
        if child.is_dir() and not child.is_symlink() and not child.name.startswith("."):
            yield from _names(child, f"{before}{child.name}/")
        elif not child.name.startswith("."):
            yield before + child.name


def _kept_parts(file: str, content: bytes) -> Any:
    what = f"{sha256_of(Path(__file__))} {file} {hashlib.sha256(content).hexdigest()}"
    return json.loads(kept("parts", what, lambda: json.dumps(_parts(file, content)).encode()))


def _parts(file: str, content: bytes) -> Mapping[str, str] | str:
    try:
        if file in TABLES:
            return _rows(TABLES[file], content.decode("utf-8-sig"))
        if file == DEFINITIONS:
            return _definitions(content)
        return {key: digest(sorted(entry)) for key, entry in json.loads(content).items() if isinstance(entry, list)}
    except (ValueError, KeyError, TypeError, AttributeError, csv.Error, yaml.YAMLError):
        return hashlib.sha256(content).hexdigest()


def _rows(table: KeyedTable, text: str) -> dict[str, str]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    if table.id not in (reader.fieldnames or ()):
        raise ValueError("no such table")
    rows = list(reader)
    groups: dict[str, list[list[str]]] = {"*": []}
    for row in rows:
        decides = [row[table.id], row[table.group], *(row.get(column, "") for column in table.keys)]
        groups["*"].append(decides)
        for name in dict.fromkeys(word.partition(".")[0] for word in row[table.group].split()):
            groups.setdefault(f"{name}.*", []).append(decides)
    held = {row[table.id].strip(): digest(row) for row in rows}
    return held | {name: digest(members) for name, members in groups.items()}


def _definitions(content: bytes) -> dict[str, str]:
    entries = yaml.load(content, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe ones
    named = {**{f"{UNITS}{key}": entry for key, entry in entries["units"].items()}, **entries["metrics"]}
    return {key: digest(entry) for key, entry in named.items()} | {"*": digest(sorted(named))}
