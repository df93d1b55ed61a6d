"""Draws as whole numbers of steps, so that two programs compute from the same inputs to the last bit."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEVELS = 65_535


def quantised(values: Array) -> dict[str, Any]:
    """`values` in 16-bit steps over their range: {start, step, codes: base64 of little-endian integers}."""
    start, span = float(values.min()), float(values.max() - values.min())
    step = span / LEVELS or 1.0
    codes = np.rint((values - start) / step).astype("<u2")
    return {"start": start, "step": step, "codes": base64.b64encode(codes.tobytes()).decode("ascii")}


def restored(packed: Mapping[str, Any]) -> Array:
    """The values behind quantised draws: start + step * code, as the page restores them."""
    codes = np.frombuffer(base64.b64decode(packed["codes"]), "<u2").astype(np.float64)
    return np.asarray(packed["start"] + packed["step"] * codes, np.float64)
