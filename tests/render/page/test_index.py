"""The index: every subject with its state, figures and files; found, filtered, and aged when it is looked at."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from playwright.sync_api import Page

from siyu.language import Language
from siyu.render.index import RUN_SCHEMA, Tongue, render_index
from siyu.render.speech import Speech

MOVED = {"section": "02_case_study", "key": "fan_answer", "name": "fan_gmv", "from": 8000000, "to": 8300000,
         "unit": "CNY", "definition": "fan_gmv", "beyond_chance": None, "because": ["orders"]}  # fmt: skip
HOSTILE = '"><script>hit=1</script><img src=http://evil.invalid/x onerror=hit=1>\u202e'


@pytest.fixture(scope="module")
def records(report) -> list[dict[str, Any]]:
    """Three contents of run.json: published, published with a gap, failed."""
    answer = {**report.findings[0].as_json(), "title": {"zh": "规模可信", "en": "Scale is credible"}}
    run: dict[str, Any] = {
        "schema": RUN_SCHEMA,
        "subject": "luzhou_laojiao",
        "kind": "case",
        "previous": None,
        "folder": "luzhou_laojiao",
        "name": {"zh": "泸州老窖", "en": "Luzhou Laojiao"},
        "status": "published",
        "as_of": "2021-08-31",
        "sections": [{"notebook": "02_case_study", "status": "ok"}],
        "files": [{"path": "report.zh.html"}, {"path": "report.en.html"}, {"path": "deck.en.pptx"}],
        "answers": [answer],
    }
    client = copy.deepcopy(run) | {
        "subject": "acme",
        "folder": "acme",
        "name": {"zh": "甲", "en": "Acme"},
        "as_of": "2999-01-01",
        "kind": "client",
        "previous": {"seal": "0" * 64, "as_of": "2998-12-01"},
        "moved": [MOVED],
    }
    client["sections"].append({"notebook": "07_repurchase", "status": "no_input"})
    failed = copy.deepcopy(run) | {"subject": "broken", "folder": "broken", "status": "failed", "answers": []}
    failed |= {"name": {"zh": HOSTILE, "en": HOSTILE}, "reasons": [HOSTILE]}
    return [run, client, failed]


@pytest.fixture(scope="module")
def opened(records, browsed, tmp_path_factory) -> tuple[Page, list[str]]:
    file = tmp_path_factory.mktemp("index") / "index.html"
    file.write_text(render_index(records), encoding="utf-8")
    asked: list[str] = []
    page = browsed(locale="en-GB", viewport={"width": 390, "height": 800}).new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    return page, asked


def test_each_subject_shows_answer_figures_and_files(records, read):
    page = read(render_index(records))
    links = [link["href"] for link in page.all("a")]
    assert "luzhou_laojiao/report.zh.html" in links
    assert "acme/deck.en.pptx" in links
    assert not [link for link in links if link.startswith("broken/")]
    figures = page.all("data")
    assert {figure["data-ref"] for figure in figures} >= {"fan_answer.fan_gmv", "fan_answer.null_members"}
    assert len(page.all("script")) == 1


def test_the_same_records_give_the_same_bytes(records):
    assert render_index(records) == render_index(records)
    assert len(render_index(records)) < 400_000


def test_no_report_at_all_is_a_page_too():
    assert "<h1>" in render_index([])


@pytest.mark.browser
def test_age_is_worked_out_when_the_page_is_looked_at(opened):
    page, _ = opened
    assert "old" not in page.locator(".subject").nth(0).inner_text()
    assert "years old" in page.locator(".subject").nth(1).inner_text()


def test_clients_come_before_cases_with_what_moved(records, read):
    index = render_index([{**records[0], "public": True, "kind": "client", "as_of": "2999-12-31"}, *records])
    assert index.index("Acme") < index.index("Luzhou Laojiao")
    assert "CNY\xa08M → CNY\xa08.3M" in index
    assert "findings.json" not in index
    assert "No headline number moved." in render_index([{**records[1], "moved": []}])
    assert "Since the report before" not in render_index(records[:1])


def test_values_of_one_metric_that_moved_are_told_apart(records):
    """Two shares that staff confirm: of all, and of whoever confirms least."""
    moved = {**MOVED, "unit": "ratio", "definition": "confirm_share", "from": 0.25, "to": 0.35}
    both = [{**moved, "name": "confirmed", "from": 0.7, "to": 0.8}, {**moved, "name": "least"}, MOVED]
    index = render_index([{**records[1], "moved": both}])
    assert "mass sends confirmed by staff (confirmed) 70% → 80%" in index
    assert "mass sends confirmed by staff (least) 25% → 35%" in index
    assert "员工执行率（最低）" in index


@pytest.mark.browser
def test_the_browsers_language_is_chosen_and_can_be_changed(opened):
    page, _ = opened
    assert page.locator("h1").inner_text() == "Reports"
    page.locator("#tongue-zh").check()
    assert page.locator("h1").inner_text() == "报告"
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.locator("#tongue-en").check()


@pytest.mark.browser
def test_search_and_filter(opened):
    page, _ = opened
    page.locator("#find").fill("acme")
    assert page.locator(".subject:visible").count() == 1
    page.locator("#find").fill("nowhere")
    assert page.locator("#nothing").is_visible()
    page.locator("#find").fill("")
    page.locator("[name=show][value=failed]").check()
    assert page.locator(".subject:visible").get_attribute("data-status") == "failed"
    page.locator("[name=show][value=stale]").check()
    assert page.locator(".subject:visible").count() == 2
    page.locator("[name=show]").first.check()


@pytest.mark.browser
def test_hostile_names_run_nothing_and_nothing_scrolls_sideways(opened):
    page, asked = opened
    assert len(asked) == 1
    assert page.evaluate("typeof hit") == "undefined"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_chance_that_moved_reads_as_in_titles():
    told = {"section": "02_case_study", "key": "a", "name": "b", "from": 0.8056, "to": 0.9189, "unit": "ratio",
            "definition": "win_share", "beyond_chance": None, "because": []}  # fmt: skip
    [said] = Tongue(Speech(Language("en"))).moved({"schema": 2, "previous": {"seal": "x"}, "moved": [told]})
    assert said.endswith("81% → 92%")
