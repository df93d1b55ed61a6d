"""Entries of the ledgers as the evidence tables print them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from siyu.render.page.links import claim_ref
from siyu.render.page.page import Page

Record = Mapping[str, Any]
_SIGNS = {">": "> ", ">=": "≥ ", "<": "< ", "<=": "≤ ", "~": "≈ "}


def claim_read(page: Page, claim: Record) -> Markup:
    """A claim's figure as it was read, with its comparator and unit; empty for claims in words."""
    value, low, high = (claim.get(end) for end in ("value", "low", "high"))
    ref, unit = claim["ref"], claim.get("unit") or ""
    if not isinstance(value, int | float):
        return Markup()
    words = page.language.unit(unit)
    gap = page.language.gap
    label = Markup("{}{}").format(gap, words) if words and unit not in ("CNY", "USD", "multiple", "ratio") else ""
    sign = _SIGNS.get(claim.get("comparator") or "=", "").rstrip()
    sign += gap if sign else ""
    if low is not None and high is not None and low != high and not sign:
        return page.prose.span({"value": value, "low": low, "high": high, "unit": unit}, f"{ref}.value") + label
    return Markup("{}{}{}").format(sign, page.prose.number(value, unit, f"{ref}.value"), label)


def adopted(page: Page, entry: Record) -> Markup:
    """What a conflict's resolution left standing: the adopted claims as printed, or the judged figure."""
    low, high = entry.get("adopted_low"), entry.get("adopted_high")
    ref = entry.get("ref") or entry.get("id", "")
    if low is not None:
        first = page.references.claims_of(entry)
        unit = entry.get("unit") or (first[0].get("unit", "") if first else "")
        if high is None or high == low:
            return page.prose.number(low, unit, f"{ref}.adopted_low")
        span = {"value": (low + high) / 2, "low": low, "high": high, "unit": unit}
        return page.prose.span(span, f"{ref}.adopted")
    refs = [claim_ref(claim_id) for claim_id in entry.get("adopted", ())]
    figures = [page.references.figure(r) for r in refs if page.references.known(r)]
    return Markup(" / ").join(figures) if figures else Markup("—")


def setting(page: Page, parameter: Record, which: str) -> Markup:
    """A parameter's value or default; numbers as `<data>`, text isolated."""
    value = parameter.get(which)
    if isinstance(value, bool):
        return Markup("<code>{}</code>").format("true" if value else "false")
    if isinstance(value, int | float):
        unit = parameter.get("unit", "")
        return page.prose.number(value, unit, f"parameter:{parameter['name']}.{which}")
    return page.prose.untrusted(value, 160) or Markup("—")
