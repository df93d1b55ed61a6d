"""Which column of an unknown table may be which: by the words of its header, as far as its cells can be read so."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from siyu.intake.formats.format import normal, patterns
from siyu.intake.new.sample import Sample
from siyu.messages import tables

_COLUMNS = tables(__file__, "columns.yml")
ORDERS, MEMBERS = _COLUMNS["orders"], _COLUMNS["members"]  # column -> how it is read and what it may be called
STATES: dict[str, dict[str, str]] = _COLUMNS["states"]  # column -> word -> meaning, beyond what formats know
_WORDS = patterns(__file__)
PERSONAL, MORE = _WORDS["personal"], _WORDS["more"]
_CALLED = [word for column in (*ORDERS.values(), *MEMBERS.values()) for word in column["words"]]
WORDS = re.compile("|".join([*_CALLED, _WORDS["paid"].pattern, _WORDS["time"].pattern]), re.IGNORECASE)


def columns(table: Sample, members: bool = False) -> dict[str, int]:
    """Key -> place of the columns that words and cells agree on."""
    found: dict[str, int] = {}
    for key, column in (MEMBERS if members else ORDERS).items():
        places = (place for word in column["words"] for place in _fitting(table, word, column))
        place = next((place for place in places if place not in found.values()), -1)
        if place >= 0:
            found[key] = place
    return found


def _fitting(table: Sample, word: str, column: Mapping[str, Any]) -> Iterator[int]:
    reader = column["read"]
    for place in sorted(table.speakable):
        name = normal(table.header[place])
        if not re.search(word, name, re.IGNORECASE) or (reader != "buyer" and PERSONAL.search(name)):
            continue
        if reader == "choice" or (table.readable(place, reader) and (table.filled(place) or "filled" not in column)):
            yield place


def amounts(table: Sample, taken: set[int]) -> list[int]:
    """Places of columns that may be what was paid: money by their cells, by their headers no discount or fee."""
    names = {place: re.sub(r"\(.*\)", "", normal(table.header[place])) for place in money(table, taken)}
    return [at for at, name in names.items() if _WORDS["paid"].search(name) and not _WORDS["less"].search(name)]


def money(table: Sample, taken: set[int]) -> list[int]:
    """Places of all columns of amounts; what is long in every cell is an id."""
    places = [place for place in sorted(table.speakable - taken) if table.filled(place)]
    return [
        place for place in places
        if table.readable(place, "money") and any(0 < len(cell) <= 11 for cell in table.cells(place))
    ]  # fmt: skip


def called(table: Sample, taken: set[int], sort: str, reader: str = "") -> list[int]:
    """Places of filled columns whose header is of a sort of words, and whose cells can be read so."""
    places = (place for place in sorted(table.speakable - taken) if table.filled(place))
    found = (place for place in places if _WORDS[sort].search(normal(table.header[place])))
    return [place for place in found if not reader or table.readable(place, reader)]
