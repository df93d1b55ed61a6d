"""Rendered files, read back: what they print must be what `findings.json` holds."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from siyu.runs import storage
from siyu.runs.files import file_name, renderings


def rendering_faults(folder: Path, languages: Sequence[str]) -> list[str]:
    """What is missing or differs between the files of a report; empty when nothing does."""
    try:
        findings = storage.read_json(folder / "findings.json")["findings"]
    except (OSError, ValueError, KeyError) as error:
        return [f"findings.json cannot be read back ({type(error).__name__})"]
    found = [] if findings else ["findings.json holds no finding"]
    allowed = _Numbers(findings)
    for kind, code in renderings(languages):
        path = folder / file_name(kind, code)
        if not path.exists():
            found.append(f"{path.name} is missing")
        if not path.exists() or path.suffix != ".html":
            continue
        page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
        page.close()
        strange = [f"{ref}={value}" for ref, value in page.figures if not allowed.holds(ref, value)]
        if not page.ended:
            found.append(f"{path.name} ends early")
        if strange:
            found.append(f"{path.name} prints figures that findings.json does not hold: {', '.join(strange[:3])}")
    return found


class _Numbers:
    """The numbers of all findings: of a value's parts by name, of anything else by finding."""

    def __init__(self, findings: Sequence[Any]) -> None:
        self.parts: dict[tuple[str, str, str], set[float]] = {}
        self.all: dict[str, set[float]] = {}
        for record in findings:
            self.all.setdefault(record["key"], set()).update(_numbers(record))
            for value in record["values"]:
                for part in ("value", "low", "high", "n"):
                    place = (record["key"], value["name"], part)
                    self.parts.setdefault(place, set()).update(_numbers(value[part]))

    def holds(self, ref: str, text: str) -> bool:
        """Whether a printed figure is what the findings hold at its reference: `key.name[.part]`."""
        key, _, rest = ref.partition(".")
        if key not in self.all:
            return True  # of a source or a parameter, not of a finding
        name, _, part = rest.partition(".")
        expected = self.parts.get((key, name, part or "value"), self.all[key])
        try:
            return float(text) in expected
        except ValueError:
            return False


def _numbers(content: Any) -> list[float]:
    if isinstance(content, bool):
        return []
    if isinstance(content, int | float):
        return [float(content)]
    entries = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    return [number for entry in entries for number in _numbers(entry)]


class _Page(HTMLParser):
    """Collects (ref, value) of every `<data>` figure."""

    def __init__(self) -> None:
        super().__init__()
        self.figures: list[tuple[str, str]] = []
        self.ended = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "data":
            given = {name: text or "" for name, text in attrs}
            ref = given.get("data-ref", "")
            self.figures.append((ref, given.get("value", "")))
            self.figures += [
                (f"{ref}.{end}", given[f"data-{end}"]) for end in ("low", "high") if f"data-{end}" in given
            ]

    def handle_endtag(self, tag: str) -> None:
        self.ended = self.ended or tag == "html"
