"""The exports of a made-up brand, as the platforms write them, with the quirks asked for and their true account."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from siyu.intake.formats.catalogue import formats
from siyu.intake.formats.format import Format
from siyu.simulator import writing
from siyu.simulator.brand import DAY, FEE, Brand, Recipe, keys, seconds
from siyu.simulator.purchasing import lot

BEIJING = 8 * 3600
OVERLAP = 45 * DAY  # how far the newer of two exports reaches back
_SHIPS = 2 * DAY


def order_files(brand: Brand) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """(name, content, true account) of each order export of a brand, the oldest first.

    An account is what `siyu check --json` must find; fen of the control column."""
    first = brand.end - brand.plan.world.days * DAY
    moments = [(first - DAY, brand.end)]
    if "snapshots" in brand.plan.quirks:
        older = first + int(brand.plan.world.days * 0.62) * DAY
        moments = [(first - DAY, older), (older - OVERLAP, brand.end)]
    entry = formats()[brand.plan.format]
    for number, (since, moment) in enumerate(moments):
        orders = brand.orders[brand.orders["created"].between(since, moment - 1)]
        name = f"{moment - BEIJING}_{brand.plan.format}.csv"
        random = np.random.default_rng([brand.plan.seed, 2, number])
        content, lines = _written(entry, _records(brand, orders, moment), brand.plan, random)
        yield name, content, {"file": name, **_account(lines)}


def people_files(brand: Brand) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the tables a client supplies by hand: buyer keys, group members, follows."""
    plan, lives = brand.plan, brand.lives
    start = seconds(pd.Timestamp(plan.world.start).to_pydatetime())
    if not plan.key_share:
        return
    if "buyer_id" not in formats()[plan.format].columns:
        known = brand.orders[brand.orders["key"].notna()]
        rows = [[f"\t{order}", key] for order, key in zip(known["order_id"], known["key"], strict=True)]
        yield "buyer_keys.csv", _csv(["主订单编号", "doudian_open_id"], rows)
    joins, follows = (
        rows.assign(at=start + rows["day"] * DAY + rows["minute"] * 60, key=keys(plan, rows["buyer"]))
        for rows in (lives.joins, lives.follows)
    )
    # who leaves the group leaves it for reasons of his own
    random = np.random.default_rng([plan.seed, 3])
    until = joins["at"] + random.integers(10, 600, len(joins)) * DAY
    left = np.where((random.random(len(joins)) < 0.25) & (until < brand.end), until, -1)
    rows = [["fans01", key, _moment(at), _moment(gone), "扫码"]
            for key, at, gone in zip(joins["key"], joins["at"], left, strict=True)]  # fmt: skip
    if rows:
        yield "members.csv", _csv(["群编号", "成员标识", "入群时间", "退群时间", "入群方式"], rows)
    if plan.world.kind == "experiment":
        yield invitations(brand)
    ends = np.where(follows["end"] >= 0, start + follows["end"] * DAY, -1)
    stays = zip(follows["key"], follows["at"], ends, strict=True)
    if rows := [[key, _moment(at), _moment(gone)] for key, at, gone in stays]:
        yield "follows.csv", _csv(["粉丝标识", "关注时间", "取关时间"], rows)


def invitations(brand: Brand) -> tuple[str, bytes]:
    """(name, content) of the table of a draw: the newest order of each buyer before the invitations, the arm, and when
    the invited were asked. In worlds without the experiment nobody heeds them, and the arms are drawn by the seed."""
    world, random = brand.plan.world, np.random.default_rng([brand.plan.seed, 8])
    drawn = lot(world) if world.kind == "experiment" else random.random(world.buyers) < 0.5
    invited_at = seconds(pd.Timestamp(brand.plan.world.start).to_pydatetime()) + brand.plan.world.invited_day * DAY
    known = brand.orders[brand.orders["paid"].between(0, invited_at - 1) & brand.orders["key"].notna()]
    newest = known.sort_values(["paid", "order_id"]).drop_duplicates("buyer", keep="last").sort_values("order_id")
    arms = np.where(drawn[newest["buyer"]], "invited", "control")
    moment = _moment(invited_at + 10 * 3_600)
    rows = [[f"\t{order}", arm, moment if arm == "invited" else ""]
            for order, arm in zip(newest["order_id"], arms, strict=True)]  # fmt: skip
    return "assignments.csv", _csv(["order_id", "arm", "invited_at"], rows)


def _csv(head: list[str], rows: list[list[str]]) -> bytes:
    return writing.text(head, rows).encode("utf-8-sig")


def _moment(at: int) -> str:
    return str(pd.Timestamp(int(at), unit="s")) if at >= 0 else ""


def _records(brand: Brand, orders: pd.DataFrame, moment: int) -> list[dict[str, Any]]:
    """Records of these orders as the platform knew them at a moment, column key -> value as `writing.cell` takes it."""
    known = orders.assign(**{name: orders[name].where(orders[name] < moment, -1) for name in ("paid", "completed")})
    done = known["refund_at"].between(0, moment - 1)
    asked = (known["refund_at"] >= 0) & ~done & (known["refund_at"] - 3 * DAY < moment)
    known = known.assign(done=done, asked=asked, status=_status(known, done, moment))
    if brand.plan.format in ("douyin_shop", "wechat_shop"):
        rows = brand.lines.merge(known, on="order_id", suffixes=("", "_order"))
        return [_line(brand.plan.format, row, moment) for row in rows.to_dict("records")]
    return [one for row in known.to_dict("records") if (one := _order(brand.plan, row)) is not None]


def _status(orders: pd.DataFrame, done: pd.Series, moment: int) -> Any:
    unpaid = orders["paid"] < 0
    whole = done & (orders["refund_fen"] >= orders["paid_fen"])
    waiting = unpaid & (orders["created"] > moment - DAY)
    shipped = orders["paid"] + _SHIPS < moment
    return np.select([waiting, unpaid | whole, orders["completed"] >= 0, shipped],
                     ["unpaid", "closed", "completed", "shipped"], "paid")  # fmt: skip


def _times(row: Mapping[Any, Any]) -> dict[str, Any]:
    past = {f"{name}_at": row[name] if row[name] >= 0 else None for name in ("paid", "completed")}
    return {"created_at": row["created"], **past}


def _line(name: str, row: Mapping[Any, Any], moment: int) -> dict[str, Any]:
    back = row["refund_fen"] > 0
    record = {
        "order_id": str(row["order_id"]), "status": row["status"], "paid_fen": row["paid_fen"],
        "product_id": str(3_400_000_000_000 + row["product"]), "quantity": row["quantity"], **_times(row),
    }  # fmt: skip
    if name == "douyin_shop":
        state = "refunded" if back and row["done"] else "pending" if back and row["asked"] else None
        fresh = row["paid"] >= moment - DAY
        return record | {
            "line_id": str(row["order_id"] + 1 + row["line_no"]), "refund_state": state,
            "traffic_form": "pending" if fresh else row["form"], "traffic_source": row["source"],
            "traffic_channel": row["channel"], "traffic_kind": row["kind"],
        }  # fmt: skip
    channel = "直播" if row["form"] == "live" else "橱窗"
    done = {"refunded_fen": row["refund_fen"], "refund_state": "退款完成"}
    return record | (done if back and row["done"] else {"refunded_fen": 0}) | {
        "product_spec": f"规格{row['line_no'] + 1}", "order_paid_fen": row["paid_fen_order"],
        "fee_platform_fen": round(row["paid_fen_order"] * FEE), "traffic_form": channel,
    }  # fmt: skip


def _order(plan: Recipe, row: Mapping[Any, Any]) -> dict[str, Any] | None:
    """One row an order; the plain layout holds only what was paid."""
    paid = row["paid_fen"] if row["paid"] >= 0 else 0
    back = row["refund_fen"] if row["done"] else 0
    record = {"order_id": str(row["order_id"]), "buyer_id": row["key"], "refunded_fen": back, **_times(row)}
    if plan.format == "generic_orders":
        return record | {"paid_fen": paid, "traffic_channel": row["channel"]} if row["paid"] >= 0 else None
    record["status"] = row["status"]
    if plan.format == "taobao":
        return record | {"net_fen": paid - back, "gross_fen": row["paid_fen"], "quantity": 1}
    state = "refunded" if back and back >= paid else "part_refunded" if back else "pending" if row["asked"] else None
    return record | {"order_id": f"E{record['order_id']}", "paid_fen": paid, "refund_state": state,
                     "traffic_channel": "微信", "traffic_source": row["channel"],
                     "buyer_id": row["key"] or "186******05"}  # fmt: skip


Line = tuple[list[str], str, int | None]  # cells, state, fen of the control column


def _written(
    entry: Format, records: Sequence[Mapping[str, Any]], plan: Recipe, random: np.random.Generator
) -> tuple[bytes, list[Line]]:
    control = next(key for key in entry.control if any(record.get(key) is not None for record in records))
    head, body = _columns(entry, records, short=plan.columns == "short")
    at_of = {key: head.index(c.header[0]) for key, c in entry.columns.items() if c.header and c.header[0] in head}
    amounts = [int(record[control] or 0) for record in records]
    lines: list[Line] = [(cells, "accepted", fen) for cells, fen in zip(body, amounts, strict=True)]
    if "broken" in plan.quirks:
        _break(lines, at_of, control, random)
    if "tabs" in plan.quirks:
        wrap = '="{}"' if entry.key == "taobao" else "\t{}"
        places = [at_of[key] for key in ("order_id", "line_id", "product_id") if key in at_of]
        for cells, at in ((cells, at) for cells, _, _ in lines for at in places if at < len(cells) and cells[at]):
            cells[at] = wrap.format(cells[at])
    if "duplicates" in plan.quirks:
        for at in np.sort(random.choice(len(records), max(2, len(records) // 500), replace=False))[::-1]:
            cells, state, fen = lines[at]
            if state == "accepted":
                lines.insert(at + 1, (list(cells), "ignored", fen))
    if "headers" in plan.quirks:
        lines.insert(len(lines) // 2, (list(head), "ignored", 0))
    if "total" in plan.quirks:
        # the platform adds up what it wrote: a cut line lost its amount afterwards
        total = sum(fen for _, _, fen in lines if fen is not None)
        last = [""] * len(head)
        last[0], last[at_of[control]] = "合计", f"{total / 100:.2f}"
        lines.append((last, "ignored", total))
    codec = "gb18030" if "gb18030" in plan.quirks else "utf-8-sig"
    return writing.text(head, [cells for cells, _, _ in lines]).encode(codec), lines


def _account(lines: Sequence[Line]) -> dict[str, Any]:
    found = {state: [fen for _, own, fen in lines if own == state] for state in ("accepted", "quarantined", "ignored")}
    records = {state: len(amounts) for state, amounts in found.items()}
    unpriced = sum(fen is None for _, _, fen in lines)
    amounts = {state: sum(fen or 0 for fen in own) for state, own in found.items()}
    return {"records": len(lines), **records, "unpriced": unpriced, "amount_fen": amounts}


def _columns(entry: Format, records: Sequence[Mapping[str, Any]], *, short: bool) -> tuple[list[str], list[list[str]]]:
    """Header and cells: all columns of the platform, or those that hold something and a few that are ignored."""
    head, body = writing.header(entry), writing.rows(entry, records)
    if not short:
        return head, body
    filled = {key for record in records for key, value in record.items() if value is not None}
    wanted = {c.header[0] for key, c in entry.columns.items() if c.header and key in filled}
    wanted |= {*entry.identify, *entry.ignored[:2], *entry.ignored_personal[:1]}
    kept = [at for at, name in enumerate(head) if name in wanted]
    return [head[at] for at in kept], [[cells[at] for at in kept] for cells in body]


def _break(lines: list[Line], at_of: Mapping[str, int], control: str, random: np.random.Generator) -> None:
    """Put in six records more that nobody can use, with ids of their own."""
    for number, place in enumerate(np.sort(random.choice(len(lines), 6, replace=False))[::-1]):
        cells, _, fen = lines[place]
        spoiled = list(cells)
        for key in ("order_id", "line_id"):
            if key in at_of:
                digits = spoiled[at_of[key]]
                spoiled[at_of[key]] = f"{digits[:-4]}{(int(digits[-4:]) + 5_000 + number) % 10_000:04d}"
        if number % 3 == 0:
            spoiled, fen = spoiled[: len(spoiled) // 2], None
        elif number % 3 == 1:
            spoiled[at_of["paid_at"]] = "2025/13/01 10:00:00"
        else:
            spoiled[at_of[control]], fen = "12.3.4", None
        lines.insert(place + 1, (spoiled, "quarantined", fen))
