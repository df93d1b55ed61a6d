"""The page in Chromium: reachable by hover, keyboard and touch, without requests, readable by everyone."""

from __future__ import annotations

import io
import itertools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Request

from siyu.render.page import typeface
from siyu.render.page.html import render_report
from siyu.render.report import Report

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def files(pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("page")
    for code, page in pages.items():
        (folder / f"report.{code}.html").write_text(page, encoding="utf-8")
    return {code: (folder / f"report.{code}.html").as_uri() for code in pages}


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core from npm, by the lock beside this file."""
    script = HERE / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            end = pytest.fail if "browser" in os.environ.get("SIYU_REQUIRE", "") else pytest.skip
            end("axe-core: npm is not on PATH")
        subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, check=True, capture_output=True
        )
    return script.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def real(case_report: Report, client_report: Report, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages of the sealed sample and of a client, in the language that takes more bytes."""
    folder, reports = tmp_path_factory.mktemp("real"), {"case": case_report, "client": client_report}
    paths = {kind: folder / f"{kind}.html" for kind in reports}
    for kind, path in paths.items():
        path.write_text(render_report(reports[kind], "zh"), encoding="utf-8")
    return paths


def opened(browsed: Callable[..., BrowserContext], address: str, **options: Any) -> tuple[Page, list[str]]:
    """A page, and what it complained about or asked for."""
    page = browsed(**options).new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: heard.append(f"dialog {dialog.message}"))

    def asked(request: Request) -> None:
        if not request.url.startswith(("data:", address)):
            heard.append(request.url)

    page.on("request", asked)
    page.goto(address)
    page.evaluate("document.fonts.ready")
    return page, heard


@pytest.mark.parametrize("code", ["zh", "en"])
def test_nothing_scrolls_sideways_and_nothing_is_asked_for(browsed, files, code):
    page, heard = opened(browsed, files[code], **DESKTOP)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for width in (1440, 768, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert heard == []
    page.context.close()


ALL, SOME = 1_000_000, 2  # neighbours of one kind
# of a row of elements with the same name, class and role, those beyond the first few are of one template with them
THINNED = """(few) => document.querySelectorAll("main *").forEach((parent) => {
  const seen = {};
  for (const child of [...parent.children]) {
    if (child.closest("svg, [popover]")) continue;
    const kind = [child.tagName, child.className, child.getAttribute("role")].join();
    seen[kind] = (seen[kind] || 0) + 1;
    if (seen[kind] > few) child.remove();
  }
})"""


@pytest.mark.parametrize(
    ("code", "scheme", "shape", "few"),
    [("zh", "dark", PHONE, ALL), ("en", "light", DESKTOP, ALL),
     ("case", "dark", DESKTOP, SOME), ("client", "light", PHONE, SOME),
     pytest.param("case", "dark", DESKTOP, ALL, marks=pytest.mark.whole),
     pytest.param("client", "light", PHONE, ALL, marks=pytest.mark.whole)],
    ids=["zh-dark-phone", "en-light-desktop", "case-desktop", "client-phone", "whole-case", "whole-client"],
)  # fmt: skip
def test_axe_finds_nothing(browsed, files, real, axe, code, scheme, shape, few):
    page, _ = opened(browsed, files.get(code) or real[code].as_uri(), color_scheme=scheme, **shape)
    page.evaluate(THINNED, few)
    page.evaluate(axe)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    # a real page has thousands of texts in the colours of the small ones, where their contrast is looked at
    ways = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": code in files}}}
    found = page.evaluate("(ways) => axe.run(document, ways)", ways)["violations"]
    said = [(v["id"], v["impact"], v["nodes"][0]["html"][:160], v["nodes"][0]["failureSummary"]) for v in found]
    assert said == []
    if few == ALL:
        page.locator("button.grade").first.click()
        page.locator(".card:popover-open").wait_for()
        assert page.evaluate("axe.run(document.querySelector('.card:popover-open'))")["violations"] == []
    page.context.close()


def test_a_grade_opens_its_source_without_script(browsed, files):
    page, _ = opened(browsed, files["zh"], java_script_enabled=False, **DESKTOP)
    page.locator("button.grade").first.click()
    card = page.locator(".card:popover-open")
    assert card.is_visible()
    assert "未说明" in card.inner_text()
    page.context.close()


def test_hover_and_keyboard_open_the_card_of_a_number(browsed, files):
    page, _ = opened(browsed, files["en"], **DESKTOP)
    number = page.locator("article h3 a.num").first
    number.hover()
    card = page.locator(".card:popover-open")
    card.wait_for()
    assert "range of claims" in card.inner_text()
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    assert page.locator(".card:popover-open").count() == 0
    page.locator("#main").press("Tab")
    page.keyboard.press("Tab")
    page.locator("article h3 a.num").nth(1).focus()
    page.locator("button.grade").nth(2).press("Enter")
    assert (
        "not adopted" in page.locator(".card:popover-open").inner_text() or page.locator(".card:popover-open").count()
    )
    page.context.close()


def test_a_tap_shows_the_card_and_the_card_leads_to_the_source(browsed, files):
    page, _ = opened(browsed, files["zh"], **PHONE)
    page.locator("h1 a.num").first.tap()
    card = page.locator(".card:popover-open")
    card.wait_for()
    box = card.bounding_box()
    assert box is not None
    assert box["x"] == 0
    card.locator("a").first.tap()
    page.locator("details:target[open]").wait_for(
        state="attached"
    )  # by selectors: the page's policy forbids polling code
    target = page.evaluate("location.hash")
    assert page.locator(target).is_visible()
    page.context.close()


def test_contents_mark_the_section_being_read(browsed, files):
    page, _ = opened(browsed, files["en"], **DESKTOP)
    page.locator("#sources").scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    page.locator("#contents a[aria-current]", has_text="Sources").wait_for()
    page.context.close()


def test_contents_open_on_a_phone_without_script(browsed, files):
    page, _ = opened(browsed, files["zh"], java_script_enabled=False, **PHONE)
    assert not page.locator("#contents").is_visible()
    page.locator(".contents-button").tap()
    assert page.locator("#contents").is_visible()
    page.context.close()


def test_every_character_is_in_the_embedded_face_of_its_weight(browsed, files, pages):
    """A character missing from the subset would come from some other font, or show as a box."""
    page, _ = opened(browsed, files["zh"], **DESKTOP)
    shown = page.evaluate(
        """() => {
          const seen = {400: new Set(), 700: new Set()};
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node = walk.nextNode(); node; node = walk.nextNode()) {
            const style = getComputedStyle(node.parentElement);
            if (["SCRIPT", "STYLE"].includes(node.parentElement.tagName) || !style.fontFamily.includes("Siyu")) continue;
            for (const char of node.data) seen[style.fontWeight >= 600 ? 700 : 400].add(char);
          }
          return {400: [...seen[400]].join(""), 700: [...seen[700]].join("")};
        }"""
    )
    texts = typeface.texts_by_weight(pages["zh"].partition("<body>")[2].partition("<script>")[0])
    for weight in (400, 700):
        held = set(texts[weight]) | set(typeface.ALWAYS)
        assert set(shown[str(weight)]) - held == set()
    page.context.close()


def test_print_shows_the_report_without_its_controls(browsed, files):
    page, _ = opened(browsed, files["en"], **DESKTOP)
    page.emulate_media(media="print")
    assert not page.locator("#contents").is_visible()
    assert not page.locator(".contents-button").is_visible()
    assert page.locator("h1").is_visible()
    assert len(page.pdf()) > 50_000
    page.context.close()


BASE = [
    "<script>parent.hit=1;fetch('http://evil.invalid/a')</script>",
    "<img src=http://evil.invalid/b onerror=hit=1>",
    "<svg/onload=hit=1>",
    '"><iframe src=http://evil.invalid/c>',
    "javascript:hit=1",
    "[x](javascript:hit=1)",
    "![x](http://evil.invalid/d)",
    "<style>@import 'http://evil.invalid/e'</style>",
    "</style><link rel=stylesheet href=http://evil.invalid/f>",
    "<base href=http://evil.invalid/>",
    "<meta http-equiv=refresh content='0;url=http://evil.invalid/g'>",
    "{{ cycler.__init__.__globals__ }}",
    "{% for x in ().__class__ %}{% endfor %}",
    "{fan_gmv.__class__}",
    "=cmd|' /C calc'!A0",
    "\u202e\u2066reversed\u200f",
    "a\u0000b\u001b[31m\u2028c",
    "' onmouseover=hit=1 autofocus onfocus=hit=1 x='",
    "&lt;script&gt;hit=1&lt;/script&gt;",
    "x" * 40_000,
]
WRAPS = ["{}", "a {} b", "<b>{}</b>", "<!--{}-->", "`{}`", "# {}", "<a href='{}'>x</a>", "]]>{}", "{}{}", "<p title=\"{}\">",
         "<details open ontoggle=hit=1>{}", "<form action=http://evil.invalid/h><button>{}", "\\{}", "%3C{}", "<video src={}>"]  # fmt: skip


def test_three_hundred_hostile_strings_run_nothing_and_ask_for_nothing(browsed, content, build, sources, tmp_path):
    payloads = [wrap.replace("{}", text) for wrap, text in itertools.product(WRAPS, BASE)]
    assert len(payloads) == 300
    findings = content["sections"][0]["findings"]
    spread = itertools.cycle(payloads)
    content["subject"]["name"] = {"zh": next(spread), "en": next(spread)}
    findings[3]["chart"]["rows"] = [
        {
            "figure": {"zh": text, "en": text},
            "value": text,
            "denominator": text,
            "window": [text],
            "refunds": None,
            "sources": [],
        }
        for text in payloads[:200]
    ]
    findings[1]["chart"]["rows"] = findings[1]["chart"]["rows"][:1]
    content["parameters"] += [{"name": f"p{n}", "default": t, "value": t, "overridden": True, "meaning": {"zh": t, "en": t}}
                              for n, t in enumerate(payloads[:60])]  # fmt: skip
    content["sections"][2]["reason"] = {"zh": payloads[0], "en": payloads[0]}
    content["sections"][0]["markdown"] += [({"zh": text, "en": text}, "measure_more") for text in payloads]
    poisoned = {}
    for ref, record in json.loads(json.dumps(sources)).items():
        for name in ("as_printed", "locator", "period"):
            if name in record:
                record[name] = next(spread)
        for name in ("note", "reason", "name", "rationale"):
            if isinstance(record.get(name), dict):
                record[name] = {"zh": next(spread), "en": next(spread)}
        poisoned[ref] = record
    content["sources"] = poisoned
    file = tmp_path / "hostile.html"
    file.write_text(render_report(build(content), "zh"), encoding="utf-8")
    page, heard = opened(browsed, file.as_uri(), **DESKTOP)
    page.mouse.move(400, 400)
    page.keyboard.press("Tab")
    page.wait_for_timeout(300)
    assert heard == []
    assert page.evaluate("typeof hit") == "undefined"
    assert page.evaluate("document.scripts.length") == 1
    others = "iframe, form, link, base, video, object, embed, svg:not(.chart > svg)"
    drawn = ".chart svg :not(g, path, text, clipPath, rect)"
    assert page.evaluate(f"document.querySelectorAll('{others}, {drawn}').length") == 0
    assert page.evaluate("[...document.links].filter((a) => !/^(file|https?):/.test(a.href)).length") == 0
    assert page.url == file.as_uri()
    page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_summary_prints_on_two_pages(browsed, files, code):
    page, _ = opened(browsed, files[code])
    page.evaluate("document.querySelectorAll('.page, .end').forEach((node) => node.remove())")
    assert len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))) == 2


@pytest.mark.parametrize("kind", ["case", "client"])
def test_a_real_page_is_small_and_its_findings_are_few_stops_of_the_keyboard(browsed, real, kind):
    assert real[kind].stat().st_size < 2_000_000
    page, _ = opened(browsed, real[kind].as_uri(), **DESKTOP)
    stops = 0
    while not page.evaluate("document.activeElement.closest('#appendix') !== null"):
        page.keyboard.press("Tab")
        stops += 1
        assert stops <= 150
    assert stops > 40


def test_arrows_lead_through_what_is_one_stop(browsed, real):
    page, _ = opened(browsed, real["case"].as_uri(), **DESKTOP)
    links = page.locator(".from > p").filter(has=page.locator("a + *, a ~ span")).first.locator("a")
    links.first.focus()
    page.keyboard.press("ArrowRight")
    assert links.nth(1).evaluate("(link) => link === document.activeElement && link.tabIndex === 0")
    assert links.first.evaluate("(link) => link.tabIndex") == -1
    page.context.close()


def test_a_chart_is_taken_away_as_a_picture_as_dark_as_on_the_page(browsed, files):
    page, heard = opened(browsed, files["zh"], **DESKTOP, device_scale_factor=2)
    with page.expect_download() as taken:
        page.locator("article:has(figure) .tools button", has_text="PNG").first.click()
    shown = page.locator("article figure svg.desktop").first
    shown.evaluate("(one) => { one.style.width = '760px'; }")
    images = [Image.open(source).convert("L") for source in (taken.value.path(), io.BytesIO(shown.screenshot()))]
    assert [image.width for image in images] == [1520, 1520]
    ink, seen = (255 - np.asarray(image, float).mean() for image in images)
    assert ink == pytest.approx(seen, rel=0.1)
    assert seen > 1
    assert heard == []
    page.context.close()


def test_data_taken_away_holds_no_formula(browsed, content, build, tmp_path):
    content["sections"][0]["findings"][3]["chart"]["rows"][0]["figure"] = "=cmd|' /C calc'!A0"
    (file := tmp_path / "report.en.html").write_text(render_report(build(content), "en"), encoding="utf-8")
    page, _ = opened(browsed, file.as_uri(), **DESKTOP)
    with page.expect_download() as taken:
        page.locator("#finding-qualifiers .tools button", has_text="CSV").click()
    held = Path(taken.value.path()).read_text("utf-8-sig")
    assert "'=cmd|' /C calc'!A0" in held
    assert '"=' not in held
