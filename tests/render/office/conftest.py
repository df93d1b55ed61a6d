"""A report with every kind of chart, its deck and its workbook, and what a reader's program finds in them."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pptx import Presentation

from siyu.evidence.assumptions import load_assumptions
from siyu.evidence.fees import fee_rules
from siyu.evidence.ledger import load_ledger
from siyu.evidence.references import References
from siyu.paths import data_dir
from siyu.record import Both, FindingRecord, entries
from siyu.render.deck import deck_bytes
from siyu.render.report import About, Report, SectionReport
from siyu.render.tables import tables_bytes
from siyu.render.tables.economics import formulas

Content = dict[str, Any]
CASE, ECONOMICS = "02_case_study", "03_platform_economics"
CLAIMS = ["claim:S0-07", "claim:S0-08", "claim:S0-09", "claim:S0-10", "claim:S1-08", "claim:S1-09"]
ON = date(2021, 8, 31)
# The fixture's own messages in Chinese, as a notebook's are in the catalogue.


def value(name: str, middle: float, low: float | None = None, high: float | None = None, **more: Any) -> Content:
    """A value entry."""
    ends = {"low": middle if low is None else low, "high": middle if high is None else high}
    kind = "none" if ends["low"] == ends["high"] else "claim_range"
    entry = {"name": name, "value": middle, **ends, "interval_kind": kind, "unit": "CNY", "n": None}
    return {**entry, "definition": "monthly_gmv", "sources": CLAIMS[:2], **more}


def mark(label: Any, middle: float, low: float | None = None, high: float | None = None, **more: Any) -> Content:
    """A row of a chart."""
    entry = value("", middle, low, high)
    kept = {key: entry[key] for key in ("value", "low", "high", "interval_kind", "unit", "definition", "sources")}
    return {"label": label, **kept, "tone": "main", **more}


def line(label: str, middle: float, *ends: float, **more: Any) -> Content:
    """A reference line of a chart."""
    return {key: part for key, part in mark(label, middle, *ends, **more).items() if key != "tone"}


def chart(kind: str, *rows: Content, **more: Any) -> Content:
    """A chart record."""
    unit = rows[0].get("unit", "") if rows else ""
    return {"kind": kind, "unit": unit, "scale": "linear", "rows": list(rows), "lines": [], "columns": [], **more}


def finding(key: str, message: Any, values: list[Content], drawn: Content, **more: Any) -> Content:
    """A finding record."""
    sources = sorted({ref for entry in [*values, *drawn["rows"]] for ref in entry.get("sources", ())}) or [
        "ledger:luzhou_laojiao"
    ]
    record = {"schema": 2, "key": key, "section": CASE, "role": "headline", "message_id": message}
    record |= {"subtitle": "CNY a month", "values": values, "cards": {}, "chart": drawn, "sources": sources}
    return record | {"caveats": ["Nothing here is measured"], "needs": [], "feeds": []} | more


def _share(label: str, series: str, middle: float) -> Content:
    kind: Content = {"unit": "ratio", "interval_kind": "sampling95", "definition": "repurchase_rate"}
    return mark(label, middle, round(middle - 0.02, 10), round(middle + 0.02, 10), series=series, **kind)


def _case() -> list[Content]:
    fans, others = value("fans", 8_300_000, 4_150_000, 8_300_000), value("others", 1_700_000, 850_000, 1_700_000)
    members = value("members", 0.7331, unit="ratio", definition="repurchase_rate")
    answer = finding(
        "answer", "Scale holds: {fans} a month; the effect is not shown", [fans, members], chart("none"), role="answer"
    )
    answer |= {"cards": {"fans": "a month, from fans", "members": "of members buy again"}, "subtitle": ""}
    ranges = chart(
        "range", mark("From fans", 8_300_000, 4_150_000, 8_300_000), mark("From others", 1_700_000, 850_000, 1_700_000),
        scale="log", lines=[line("Fee today", 250_000)],
    )  # fmt: skip
    pairs = chart(
        "pairs", _share("Few join", "Members", 0.79), _share("Few join", "Others", 0.44),
        _share("Many join", "Members", 0.687), _share("Many join", "Others", 0.283),
        lines=[line("The case prints", 0.7, 0, 0.7, unit="ratio")],
    )  # fmt: skip
    curve = [
        mark("", 1 + at / 8, 1 + at / 16, 1 + at / 4, series="Expected", x=at, unit="multiple", definition="")
        for at in range(2, 8)
    ]
    lines = chart(
        "line", *curve, x={"label": "Months", "unit": ""}, lines=[line("As printed", 2, unit="multiple", definition="")]
    )
    best = value("best", 2.0, unit="multiple", definition="")
    return [
        answer,
        finding("fan_gmv", "Fans bring {fans} a month, others {others}", [fans, others], ranges),
        finding(
            "selection", "Members {members}, others {others}", [members, value("others", 0.37, unit="ratio")], pairs
        ),
        finding("best_month", "Best month over the mean", [best], lines, role="appendix"),
        finding("bars", "Best month over the mean", [best], chart("bar", *curve[:3]), role="appendix"),
        _checks(),
        finding(
            "absent", "Fans bring {fans} a month, others {others}", [], chart("none"), role="absent", needs=["aov"]
        ),
    ]


def _checks() -> Content:
    columns = [("rule", "Check"), ("ratio", "Result"), ("fine", "Plausible"), ("span", "Span")]
    rows = [
        {"rule": {"en": f"rule {at}", "zh": f"规则{at}"}, "ratio": at / 8, "fine": at % 2 == 0,
         "span": {"value": at, "low": at - 0.5, "high": at + 0.5, "unit": "months"}, "sources": CLAIMS[:1]}
        for at in range(1, 31)
    ]  # fmt: skip
    listed = [{"key": key, "label": label, "unit": ""} for key, label in columns]
    count = value("count", 30, unit="count", definition="")
    return finding("checks", "{count} checks", [count], chart("table", *rows, columns=listed), role="appendix")


def _economics(refs: list[str]) -> list[Content]:
    rows = [("Paid", 200, "muted"), ("Goods", -150, "main"), ("Fees", -72, "main"), ("Kept", -22, "muted")]
    waterfall = chart("waterfall", *(mark(label, step, tone=tone) for label, step, tone in rows))
    tornado = chart("tornado", mark("Wage", -458.9, -1621.4, -71.5), mark("Reach", -458.9, 120, -700))
    cells = [("Low repurchase", "No fee", -951.8), ("Low repurchase", "High fee", -558.2)]
    cells += [("High repurchase", "No fee", -139), ("High repurchase", "High fee", 333.1)]
    heat = chart("heat", *(mark(label, number, series=series) for label, series, number in cells))
    money = value("value", 3885.4, -3204.1, 27021.7, unit="CNY_per_1000_people", definition="", sources=refs)
    by_route = chart("range", mark("Douyin", 3885.4, -3204.1, 27021.7), mark("From others", 2841, -4497, 23911.5))
    share: Content = {"unit": "ratio", "definition": ""}
    wins = chart("bar", mark("Douyin", 0.575, **share), mark("From others", 0.425, **share))
    worth = chart("bar", mark("The order value", 400, 100, 900), mark("The repurchase rate", 247, 50, 300))
    told = {"section": ECONOMICS, "sources": refs, "feeds": []}
    live = {**told, "feeds": ["economics"]}
    return [
        finding("per_thousand", "Contribution {value} by route", [money], by_route, **live),
        finding("waterfall", "Of {paid}, {kept} is kept", [value("paid", 200), value("kept", -22)], waterfall, **told),
        finding(
            "tornado", {"id": "Input {name} moves it most, by {swing}", "args": {"name": {"en": "Wage", "zh": "工资"}}},
            [value("swing", -458.9, -1621.4, -71.5)], tornado, **told,
        ),
        finding("heat", "By fee and repurchase: {worst} at worst", [value("worst", -951.8)], heat, **told),
        finding("wins", "{share} of draws", [value("share", 0.575, **share)], wins, **{**told, "role": "appendix", "feeds": ["draws"]}),
        finding(
            "next_measurements", {"id": "Measure {what} first: {worth}", "args": {"what": {"en": "it", "zh": "它"}}},
            [value("worth", 400)], worth, **{**told, "feeds": ["next"]},
        ),
    ]  # fmt: skip


@pytest.fixture(scope="session")
def original() -> Content:
    """The report's content."""
    assumptions, fees = load_assumptions(data_dir() / "assumptions.csv"), fee_rules(data_dir() / "fees.csv")
    symbols = formulas()["inputs"]
    bound = assumptions.bind([name for name in symbols if not name.startswith(("fee_", "payment_"))], "liquor")
    refs = {row.ref for row in bound.values()}
    refs |= {ref for rate in fees.bind(symbols, "liquor", 365, ON).values() for ref in rate.refs}
    used = sorted(refs)
    ledger = load_ledger(data_dir() / "evidence")
    found = References.collect([*CLAIMS, *used], ledger, assumptions, fees).records
    records = {ref: entry.as_json() for ref, entry in found.items()}
    return {
        "subject": {"id": "luzhou_laojiao", "name": {"zh": "泸州老窖", "en": "Luzhou Laojiao"}, "kind": "case"},
        "findings": {CASE: _case(), ECONOMICS: _economics(used)},
        "sources": {ref: record for ref, record in records.items() if record["kind"] != "conflict"},
        "conflicts": {ref: record for ref, record in records.items() if record["kind"] == "conflict"},
    }


@pytest.fixture
def content(original: Content) -> Content:
    """A copy of the content, to be changed."""
    return copy.deepcopy(original)


@pytest.fixture(scope="session")
def build() -> Callable[[Content], Report]:
    """A Report from such content."""

    def built(given: Content) -> Report:
        sections = [
            SectionReport(
                notebook,
                markdown=[("# How large is it?", None)],
                findings=[FindingRecord.model_validate(one) for one in findings],
            )
            for notebook, findings in given["findings"].items()
        ]
        about = {**given["subject"], "name": Both(**given["subject"]["name"])}
        return Report(About(**about), "2021-08-31", sections, entries(given["sources"] | given["conflicts"]))

    return built


@pytest.fixture(scope="session")
def report(original: Content, build: Callable[[Content], Report]) -> Report:
    """The report as it is."""
    return build(original)


@pytest.fixture(scope="session")
def decks(report: Report) -> dict[str, bytes]:
    """Language -> deck with its appendix."""
    return {code: deck_bytes(code, report, full=True) for code in ("zh", "en")}


@pytest.fixture(scope="session")
def talks(report: Report) -> dict[str, bytes]:
    """Language -> deck as it is made by default."""
    return {code: deck_bytes(code, report) for code in ("zh", "en")}


@pytest.fixture(scope="session")
def books(report: Report) -> dict[str, bytes]:
    """Language -> workbook."""
    return {code: tables_bytes(code, report) for code in ("zh", "en")}


@pytest.fixture(scope="session")
def opened() -> Callable[[bytes], Any]:
    """A presentation from bytes."""
    return lambda content: Presentation(io.BytesIO(content))


@pytest.fixture(scope="session")
def parts() -> Callable[[bytes], dict[str, str]]:
    """Name -> text of the XML parts of an Office file."""

    def read(content: bytes) -> dict[str, str]:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return {name: file.read(name).decode() for name in file.namelist() if name.endswith((".xml", ".rels"))}

    return read


@pytest.fixture(scope="session")
def hostile() -> list[str]:
    """Three hundred strings that a file, a shell, a formula or a reader may trip over."""
    marks = ["=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://evil.example")', "\t=1", " =1"]
    marks += [
        "<script>alert(1)</script>",
        "]]>",
        "&lt;&amp;",
        "javascript:alert(1)",
        "https://evil.example/x",
        "{name}",
        "{",
        "}",
    ]
    marks += [
        "\u202eevil\u202c",
        "\u2066x\u2069",
        "\u0000\u0007\u001b",
        "\ud800",
        "مرحبا",
        "שלום 83%",
        "_x0041_",
        "{0!r}",
        "%s",
        "👩‍👩‍👧",
        "\ufeff",
    ]
    marks += [
        "'quoted'!A1",
        "[Book]Sheet!A1",
        "a" * 40_000,
        "字" * 40_000,
        "a\nb\r\nc",
        "\\",
        "../../etc",
        "CON",
        "=1+" * 9_000,
    ]
    return [f"{mark}{at}" if at % 2 else f"{mark} {at}" for at, mark in zip(range(300), marks * 10, strict=False)]


FORMULA = re.compile(r"<f[ >]")
