"""The what-if of a finding: sliders for a few inputs, draws for the rest, worked out in the reader's browser.

A finding may carry `whatif`: {
  gain: {names, js},      a formula as `siyu.formulas.page.javascript` prints it; what counts is how many
                          draws make it positive
  says: Text,             what a positive gain means
  sliders: [{name, label: Text, unit, low, high, value}],      the first is the axis of the chart
  fixed: {name: value},
  draws: {name: {start, step, codes}},      as `siyu.economy.whatif` packs them
}
What a slider sets is not drawn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_NAMES = re.compile(r"[a-z][a-z0-9_]*")
# what jscode prints: names, numbers, arithmetic, calls of Math, and a choice
_SOURCE = re.compile(r"(?:[\w\s.,()+\-*/?:<>=]|=>)*")


def content(whatif: Mapping[str, Any]) -> str:
    """What the page's script reads: inputs without their labels, as JSON."""
    sliders = [{key: entry[key] for key in ("name", "unit", "low", "high", "value")} for entry in whatif["sliders"]]
    kept = {"names": whatif["gain"]["names"], "sliders": sliders, "fixed": whatif["fixed"], "draws": whatif["draws"]}
    return json.dumps(kept, sort_keys=True)


def formula(whatif: Mapping[str, Any]) -> str:
    """The formula as JavaScript. Raises ValueError when it is anything but arithmetic on its own inputs."""
    gain = whatif["gain"]
    source = str(gain["js"])
    known = {*gain["names"], "Math", "E", "pow", "exp", "log", "max", "min", "sqrt", "abs", "e"}
    words = set(re.findall(r"[A-Za-z_]\w*", source))
    if not _SOURCE.fullmatch(source) or words - known or not all(_NAMES.fullmatch(name) for name in gain["names"]):
        raise ValueError(f"what-if formula holds {', '.join(sorted(words - known)) or 'more than arithmetic'}")
    return source
