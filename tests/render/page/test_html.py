"""The page: every figure from the findings, nothing from the network, nothing untranslated, nothing trusted."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from siyu.definitions import registry
from siyu.language import Language
from siyu.messages import catalog
from siyu.render.page import html
from siyu.render.page.html import render_report
from siyu.render.speech import Speech

RENDER = Path(html.__file__).parents[1]


@pytest.mark.parametrize("code", ["zh", "en"])
def test_every_figure_is_the_one_of_its_finding(code, pages, report, check_figures):
    assert check_figures(pages[code], report) > 60


def test_a_planted_change_in_a_finding_shows(content, build, check_figures, report):
    content["sections"][0]["findings"][1]["values"][0]["value"] = 8200000
    with pytest.raises(AssertionError):
        check_figures(render_report(build(content), "en"), report)


def test_numbers_of_headings_lead_to_their_source(pages, read):
    links = [link for link in read(pages["en"]).all("a") if link.get("class") == "num"]
    ids = {attributes["id"] for _, attributes in read(pages["en"]).elements if "id" in attributes}
    assert links
    assert {link["href"][1:] for link in links} <= ids
    assert {link["data-card"] for link in links} <= ids


def test_all_links_within_the_page_arrive_and_ids_are_unique(pages, read):
    page = read(pages["zh"])
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {link["href"][1:] for link in page.all("a") if link["href"].startswith("#")}
    targets |= {attributes["popovertarget"] for _, attributes in page.elements if "popovertarget" in attributes}
    assert targets <= set(ids)


def dead(page):
    """Links and cards that lead to nothing."""
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    links = {link["href"][1:] for link in page.all("a") if link.get("href", "").startswith("#")}
    return (links | {link["data-card"] for link in page.all("a") if "data-card" in link}) - ids


def test_a_count_over_the_ledger_leads_to_what_it_counts(content, build, sources, read):
    answer = content["sections"][0]["findings"][0]
    answer["values"][1]["sources"] = ["ledger:all"]
    answer["sources"] = [*answer["sources"], "ledger:all"]
    entry = {"ref": "ledger:all", "kind": "ledger", "name": {"en": "All claims", "zh": "全部"}, "claims": []}
    content["sources"] = {**sources, "ledger:all": entry}
    page = read(render_report(build(content), "en"))
    assert "#ledger-all" in {link.get("href") for link in page.all("a")}
    assert dead(page) == set()


@pytest.mark.parametrize("code", ["zh", "en"])
def test_what_others_say_links_only_to_what_the_page_holds(code, content, build, sources, read):
    """A client's report holds the claims that it uses; their rivals are told without a link."""
    kept = {ref for section in content["sections"] for one in section["findings"] for ref in one["sources"]}
    content["sources"] = {ref: one for ref, one in sources.items() if ref in kept}
    assert len(content["sources"]) < len(sources)
    assert dead(read(render_report(build(content), code))) == set()


def test_numbers_of_a_reason_from_the_appendix_have_cards(content, build, read):
    content["sections"][0]["findings"][0]["opening"]["reasons"] = ["measure_more"]
    assert dead(read(render_report(build(content), "en"))) == set()


def test_a_report_in_one_language_links_to_no_other(report):
    assert "report.en.html" in render_report(report, "zh")
    assert "report.en.html" not in render_report(report, "zh", ("zh",))


def test_a_fee_rule_is_printed_with_its_last_day(pages):
    assert "2021-01-01–2021-12-31" in pages["en"]
    assert "2021-01-01–2022-01-01" not in pages["en"]


def test_alt_text_of_a_tornado_has_its_ends_in_order(content, build):
    wage = {"label": "Wage", "value": 266, "low": 1090, "high": -0.8, "unit": "CNY"}
    chart = {"kind": "tornado", "unit": "CNY", "scale": "linear", "rows": [wage], "lines": [], "columns": []}
    content["sections"][0]["findings"][1]["chart"] = chart
    finding = build(content).by_key["02_case_study.fan_gmv"]
    assert "Wage: CNY\u00a0−0.8 to 1,090" in Speech(Language("en")).alt(finding).attribute()


@pytest.mark.parametrize("code", ["zh", "en"])
def test_nothing_is_loaded_and_the_policy_admits_only_what_is_there(code, pages, read):
    page = read(pages[code])
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        blocks = re.findall(rf"<{tag}>(.*?)</{tag}>", pages[code], re.DOTALL)
        assert len(blocks) == 1
        digest = base64.b64encode(hashlib.sha256(blocks[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert [a for _, a in page.elements if {"src", "srcset"} & {*a}] == []
    assert [a["href"] for tag, a in page.elements if tag not in ("a", "link") and "href" in a] == []
    assert not any("url(" in value for _, attributes in page.elements for value in attributes.values() if value)
    assert not page.all("link")
    assert not any("style" in attributes or "onclick" in attributes for _, attributes in page.elements)


def test_the_same_report_gives_the_same_bytes(report, pages):
    assert render_report(report, "zh") == pages["zh"]
    assert len(pages["zh"].encode()) < 2_000_000


def test_the_answer_is_the_title_and_stands_first(pages, read):
    page = read(pages["zh"])
    heading = "".join(text for path, text in page.texts if "h1" in path)
    assert heading.startswith("规模可信")
    assert [tag for tag, _ in page.elements].count("h1") == 1
    assert len([a for tag, a in page.elements if tag == "li" and "answer" in a.get("class", "").split()]) == 4


def test_each_finding_is_printed_once_and_absent_ones_under_limits(pages, report, read):
    ids = [a["id"] for _, a in read(pages["en"]).elements if a.get("id", "").startswith("finding-")]
    assert sorted(ids) == sorted(f"finding-{f.key}" for f in report.findings if f.role != "absent")
    limits = pages["en"].split('id="limits"')[1].split('id="sources"')[0]
    assert "group members" in limits
    assert "Do group members really buy again?" in limits


def test_what_to_measure_next_is_known_by_what_it_feeds(content, build):
    (finding,) = [f for section in content["sections"] for f in section["findings"] if f["feeds"] == ["next"]]
    finding["key"] = "anything"
    measure = render_report(build(content), "en").split('id="measure"')[1].split("</section>")[0]
    assert 'id="finding-anything"' in measure
    finding["feeds"] = []
    assert 'id="measure"' not in render_report(build(content), "en")


def test_sections_without_input_say_what_is_missing(content, build):
    section = content["sections"][1]
    section |= {"status": "no_input", "reason": "Needs the orders export", "findings": []}
    page = render_report(build(content), "en")
    assert "Needs the orders export" in page
    assert "no data yet" in page


def test_no_word_of_the_page_is_untranslated(pages, read):
    """In the pseudo-locale every message is bracketed; what stands outside is data, or a word nobody translates."""
    known = {registry().metrics[key].en for key in registry().metrics}
    known |= {registry().units[key].en for key in registry().units}
    data = {"bdi", "data", "code", "time", "style", "script", "title"}
    page = read(pages["xx"])
    outside: list[str] = []
    depth = 0
    for path, text in page.texts:
        kept = ""
        for char in text:
            depth += (char == "⟦") - (char == "⟧")
            kept += char if depth == 0 and char != "⟧" else " "
        if not data & set(path) and path[-2:] != ["g", "text"]:  # the lines of a chart's labels are in its table
            outside.append(kept)
    for tag, attributes in page.elements:
        if attributes.get("role") == "img" and tag != "svg":
            continue  # title, subtitle and values of a chart, which stand beside it
        outside += [re.sub(r"⟦[^⟧]*⟧", "", attributes.get(name, "")) for name in ("aria-label", "title")]
    words = {text.strip(" :,.;()⟧") for text in outside if re.search(r"[A-Za-z]{2}", text)}
    known = {name.lower() for name in known}
    words = {word for word in words if word.lower() not in known and not word.endswith(".ipynb")}
    ledger = {str(text) for text in words if any(text in s for s in _ledger_texts(pages["xx"]))}
    assert words - ledger - {"English", "中文"} == set()


def _ledger_texts(page: str) -> list[str]:
    return re.findall(r"<bdi>(.*?)</bdi>", page, re.DOTALL)


def test_every_message_of_the_page_has_its_chinese():
    keywords = {"_": None, "message": None, "msg": None, "_say": None}
    methods = [("*.py", "python"), ("page/*.py", "python"), ("templates/**.j2", "jinja2")]
    found = {entry[2] for entry in extract_from_dir(RENDER, method_map=methods, keywords=keywords)}
    messages = {entry if isinstance(entry, str) else entry[0] for entry in found} - {"{it}", "label"}
    missing = [message for message in messages if catalog("zh").gettext(message) == message]
    assert len(messages) > 80
    assert missing == []
    assert not [message for message in messages if re.search(r"\d", message)]


def test_pictures_are_drawn_for_the_phone_and_named(pages, report, read):
    page = read(pages["zh"])
    drawn = [f for f in report.findings if f.chart.kind in ("range", "pairs", "tornado")]
    shown = [one for one in page.all("svg") if one.get("class") in ("desktop", "phone")]
    wide = [one for one in shown if int(one["width"]) > 700]
    assert len(wide) == sum(f.main or "next" in f.feeds for f in drawn)
    reasons = [one["aria-label"] for one in page.all("div") if one.get("role") == "img"]
    assert len(shown) - len(wide) == len(drawn) + len(reasons)
    assert all(one["aria-hidden"] for one in shown)
    named = [one["aria-label"] for one in page.all("figure")]
    assert len(named) == len(drawn)
    assert all([*named, *reasons])


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202eevil\u2066",
    "{{7*7}}",
    "{name}",
    "a\x00b",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_data_is_shown_and_not_obeyed(text, content, build, sources, read):
    content["subject"]["name"] = {"zh": text, "en": text}
    matrix = content["sections"][0]["findings"][3]
    matrix["chart"]["rows"][0]["figure"] = {"zh": text, "en": text}
    matrix["chart"]["rows"][1]["figure"] = text
    for one in content["sections"][0]["findings"]:
        if one["chart"]["kind"] == "range":
            one["chart"]["rows"][0]["label"] = text
    record = {**sources["claim:S0-09"], "as_printed": text, "note": {"zh": text, "en": text}}
    content["sources"] = {**sources, "claim:S0-09": record}
    page = render_report(build(content), "en")
    seen = read(page)
    assert len(seen.all("script")) == 1
    assert not any("onerror" in attributes for _, attributes in seen.elements)
    assert all(image["src"].startswith("data:image/webp") for image in seen.all("img"))
    assert not {char for char in page if unicodedata.category(char) in ("Cf", "Cc")} - {"\n"}
    if text == "{{7*7}}":
        assert text in page


def test_a_very_long_name_is_cut(content, build):
    content["subject"]["name"] = {"zh": "长" * 40_000, "en": "long " * 8_000}
    assert len(render_report(build(content), "en")) < 1_000_000


def test_language_link_names_the_other_language(pages):
    assert 'href="report.zh.html" lang="zh-CN"' in pages["en"]
    assert 'href="report.en.html" lang="en"' in pages["zh"]
    assert Language("zh").message("Contents") == "目录"


def test_text_that_runs_right_to_left_is_isolated(content, build):
    content["subject"]["name"] = {"zh": "עברית 12", "en": "עברית 12"}
    assert "<bdi>עברית 12</bdi>" in render_report(build(content), "en")


def test_a_preview_of_a_link_says_the_answer(pages, read):
    page = read(pages["en"])
    told = {one.get("name") or one.get("property"): one.get("content", "") for one in page.all("meta")}
    assert told["og:title"]
    assert told["description"] == told["og:description"]
    assert told["description"].startswith("Scale is credible: fans bring CNY")


def test_the_first_screen_holds_answer_reasons_and_what_moved(pages):
    summary = pages["en"].partition('<section id="summary"')[2].partition("</section>")[0]
    assert "<h1" in summary
    assert summary.count('class="reason"') == 3
    assert "First report: nothing to compare with yet" in summary


def test_the_text_for_those_who_see_no_chart_tells_its_values(pages, read):
    told = [one["aria-label"] for one in read(pages["en"]).all("figure")]
    assert any("GMV by fans: CNY\xa04.15M–8.3M; GMV by others: CNY\xa0850K–1.7M" in alt for alt in told)


def test_a_client_finds_published_figures_in_the_workbook_and_its_own_on_the_page(report):
    """Unless there is nothing else."""
    [case, *others] = report.sections
    own = case.findings[1].model_copy(update={"key": "own_standing", "sources": ("orders:exports/shop-00000000",)})
    aside = replace(case, findings=[*case.findings, own], aside=True)
    client = replace(report, sections=[aside, *others])
    page = render_report(client, "en")
    left = [finding.key for finding in client.set_aside]
    assert left == [finding.key for finding in case.findings if finding.role != "empty"]
    assert 'id="finding-own_standing"' in page
    assert not [key for key in left if f'id="finding-{key}"' in page]
    assert page.count("tables.en.xlsx") == 2
    rests = {ref for one in client.on_page().findings for ref in one.sources}
    assert {*client.on_page().entries} < {*client.entries}
    assert rests & {*client.entries} <= {*client.on_page().entries}
    assert replace(report, sections=[aside]).set_aside == []
