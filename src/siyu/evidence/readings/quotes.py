"""Ledger rows in words, for both languages: what was printed, and several texts as one."""

from collections.abc import Iterable

from siyu.evidence.claims import Claim
from siyu.evidence.sources import Source
from siyu.language import Language, Text
from siyu.messages import msg

SIGNS = {">": ">\u00a0", ">=": "≥\u00a0", "<": "<\u00a0", "<=": "≤\u00a0", "~": "≈\u00a0"}


def joined(texts: Iterable[Text]) -> Text | None:
    """Texts as one, parted by semicolons; None for none."""
    whole: Text | None = None
    for text in reversed(list(texts)):
        part = {"id": text} if isinstance(text, str) else text
        whole = part if whole is None else {"id": msg("{first}; {second}"), "args": {"first": part, "second": whole}}
    return whole


def quoted(claim: Claim) -> Text:
    """A claim as its source has it: the characters in Chinese, what they say in English.

    What is listed, spelled out or dated in Latin letters is said in Chinese as well."""
    english = _said(claim, Language("en"))
    if claim.as_printed.isascii() and not claim.as_printed[0].isdigit():  # (enumerated), (formula)
        return {"en": english, "zh": _said(claim, Language("zh")) if claim.numeric else claim.entity_name_zh}
    dated = claim.unit == "date" and claim.as_printed.isascii()
    return {"en": english, "zh": str(claim.value) if dated else claim.as_printed}


def title(source: Source) -> Text:
    """A source's title."""
    return source.both("title")


def _said(claim: Claim, language: Language) -> str:
    if not claim.numeric:
        return str(claim.value)
    low, value, high = claim.span
    number = language.span(low, high, claim.unit) if claim.value is None else language.number(value, claim.unit)
    noun = "" if claim.unit in ("CNY", "USD", "multiple") else language.unit(claim.unit, number)
    sign = SIGNS.get(claim.comparator, "")
    return f"{sign if language.gap else sign.rstrip()}{number}{language.gap if noun else ''}{noun}"
