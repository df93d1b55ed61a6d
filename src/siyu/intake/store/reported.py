"""Tables that are kept as a client's exports report them: dashboards, sends, settlements, spend."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from siyu.intake.formats.format import tables
from siyu.intake.reading.lines import Ints
from siyu.intake.store.buyers import NEVER, Keys, standing_for
from siyu.intake.store.parts import Part


class Reported:
    """The rows of a table that is kept as its exports report it, from the oldest export to the newest."""

    def __init__(self, kind: str, parts: Sequence[Part], keys: Keys) -> None:
        rows = [part.rows() for part in parts]
        self.named = any(part.named for part in parts)
        self.who = np.concatenate([keys.of_rows(*both) for both in zip(parts, rows, strict=True)])
        self.part = np.repeat(np.arange(len(parts)), [len(one) for one in rows])
        whole = pa.concat_tables(rows, promote_options="default").unify_dictionaries()
        self.rows, self.keys = whole.drop_columns(["buyer_no", "line"]), tables()[kind].keys

    def people(self) -> tuple[Ints, Ints]:
        """Key and first time (seconds) of each row that names somebody."""
        named = self.who >= 0
        times = [self.rows[one.name] for one in self.rows.schema if pa.types.is_timestamp(one.type)]
        moments = times[0].cast(pa.int64()).fill_null(NEVER).to_numpy() if times else np.full(len(named), NEVER)
        return self.who[named], moments[named]

    def table(self, ids: Ints) -> pa.Table:
        """Of each row that several exports hold the newest one's, by the columns of its key."""
        frame = self.rows.select([key for key in self.keys if key in self.rows.column_names]).to_pandas()
        frame = frame.assign(who=self.who, part=self.part)
        by = frame.groupby(list(frame.columns[:-1]), dropna=False, observed=True, sort=False)["part"]
        stays = np.flatnonzero(self.part == by.transform("max").to_numpy())
        if not self.named:
            kept = frame.iloc[stays, :-2]
            kept = kept.astype(dict.fromkeys(kept.select_dtypes("category"), "string"))  # Arrow sorts no dictionaries
            return self.rows.take(pa.array(kept.sort_values([*kept.columns]).index.to_numpy()))
        places, buyer = standing_for(self.who[stays], np.vstack([ids, np.full(ids.shape[1], -1)]))
        nobody = np.flatnonzero(self.who[stays] < 0)
        taken = self.rows.take(pa.array(stays[np.concatenate([places, nobody])]))
        who = pa.array(np.append(buyer, np.full(len(nobody), -1)), mask=np.arange(len(taken)) >= len(places))
        return taken.add_column(0, "buyer_id", who).sort_by([("buyer_id", "ascending")])
