"""The top of a table nobody knows: its header and some records, and how the cells of a column can be read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from siyu.intake.formats.cells import BLANKS, READERS, bare, signed_fen
from siyu.intake.formats.format import normal
from siyu.intake.reading import non_records
from siyu.intake.reading.encodings import blocks, encoding_of
from siyu.intake.reading.headers import DEEPEST, DELIMITERS, harmless
from siyu.intake.reading.problems import RefusedError
from siyu.intake.reading.sources import TableSource

SAMPLE = 5_000  # lines looked at
_NAME = re.compile(r"[\u4e00-\u9fff]{2}")
READABLE = 0.9  # of the cells of a column, so that totals and slips do not decide


@dataclass(frozen=True)
class Sample:
    """header: as it stands; records: cells of the lines below it that are records. words: that headers are made of."""

    header: tuple[str, ...]
    records: tuple[tuple[str, ...], ...]
    words: re.Pattern[str]

    def cells(self, place: int) -> list[str]:
        """A column without what is wrapped around its cells."""
        return [bare(record[place]) for record in self.records]

    def named(self, place: int) -> str:
        """The header of a column as a format has to give it."""
        return bare(self.header[place])

    def readable(self, place: int, reader: str) -> bool:
        """Whether the filled cells of a column can be read so."""
        held = [cell for cell in self.cells(place) if cell not in BLANKS]
        read: Callable[[str], tuple[object, str]] = signed_fen if reader == "money" else READERS[reader]
        return sum(1 for cell in held if read(cell)[0] is not None) >= READABLE * len(held)

    def filled(self, place: int) -> bool:
        """Whether a column holds anything."""
        return any(cell not in BLANKS for cell in self.cells(place))

    def fen(self, place: int) -> list[int]:
        """A column of money; 0 where there is none."""
        return [value if isinstance(value, int) else 0 for value in (signed_fen(cell)[0] for cell in self.cells(place))]

    @cached_property
    def speakable(self) -> frozenset[int]:
        """Columns whose header may be written down."""
        return frozenset(p for p, name in enumerate(self.header) if bare(name) and names_nobody(name, self.words))


def names_nobody(name: str, words: re.Pattern[str]) -> bool:
    """Whether a header does not look like somebody's cell, and what its known words leave is too short for a name."""
    return harmless(name) == name.strip() and not _NAME.search(words.sub("·", normal(name)))


def sample(source: TableSource, words: re.Pattern[str], spoken: re.Pattern[str]) -> Sample:
    """The sample of a table whose header has at least two columns that `words` knows. spoken: words of any header.

    A list of people without headers has none: its first line is a person. Raises RefusedError."""
    first = next(blocks(source, encoding_of(source)), b"")
    lines = [line.decode().rstrip("\r") for line in islice(first.split(b"\n"), SAMPLE)]
    best: tuple[int, int, str] = (0, 0, ",")
    for number, line in enumerate(lines[:DEEPEST]):
        for delimiter in DELIMITERS:
            cells = non_records.filled(non_records.split(line, delimiter) or [])
            known = sum(bool(words.search(normal(cell))) for cell in cells)
            if _is_header(cells) and len(cells) > max(best[0], 1) and known > 1:
                best = (len(cells), number, delimiter)
    width, number, delimiter = best
    if not width:
        raise RefusedError("unknown_format")
    header = non_records.split(lines[number], delimiter) or []
    split = [non_records.split(line, delimiter) or [] for line in lines[number + 1 :]]
    records = [cells for cells in split if len(cells) == len(header) and not non_records.is_total(cells)]
    return Sample(tuple(header), tuple(map(tuple, records)), spoken)


def _is_header(cells: Sequence[str]) -> bool:
    """Words only, each once, none of them an amount or a time."""
    words = all(not any(sign.isdigit() for sign in cell) or len(cell) < 30 for cell in cells)
    plain = words and all(READERS["money"](cell)[1] and READERS["time"](cell)[1] for cell in cells)
    return plain and len(set(map(normal, cells))) == len(cells)
