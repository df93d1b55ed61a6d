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
    room = evening["paid_fen"].where(evening["form"] == "live", 0)
    for day, told in _told(evening, evening["paid"] // DAY, room_gmv_fen=room):
        times = {"started_at": day * DAY + OPENS, "ended_at": day * DAY + CLOSES}
        rows.append({"session_id": f"73{day:05d}0001", **times, **told, **rooms.get(day * DAY, {})})
    yield "sessions.csv", table_file("sessions", rows)
    rows = []
    months = pd.to_datetime(sold["paid"], unit="s").dt.to_period("M")
    for month, told in _told(sold, months, refund_fen=sold["refund_fen"]):
        first = int(month.start_time.timestamp())
        rows.append({"period_start": first, "period_end": first + (month.days_in_month - 1) * DAY, **told})
    yield "aggregates.csv", table_file("aggregates", rows)


def _told(sold: pd.DataFrame, by: pd.Series, **more: pd.Series) -> Iterator[tuple[Any, dict[str, Any]]]:
    """What dashboards tell of the orders of each day or month. more: what else is summed up."""
    paid, buyers = sold["paid_fen"].groupby(by).sum(), sold["buyer"].groupby(by).nunique()
    fans = sold["paid_fen"].where(sold["fan"], 0).groupby(by).sum()
    firsts = sold["buyer"].where(sold["first"]).groupby(by).nunique()
    rows = pd.DataFrame({
        "gmv_fen": paid, "fan_gmv_fen": fans, "fan_gmv_share": fans / paid, "buyers": buyers,
        "first_purchase_share": firsts / buyers, **{name: one.groupby(by).sum() for name, one in more.items()},
    })  # fmt: skip
    yield from zip(rows.index, rows.to_dict("records"), strict=True)


def table_file(kind: str, records: Sequence[Mapping[str, Any]]) -> bytes:
    """A table of a format as CSV, with the columns that some record holds."""
    entry = formats()[kind]
    cells = {key: column for key, column in entry.columns.items() if any(key in record for record in records)}
    # the dashboards print Chinese headers; the formats know English ones too
    head = [next((name for name in column.header if not name.isascii()), column.header[0]) for column in cells.values()]
    body = [[writing.cell(column, record.get(key), "") for key, column in cells.items()] for record in records]
    return writing.text(head, body).encode("utf-8-sig")
