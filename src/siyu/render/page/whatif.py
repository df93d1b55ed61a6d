"""The what-if of a finding: sliders for a few inputs, draws for the rest, worked out in the reader's browser."""

import json
import re

from siyu.record.finding import Gain, WhatIf

_NAMES = re.compile(r"[a-z][a-z0-9_]*")
# what jscode prints: names, numbers, arithmetic, calls of Math, and a choice
_SOURCE = re.compile(r"(?:[\w\s.,()+\-*/?:<>=]|=>)*")


def content(whatif: WhatIf) -> str:
    """What the page's script reads: inputs without their labels, as JSON."""
    kept = {"names": whatif.gain.names, "sliders": [one.model_dump(exclude={"label"}) for one in whatif.sliders]}
    kept |= whatif.model_dump(include={"fixed", "draws", "published"})
    kept["goods"] = [one.model_dump(include={"draws"})["draws"] for one in whatif.goods]
    return json.dumps(kept, sort_keys=True)


def formula(gain: Gain) -> str:
    """The formula as JavaScript. Raises ValueError when it is anything but arithmetic on its own inputs."""
    known = {*gain.names, "Math", "E", "pow", "exp", "log", "max", "min", "sqrt", "abs", "e"}
    words = set(re.findall(r"[A-Za-z_]\w*", gain.js))
    if not _SOURCE.fullmatch(gain.js) or words - known or not all(map(_NAMES.fullmatch, gain.names)):
        raise ValueError(f"what-if formula holds {', '.join(sorted(words - known)) or 'more than arithmetic'}")
    return gain.js
