"""How often the level of a client goes up in made-up shops, with seasons and without.

    make calibrate        1,000 shops a cell, of records that end in each month of the year alike; prints a table
    tests/playbook        some of them

Seeds are fixed: [place of the world in WORLDS, months, shop].
"""

# ruff: noqa: T201

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pandas as pd
from scipy.stats import binom

from siyu.playbook.standing import indices

MONTHS = (9, 15, 18, 24, 36)
RUNS, PROMISED, SURE = 1_000, 0.05, 0.001
Days = pd.DatetimeIndex
NEW_YEARS = ("2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29")
HOLIDAYS = pd.DatetimeIndex([day for first in NEW_YEARS for day in pd.date_range(first, periods=14)])
# orders of a day over those of a usual one
STEADY: dict[str, Callable[[Days], object]] = {
    "no season": lambda days: np.ones(len(days)),
    "weekends twice as strong": lambda days: np.where(days.day_of_week >= 5, 2.0, 1.0),
    "a tenth more in summer, less in winter": lambda days: 1 - 0.1 * np.cos(2 * np.pi * days.day_of_year / 365.25),
    "half more in summer, less in winter": lambda days: 1 - 0.5 * np.cos(2 * np.pi * days.day_of_year / 365.25),
    "six tenths more from October on": lambda days: np.where(days.month >= 10, 1.6, 1.0),
    "two weeks from the lunar new year on with a third": lambda days: np.where(days.isin(HOLIDAYS), 0.33, 1.0),
}
CARRIED = "months carry over 0.7 of what is odd about them"
RISING: dict[str, Callable[[Days], object]] = {
    "2% more a month": lambda days: 1.02 ** (np.arange(len(days)) / 30),
    "a fifth more in the last half year": lambda days: np.where(days > days[-1] - pd.Timedelta(days=180), 1.2, 1.0),
}
WORLDS = (*STEADY, CARRIED, *RISING)


def said(name: str, months: int, shop: int) -> str:
    """What is said of the level of a made-up shop."""
    random = np.random.default_rng([WORLDS.index(name), months, shop])
    last = pd.Timestamp("2024-12-31") + pd.offsets.MonthEnd(shop % 12)
    days = pd.date_range(last - pd.offsets.MonthBegin(months), last)
    month = days.to_period("M").asi8 - days[0].to_period("M").ordinal
    odd = random.normal(0, 0.1, months)
    for at in range(1, months) if name == CARRIED else ():
        odd[at] = 0.7 * odd[at - 1] + np.sqrt(1 - 0.7**2) * odd[at]
    usual = np.exp(odd)[month] * (STEADY | RISING).get(name, STEADY["no season"])(days)
    firsts, repeats = (np.bincount(month, random.poisson(each * usual)) for each in (6, 3))
    net = (firsts + repeats) * 10_000 * np.exp(random.normal(0, 0.05, months))
    rows = {"month": days[days.day == 1], "firsts": firsts, "repeats": repeats, "net_fen": net}
    known = SimpleNamespace(
        orders=True, months=pd.DataFrame(rows), frames=SimpleNamespace(sources=("assumption:shop",))
    )
    return str(indices(SimpleNamespace(known=known)).said)


if __name__ == "__main__":
    print("| world | " + " | ".join(f"{months} months" for months in MONTHS) + " |")
    print("|---" * (len(MONTHS) + 1) + "|")
    most, off = binom.ppf(1 - SURE / len(STEADY) / len(MONTHS), RUNS, PROMISED), []
    for name in WORLDS:
        cells = [Counter(said(name, months, shop) for shop in range(RUNS)) for months in MONTHS]
        off += [name for cell in cells if name in STEADY and cell["up"] > most]
        shown = (f"{cell['up'] / RUNS:.1%}, {cell['season'] / RUNS:.1%}" for cell in cells)
        print(f"| {name} | " + " | ".join(shown) + " |", flush=True)
    print(f"\nmore often than in {PROMISED:.0%}: {', '.join(off) or 'none'}")
    sys.exit(bool(off))
