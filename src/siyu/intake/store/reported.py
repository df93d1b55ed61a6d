"""Tables that are kept as a client's exports report them: dashboards, sends, settlements, spend."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu.intake.formats.format import tables
from siyu.intake.reading.lines import Ints
from siyu.intake.store.buyers import NEVER, Keys, standing_for
from siyu.intake.store.parts import Part


class Reported:
    """The rows of a table that is kept as its exports report it, from the oldest export to the newest."""

    def __init__(self, kind: str, parts: Sequence[Part], keys: Keys) -> None:
        rows = [part.rows().drop_columns("line") for part in parts]
        self.named = any(part.named for part in parts)
        self.ragged = len({part.columns for part in parts}) > 1  # some platforms give one metric a file
        self.who = np.concatenate([keys.of_rows(*both) for both in zip(parts, rows, strict=True)])
        self.part = np.repeat(np.arange(len(parts)), [len(one) for one in rows])
        whole = pa.concat_tables(rows, promote_options="default").unify_dictionaries().drop_columns("buyer_no")
        wanted = [key for key in tables()[kind].keys if key != "buyer_id"]
        self.keys = ["platform", *(key for key in wanted if key in whole.column_names)]
        self.whole = len(self.keys) == len(wanted) + 1
        platforms = np.array([part.format.platform for part in parts])[self.part]
        self.rows = whole.append_column("platform", pa.array(platforms, pa.string()))

    def people(self) -> tuple[Ints, Ints]:
        """Key and first time (seconds) of each row that names somebody."""
        named = self.who >= 0
        times = [self.rows[one.name] for one in self.rows.schema if pa.types.is_timestamp(one.type)]
        moments = times[0].cast(pa.int64()).fill_null(NEVER).to_numpy() if times else np.full(len(named), NEVER)
        return self.who[named], moments[named]

    def table(self, ids: Ints) -> pa.Table:
        """Each row once, as the newest export that holds it tells; with what only an older one tells of it."""
        rows, who = self.rows, self.who
        if self.whole or (self.part.max(initial=0) and (len(self.keys) > 1 or self.named)):
            frame = rows.to_pandas().assign(who=who, part=self.part)
            by = frame.groupby([*self.keys, "who"], dropna=False, observed=True, sort=False)
            last = by.cumcount(ascending=False).to_numpy() == 0  # without the whole key, rows of one export are many
            stays = np.flatnonzero(last if self.whole else self.part == by["part"].transform("max").to_numpy())
            told = [name for name in rows.column_names if name not in self.keys]
            if self.ragged and told:
                frame[told] = by[told].ffill()
            rows = pa.Table.from_pandas(frame.iloc[stays][rows.column_names], rows.schema, preserve_index=False)
            who = who[stays]
        by_key = [(name, "ascending") for name in reversed(self.keys)]
        if not self.named:
            return _sorted(rows, by_key)
        places, buyer = standing_for(who, np.vstack([ids, np.full(ids.shape[1], -1)]))
        nobody = np.flatnonzero(who < 0)
        taken = rows.take(pa.array(np.concatenate([places, nobody])))
        none = np.arange(len(taken)) >= len(places)
        buyers = pa.array(np.append(buyer, np.full(len(nobody), -1)), mask=none)
        return _sorted(taken.add_column(0, "buyer_id", buyers), [("buyer_id", "ascending"), *by_key])


def _sorted(rows: pa.Table, keys: Sequence[tuple[str, str]]) -> pa.Table:
    """Rows by keys; Arrow itself sorts no dictionaries."""
    columns = {name: rows[name] for name, _ in keys}
    plain = {name: one.cast(pa.string()) if pa.types.is_dictionary(one.type) else one for name, one in columns.items()}
    return rows.take(pc.sort_indices(pa.table(plain), sort_keys=list(keys)))
