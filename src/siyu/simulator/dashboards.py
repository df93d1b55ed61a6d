"""What the live and shop dashboards of a made-up brand report: a row a broadcast, a row a month."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from siyu.intake.formats.catalogue import formats
from siyu.simulator import writing
from siyu.simulator.brand import CLOSES, DAY, OPENS, Brand


def dashboard_files(brand: Brand, rooms: Mapping[int, Mapping[str, Any]]) -> Iterator[tuple[str, bytes]]:
    """(name, content) of sessions.csv and aggregates.csv; sales gross, a fan is one at payment.

    rooms: what else is told of a broadcast, by its day (seconds)."""
    sold = brand.orders[brand.orders["paid"] >= 0]
    sold = sold.assign(first=~sold.sort_values("paid").duplicated("buyer"), clock=sold["paid"] % DAY)
    evening = sold[sold["clock"].between(OPENS, CLOSES - 1)]
    rows = []
    for _, own in evening.groupby(evening["paid"] // DAY):
        midnight = int(own["paid"].iloc[0]) // DAY * DAY
        room = int(own.loc[own["form"] == "live", "paid_fen"].sum())
        times = {"started_at": midnight + OPENS, "ended_at": midnight + CLOSES}
        rows.append({"session_id": f"73{midnight // DAY:05d}0001", **times, "room_gmv_fen": room,
                     **_row(own), **rooms.get(midnight, {})})  # fmt: skip
    yield "sessions.csv", table_file("sessions", rows)
    months = pd.to_datetime(sold["paid"], unit="s").dt.to_period("M")
    rows = []
    for _, own in sold.groupby(months):
        month = pd.Timestamp(int(own["paid"].iloc[0]), unit="s").to_period("M")
        first = int(month.start_time.timestamp())
        period = {"period_start": first, "period_end": first + (month.days_in_month - 1) * DAY}
        rows.append({**period, "refund_fen": int(own["refund_fen"].sum()), **_row(own)})
    yield "aggregates.csv", table_file("aggregates", rows)


def _row(own: pd.DataFrame) -> dict[str, Any]:
    paid, fans = int(own["paid_fen"].sum()), int(own.loc[own["fan"], "paid_fen"].sum())
    buyers = own["buyer"].nunique()
    return {
        "gmv_fen": paid, "fan_gmv_fen": fans, "fan_gmv_share": fans / paid, "buyers": buyers,
        "first_purchase_share": own.loc[own["first"], "buyer"].nunique() / buyers,
    }  # fmt: skip


def table_file(kind: str, records: Sequence[Mapping[str, Any]]) -> bytes:
    """A table of a format as CSV, with the columns that some record holds."""
    entry = formats()[kind]
    cells = {key: column for key, column in entry.columns.items() if any(key in record for record in records)}
    # the dashboards print Chinese headers; the formats know English ones too
    head = [next((name for name in column.header if not name.isascii()), column.header[0]) for column in cells.values()]
    body = [[writing.cell(column, record.get(key), "") for key, column in cells.items()] for record in records]
    return writing.text(head, body).encode("utf-8-sig")
