"""A report as the renderings get it, and its Chinese messages."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import BrowserContext, sync_playwright

from siyu.evidence.assumptions import load_assumptions
from siyu.evidence.fees import fee_rules
from siyu.evidence.ledger import load_ledger
from siyu.evidence.references import References
from siyu.paths import data_dir
from siyu.record import Both, FindingRecord, entries
from siyu.render.page.html import render_report
from siyu.render.report import About, Report, SectionReport, Setting

PATIENCE = 10 * 60_000  # milliseconds: a busy machine takes minutes to open a page


@pytest.fixture(scope="module")
def browsed(chromium: str) -> Iterator[Callable[..., BrowserContext]]:
    """New contexts of one Chromium, which ends with the module."""
    with sync_playwright() as playwright:
        # a container's root cannot use Chromium's sandbox
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"], timeout=PATIENCE)

        def context(**options: Any) -> BrowserContext:
            made = browser.new_context(**options)
            made.set_default_timeout(PATIENCE)
            return made

        yield context
        browser.close()


@pytest.fixture(scope="session")
def raw() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "report.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def sources(raw: dict[str, Any]) -> dict[str, Any]:
    """The bundled ledger's entries for the report's refs, and what they drag in."""
    ledger = load_ledger(data_dir() / "evidence")
    assumptions, fees = load_assumptions(data_dir() / "assumptions.csv"), fee_rules(data_dir() / "fees.csv")
    collected = References.collect(raw["refs"], ledger, assumptions, fees)
    return {ref: entry.as_json() for ref, entry in collected.records.items()}


@pytest.fixture(scope="session")
def build(sources: dict[str, Any]) -> Callable[[dict[str, Any]], Report]:
    """A Report from content like that of report.yml."""

    def built(content: dict[str, Any]) -> Report:
        sections = [
            SectionReport(
                entry["notebook"],
                entry["status"],
                entry.get("reason"),
                [(text, after) for text, after in entry["markdown"]],
                [FindingRecord.model_validate(finding) for finding in entry["findings"]],
            )
            for entry in content["sections"]
        ]
        found = entries(content.get("sources", sources))
        settings = [Setting(**parameter) for parameter in content["parameters"]]
        about = {**content["subject"], "name": Both(**content["subject"]["name"])}
        return Report(About(**about), content["as_of"], sections, found, settings)

    return built


@pytest.fixture
def content(raw: dict[str, Any]) -> dict[str, Any]:
    """A copy of the fixture's content, to be changed."""
    return copy.deepcopy(raw)


@pytest.fixture(scope="session")
def report(raw: dict[str, Any], build: Callable[[dict[str, Any]], Report]) -> Report:
    return build(raw)


@pytest.fixture(scope="session")
def pages(report: Report) -> dict[str, str]:
    """Language code -> page."""
    return {code: render_report(report, code) for code in ("zh", "en", "xx")}


class Reader(HTMLParser):
    """A page as a reader's program sees it: elements with their text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[list[str], str]] = []
        self._path: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("meta", "img", "br", "source", "input"):
            self._path.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._path:
            while self._path.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.texts.append((list(self._path), data))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="session")
def read() -> type[Reader]:
    return Reader


def held(records: dict[str, Any], ref: str) -> object:
    """The number that a `data-ref` names: `finding.value[.part]`, `finding.rows[0].column`, `claim:id.part`."""
    if ":" in ref:
        key, _, part = ref.rpartition(".")
        record = records["sources"].get(key) or next(
            vars(p) for p in records["parameters"] if f"parameter:{p.name}" == key
        )
        return record.get(part, record.get(f"rate_{part}"))
    key, *path = ref.split(".")
    finding = records["findings"][key]
    if row := re.fullmatch(r"rows\[(\d+)\]", path[0]):
        return finding["chart"]["rows"][int(row[1])][path[1] if len(path) > 1 else "value"]
    value = next(value for value in finding["values"] if value["name"] == path[0])
    return value[path[1] if len(path) > 1 else "value"]


@pytest.fixture(scope="session")
def check_figures() -> Callable[[str, Report], int]:
    """Compare every `<data>` of a page with the record it names; returns how many there are."""

    def checked(page: str, report: Report) -> int:
        records = {
            "findings": {finding.key: finding.as_json() for finding in report.findings},
            "sources": {ref: entry.as_json() for ref, entry in report.entries.items()},
            "parameters": report.settings,
        }
        figures, of = [], ""
        for tag, attributes in Reader(page).elements:
            of = attributes.get("data-of", "") if tag == "table" else of
            ref = attributes.get("data-ref", "")
            figures += [attributes | {"data-ref": of + ref if ref.startswith(".") else ref}] if tag == "data" else []
        for figure in figures:
            if ".arg." in figure["data-ref"] or ".adopted" in figure["data-ref"]:
                continue
            assert json.loads(figure["value"]) == held(records, figure["data-ref"]), figure
            for end in ("low", "high"):
                if f"data-{end}" in figure and ":" not in figure["data-ref"] and "rows" not in figure["data-ref"]:
                    ends = held(records, ".".join(figure["data-ref"].split(".")[:2]) + f".{end}")
                    assert json.loads(figure[f"data-{end}"]) == ends, figure
        return len(figures)

    return checked
