"""Write the last full benchmark and the scorecard into docs/measured.md: `python scripts/measured.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from siyu.commands.tally import score

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "measured.md"
_FROM, _TO = "<!-- written -->", "<!-- end -->"


def written(page: str, measured: str) -> str:
    """The page with what was measured between its two marks. measured: content of benchmarks/measured.json."""
    head, _, rest = page.partition(_FROM)
    _, _, tail = rest.partition(_TO)
    return "\n".join([head + _FROM, "", *_ratios(json.loads(measured)), *_scores(), _TO]) + tail


def _ratios(measured: dict[str, dict[str, float]]) -> Iterator[str]:
    if full := measured.get("full"):
        yield from ("| benchmark | measured |", "|---|---|")
        yield from (f"| {name} | {value:.4g} |" for name, value in full.items())
        yield ""


def _scores() -> Iterator[str]:
    yield from ("| published result | published | here |", "|---|---|---|")
    for row in score():
        yield f"| {row.name} | {row.published:.10g} | {row.computed:.10g}{'' if row.ok else ' (not met)'} |"
    yield ""


if __name__ == "__main__":
    ratios = (ROOT / "benchmarks" / "measured.json").read_text(encoding="utf-8")
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), ratios), encoding="utf-8")
