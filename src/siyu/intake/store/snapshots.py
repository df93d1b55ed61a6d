"""Order lines that several exports hold: which of them is the newest, and where exports contradict each other.

The unit is the line. Orders whose lines cannot be told apart by the columns at hand are taken whole."""

import re
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.containers.paging import grown, lacking
from siyu.intake.formats.canonical_tables import tables
from siyu.intake.reading.accounting import Account
from siyu.intake.reading.headers import harmless
from siyu.intake.reading.lines import Flags, Ints
from siyu.intake.reading.plausible import TIMES
from siyu.intake.reading.problems import Trouble
from siyu.intake.store.buyers import Keys
from siyu.intake.store.parts import Part

# what two exports have to agree on where nothing tells which is newer
COMPARED = ("status", "refund_state", "paid_fen", "order_paid_fen", "net_fen", "refunded_fen", "paid_at", "quantity",
            "buyer")  # fmt: skip
AMOUNTS = ("paid_fen", "order_paid_fen")  # what a newer export of an order does not change
NOTED = frozenset(["no_such_buyers"])  # codes for which a file is used all the same
LINE_KEYS = ("line_id", "product_id", "product_spec")


class Clash(NamedTuple):
    """A file that cannot be used beside another one, and why: a code of `problems.REASONS`."""

    file: str
    code: str
    other: str


class ContradictionError(ValueError):
    """Exports that cannot stand beside each other, and nothing tells which of them is to go."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        self.clashes = tuple(clashes)
        super().__init__("exports contradict each other")


def refuse_repeats(found: Sequence[Account]) -> None:
    """Refuse files whose content an earlier one has."""
    first: dict[str, str] = {}
    for account in found:
        if account.digest and not account.refused:
            if before := first.get(account.digest):
                account.refuse(Trouble(0, None, "same_file", before))
            first.setdefault(account.digest, account.file)


def refuse_pages(found: Sequence[Account]) -> None:
    """Refuse lists of JSON of which the files of one format do not hold all pages together."""
    lists: dict[tuple[str | None, str], list[Account]] = {}
    for account in found:
        if account.pages and not account.refused:
            lists.setdefault((account.format, account.part), []).append(account)
    for (_, part), accounts in lists.items():
        every = [page for one in accounts for page in one.pages]
        for total in dict.fromkeys(page.total for page in every) if not grown(every) else ():
            here = [one for one in accounts if any(page.total == total for page in one.pages)]
            lacks = lacking([page for page in every if page.total == total])
            for account in here if lacks is not None else ():
                if not account.refused:
                    held, of = lacks or (0, None)
                    code, told = ("one_page", "") if of is None else ("part_of_list", f"{of:,}")
                    account.refuse(Trouble(0, harmless(part) or None, code, f"{held:,}", told))


def refuse_clashes(found: Sequence[Account], clashes: Sequence[Clash]) -> None:
    """Refuse files that cannot stand beside others; name those that stand there without meaning anything to them."""
    for one in clashes:
        for account in found:
            if account.file == one.file and one.code in NOTED:
                account.note(one.code, found=one.other)
            elif account.file == one.file and not account.refused:
                account.refuse(Trouble(0, None, one.code, one.other))


def _both(one: Part, other: Part, code: str) -> list[Clash]:
    return [Clash(one.name, code, other.name), Clash(other.name, code, one.name)]


def age(part: Part) -> tuple[int, list[int], str]:
    """What exports are sorted by, the oldest first: their date, then the numbers in their names, then these."""
    known = part.exported.last if part.exported is not None else -1
    return known, [int(number) for number in re.findall(r"\d{1,18}", part.name)], part.name


def line_key(part: Part) -> tuple[str, ...]:
    """The columns that tell the lines of an order apart in this export, () when each order is one line; ("?",)
    when they cannot be told apart."""
    wanted = part.format.line_key
    present = [key for key in wanted if key in part.columns]
    # what a reader drops repeats by tells lines apart, whole or not
    known = present and (len(present) == len(wanted) or part.format.duplicates == "drop")
    return tuple(key for key in present if key != "order_id") if known else ("?",)


def newest(table: pa.Table, order: Ints, part: Ints, parts: Sequence[Part]) -> Flags:
    """Which rows stand: of each line the one of the newest export. Raises ContradictionError.

    order: number of each row's order; part: which of `parts` each row is from, these from the oldest to the newest."""
    keep = np.ones(len(order), bool)
    rows = np.flatnonzero(_several(part, order))  # only orders that more than one export holds
    if not rows.size:
        return keep
    unit = _units(table.take(pa.array(rows)), order[rows], part[rows], parts)
    inorder = np.lexsort((part[rows], unit))
    rows, unit = rows[inorder], unit[inorder]
    ends = np.append(np.flatnonzero(np.diff(unit)), len(unit) - 1)
    standing = part[rows[ends]][np.searchsorted(ends, np.arange(len(unit)))]  # the newest export of each unit
    older = part[rows] < standing
    keep[rows[older]] = False
    clashes = []
    for a, b in sorted(set(zip(part[rows[older]].tolist(), standing[older].tolist(), strict=True))):
        known = parts[a].exported_before(parts[b])
        told = COMPARED if not known else AMOUNTS if _lineless(parts[a]) and _lineless(parts[b]) else ()
        if told and _differ(table, rows, unit, part, (a, b), standing, told):
            clashes += _both(parts[a], parts[b], "cut_orders" if known else "contradiction")
    if clashes:
        raise ContradictionError(clashes)
    return keep


def _lineless(part: Part) -> bool:
    """Whether the format knows lines of an order and the export has no column that tells them apart."""
    return line_key(part) == () and set(part.format.line_key) > {"order_id"}


def _several(values: Ints, order: Ints) -> Flags:
    """Whether the rows of an order differ in a value."""
    by = pd.Series(values).groupby(order, sort=False)
    return (by.transform("min") != by.transform("max")).to_numpy()


def _units(table: pa.Table, order: Ints, part: Ints, parts: Sequence[Part]) -> Ints:
    """A number for what must be compared: a line, or an order whose exports do not tell lines alike."""
    keys = [line_key(one) for one in parts]
    kinds = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    kind = np.array([kinds[key] for key in keys])[part]
    whole = _several(kind, order) | np.array([key == ("?",) for key in kinds])[kind]
    lines = np.zeros(len(order), np.int64)
    for key in LINE_KEYS:
        if key in table.column_names:
            used = np.array([key in one for one in keys])[part]
            codes = table[key].combine_chunks()
            codes = codes if pa.types.is_dictionary(codes.type) else codes.dictionary_encode()
            values = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
            lines = lines * (int(values.max(initial=0)) + 1) + np.where(used, values, 0)
    lines = np.where(whole, -1, lines)
    _, found = np.unique(np.stack([order, lines]), axis=1, return_inverse=True)
    return found.reshape(-1)


def _differ(
    table: pa.Table, rows: Ints, unit: Ints, part: Ints, pair: tuple[int, int], standing: Ints, compared: Sequence[str]
) -> bool:
    """Whether two exports tell otherwise about the units that the second is the newest of."""
    shared = np.intersect1d(*(unit[(part[rows] == one) & (standing == pair[1])] for one in pair))
    told = [name for name in compared if name in table.column_names]
    sides = []
    for one in pair:
        mine = (part[rows] == one) & np.isin(unit, shared)
        lines = table.select(told).take(pa.array(rows[mine]))
        values = (lines[name].cast(pa.string()).to_pylist() for name in told)
        sides.append(sorted(map(repr, zip(unit[mine].tolist(), *values, strict=True))))
    return sides[0] != sides[1]


def contradicting(parts: Sequence[Part], keys: Keys) -> list[Clash]:
    """Exports of other kinds than orders that tell otherwise about the same row of their table."""
    found: list[Clash] = []
    others = [part for part in parts if part.format.kind != "orders"]
    for one, other in combinations(others, 2):
        kind = one.format.kind
        if kind != other.format.kind or one.exported_before(other) or other.exported_before(one):
            continue
        mine, theirs = (_frame(part, keys) for part in (one, other))
        shared = [name for name in mine if name in theirs]
        on = [name for name in ("key" if key == "buyer_id" else key for key in tables()[kind].keys) if name in shared]
        both = mine[shared].merge(theirs[shared], on=on, suffixes=("", " of the other")) if on else mine[:0]
        told = [name for name in shared if name not in on] if on else []
        if any(_unlike(both[name], both[f"{name} of the other"]) for name in told):
            found += _both(one, other, "contradiction")
    return found


def _unlike(one: pd.Series, other: pd.Series) -> bool:
    return bool((one.ne(other) & ~(one.isna() & other.isna())).any())


def _frame(part: Part, keys: Keys) -> pd.DataFrame:
    rows = part.rows()
    frame: pd.DataFrame = rows.drop_columns("buyer_no").to_pandas()
    words = dict.fromkeys(frame.select_dtypes("category"), "object")  # categories of two files are not compared
    return frame.astype(words).assign(key=keys.of_rows(part, rows))


def overlapping(parts: Sequence[Part]) -> list[Clash]:
    """Order exports that hold the same records, of which one has no order numbers, or which spell them otherwise, or
    which are of two platforms: what is counted twice, nobody could tell. Of two that are the same in another dress, the
    later one goes."""
    found: list[Clash] = []
    for a, b in combinations([part for part in parts if part.format.kind == "orders"], 2):
        found += _both(a, b, "same_orders") if _of_both(a, b) else []
        numbered = all("order_id" in part.columns for part in (a, b))
        if numbered and not _strangers(a, b):
            continue
        mine, theirs = _records(a), _records(b)
        if not {*mine} & {*theirs} & {*_WHEN}:
            continue
        # one may spell its buyers otherwise
        hidden = [side.drop(columns="who", errors="ignore") for side in (mine, theirs)]
        named, nameless = (_shared(*pair, numbered=numbered) for pair in ((mine, theirs), hidden))
        if max(named, nameless) == 1.0:
            found.append(Clash(b.name, "same_file", a.name))
        elif named >= SHARED or nameless >= MOST:
            found += _both(a, b, "overlap")
    return found


def _of_both(one: Part, other: Part) -> bool:
    """Whether exports of two platforms hold the same orders, as the list of a tool beside a shop's own does: numbers
    too long for two shops to count up alike, at the same time. Where only days are told, those of two tills may begin
    with the day: shorter ones are of the same amount, too."""
    here, there = (part.days(TIMES["orders"]) for part in (one, other))
    if one.format.platform == other.format.platform or not np.intersect1d(here, there).size:
        return False
    sides = []
    for part in (one, other):
        rows, when = part.rows(), next(key for key in _WHEN if key in part.columns)
        amount = next(key for key in (*AMOUNTS, "net_fen") if key in part.columns)
        long = pc.greater_equal(pc.binary_length(rows["order_id"]), LONG)
        sides.append(rows.select(["order_id", when, amount]).rename_columns(["id", "when", "fen"]).filter(long))
    mine = sides[0].filter(pc.is_in(sides[0]["id"], value_set=sides[1]["id"].combine_chunks()))
    both = mine.to_pandas().merge(sides[1].to_pandas(), on="id").drop_duplicates("id")
    days, minutes = ([both[key].dt.floor(unit) for key in ("when_x", "when_y")] for unit in ("D", "min"))
    alike = minutes[0] == minutes[1]
    if any(map(pd.Series.equals, days, minutes)):
        alike = (days[0] == days[1]) & ((both["fen_x"] == both["fen_y"]) | (both["id"].str.len() > LONGER))
    return bool(2 * alike.sum() > len(both) > min(FEWEST, min(map(len, sides)) - 1))


def _strangers(one: Part, other: Part) -> bool:
    """Whether two exports of a platform cover the same days and have no order in common."""
    here, there = (part.days(TIMES["orders"]) for part in (one, other))
    both = len(np.intersect1d(here, there))
    if one.format.platform != other.format.platform or not both or 2 * both < min(len(here), len(there)):
        return False
    mine, theirs = (pc.utf8_ltrim(part.rows()["order_id"], "0") for part in (one, other))
    return len(mine) > FEWEST and not pc.any(pc.is_in(mine, value_set=theirs.combine_chunks())).as_py()


def _shared(mine: pd.DataFrame, theirs: pd.DataFrame, *, numbered: bool) -> float:
    """The share of records, of those of the shorter one in the days of both, that both hold; 1 only when both are the
    same. 0 for numbered ones of which most are alike (one price, days without times): those of two shops are, too."""
    one, other = _counted(mine, theirs)
    if numbered and any(2 * len(side) < side.sum() for side in (one, other)):
        return 0.0
    if one.equals(other):
        return 1.0
    spans = [side.index.get_level_values(0) for side in (one, other)]
    since, until = max(span.min() for span in spans), min(span.max() for span in spans)
    inside = [side[(span >= since) & (span <= until)].sum() for side, span in zip((one, other), spans, strict=True)]
    both = np.minimum(*one.align(other, join="inner")).sum()
    return min(float(both / min(inside)), 0.99) if both else 0.0


SHARED, MOST, FEWEST = 0.2, 0.9, 5  # of records alike by chance: with the buyer, without; and orders for that
LONG, LONGER = 12, 16  # digits of order numbers that two shops hardly, and never, have alike
_WHEN = ("paid_at", "created_at")


def _records(part: Part) -> pd.DataFrame:
    """What two exports can have in common of a record: its time, amounts, pieces and buyer."""
    rows, keys = part.rows(), part.keys()
    columns = [name for name in (*_WHEN, "paid_fen", "net_fen", "quantity") if name in rows.column_names]
    frame: pd.DataFrame = rows.select(columns).to_pandas()
    return frame.assign(who=keys.take(rows["buyer_no"].combine_chunks()).to_pylist()) if len(keys) else frame


def _counted(mine: pd.DataFrame, theirs: pd.DataFrame) -> list[pd.Series]:
    """How often each record stands in either, by the columns of both. A spreadsheet that saves a file again may drop
    the seconds, or all but the day."""
    names = [str(name) for name in mine if name in theirs]
    when = names[0]
    days = any((side[when].dropna() == side[when].dropna().dt.floor("D")).all() for side in (mine, theirs))
    sides = [side[names].assign(**{when: side[when].dt.floor("D" if days else "min")}) for side in (mine, theirs)]
    return [side.dropna(subset=[when]).value_counts(dropna=False).sort_index() for side in sides]
