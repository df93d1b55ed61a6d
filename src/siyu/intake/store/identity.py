"""Whether orders name their buyers, why not, and how to get there. Most Douyin clients start without."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from siyu.messages import tables

_LABELS = tables(__file__)
REASONS: dict[str, str] = _LABELS["REASONS"]
STEPS: dict[str, str] = _LABELS["STEPS"]
KEY_TABLE_FILE = "buyer_keys_to_fill.csv"
KEY_TABLE = "主订单编号,doudian_open_id"  # the header of a buyer-key table


class Identity(NamedTuple):
    """How many order records name a buyer that can be used.

    share: 0-1 of `records`, the accepted order records of the newest exports. reason: None when some do, else
    `no_orders`, `no_buyer_column` (no export has one) or `masked` (what stands there is masked or encrypted)."""

    share: float
    records: int
    reason: str | None

    def why(self) -> Mapping[str, Any] | None:
        """Why buyer figures cannot be computed, as a message for `Language.say`; None when they can."""
        return {"id": REASONS[self.reason], "args": {}} if self.reason else None

    def next_step(self) -> Mapping[str, Any] | None:
        """How to get buyers, as a message; None when they are there."""
        return {"id": STEPS[self.reason], "args": {"columns": {"value": KEY_TABLE}}} if self.reason else None


def write_key_table(path: Path, order_ids: Iterable[str]) -> None:
    """A buyer-key table to be filled in: the orders, and an empty key for each."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(KEY_TABLE + "\r\n")
        # a tab keeps a spreadsheet from rounding the number
        file.writelines(f"\t{order_id},\r\n" for order_id in order_ids)
