"""Write the last full benchmark, what trials printed last and the scorecard into docs/measured.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from siyu.commands.tally import score

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "measured.md"
PRINTED = ROOT / "benchmarks" / "printed"
_PLACE = re.compile(r"<!-- (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def written(page: str, measured: str, printed: Mapping[str, str]) -> str:
    """The page with what was measured between its marks. measured: content of benchmarks/measured.json; printed: name
    of a trial -> what it printed."""
    found = {name: shown(text) for name, text in printed.items()}
    found |= {"ratios": "\n".join(ratios(json.loads(measured))), "scores": "\n".join(scores())}
    return _PLACE.sub(lambda place: f"<!-- {place[1]} -->\n\n{found[place[1]]}\n\n<!-- end -->", page)


def shown(text: str) -> str:
    """A table as it is, lines as they are."""
    text = text.strip()
    return text if text.startswith("|") else f"```\n{text}\n```"


def ratios(measured: dict[str, dict[str, float]]) -> Iterator[str]:
    """Lines of a table of the last full benchmark, or that none is kept."""
    if full := measured.get("full"):
        yield from ("| benchmark | measured |", "|---|---|")
        yield from (f"| {name} | {value:.4g} |" for name, value in full.items())
    else:
        yield "No full benchmark is kept; `benchmarks/measured.json` holds the small one of `make bench-check`."


def scores() -> Iterator[str]:
    """Lines of a table of the scorecard, after how many results it meets."""
    rows = score()
    yield f"{sum(row.ok for row in rows)} of {len(rows)} results are met within their tolerance.\n"
    yield from ("| published result | published | here |", "|---|---|---|")
    for row in rows:
        yield f"| {row.name} | {row.published:.10g} | {row.computed:.10g}{'' if row.ok else ' (not met)'} |"


if __name__ == "__main__":
    last = (ROOT / "benchmarks" / "measured.json").read_text(encoding="utf-8")
    kept = {path.stem: path.read_text(encoding="utf-8") for path in sorted(PRINTED.glob("*.txt"))}
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), last, kept), encoding="utf-8")
