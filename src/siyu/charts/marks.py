"""How each kind of chart paints its rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from siyu import theme
from siyu.charts import axis
from siyu.charts.wrapping import wrapped
from siyu.language import Language

Record = Mapping[str, Any]
HALO = [withStroke(linewidth=3, foreground=theme.PAPER)]  # text stays readable across a reference line
Paint = Callable[[Axes, Record, Sequence[str], Language, bool], None]


@dataclass(frozen=True)
class Kind:
    """paint fills the axes; height (chart, narrow, lines of the longest label) is in inches; value_axis is
    `x`, `y`, or "" for none."""

    paint: Paint
    height: Callable[[Record, bool, int], float]
    value_axis: str = "x"


def _rows_high(step: float) -> Callable[[Record, bool, int], float]:
    def height(chart: Record, narrow: bool, deepest: int) -> float:
        rows = len({str(row["label"]) for row in chart["rows"]})
        return 1.0 + max(step + 0.06 * narrow, 0.19 * deepest + 0.08) * rows + 0.25 * bool(chart["lines"])

    return height


def paint_range(axes: Axes, chart: Record, labels: Sequence[str], language: Language, narrow: bool) -> None:
    """Dot for the value, bar for the range, the number beside the mark."""
    places, longest = range(len(labels))[::-1], ""
    for place, row in zip(places, chart["rows"], strict=True):
        colour = theme.TONES[row.get("tone", "main")]
        if row["low"] != row["high"]:
            axes.plot(
                [row["low"], row["high"]],
                [place, place],
                color=colour,
                alpha=0.22,
                lw=9,
                solid_capstyle="butt",
            )
            axes.plot([row["low"], row["high"]], [place, place], "|", color=colour, ms=9, mew=1.6)
        axes.plot(row["value"], place, "o", color=colour, ms=7)
        text = axis.said(row, language)
        longest = max(longest, text, key=len)
        axes.annotate(
            text,
            (row["high"], place),
            (9, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            fontsize=9.5,
            path_effects=HALO,
        )
    axis.label_rows(axes, labels, chart, language)
    axis.room(axes, chart, max(0.30 if not narrow else 0.55, axis.share_beside(longest, narrow)))


def paint_bar(axes: Axes, chart: Record, labels: Sequence[str], language: Language, narrow: bool) -> None:
    """Bar for the value, whisker for the range."""
    places = list(range(len(labels)))[::-1]
    rows = chart["rows"]
    colours = [theme.TONES[row.get("tone", "main")] for row in rows]
    axes.barh(places, [row["value"] for row in rows], color=colours, height=0.56, alpha=0.85)
    for place, row in zip(places, rows, strict=True):
        if row.get("low") is not None and row["low"] != row["high"]:
            axes.plot([row["low"], row["high"]], [place, place], color=theme.INK, lw=1.2)
        end = max(row["value"], row.get("high") or row["value"], 0)
        text = language.number(row["value"], row["unit"])
        axes.annotate(text, (end, place), (6, 0), textcoords="offset points", va="center", fontsize=9.5)
    axes.axvline(0, color=theme.MUTE, lw=0.8)
    axis.label_rows(axes, labels, chart, language)
    axis.room(axes, chart, 0.2 if not narrow else 0.4)


def paint_pairs(axes: Axes, chart: Record, labels: Sequence[str], language: Language, narrow: bool) -> None:
    """Series as coloured dots on each label's line; the first line names the series."""
    distinct = list(dict.fromkeys(labels))
    names = list(dict.fromkeys(language.say(row["series"]) for row in chart["rows"]))
    for place, label in zip(range(len(distinct))[::-1], distinct, strict=True):
        group = [row for row, own in zip(chart["rows"], labels, strict=True) if own == label]
        ends = [row["value"] for row in group]
        axes.plot([min(ends), max(ends)], [place, place], color=theme.BAND, lw=5, solid_capstyle="round", zorder=1)
        for row in group:
            name = language.say(row["series"])
            colour = theme.SERIES[names.index(name)]
            axes.plot(row["value"], place, "o", color=colour, ms=8, zorder=3)
            below = names.index(name) % 2 == 0
            text = f"{name} {language.number(row['value'], row['unit'])}"
            side = "center" if max(ends) - min(ends) > 0 and not narrow else "left" if below else "right"
            axes.annotate(
                text,
                (row["value"], place),
                (0, -17 if below else 12),
                textcoords="offset points",
                ha=side,
                color=colour,
                fontsize=9,
                path_effects=HALO,
            )
    axis.label_rows(axes, distinct, chart, language)
    axis.room(axes, chart, 0.15, low=0.15)


def paint_line(axes: Axes, chart: Record, labels: Sequence[str], language: Language, narrow: bool) -> None:
    """One line per series with its band; the name stands at the line's end."""
    names = list(dict.fromkeys(str(row.get("series")) for row in chart["rows"]))
    ends = []
    for name, colour in zip(names, theme.SERIES * 3, strict=False):
        rows = sorted((row for row in chart["rows"] if str(row.get("series")) == name), key=lambda row: row["x"])
        xs = [row["x"] for row in rows]
        axes.fill_between(xs, [r["low"] for r in rows], [r["high"] for r in rows], color=colour, alpha=0.15, lw=0)
        axes.plot(xs, [row["value"] for row in rows], "o-", color=colour, lw=2, ms=4)
        ends.append((rows[-1]["value"], xs[-1], language.say(rows[-1]["series"]), colour))
    for line in chart["lines"]:
        axes.axhline(line["value"], color=theme.INK, lw=1, ls=(0, (3, 3)))
        note = f"{language.say(line['label'])} {axis.said(line, language)}"
        axes.annotate(
            note,
            (0.01, line["value"]),
            (0, 4),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            fontsize=9,
        )
    axes.margins(x=0.04)
    left, right = axes.get_xlim()
    longest = max((text for _, _, text, _ in ends), key=len, default="")
    axes.set_xlim(left, right + (right - left) * max(0.35 if narrow else 0.22, axis.share_beside(longest, narrow)))
    _name_ends(axes, ends, narrow)
    x = chart.get("x") or {}
    axes.set_xlabel(language.say(x.get("label", "")))
    if x.get("unit") == "ratio":
        axis.number_ticks(axes.xaxis, "ratio", language, "linear")
    else:  # no ticks under the names beside the lines
        ticks = ticker.MaxNLocator(5, integer=True).tick_values(left, right)
        axes.set_xticks([tick for tick in ticks if left <= tick <= right])


def _name_ends(axes: Axes, ends: Sequence[tuple[float, float, str, str]], narrow: bool) -> None:
    """Names (value, x, text, colour) beside the ends of lines, moved apart where the lines end together."""
    low, high = axes.get_ylim()
    scale = (2.2 if narrow else 2.8) * 72 / (high - low)  # points a unit, on axes of about that many inches
    taken = -math.inf
    for value, x, text, colour in sorted(ends):
        taken = max(value * scale, taken + 13)
        axes.annotate(
            text,
            (x, value),
            (8, taken - value * scale),
            textcoords="offset points",
            va="center",
            color=colour,
            fontsize=9.5,
        )


def paint_waterfall(axes: Axes, chart: Record, labels: Sequence[str], language: Language, narrow: bool) -> None:
    """Steps from the first total to the last; rows with tone `muted` are totals."""
    running, places = 0.0, list(range(len(labels)))[::-1]
    for place, row in zip(places, chart["rows"], strict=True):
        total = row.get("tone") == "muted"
        start = 0.0 if total else running
        running = row["value"] if total else running + row["value"]
        colour = theme.INK if total else theme.MAIN if row["value"] >= 0 else theme.RIVAL
        axes.barh(place, running - start, left=start, color=colour, height=0.6, alpha=0.85)
        text = language.number(row["value"], row["unit"])
        axes.annotate(
            text,
            (max(start, running), place),
            (6, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
            color=colour,
        )
    axes.axvline(0, color=theme.MUTE, lw=0.8)
    axis.label_rows(axes, labels, chart, language)
    axis.room(axes, {**chart, "rows": []}, 0.18 if not narrow else 0.35)


def paint_tornado(axes: Axes, chart: Record, labels: Sequence[str], language: Language, narrow: bool) -> None:
    """What the result becomes at the low and the high end of each input; the line is the base."""
    places = list(range(len(labels)))[::-1]
    for place, row in zip(places, chart["rows"], strict=True):
        base = row["value"]
        for end, colour in ((row["low"], theme.RIVAL), (row["high"], theme.MAIN)):
            axes.barh(place, end - base, left=base, color=colour, height=0.55, alpha=0.85)
            right = end >= base
            axes.annotate(
                language.number(end, row["unit"]),
                (end, place),
                (5 if right else -5, 0),
                textcoords="offset points",
                va="center",
                ha="left" if right else "right",
                fontsize=8.5,
                color=theme.MUTE,
            )
    axes.axvline(chart["rows"][0]["value"], color=theme.INK, lw=1)
    axis.label_rows(axes, labels, chart, language)
    axes.margins(x=0.22 if not narrow else 0.6)


def paint_heat(axes: Axes, chart: Record, labels: Sequence[str], language: Language, narrow: bool) -> None:
    """A grid of values (label × series), centred on zero, with the number in each cell."""
    across = list(dict.fromkeys(language.say(row["series"]) for row in chart["rows"]))
    down = list(dict.fromkeys(labels))
    grid = np.full((len(down), len(across)), np.nan)
    for row, label in zip(chart["rows"], labels, strict=True):
        grid[down.index(label), across.index(language.say(row["series"]))] = row["value"]
    bound = float(np.nanmax(np.abs(grid))) or 1.0
    axes.pcolormesh(grid, cmap="BrBG", vmin=-bound, vmax=bound, edgecolors="white", lw=2)
    for (down_at, across_at), value in np.ndenumerate(grid):
        if np.isfinite(value):
            colour = theme.PAPER if abs(value) > 0.62 * bound else theme.INK
            text = language.number(float(value), chart["unit"] if chart["unit"] == "ratio" else "")
            axes.text(across_at + 0.5, down_at + 0.5, text, ha="center", va="center", color=colour, fontsize=9)
    room = {("zh", False): 44, ("zh", True): 20, ("en", False): 86, ("en", True): 40}[language.data_code, narrow]
    room = max(4, room // len(across))  # characters that fit above one column
    axes.set_xticks(np.arange(len(across)) + 0.5, [wrapped(head, room, language) for head in across])
    axes.set_yticks(np.arange(len(down)) + 0.5, down)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    x = chart.get("x") or {}
    axes.set_xlabel(language.say(x.get("label", "")))


KINDS: dict[str, Kind] = {
    "range": Kind(paint_range, _rows_high(0.42)),
    "bar": Kind(paint_bar, _rows_high(0.40)),
    "pairs": Kind(paint_pairs, _rows_high(0.85)),
    "line": Kind(paint_line, lambda chart, narrow, deepest: 3.0 if narrow else 3.6, "y"),
    "waterfall": Kind(paint_waterfall, _rows_high(0.38)),
    "tornado": Kind(paint_tornado, _rows_high(0.38)),
    "heat": Kind(paint_heat, _rows_high(0.42), ""),
}
