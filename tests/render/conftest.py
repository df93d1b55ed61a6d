"""Whole reports of bundled subjects, from the notebooks that are committed as executed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from siyu.language import Language
from siyu.paths import notebooks_dir, project_root
from siyu.render.report import Report
from siyu.runs.ask.sections import notebooks, profiles
from siyu.runs.make.reporting import collected

# of the made-up report of decks and tables; that of the page has its own beside it
CHINESE = {
    "Fans bring {fans} a month, others {others}": "粉丝每月带来{fans}，其他人{others}",
    "Scale holds: {fans} a month; the effect is not shown": "规模可信：每月{fans}；效果未证实",
    "a month, from fans": "粉丝月成交", "of members buy again": "成员复购", "not read as a level": "不能当作常态",
    "CNY a month": "元/月", "From fans": "粉丝", "From others": "其他人", "Fee today": "现行费率",
    "Members {members}, others {others}": "成员{members}，其他人{others}", "Members": "成员", "Others": "其他人",
    "Few join": "入群者少", "Many join": "入群者多", "The case prints": "案例自称",
    "Best month over the mean": "最佳月与均值之比", "Expected": "期望", "Months": "月数", "As printed": "原文",
    "Of {paid}, {kept} is kept": "实付{paid}，留存{kept}", "Paid": "实付", "Goods": "商品", "Fees": "费用", "Kept": "留存",
    "Input {name} moves it most, by {swing}": "「{name}」影响最大，{swing}", "Wage": "工资", "Reach": "触达",
    "By fee and repurchase: {worst} at worst": "按费率与复购：最差{worst}", "Low repurchase": "复购低", "High repurchase": "复购高",
    "No fee": "无费率", "High fee": "高费率", "{count} checks": "{count}项核对", "Check": "核对", "Result": "结果",
    "Plausible": "是否成立", "Span": "区间", "Measure {what} first: {worth}": "先测{what}：{worth}", "The order value": "客单价",
    "The repurchase rate": "复购率", "Shares of draws": "抽样占比", "{share} of draws": "抽样的{share}", "Douyin": "抖音",
    "Contribution {value} by route": "各路径贡献{value}", "How large is it?": "有多大？", "Nothing here is measured": "没有任何一项是实测",
}  # fmt: skip
PUBLISHED = ("01_evidence", "02_case_study")


def section(name: str, kind: str, path: Path | None, status: str = "ok", reason: Any = None) -> dict[str, Any]:
    about = profiles()[name]
    told = {"notebook": name, "question": about.question.model_dump(), "rank": about.rank(kind)}
    told |= {"lead": about.lead.finding if about.lead else "", "aside": kind == "client" and name in PUBLISHED}
    return {**told, "status": status, "reason": reason, "path": str(path) if path else None}


def reported(kind: str, sections: Iterable[dict[str, Any]], **about: Any) -> Report:
    return collected({"subject": {**about.pop("subject"), "kind": kind}, "sections": list(sections), **about})


@pytest.fixture(scope="session", autouse=True)
def chinese() -> Iterator[None]:
    """The messages of made-up reports in Chinese, as those of notebooks are in the catalogue: of all of them as long as
    any test runs, so that the order of files changes nothing."""
    original = Language.message
    page = yaml.safe_load((Path(__file__).parent / "page" / "report.yml").read_text(encoding="utf-8"))["zh"]

    def message(self: Language, message_id: str) -> str:
        text = message_id.removeprefix("# ")
        if self.code == "zh" and text in CHINESE:
            return message_id.replace(text, CHINESE[text])
        own = page.get(message_id) if self.code == "zh" else None
        return own or original(self, message_id)

    patch = pytest.MonkeyPatch()
    patch.setattr(Language, "message", message)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def case_report() -> Report:
    """The sealed sample."""
    made = project_root() / "reports" / "luzhou_laojiao"
    record = json.loads((made / "run.json").read_text(encoding="utf-8"))
    sections = []
    for entry in record["sections"]:
        path = made / "notebooks" / f"{entry['notebook']}.ipynb" if entry["status"] == "ok" else None
        sections.append(section(entry["notebook"], "case", path, entry["status"], entry.get("reason")))
    told = {name: record[name] for name in ("as_of", "parameters")}
    return reported("case", sections, subject={"id": record["subject"], "name": record["name"]}, **told)


@pytest.fixture(scope="session")
def client_report() -> Report:
    """As long as that of the demo: its sections, and those on published figures as they were run for the case."""
    name = {"zh": "合成演示店铺（demo）", "en": "Synthetic shop (demo)"}
    sections = [section(one, "client", notebooks_dir() / f"{one}.ipynb") for one in notebooks()]
    return reported("client", sections, subject={"id": "demo", "name": name}, as_of="2025-12-31", parameters=[])
