"""Which column of an unknown table may be which, by its header and cells, and what the records prove of it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from siyu.intake.formats.catalogue import DECIDES, formats
from siyu.intake.formats.cells import BLANKS
from siyu.intake.formats.format import normal, other_unit, patterns
from siyu.intake.new.sample import Sample
from siyu.messages import tables

_COLUMNS = tables(__file__, "columns.yml")
# a sort of list -> column -> how it is read and what it may be called
COLUMNS: dict[str, Mapping[str, Any]] = {sort: _COLUMNS[sort] for sort in ("orders", "members", "contacts")}
STATES: dict[str, dict[str, str]] = _COLUMNS["states"]  # column -> word -> meaning, beyond what formats know
_WORDS = patterns(__file__)
ENOUGH = 2  # rows that show a sum before it is believed
PERSONAL, MORE = _WORDS["personal"], _WORDS["more"]
_CALLED = [word for sort in COLUMNS.values() for column in sort.values() for word in column["words"]]
WORDS = re.compile("|".join([*_CALLED, *(_WORDS[sort].pattern for sort in ("paid", "time", "contact"))]), re.IGNORECASE)

SPOKEN = re.compile(
    "|".join([WORDS.pattern, DECIDES.pattern, *(one.pattern for one in _WORDS.values())]), re.IGNORECASE
)


def columns(table: Sample, sort: str = "orders") -> dict[str, int]:
    """Key -> place of the columns that words and cells agree on."""
    found: dict[str, int] = {}
    for key, column in COLUMNS[sort].items():
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
        if reader == "money" and _other(table.header[place]):
            continue
        if reader == "choice" or (table.readable(place, reader) and (table.filled(place) or "filled" not in column)):
            yield place


def amounts(table: Sample, taken: set[int]) -> tuple[list[int], list[int]]:
    """Places of columns that may be what was paid: money by their cells, by their headers no discount or fee; and of
    all amounts that say that they are in another unit or currency."""
    names = {place: re.sub(r"\(.*\)", "", normal(table.header[place])) for place in money(table, taken)}
    paid = [at for at, name in names.items() if _WORDS["paid"].search(name) and not _WORDS["less"].search(name)]
    other = [at for at in money(table, set()) if _other(table.header[at])]
    return [at for at in paid if at not in other], other


def _other(name: str) -> bool:
    """Whether a header says that its amounts are in another unit or currency than yuan."""
    return other_unit(name) or bool(_WORDS["foreign"].search(normal(name)))


def money(table: Sample, taken: set[int]) -> list[int]:
    """Places of all columns of amounts; what is long in every cell is an id."""
    places = [place for place in sorted(table.speakable - taken) if table.filled(place)]
    return [at for at in places if table.readable(at, "money") and any(0 < len(one) <= 11 for one in table.cells(at))]


def called(table: Sample, taken: set[int], sort: str, reader: str = "") -> list[int]:
    """Places of filled columns whose header is of a sort of words, and whose cells can be read so."""
    places = (place for place in sorted(table.speakable - taken) if table.filled(place))
    found = (place for place in places if _WORDS[sort].search(normal(table.header[place])))
    return [place for place in found if not reader or table.readable(place, reader)]


def net_of(table: Sample, refund: int, candidates: Sequence[int], totals: Sequence[int]) -> tuple[int, int] | None:
    """(net of refunds, the total): the two columns whose difference is the refund on every refunded row, and which are
    alike on most others."""
    rows, others, refunds = _refunded(table, refund)
    for paid in candidates if len(rows) >= ENOUGH else ():
        for total in totals:
            less, whole = table.fen(paid), table.fen(total)
            adds_up = paid != total and all(less[row] + refunds[row] == whole[row] for row in rows)
            if adds_up and 2 * sum(less[row] == whole[row] for row in others) >= len(others):
                return paid, total
    return None


def apart_from(table: Sample, refund: int, paid: int, totals: Sequence[int]) -> int | None:
    """The column that shows that refunds leave the amount as it was: the two are alike on every refunded row."""
    rows, _, refunds = _refunded(table, refund)
    amounts = table.fen(paid)
    if len(rows) < ENOUGH or any(refunds[row] > amounts[row] for row in rows):
        return None
    alike = (total for total in totals if all(table.fen(total)[row] == amounts[row] for row in rows))
    return next((total for total in alike if total not in (paid, refund)), None)


def _refunded(table: Sample, refund: int) -> tuple[list[int], list[int], list[int]]:
    """Rows with a refund, rows without, and the refunds."""
    refunds = [abs(value) for value in table.fen(refund)]
    rows = range(len(refunds))
    return [row for row in rows if refunds[row]], [row for row in rows if not refunds[row]], refunds


def unique(table: Sample, places: Sequence[int]) -> bool:
    """Whether no two records agree in all these columns."""
    keys = [tuple(record[place] for place in places) for record in table.records]
    return len(set(keys)) == len(keys)


def telling(table: Sample, order: int, taken: set[int]) -> int | None:
    """The first column that tells the lines of an order apart."""
    return next((place for place in sorted(table.speakable - taken) if unique(table, (order, place))), None)


def repeated(table: Sample, order: int, amount: int) -> bool | None:
    """Whether an amount repeats on the lines of each order, so that it may be the order's; None: no order has two."""
    held: dict[str, list[int]] = {}
    for number, fen in zip(table.cells(order), table.fen(amount), strict=True):
        held.setdefault(number, []).append(fen)
    several = [amounts for amounts in held.values() if len(amounts) > 1]
    return all(len(set(amounts)) == 1 for amounts in several) if several else None


def states(table: Sample, place: int, key: str) -> tuple[dict[str, str], list[str]]:
    """What the words of a column mean in the formats that are known, and the words that none of them has."""
    known = _vocabulary(key)
    words = [word for word, _ in Counter(table.cells(place)).most_common() if word not in BLANKS]
    return {word: known[word] for word in words if word in known}, [word for word in words if word not in known]


@lru_cache(maxsize=4)
def _vocabulary(key: str) -> Mapping[str, str]:
    said: dict[str, set[str]] = {}
    for entry in formats().values():
        column = entry.columns.get(key)
        # words that tell of refunds, too, are asked
        back = {word for one in entry.columns.values() if one.also == key for word in one.values}
        for word, meaning in (column.values if column is not None and not entry.draft else {}).items():
            if word not in back:
                said.setdefault(word, set()).add(meaning)
    return {word: next(iter(meanings)) for word, meanings in said.items() if len(meanings) == 1} | STATES[key]
