"""Export formats as data: one YAML file each in `data/formats/` or beside a client's exports, found by headers."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from siyu import plain_yaml, reads
from siyu.errors import Problem, ProblemsError, nearest, refusals, shown_path
from siyu.intake.formats.format import Format, Layout, normal, patterns
from siyu.intake.formats.identities import SIMPLE
from siyu.paths import format_files, kept
from siyu.reads.digests import digest, sha256_of

OPEN = "?"  # where a draft asks
STEP = "See data/README.md."
_WORDS = patterns(__file__)
DECIDES = _WORDS["decides"]
_TELLS = re.compile(
    rf"(?:{_WORDS['tells'].pattern})(?:[\W_\d].*)?|{_WORDS['currencies'].pattern}", re.IGNORECASE | re.DOTALL
)
_ALONE = re.compile(rf"(?:{_WORDS['tells'].pattern})[\W_]*", re.IGNORECASE)
_FEW = 50  # different cells of a column that says what sort a line is


class FormatError(ProblemsError):
    """A format file cannot be used as it stands."""


@dataclass(frozen=True)
class Catalogue:
    """formats: by key. own: keys of the client's. broken: what is wrong with files that could not be read, by file
    name; they are left out.

    claims: the headers that a broken file asks for, as far as it can be read."""

    formats: dict[str, Format]
    own: frozenset[str]
    broken: dict[str, FormatError]
    claims: dict[str, frozenset[str]]

    @cached_property
    def rules(self) -> list[str]:
        """All formats, as text."""
        return sorted(one.model_dump_json() for one in self.formats.values())

    @cached_property
    def naming(self) -> list[str]:
        """Patterns of a file's name that formats read."""
        columns = (column for entry in self.formats.values() for column in entry.columns.values())
        return sorted({column.named for column in columns if column.named})

    def identified(self, header: Sequence[str]) -> Layout | None:
        """The layout of the format whose columns this header holds best; None when none fits.

        Raises FormatError when a broken format asks for exactly such headers."""
        seen = set(map(normal, header))
        for name, claim in self.claims.items():
            if claim and claim <= seen:
                raise self.broken[name]
        fitting = []
        for entry in self.formats.values():
            layout = entry.layout(header)
            telling = max(len(layout.places), len(entry.identify)) > 1  # one header alone says nothing
            if layout.missing or not telling:
                continue
            # a plain layout must not swallow a file whose other columns another format cannot do without
            if entry.identify or not self._needed_elsewhere(entry.key) & set(map(normal, layout.unknown)):
                place = (len(layout.unknown), entry.key not in self.own, -len(layout.places), entry.key)
                fitting.append((place, layout))
        return min(fitting, key=lambda found: found[0])[1] if fitting else None

    def _needed_elsewhere(self, key: str) -> frozenset[str]:
        """Headers of required columns of all formats but this one."""
        others = [entry for entry in self.formats.values() if entry.key != key and not entry.draft]
        needed = [column for entry in others for column in entry.columns.values() if column.required]
        return frozenset(normal(name) for column in needed for name in column.header)


def formats(own: Path | None = None) -> dict[str, Format]:
    """All formats that can be used, by key: the bundled ones, those in the folder `formats` of own data, and
    those of a client in the folder `own`."""
    return catalogue(own).formats


def catalogue(own: Path | None = None) -> Catalogue:
    """The formats of today, see `formats`, and the files that are broken."""
    files = format_files(own)
    with reads.reader():  # noted where a file is recognised
        found = ((key, str(path), path.stat()) for key, path in files.items())  # asked for every export
        return _catalogue(tuple((key, path, stat.st_mtime_ns, stat.st_size) for key, path, stat in found), own)


@lru_cache(maxsize=8)
def _catalogue(files: tuple[tuple[str, str, int, int], ...], own: Path | None) -> Catalogue:
    found, broken, claims = dict[str, Format](), dict[str, FormatError](), dict[str, frozenset[str]]()
    paths = {key: Path(path) for key, path, *_ in files}
    parsed = _parsed({key: path for key, path in paths.items() if path.parent != own})  # a client's is for `siyu erase`
    for key, path in paths.items():
        try:
            found[key] = read_format(path, parsed.get(key))
        except FormatError as error:
            broken[path.name], claims[path.name] = error, _claims(path)
    return Catalogue(found, frozenset(key for key, path in paths.items() if path.parent == own), broken, claims)


def _parsed(paths: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """What the YAML of the files says, kept from one process to the next: by key, of those that JSON can tell."""
    texts = dict[Path, bytes]()
    for path in paths.values():
        with suppress(OSError):  # told where it is read
            texts[path] = path.read_bytes()
    what = digest([sha256_of(Path(plain_yaml.__file__)), {str(path): text.hex() for path, text in texts.items()}])
    return dict(json.loads(kept("formats", what, lambda: json.dumps(dict(_told(paths, texts))).encode())))


def _told(paths: Mapping[str, Path], texts: Mapping[Path, bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, path in paths.items():
        with suppress(FormatError):
            content = plain_yaml.mapping(path, FormatError, STEP, lambda one: texts.get(one, b""))
            if json.loads(json.dumps(content, default=str)) == content:
                yield key, content


def read_format(path: Path, content: dict[str, Any] | None = None) -> Format:
    """The format of one YAML file; its key is the file's name. Raises FormatError with all faults.

    content: what the file says, where that is known."""
    file = shown_path(path)
    content = content or plain_yaml.mapping(path, FormatError, STEP)
    try:
        entry = Format(**({"key": path.stem} | _answered(content) | {"open": tuple(_questions(content))}))
    except TypeError as error:
        raise FormatError([Problem(file, 0, "", str(error), "the keys of a format", STEP)]) from None
    except ValidationError as error:
        raise FormatError([Problem(file, 0, *refusal, STEP) for refusal in refusals(error)]) from None
    if problems := list(_faults(file, content, entry)):
        raise FormatError(problems)
    return entry


def _faults(file: str, content: dict[str, Any], entry: Format) -> Iterator[Problem]:
    for key in ("key", "open"):
        if key in content:
            yield Problem(file, 0, key, "a key that files do not set", "no such key", "Remove it.")
    if not entry.open:
        named = [
            *entry.control,
            *entry.line_key,
            *(of for column in entry.columns.values() for of in [*column.of, column.also] if of),
        ]
        for key in named:
            if key not in entry.columns:
                yield Problem(file, 0, key, "this name", "a key of columns", nearest(key, entry.columns))
        if entry.refunds == "net" and not {"net_fen"} <= set(entry.columns):
            yield Problem(file, 0, "refunds", "net", "a column net_fen", "Amounts less refunds are net_fen.")
        if entry.refunds == "apart" and "net_fen" in entry.columns and "paid_fen" not in entry.columns:
            yield Problem(file, 0, "refunds", "apart, and a column net_fen", "a column paid_fen", "Rename net_fen.")
    back = {"refunded_fen", "refund_state"} & set(entry.columns) if entry.kind == "orders" else set()
    if not entry.open and entry.refunds == "none" and back:
        yield Problem(file, 0, "refunds", "none, and a column of refunds", "apart or net", STEP)
    headers = {*entry.ignored, *entry.ignored_personal, *entry.waived,
               *(h for c in entry.columns.values() for h in c.header)}  # fmt: skip
    for name in entry.breaks:
        if name not in headers:
            yield Problem(file, 0, "breaks", name, "a header of this format", nearest(name, headers))


def _questions(content: Any, place: tuple[str, ...] = ()) -> Iterator[str]:
    """Where a draft asks, as a person is told: the place and, of a column, its header."""
    for key, value in content.items() if isinstance(content, dict) else ():
        at = (*place, str(key))
        if str(key) == OPEN or value in (OPEN, [OPEN]):
            header = content.get("header", "") if at[0] == "columns" and place else ""
            yield ".".join(at) + (f" ({header})" if header else "")
        else:
            yield from _questions(value, at)


def _answered(content: dict[str, Any]) -> dict[str, Any]:
    """The content without what is still asked: its keys, columns and values."""
    found = {key: value for key, value in content.items() if value not in (OPEN, [OPEN])}
    if not isinstance(columns := found.get("columns"), dict):
        return found
    told = {key: column if isinstance(column, dict) else {} for key, column in columns.items()}
    asked = {key for key, column in told.items() if OPEN in (column.get("header"), column.get("read"))}
    found["columns"] = {key: _known(column) for key, column in columns.items() if key not in asked}
    for key in ("line_key", "control"):
        if isinstance(found.get(key), list):
            found[key] = [one for one in found[key] if one not in asked | {OPEN}]
    return found


def _known(column: Any) -> Any:
    """A column without what is still asked of it."""
    if not isinstance(column, dict):
        return column
    kept = {name: value for name, value in column.items() if value != OPEN}
    if isinstance(values := kept.get("values"), dict):
        kept["values"] = {str(k): v for k, v in values.items() if OPEN not in (k, v)} or {"": ""}
    return kept


def _claims(path: Path) -> frozenset[str]:
    try:
        identify = plain_yaml.mapping(path, FormatError, STEP).get("identify")
    except FormatError:
        return frozenset()
    return frozenset(normal(str(name)) for name in identify) if isinstance(identify, list) else frozenset()


def undecided(layout: Layout, records: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Headers nobody mapped that may say which lines count: status, refund, currency, number of pieces or lines; by
    the header, or by the cells of some records; a column without header has cells, too (`#4`, the fourth). Of a file
    that names no buyers else, those that may."""
    if layout.format.kind in ("sessions", "aggregates"):
        return ()
    nameless = layout.format.kind == "orders" and "buyer_id" in set(layout.format.columns) - set(layout.places)
    found = dict[str, None]()
    for place, name in enumerate(layout.header):
        if normal(name) and name not in layout.unknown:
            continue
        cells = {row[place].strip().translate(SIMPLE) for row in records}
        # among many remarks, one that says something else as well (赠品：袜子) is named, see `non_records.Remarks`
        tells = _TELLS if len(cells) <= _FEW else _ALONE if _WORDS["remarks"].search(normal(name)) else None
        told = tells is not None and any(map(tells.fullmatch, cells))
        if told or decides(name) or (nameless and names_buyers(name)):
            found[name if normal(name) else f"#{place + 1}"] = None
    return tuple(found)


def names_buyers(name: str) -> bool:
    """Whether a column so called may tell buyers apart."""
    return bool(_WORDS["buyer"].search(normal(name)))


def decides(name: str) -> bool:
    """Whether a column so called may say which lines count."""
    return bool(DECIDES.search(normal(name).translate(SIMPLE)))
