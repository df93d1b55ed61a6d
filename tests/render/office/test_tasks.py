"""The sheet of tasks: the plan as it was sealed, with filters."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from siyu.language import Language
from siyu.paths import data_dir
from siyu.playbook.tasks import load_steps
from siyu.record import Both, FindingRecord, Plan
from siyu.render.deck.masters import opened
from siyu.render.deck.slide import Deck
from siyu.render.deck.story import Story
from siyu.render.report import About, Report, SectionReport
from siyu.render.speech import Speech
from siyu.render.tables.book import Book
from siyu.render.tables.tasks import write_tasks

STEPS = load_steps(data_dir() / "playbook" / "tasks.csv")
MONEY = {"value": 49.15, "low": -140.0, "high": 409.6, "unit": "CNY"}
PLAN = Plan.model_validate({
    "schema": 1, "subject": "demo", "as_of": "2025-12-31", "currency": "CNY", "client": 4, "goals": [],
    "tasks": [
        {"key": "win_back", "kind": "act", "rule": "repurchase_km_180d below 0.8", "metric": "repurchase_km_180d",
         "now": {"value": 0.47, "unit": "ratio"}, "expected": MONEY, "worth": None, "review": "2026-04-05"},
        {"key": "margin_sheet", "kind": "measure", "rule": "unknown gross_margin", "metric": "", "now": None,
         "expected": None, "worth": {"value": 262.3, "unit": "CNY"}, "review": "2026-01-28"},
    ],
    "stops": ["refund_blind"], "experiment": "",
})  # fmt: skip


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_plan_reads_back_with_a_filter_over_all_its_rows(code):
    book = Book(Speech(Language(code)), "demo", "2025-12-31")
    write_tasks(book, Report(About("demo", Both(en="Demo", zh="示例"), "client"), "2025-12-31", (), steps=STEPS), PLAN)
    content = book.content()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    found = {row[0]: row for row in rows}
    act, measure = (found[getattr(STEPS[key].name, code)] for key in ("win_back", "margin_sheet"))
    assert act[3:6] == [49.15, -140.0, 409.6]
    assert act[12:14] == [0.47, {"zh": "低于0.8", "en": "below 0.8"}[code]]
    assert measure[13] == Language(code).message("Something that it settles is not known")
    assert measure[6] == 262.3
    assert getattr(STEPS["refund_blind"].name, code) in found
    page = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    first, last = re.search(r'<autoFilter ref="A(\d+):O(\d+)"', page).groups()
    assert int(last) - int(first) == len(PLAN.tasks) + len(PLAN.stops)
    assert rows[int(first) - 1][0] == Language(code).message("What to do")


def finding(section, key, role="headline", plan=None):
    nothing = {"kind": "none", "unit": "", "scale": "linear", "rows": []}
    return FindingRecord.model_validate(
        {"schema": 2, "key": key, "section": section, "role": role, "message_id": key, "subtitle": "", "values": [],
         "cards": {}, "chart": nothing, "sources": ["data:tasks"], "caveats": [], "needs": [], "feeds": [],
         **({"plan": plan.as_json()} if plan else {})}
    )  # fmt: skip


def test_the_next_quarter_is_on_slides_whole_and_first():
    """However much the other questions have to show: tasks, the experiment and what to stop are told."""
    own = [finding("09_playbook", key) for key in ("tasks", "experiment", "stops")]
    sections = [SectionReport("09_playbook", findings=[finding("09_playbook", "answer", "answer", PLAN), *own], lead="answer",
                              rank=1)]  # fmt: skip
    for number in (3, 6, 7, 8):
        name = f"0{number}_other"
        more = [finding(name, f"more{at}") for at in range(6)]
        sections.append(SectionReport(name, findings=[finding(name, "answer", "answer"), *more], lead="answer", rank=2))
    report = Report(About("demo", Both(en="Demo", zh="示例"), "client"), "2025-12-31", tuple(sections), steps=STEPS)
    first, *others = Story(report, Speech(Language("en")), Deck(opened(None), "en", "demo"))._parts()
    assert [one.key for one in first.findings] == ["tasks", "experiment", "stops"]
    assert sum(len(part.findings) for part in (first, *others)) == 11  # of fifteen slides
