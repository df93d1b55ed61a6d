"""Whether a list of JSON is all of it: what an answer says beside its records of how many there are, and which page.

Names are compared without case, `_` and `-`: total_count, totalCount."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siyu.messages import tables

_WORDS = tables(__file__, "paging.yml")
_NAMES = {sort: frozenset(map(str, _WORDS[sort])) for sort in _WORDS}
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,6})?")
_KEY = re.compile(_WORDS["keys"])
_SAYING = ("total", "plain", "more", "end", "next", "number", "pages", "size", "offset")
NOTHING = (None, "", 0, "0", "-1", -1, False, "null", "None", "none")


@dataclass(frozen=True)
class ListPage:
    """held: records of a list. total: how many there are, as far as it is said, else None; more: whether others follow;
    number: of the page, 0 where it is not said."""

    held: int
    total: int | None
    more: bool
    number: int


def lacking(pages: Sequence[ListPage]) -> tuple[int, int | None] | None:
    """The records that these pages of a list hold, and how many there are, None where it is not said; None when they
    hold all."""
    for total in sorted({page.total for page in pages if page.total is not None}):
        held = sum(page.held for page in pages if page.total == total)
        if held < total:
            return held, total
    rest = [page for page in pages if page.total is None]
    numbers, ends = [page.number for page in rest if page.number], sum(not page.more for page in rest)
    held = sum(page.held for page in rest)
    if any(page.more for page in rest) and not ends:
        return held, None
    if numbers and len(numbers) == len(rest):  # of several lists each begins, goes on and ends as often
        counts = [numbers.count(number) for number in range(1, max(numbers) + 1)]
        if counts != sorted(counts, reverse=True) or counts[0] != ends:
            return held, None
    return None


def grown(pages: Sequence[ListPage]) -> bool:
    """Whether pages are all of one list that grew while it was asked for: numbered through, and as many records as it
    says at most."""
    most = max(page.total or 0 for page in pages)
    numbers = sorted(page.number for page in pages)
    return 0 < most <= sum(page.held for page in pages) and numbers == [*range(1, len(pages) + 1)]


def pages(content: Any) -> dict[str, list[ListPage]]:
    """The pages of each list of records in some JSON, by its path."""
    found: dict[str, list[ListPage]] = {}
    for path, records, around in _lists(content, "", {}, within=False):
        found.setdefault(path, []).append(_page(records, around))
    return found


def of_paging(node: Mapping[str, Any]) -> set[str]:
    """Names of an object that say which part of a list it holds, and nothing of its records."""
    said = _said(node, within=False)
    return {name for name in node if _plain(name) in said and any(_plain(name) in _NAMES[sort] for sort in _SAYING)}


def _lists(node: Any, path: str, around: Mapping[str, Any], *, within: bool) -> Iterator[tuple[str, list[Any], Any]]:
    """Each list of records, its path and what is said beside it. within: the node is a record of another list."""
    if isinstance(node, list):
        for one in node:
            yield from _lists(one, path, {}, within=True)
    if not isinstance(node, dict):
        return
    lists = {name: value for name, value in node.items() if isinstance(value, list) and any(map(_is_record, value))}
    said = {**around, **_said(node, within=within)}
    longest = max(lists, key=lambda name: len(lists[name]), default="")
    for name, value in node.items():
        at = f"{path}.{name}".lstrip(".")
        if name in lists:
            yield at, lists[name], said if name == longest else {}
        yield from _lists(value, at, {} if lists else said, within=within)


def _is_record(one: Any) -> bool:
    return isinstance(one, dict)


def _said(node: Mapping[str, Any], *, within: bool) -> dict[str, Any]:
    """What an object says of a list in it. Of one that is a record itself, or has a key, a plain total is its own: of
    money, of pieces."""
    told = {_plain(name): value for name, value in node.items() if not isinstance(value, dict | list)}
    for name, value in node.items():
        if isinstance(value, dict) and _plain(name) in _NAMES["beside"]:
            told |= {_plain(inner): one for inner, one in value.items() if not isinstance(one, dict | list)}
    paged = told.keys() & (
        _NAMES["more"] | _NAMES["end"] | _NAMES["number"] | _NAMES["size"] | _NAMES["pages"] | _NAMES["offset"]
    )
    plain = (
        not (told.keys() - _NAMES["plain"] - _NAMES["envelope"])
        if within
        else not any(map(_KEY.search, told.keys() - _NAMES["envelope"]))
    )
    return {name: value for name, value in told.items() if paged or plain or name not in _NAMES["plain"]}


def _page(records: Sequence[Any], said: Mapping[str, Any]) -> ListPage:
    held = sum(map(_is_record, records))
    number, of, size = (_whole(said, sort) for sort in ("number", "pages", "size"))
    if number is None and size and (start := _whole(said, "offset")) is not None:
        number = start // size + 1
    total = _whole(said, "total")
    if total is None:
        total = _whole(said, "plain")
        alone = number is None and size is None  # else it counts records
        total = None if alone and total and total != held and {total, total / 100} & _sums(records) else total
    told = [bool(_truth(said[name])) for name in said if name in _NAMES["more"]]
    told += [not _truth(said[name]) for name in said if name in _NAMES["end"]]
    if total is not None and total >= held and not (total == held and any(told)):
        return ListPage(held, total, more=total > held, number=number or 0)
    if told:
        more = any(told)
    elif of is not None and number is not None:
        more = 0 < number < of
    elif tokens := [said[name] for name in said if name in _NAMES["next"]]:
        more = any(token not in NOTHING for token in tokens)
    else:
        more = size is not None and 1 < size <= held and bool(said.keys() & (_NAMES["number"] | _NAMES["offset"]))
    return ListPage(held, None, more, number or 0)


def _sums(records: Sequence[Any]) -> set[float]:
    """Sums of the records' own numbers, in quotation marks, too: a total may be one of these, or of yuan in fen."""
    found: dict[str, float] = {}
    for record in records if all(map(_is_record, records)) else ():
        for name, value in record.items():
            if not isinstance(value, bool) and _NUMBER.fullmatch(str(value)):
                found[name] = found.get(name, 0) + float(value)
    return {round(one, 2) for one in found.values()}


def _whole(said: Mapping[str, Any], sort: str) -> int | None:
    for name, value in said.items():
        if name in _NAMES[sort] and not isinstance(value, bool) and re.fullmatch(r"\d{1,12}", str(value)):
            return int(value)
    return None


def _truth(value: Any) -> bool:
    return value not in NOTHING and str(value).lower() not in ("false", "no", "n")


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()
