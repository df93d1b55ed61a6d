"""Made-up shops whose buyers are known to follow a model, or are known not to."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from siyu.orders.frames import opened
from siyu.value.fitting import of_rows

START = date(2024, 1, 1)


def lives(random, n, days, r=0.5, alpha=40.0, a=0.6, b=2.5, pace=lambda day: 1.0):
    """(buyer, day) of BG/NBD buyers who come in the first 40% of the days; pace: factor on rates by day."""
    first = np.sort(random.integers(0, int(days * 0.4), n))
    rate, drop = random.gamma(r, 1 / alpha, n), random.beta(a, b, n)
    passed = np.concatenate([[0.0], np.cumsum([pace(day) for day in range(days)])])
    at, alive = first.astype(float), np.arange(n)
    rows = [(alive, first)]
    while alive.size:
        whole = np.interp(at[alive], np.arange(days + 1), passed) + random.exponential(1 / rate[alive])
        at[alive] = np.where(whole >= passed[-1], days, np.interp(whole, passed, np.arange(days + 1)))
        alive = alive[at[alive] < days]
        rows.append((alive, at[alive].astype(int)))
        alive = alive[random.random(alive.size) >= drop[alive]]
    who, day = (np.concatenate(part) for part in zip(*rows, strict=True))
    return pd.DataFrame({"buyer": who, "day": day}).drop_duplicates()


def continuous(random, n, days, r, alpha, a, b, chances=0):
    """Histories of BG/NBD (chances 0) or MBG/NBD (1) buyers in continuous time, observed for 100 to `days` days."""
    return of_rows(*repeats(random, random.integers(100, days, n).astype(float), r, alpha, a, b, chances))


def repeats(random, until, r, alpha, a, b, chances=0):
    """(x, t_x, T) of each of these buyers, observed for `until` days."""
    n = len(until)
    rate, drop = random.gamma(r, 1 / alpha, n), random.beta(a, b, n)
    x, t_x, at = np.zeros(n), np.zeros(n), np.zeros(n)
    alive = np.flatnonzero(random.random(n) >= drop) if chances else np.arange(n)
    while alive.size:
        at[alive] += random.exponential(1 / rate[alive])
        alive = alive[at[alive] <= until[alive]]
        x[alive], t_x[alive] = x[alive] + 1, at[alive]
        alive = alive[random.random(alive.size) >= drop[alive]]
    return x, t_x, until


def lifetimes(random, until, r, alpha, s, beta):
    """The same of Pareto/NBD buyers."""
    n = len(until)
    life = np.minimum(random.exponential(1 / random.gamma(s, 1 / beta, n)), until)
    x = random.poisson(random.gamma(r, 1 / alpha, n) * life).astype(float)
    last = life * random.random(n) ** (1 / np.maximum(x, 1))  # the latest of x moments that are spread evenly
    return x, np.where(x > 0, last, 0.0), until


def frames(rows, days, spend=None, orders=None, **more):
    """Frames of (buyer, day) rows, with `spend` fen of each, from START on."""
    rows = rows.sort_values(["buyer", "day"], ignore_index=True)
    ids = rows.groupby("buyer")["day"].transform("min").to_numpy()
    order = pd.Series(list(zip(ids, rows["buyer"], strict=True))).rank(method="dense").astype(int) - 1
    rows = rows.assign(buyer_id=order.to_numpy()).sort_values(["buyer_id", "day"], ignore_index=True)
    fen = np.full(len(rows), 10_000) if spend is None else np.asarray(spend)
    mine = rows.groupby("buyer_id")["day"]
    dates = pd.Series([START + timedelta(days=int(day)) for day in rows["day"]], dtype=object)
    firsts = pd.Series([START + timedelta(days=int(day)) for day in mine.transform("min")], dtype=object)
    table = pd.DataFrame({
        "buyer_id": rows["buyer_id"], "day": dates, "orders": 1, "paid_fen": fen, "net_fen": fen,
        "purchase_no": mine.cumcount() + 1, "days_to_next": (mine.shift(-1) - rows["day"]).astype("Int64"),
        "days_from_previous": mine.diff().astype("Int64"), "first_day": firsts,
    })  # fmt: skip
    return opened(START + timedelta(days=days - 1), table, orders, sources=("orders:made_up",), **more)


def gamma_spend(random, rows, p=6.0, q=4.0, gamma=5_000.0):
    """Fen of each row: gamma around a mean of the buyer's own."""
    rate = random.gamma(q, 1 / gamma, int(rows["buyer"].max()) + 1)
    return np.maximum(random.gamma(p, 1, len(rows)) / rate[rows["buyer"].to_numpy()], 1).astype(np.int64)
