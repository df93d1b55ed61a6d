"""Exports to accounted, keyed, sorted orders and purchases, against a pandas script.

    .venv/bin/python benchmarks/intake.py [--rows 1000000] [--wide 100000] [--rounds 1]

`--rows`: a five-column file; `--wide`: the 74-column Douyin export, which names no buyer. Each run is a process
of its own and the variants take turns. pandas reads the columns it needs as text, types them, numbers the buyers,
sorts and derives the same purchases; it counts nothing, checks nothing and keeps no account. The scan is what
DuckDB needs to read the typed columns of the CSV once. Sums of the tables must agree.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


def write(path: Path, count: int) -> None:
    """Orders of count / 10 buyers over 600 days, in any order."""
    rng = np.random.default_rng(20_210_831)
    with path.open("w", encoding="utf-8") as file:
        file.write("order_id,buyer_key,paid_at,amount,channel\n")
        for start in range(0, count, 500_000):
            size = min(500_000, count - start)
            ids = 691_700_000_000_000_000 + rng.permutation(size) + start
            buyers = rng.integers(0, count // 10, size)
            times = np.datetime64("2020-01-01T00:00:00") + rng.integers(0, 600 * 86_400, size).astype("timedelta64[s]")
            fen = rng.integers(100, 99_999, size)
            rows = zip(ids, buyers, np.datetime_as_string(times), fen, strict=True)
            file.writelines(
                f"{i},user{b:010d},{t[:10]} {t[11:]},{f // 100}.{f % 100:02d},live\n" for i, b, t, f in rows
            )


def write_wide(path: Path, count: int) -> None:
    """The same number of sub-orders under every header of the Douyin export, as its export writes them."""
    from siyu.intake.formats.catalogue import formats
    from siyu.simulator import writing

    entry = formats()["douyin_shop"]
    rng = np.random.default_rng(20_210_831)
    first = int(np.datetime64("2020-01-01", "s").astype(int))
    paid = {"created_at": first, "paid_at": first}
    record = paid | {"order_id": "O", "line_id": "L", "paid_fen": 1, "status": "completed", "traffic_form": "live",
                      "quantity": 1, "product_id": "3500000000000000001"}  # fmt: skip
    head = writing.header(entry)
    (row,) = writing.rows(entry, [record])
    places = [head.index(name) for name in ("主订单编号", "子订单编号", "订单应付金额", "订单提交时间", "支付完成时间")]
    template = writing.text([cell if at not in places else f"%{at}%" for at, cell in enumerate(row)], [], end="\n")
    parts = template
    for at in places:
        parts = parts.replace(f"%{at}%", f"{{{places.index(at)}}}")
    with path.open("w", encoding="utf-8-sig") as file:
        file.write(writing.text(head, [], end="\n"))
        for start in range(0, count, 100_000):
            size = min(100_000, count - start)
            ids = 6_917_000_000_000_000_000 + rng.permutation(size) + start
            times = np.datetime64("2020-01-01T00:00:00") + rng.integers(0, 600 * 86_400, size).astype("timedelta64[s]")
            shown = np.char.replace(np.datetime_as_string(times), "T", " ")
            fen = rng.integers(100, 99_999, size)
            file.writelines(
                parts.format(f"\t{i}", f"\t{i}", f"{f // 100}.{f % 100:02d}", t, t)
                for i, t, f in zip(ids, shown, fen, strict=True)
            )


def siyu(path: Path, folder: Path) -> tuple[int, int]:
    import pyarrow.parquet as pq

    from siyu.intake.store.client_tables import books_of

    os.environ["SIYU_KEY"] = str(folder / "key" / "identity.key")
    exports = folder / "exports"
    exports.mkdir()
    (exports / path.name).hardlink_to(path)
    found = books_of(exports, folder / "store")
    assert found.purchases is not None
    assert found.orders is not None
    if path.name.startswith("wide"):
        return int(pq.read_table(found.orders, columns=["paid_fen"]).to_pandas()["paid_fen"].sum()), 0
    table = pq.read_table(found.purchases, columns=["paid_fen", "days_to_next"]).to_pandas()
    return int(table["paid_fen"].sum()), int(table["days_to_next"].sum())


def pandas(path: Path, folder: Path) -> tuple[int, int]:
    import pandas as pd

    if path.name.startswith("wide"):
        return _pandas_wide(path, folder)
    orders = pd.read_csv(path, dtype=str, keep_default_na=False)
    orders["paid_at"] = pd.to_datetime(orders["paid_at"], format="%Y-%m-%d %H:%M:%S")
    orders["paid_fen"] = (orders["amount"].astype(float) * 100).round().astype("int64")
    orders = orders.drop_duplicates("order_id").sort_values(["paid_at", "order_id"])
    orders["buyer_id"] = pd.factorize(orders["buyer_key"])[0]
    orders = orders.sort_values(["buyer_id", "paid_at", "order_id"], kind="stable")
    orders["day"] = orders["paid_at"].dt.normalize()
    days = orders.groupby(["buyer_id", "day"], sort=True).agg(orders=("order_id", "size"), paid_fen=("paid_fen", "sum"))
    days = days.reset_index()
    of_buyer = days.groupby("buyer_id")["day"]
    days["purchase_no"] = of_buyer.cumcount() + 1
    days["days_to_next"] = (of_buyer.shift(-1) - days["day"]).dt.days
    days["first_day"] = of_buyer.transform("first")
    orders.drop(columns=["buyer_key", "amount"]).to_parquet(folder / "orders.parquet")
    days.to_parquet(folder / "purchases.parquet")
    return int(days["paid_fen"].sum()), int(days["days_to_next"].sum())


IDS = ["主订单编号", "子订单编号", "商品ID", "达人ID"]
TIMES = ["订单提交时间", "支付完成时间", "订单完成时间"]
NUMBERS = ["订单应付金额", "运费", "平台实际承担优惠金额", "商家实际承担优惠金额", "达人实际承担优惠金额", "商品数量"]
WORDS = ["订单状态", "售后状态", "流量体裁", "流量来源", "流量渠道", "流量类型"]


def _pandas_wide(path: Path, folder: Path) -> tuple[int, int]:
    import pandas as pd

    orders = pd.read_csv(path, dtype=str, keep_default_na=False, usecols=[*IDS, *TIMES, *NUMBERS, *WORDS])
    for name in IDS:
        orders[name] = orders[name].str.strip("\t")
    for name in TIMES:
        orders[name] = pd.to_datetime(orders[name].replace("-", None), format="%Y-%m-%d %H:%M:%S")
    for name in NUMBERS:
        orders[name] = (pd.to_numeric(orders[name].replace("-", None)) * 100).round().astype("Int64")
    orders = orders.drop_duplicates("子订单编号").sort_values(["支付完成时间", "主订单编号", "子订单编号"])
    orders.to_parquet(folder / "orders.parquet")
    return int(orders["订单应付金额"].sum()), 0


def scan(path: Path, folder: Path) -> tuple[int, int]:
    import duckdb

    if path.name.startswith("wide"):
        wanted = dict.fromkeys(NUMBERS, "DECIMAL(18,2)") | dict.fromkeys(TIMES, "TIMESTAMP")
        cast = [f'max(TRY_CAST("{name}" AS {kind}))' for name, kind in wanted.items()]
        cast += [f'max("{name}")' for name in (*IDS, *WORDS)]
        total = f'SELECT sum(CAST("{NUMBERS[0]}" AS DECIMAL(18,2))), {", ".join(cast)}'
        query = f"{total} FROM read_csv(?, all_varchar = true, header = true)"
    else:
        columns = "{'order_id': 'VARCHAR', 'buyer_key': 'VARCHAR', 'paid_at': 'TIMESTAMP', 'amount': 'DECIMAL(18,2)'"
        query = f"""SELECT sum(amount), count(order_id), count(buyer_key), max(paid_at), count(channel)
            FROM read_csv(?, columns = {columns}, 'channel': 'VARCHAR'}}, header = true, auto_detect = false)"""  # noqa: S608
    found = duckdb.execute(query, [str(path)]).fetchone()
    assert found is not None
    return int(found[0] * 100), 0


VARIANTS = {"siyu": siyu, "pandas": pandas, "scan": scan}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000])
    parser.add_argument("--wide", type=int, nargs="*", default=[100_000])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--one", nargs=2)
    given = parser.parse_args()
    if given.one:
        name, path = given.one
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            sums = VARIANTS[name](Path(path), Path(folder))
            seconds = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps([seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, sums]))
        return
    with tempfile.TemporaryDirectory() as folder:
        files = [("narrow", rows, write) for rows in given.rows] + [("wide", rows, write_wide) for rows in given.wide]
        told = {}
        for kind, rows, make in files:
            path = Path(folder) / f"{kind}_{rows}.csv"
            make(path, rows)
            best: dict[str, list[float]] = {}
            agreed: dict[str, list[int]] = {}
            for name in [*VARIANTS] * given.rounds:
                command = [sys.executable, __file__, "--one", name, str(path)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                seconds, cpu, megabytes, agreed[name] = json.loads(done.stdout)
                best[name] = min(best.get(name, [seconds, cpu, megabytes]), [seconds, cpu, megabytes])
            assert agreed["siyu"] == agreed["pandas"], agreed
            for name, (seconds, cpu, megabytes) in best.items():
                ratio = best["pandas"][0] / seconds
                figures = f"{seconds:8.1f} s {cpu:8.1f} s cpu {megabytes:7.0f} MB {ratio:6.2f}x pandas"
                print(f"{rows:>10,} {kind:7}{name:8}{figures}")
            told[f"ratio_{kind}"] = best["pandas"][0] / best["siyu"][0]
            path.unlink()
        if given.json:
            print(json.dumps(told))


if __name__ == "__main__":
    main()
