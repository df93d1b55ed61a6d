"""What-if: the page and Python count the same draws, wherever the sliders stand."""

from __future__ import annotations

import base64
import json
import re
from datetime import date
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page
from sympy import Expr, Max, Symbol, exp, symbols

from siyu.economy import Economy
from siyu.economy.measures import order_gain
from siyu.economy.whatif import DRAWS, GOODS_DRAWS, quantised, what_if
from siyu.evidence.assumptions import load_assumptions
from siyu.evidence.fees import fee_rules
from siyu.figure import Figure
from siyu.formulas.breakeven import fee_star, tolerable_loss
from siyu.formulas.compiled import compiled, javascript
from siyu.paths import data_dir, package_dir
from siyu.record.finding import Gain
from siyu.render.page.html import render_report
from siyu.render.page.whatif import formula

loss, fee, price, keep, months, staff = symbols("loss fee price keep months staff", real=True)
GAIN = (1 - loss) * (price * (1 - fee / 10) * keep**months - staff) - (
    price * (1 - fee) - Max(staff, 1) * exp(-months / 9)
)
SLIDERS = [("loss", 0.0, 0.6, 0.1), ("fee", 0.0, 0.2, 0.05)]


def restored(packed: dict[str, Any]) -> np.ndarray:
    """The values behind quantised draws, as the page restores them."""
    codes = np.frombuffer(base64.b64decode(packed["codes"]), "<u2").astype(np.float64)
    return packed["start"] + packed["step"] * codes


@pytest.fixture(scope="module")
def payload() -> dict[str, Any]:
    generator = np.random.default_rng(7)
    names, source = javascript(GAIN)
    drawn = {
        "loss": generator.beta(2, 9, 2_000),
        "fee": generator.uniform(0.01, 0.09, 2_000),
        "price": generator.lognormal(5, 0.6, 2_000),
        "keep": generator.uniform(0.9, 0.999, 2_000),
        "staff": generator.uniform(0, 6, 2_000),
    }
    return {
        "gain": {"names": list(names), "js": source},
        "says": "moving keeps more",
        "sliders": [
            {"name": name, "label": f"Slider {name}", "unit": "ratio", "low": low, "high": high, "value": value}
            for name, low, high, value in SLIDERS
        ],
        "published": {"better": [0.4, 0.4, 0.4], "fee": [0.01, 0.06, 0.2], "loss": [0.0, 0.05, 0.3]},
        "fixed": {"months": 3},
        "draws": {name: quantised(values) for name, values in drawn.items()},
    }


@pytest.fixture(scope="module")
def real() -> dict[str, Any]:
    """The bundled economy: what an order keeps more by a personal WeChat deal than in the Douyin shop."""
    rows, rules = load_assumptions(data_dir() / "assumptions.csv"), fee_rules(data_dir() / "fees.csv")
    economy = Economy(rows, rules, "liquor", 365, date(2021, 8, 31))
    sliders = {"move_friction_personal": "Lost in moving", "fee_douyin_shop": "Fee", "order_value": "Order value"}
    ends = {"fee_douyin_shop": (0.0, 0.2)}
    published = {
        "better": Figure(0.053, 0.053, 0.053, "ratio"),
        "fee": Figure(0.125, 0.044, 0.292, "ratio"),
        "loss": Figure(0.0, 0.0, 0.084, "ratio"),
    }
    return what_if(economy, order_gain("wechat_personal"), "moving keeps more", sliders, ends, published)


def wins(payload: dict[str, Any], gain_of: Expr, settings: dict[str, float]) -> int:
    """Draws in which the formula is positive, by numpy."""
    values: dict[str, Any] = {name: restored(packed) for name, packed in payload["draws"].items()}
    gain = compiled({"gain": gain_of})(values | payload["fixed"] | settings)["gain"]
    return int((gain > 0).sum())


@pytest.fixture(scope="module")
def page(payload, real, raw, build, browsed, tmp_path_factory) -> Page:
    findings = [dict(finding) for finding in raw["sections"][1]["findings"]]
    findings[0]["whatif"], findings[1]["whatif"] = payload, real
    sections = [*raw["sections"][:1], {**raw["sections"][1], "findings": findings}, *raw["sections"][2:]]
    file = tmp_path_factory.mktemp("whatif") / "page.html"
    file.write_text(render_report(build({**raw, "sections": sections}), "en"), encoding="utf-8")
    opened = browsed(viewport={"width": 390, "height": 844}).new_page()
    faults: list[str] = []
    opened.on("console", lambda message: faults.append(message.text))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(file.as_uri())
    assert faults == []
    return opened


def test_quantised_draws_stay_within_half_a_step():
    values = np.random.default_rng(1).normal(size=500)
    packed = quantised(values)
    assert np.abs(restored(packed) - values).max() <= packed["step"] * 0.51


@pytest.mark.parametrize("source", ["fetch('x')", "a + document", "a; b", "a => `x`", "Math.max(a)['x']"])
def test_a_formula_is_arithmetic_and_nothing_else(source):
    with pytest.raises(ValueError, match="what-if formula"):
        formula(Gain(names=("a", "b"), js=f"(a, b) => {source}"))


def test_an_input_javascript_cannot_name_is_refused():
    with pytest.raises(ValueError, match="Not_A_Name"):
        javascript(Symbol("Not_A_Name", real=True) + 1)


@pytest.mark.browser
def test_until_a_slider_is_moved_the_page_shows_what_was_published(page, real):
    place = page.locator(".whatif").nth(1)
    assert place.locator(".share").inner_text() == "5%"
    assert place.locator(".fee").inner_text() == "12.5% (4.4–29%)"
    assert place.locator(".loss").inner_text() == "0% (0–8.4%)"
    assert place.locator("[data-drawn]").is_visible()


@pytest.mark.browser
def test_a_chance_reads_as_in_titles(page):
    source = (package_dir() / "render" / "templates" / "whatif.js").read_text(encoding="utf-8")
    [points] = re.findall(r"const points = .*?\n  };", source, re.DOTALL)
    shares = [0, 0.001, 0.005, 0.42, 0.994, 0.995, 0.999, 1]
    said = page.evaluate(f"(shares) => {{ const lang = 'en'; {points} return shares.map(points); }}", shares)
    assert said == ["0%", "<1%", "<1%", "42%", "99%", ">99%", ">99%", "100%"]


@pytest.mark.browser
def test_a_typed_value_is_taken_said_and_kept_in_the_address(page, real):
    place = page.locator(".whatif").nth(1)
    place.locator(".slider input[type=number]").nth(1).fill("8")
    place.locator(".slider input[type=number]").nth(1).press("Enter")
    assert place.locator("input[name=fee_douyin_shop]").get_attribute("aria-valuetext") == "8%"
    assert "fee_douyin_shop=0.08" in page.url
    place.locator(".reset").click()
    assert "fee_douyin_shop" not in page.url
    assert place.locator(".share").inner_text() == "5%"


def found(payload: dict[str, Any], settings: dict[str, float], expression: Expr) -> list[float]:
    """Low, middle and high of an expression over the page's draws."""
    values: dict[str, Any] = {name: restored(packed) for name, packed in payload["draws"].items()}
    drawn = compiled({"x": expression})(values | payload["fixed"] | settings)["x"]
    return [float(one) for one in np.quantile(np.broadcast_to(drawn, DRAWS), (0.05, 0.5, 0.95))]


@pytest.mark.browser
def test_switch_fee_and_bearable_loss_of_the_page_are_those_of_python(page, real):
    place = page.locator(".whatif").nth(1)
    node = place.locator("input[name=fee_douyin_shop]")
    node.evaluate("(node) => { node.value = '0.08'; node.dispatchEvent(new Event('input')); }")
    shown = json.loads(place.get_attribute("data-settings") or "{}")
    seen = json.loads(place.get_attribute("data-found") or "{}")
    assert seen["loss"] == pytest.approx(found(real, shown, tolerable_loss("wechat_personal", "order")), abs=1e-6)
    assert seen["fee"] == pytest.approx(found(real, shown, fee_star("wechat_personal", "order")), abs=1e-6)
    place.locator(".reset").click()
    assert place.locator(".share").inner_text() == "5%"


@pytest.mark.browser
def test_page_and_python_agree_on_every_draw(page, payload):
    place = page.locator(".whatif").first
    for settings in ({}, {"loss": 0.003}, {"loss": 0.21, "fee": 0.02}, {"loss": 0.0, "fee": 0.2}, {"loss": 0.6}):
        for name, value in settings.items():
            slider = place.locator(f"input[name={name}]")
            slider.evaluate(
                "(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }", str(value)
            )
        shown = json.loads(place.get_attribute("data-settings") or "{}")
        assert int(place.get_attribute("data-wins") or -1) == wins(payload, GAIN, shown)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.browser
def test_page_and_python_agree_on_the_economics(page, real):
    place = page.locator(".whatif").nth(1)
    for at in (0.0, 0.2, 0.5, 0.9):
        for number, slider in enumerate(real["sliders"]):
            share = (at + 0.3 * number) % 1
            value = slider["low"] + share * (slider["high"] - slider["low"])
            node = place.locator(f"input[name={slider['name']}]")
            node.evaluate(
                "(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }", str(value)
            )
        shown = json.loads(place.get_attribute("data-settings") or "{}")
        assert int(place.get_attribute("data-wins") or -1) == wins(real, order_gain("wechat_personal"), shown)


@pytest.mark.browser
def test_another_category_is_counted_with_its_own_draws(page, real):
    place = page.locator(".whatif").nth(1)
    place.locator("select").select_option("2")
    shown = json.loads(place.get_attribute("data-settings") or "{}")
    draws = {
        name: restored(packed)[:GOODS_DRAWS] for name, packed in {**real["draws"], **real["goods"][2]["draws"]}.items()
    }
    gain = compiled({"gain": order_gain("wechat_personal")})(draws | real["fixed"] | shown)["gain"]
    assert int(place.get_attribute("data-wins") or -1) == int((gain > 0).sum())
    assert "goods=2" in page.url
    place.locator(".reset").click()
    assert place.locator("select").input_value() == "0"


@pytest.mark.browser
def test_a_dragged_slider_moves_share_and_break_even(page):
    place = page.locator(".whatif").first
    place.scroll_into_view_if_needed()
    before = place.locator(".share").inner_text()
    box = place.locator("input[name=loss]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    assert place.locator(".share").inner_text() != before
    assert place.locator("svg .line").count() == 1
