r"""Number formats of Office that read as `Language.number` does, for labels of charts and cells.

Office divides by thousands only, so 万 and 亿 are set by a literal point where the decimals let it: `0\.0,` shows
8,305,000 as 830.5万. Elsewhere a format holds the words for one value.
"""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from siyu.language import POINTS, Language

_NUMBER = re.compile(
    r"(?P<prefix>[^\d\-−]*)(?P<sign>[-−]?)(?P<digits>[\d,]+)(?:\.(?P<decimals>\d+))?"
    r"(?P<step>万亿|万|亿|[KMBT%])?(?P<suffix>.*)",
    re.DOTALL,
)
_POWERS = {"万": 4, "亿": 8, "万亿": 12, "K": 3, "M": 6, "B": 9, "T": 12}
_NEAR = 1e-7  # share of a value within which its words stand
# (from this top on, ticks in this unit); Office divides by thousands only
_STEPS = {
    "zh": ((100_000_000, '0\\.00,,"亿"'), (10_000, '0\\.0,"万"')),
    "en": ((1_000_000, '0.0,,"M"'), (1_000, '#,##0,"K"')),
}


def number_code(value: float | None, unit: str, language: Language) -> str:
    """The format that shows this value as `language.number` says it, but points as percent: only a percent sign makes
    Office multiply.

    Where Office cannot shift the point as far, or rounds a tie the other way, the words stand for this value alone;
    what somebody types in its place is shown in full. As conditions drop a minus in some programs, the words of a
    negative value stand for all of them."""
    found = _NUMBER.fullmatch(language.number(value, unit)) if value is not None else None
    if value is None or found is None:
        return "General"
    step, decimals, before = found["step"] or "", found["decimals"] or "", _quoted(found["prefix"])
    share = step == "%" or unit == POINTS
    power = -2 if share else _POWERS.get(step, 0)
    body, after = _shifted(power, len(decimals)), "" if share else _quoted(step + found["suffix"])
    live = body + after if body else "#,##0" + _quoted(found["suffix"])
    told = Decimal(f"{found['digits'].replace(',', '')}.{decimals or 0}")
    if body and _rounded(value, power, len(decimals)) == told:
        return f"{before}{live};{before}\\-{live}" if before and value < 0 else before + live
    words = _quoted(found[0][found.start("digits") :])
    if value < 0:
        return f"{before}{live};{before}\\-{words}"
    most, least = (f"{Decimal(f'{value * near:.12g}'):f}" for near in (1 + _NEAR, 1 - _NEAR))
    return f"[>{most}]{before}{live};[>={least}]{before}{words};{before}{live}"


def _shifted(power: int, decimals: int) -> str:
    """The format of digits with the point `power` places further left; empty where Office has none."""
    places = "." + "0" * decimals if decimals else ""
    if power < 0:
        return f"#,##0{places}%"
    if power % 3 == 0:
        return f"#,##0{places}{',' * (power // 3)}"
    thousands, rest = divmod(power - decimals, 3)
    return "" if rest else f"0\\.{'0' * decimals}{',' * thousands}"


def _rounded(value: float, power: int, decimals: int) -> Decimal:
    """The digits that Office shows: it rounds ties away from zero."""
    return Decimal(repr(abs(float(value)))).scaleb(-power).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


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
