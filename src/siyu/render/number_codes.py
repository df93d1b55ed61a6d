r"""Number formats of Office that read as `Language.number` does, for labels of charts and cells.

Office divides by thousands only, so 万 and 亿 are set by a literal point: `0\.0,` shows 8,300,000 as 830.0万.
"""

import re
from collections.abc import Iterable

from siyu.language import POINTS, Language

_NUMBER = re.compile(
    r"(?P<prefix>[^\d\-−]*)(?P<sign>[-−]?)(?P<digits>[\d,]+)(?:\.(?P<decimals>\d+))?(?P<suffix>.*)", re.DOTALL
)
# (from this top on, ticks in this unit); Office divides by thousands only
_STEPS = {
    "zh": ((100_000_000, '0\\.00,,"亿"'), (10_000, '0\\.0,"万"')),
    "en": ((1_000_000, '0.0,,"M"'), (1_000, '#,##0,"K"')),
}
_THOUSANDS = {"K": ",", "M": ",,", "B": ",,,", "T": ",,,,"}


def number_code(value: float | None, unit: str, language: Language) -> str:
    """The format that shows this value as `language.number` says it."""
    found = _NUMBER.fullmatch(language.number(value, unit)) if value is not None else None
    if found is None:
        return "General"
    decimals, suffix, prefix = found["decimals"] or "", found["suffix"], found["prefix"]
    step = suffix[:1]
    places = "." + "0" * len(decimals) if decimals else ""
    if step in ("万", "亿") and not suffix.startswith("万亿"):
        shift = "0\\.0," if step == "万" else "0\\.00,,"
        return f"{_quoted(prefix)}{shift}{_quoted(suffix)}"
    if step == "%" or unit == POINTS:  # only a percent sign makes Office multiply
        return f"#,##0{places}%"
    return f"{_quoted(prefix)}#,##0{places}{_THOUSANDS.get(step, '')}{_quoted(suffix)}"


def axis_code(values: Iterable[float], unit: str, language: Language, *, logarithmic: bool) -> str:
    """One format for the ticks of an axis that spans `values`: percent, plain, or one of K and M, of 万 and 亿."""
    shown = list(values)
    top = max((abs(value) for value in shown), default=0.0)
    if unit in ("ratio", POINTS):
        if logarithmic:
            return "[>=0.01]0%;[>=0.0001]0.00%;0.0000%"
        return "0%" if top >= 0.1 else "0.0%"
    if min(shown, default=0.0) < 0:  # formats with conditions drop the sign in some programs
        return "#,##0" if top >= 5 else "0.0"
    if top >= 10_000:
        least = min(shown) if logarithmic else 0
        step, code = next(one for one in _STEPS["zh" if language.data_code == "zh" else "en"] if top >= one[0])
        below = "#,##0" if logarithmic and least < step / 100 else "0"
        return f"[>={step / 100:.0f}]{code};{below}" if logarithmic else f"[=0]0;{code}"
    if logarithmic:
        return "General"
    return "#,##0" if top >= 5 else "0.0" if top >= 0.5 else "General"


def column_code(values: Iterable[float], unit: str) -> str:
    """One format for a column of cells, with the digits written out."""
    known = [abs(value) for value in values if value]
    if unit in ("ratio", POINTS):
        return "0.0%" if not known or min(known) >= 0.001 else "0.000%"
    if all(float(value).is_integer() for value in known):
        return "#,##0" if unit != "year" else "0"
    top = max(known)
    return "#,##0.00" if top >= 10 else "0.000" if top >= 0.1 else "0.00000"


def _quoted(text: str) -> str:
    kept = text.replace('"', "").replace("\u00a0", " ")
    return f'"{kept}"' if kept else ""
