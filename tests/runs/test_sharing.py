"""What subjects share is executed once, in nobody's name; what one of them has for itself is its own."""

from __future__ import annotations

import json
import shutil
from collections import Counter

import pytest

from siyu.runs.ask import keys
from siyu.runs.ask.plan import planned
from siyu.runs.ask.present import Present
from siyu.runs.ask.requests import checked
from siyu.runs.ask.reuse import decided, together
from siyu.runs.ask.sections import notebooks
from siyu.runs.ask.wishes import Delivery, Wish, place
from siyu.runs.external import planned_from
from siyu.runs.files.record import mismatches
from siyu.runs.files.workspace import Workspace
from siyu.runs.outcome import Outcome

GOODS = 'category: str = ""  # goods'


@pytest.fixture
def shop(project):
    """A project whose first and third section are shared, the third by goods."""
    project.notebook("01_evidence", shareable=True)
    project.notebook("03_platform_economics", shareable=True, parameters=f"{project.tiny.PARAMETERS}\n{GOODS}")
    return project


def clients(project, count, **more):
    made = [f"client_{number:02}" for number in range(count)]
    for name in made:
        project.tiny.write_subject(project.subjects, name, kind="client", category="liquor", **more)
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder for what `ran` has run."""
    return tmp_path_factory.mktemp("made") / "reports"


@pytest.fixture
def ran(shop, made):
    """`shop` after a run of three clients, which is made once: the tests that only begin with it get a copy."""
    names = clients(shop, 3)
    if made.exists():
        shutil.copytree(made, shop.out)
    else:
        assert executed(shop.run(*names)) == ["01_evidence", *["02_case_study"] * 3, "03_platform_economics"]
        shutil.copytree(shop.out, made)
    return shop


def executed(outcomes: dict[str, Outcome]) -> list[str]:
    return sorted(section for outcome in outcomes.values() for section in outcome.executed)


def decision(project, name):
    [plan] = project.plan(name)
    return decided(plan, Workspace(project.out), Present(), force=False)


def test_twelve_clients_of_a_case_execute_what_they_share_once(shop):
    names = clients(shop, 12)
    outcomes = shop.run(*names, jobs=2)
    assert {outcome.status for outcome in outcomes.values()} == {"published"}
    assert executed(outcomes) == ["01_evidence", *["02_case_study"] * 12, "03_platform_economics"]
    for name in names:
        assert mismatches(shop.out / name) == []
        files = [path for path in (shop.out / name).rglob("*") if path.is_file()]
        whole = b"".join(path.read_bytes() for path in files)
        assert name.encode() in whole
        assert not [other for other in names if other != name and other.encode() in whole]
    alike = {(shop.out / name / "notebooks" / "01_evidence.ipynb").read_bytes() for name in names}
    assert len(alike) == 1
    assert {outcome.status for outcome in shop.run(*names).values()} == {"unchanged"}


def test_a_dry_run_counts_what_is_shared_once(shop):
    plans = shop.plan(*clients(shop, 3))
    decisions = [decided(plan, Workspace(shop.out), Present(), force=False) for plan in plans]
    told = [one.as_json("x") for one in together(plans, decisions)]
    assert [len(one["execute"]) for one in told] == [3, 1, 1]
    assert told[2]["reuse"] == ["01_evidence", "03_platform_economics"]


def test_of_the_bundled_sections_twelve_clients_execute_once_what_says_that_it_is_shareable(
    tiny, tmp_path, monkeypatch
):
    monkeypatch.setenv("SIYU_DATA", str(tmp_path))
    names = [tiny.write_subject(tmp_path, f"client_{number}", kind="client").parent.name for number in range(12)]
    plans = [planned(request) for request in checked([Wish(name, place("test")) for name in names])]
    decisions = [decided(plan, Workspace(tmp_path / "out"), Present(), force=False) for plan in plans]
    due = Counter(section for one in together(plans, decisions) for section in one.execute)
    ran = {name: one for name, one in notebooks().items() if "client" in one.profile.kinds}
    assert due == {name: 1 if one.profile.shareable else 12 for name, one in ran.items()}
    assert {"01_evidence", "03_platform_economics"} <= {name for name, times in due.items() if times == 1}


def test_a_newcomer_takes_over_what_is_there(ran):
    names = clients(ran, 4)
    assert decision(ran, "client_03").execute == ("02_case_study",)
    assert executed(ran.run(*names)) == ["02_case_study"]


def test_goods_dates_and_parameters_are_not_shared(ran):
    ran.tiny.write_subject(ran.subjects, "client_01", kind="client", category="fmcg")
    assert executed(ran.run("client_00", "client_01")).count("03_platform_economics") == 1
    assert executed(ran.run("client_00", parameters={"buyers": "5"})) == sorted(
        ["01_evidence", "02_case_study", "03_platform_economics"]
    )
    assert executed(ran.run("client_00", as_of="2021-09-30")).count("01_evidence") == 1


def test_a_client_with_rows_of_its_own_has_a_section_of_its_own(ran):
    (ran.subjects / "client_00" / "fees.csv").write_text("rule_id\n", encoding="utf-8")
    found = decision(ran, "client_00")
    assert (found.execute, found.because) == (("03_platform_economics",), ("client_00/fees.csv",))
    assert decision(ran, "client_01").unchanged
    [plan] = ran.plan("client_00")
    given = {section.notebook: section.parameters["subject"] for section in plan.runs}
    assert given == {"01_evidence": "", "02_case_study": "client_00", "03_platform_economics": "client_00"}


def test_a_client_with_exports_or_taxes_of_its_own_has_a_section_of_its_own(shop):
    names = clients(shop, 4)
    shop.tiny.write_subject(shop.subjects, "client_02", kind="client", category="liquor", taxpayer="small")
    exports = shop.subjects / "client_01" / "exports"
    exports.mkdir()
    outcomes = shop.run(*names)
    assert executed(outcomes).count("03_platform_economics") == 3
    given = {name: {one.notebook: one.parameters["subject"] for one in shop.plan(name)[0].runs} for name in names}
    asked = [given[name]["03_platform_economics"] for name in names]
    assert asked == ["", "client_01", "client_02", ""]
    (exports / "orders.csv").write_text("x", encoding="utf-8")
    assert decision(shop, "client_00").unchanged


def test_by_force_it_is_executed_once_more_and_only_once(ran):
    forced = executed(ran.run(*clients(ran, 3), force=True))
    assert forced == ["01_evidence", *["02_case_study"] * 3, "03_platform_economics"]


def test_the_page_says_whose_report_it_is(shop):
    names = clients(shop, 1)
    [request] = checked([Wish(names[0], place("test"))])
    rows = {row["name"]: row["value"] for row in planned(request).parameters}
    assert (rows["subject"], rows["category"]) == ("client_00", "")


def test_a_failure_of_what_is_shared_fails_those_who_need_it(shop):
    names = clients(shop, 2)
    shop.notebook("01_evidence", "1 / 0", shareable=True)
    outcomes = shop.run(*names)
    assert {outcome.reasons for outcome in outcomes.values()} == {("01_evidence: cell 5: ZeroDivisionError",)}
    shop.notebook("01_evidence", shareable=True)
    assert executed(shop.run(*names)) == ["01_evidence"]


def test_published_notebooks_can_be_rendered_by_hand(ran):
    folder = ran.out / "client_00" / "notebooks"
    [plan] = planned_from(sorted(folder.iterdir()), ("en",), Delivery())
    assert plan.request.subject.id == "client_00"
    assert "category" not in plan.request.parameters
    assert [section.notebook for section in plan.runs] == [path.stem for path in sorted(folder.iterdir())]
    [alone] = planned_from([folder / "01_evidence.ipynb"], ("en",), Delivery())
    assert alone.request.subject.id == "luzhou_laojiao"


def test_code_that_a_section_does_not_import_is_none_of_its_business(project, monkeypatch):
    project.notebook("01_evidence", "from siyu import figure", *project.tiny.FINDINGS)
    project.run("alpha")
    entry = json.loads((project.out / "alpha" / "run.json").read_text())["sections"][0]
    used = {one["path"] for one in entry["made_with"]}
    assert {"src/siyu/figure.py", "notebooks/01_evidence.ipynb", "requirements.txt"} <= used
    before = keys.package()

    def edited(name):
        assert name in before
        monkeypatch.setattr(keys, "package", lambda: {**before, name: "1" * 64})
        keys.rendering_code.cache_clear()
        return decision(project, "alpha")

    assert edited("src/siyu/simulator/worlds.py").unchanged
    for name in ("src/siyu/locale/zh/LC_MESSAGES/deck.po", "src/siyu/render/templates/report.html.j2"):
        found = edited(name)
        assert (found.execute, found.unchanged, found.because) == ((), False, ("src/siyu",))
    found = edited("src/siyu/figure.py")
    assert (found.execute, found.because) == (("01_evidence",), ("src/siyu/figure.py",))
    monkeypatch.undo()
    keys.rendering_code.cache_clear()


# subject: (what a cell of its section does, what that opens beside the readers)
BESIDE = {
    "opened": ("open('README.md').read()", ("README.md",)),
    "by_path": ("import pathlib; pathlib.Path('data/fees.csv').read_text()", ("data/fees.csv",)),
    "by_system": ("import os; os.close(os.open('README.md', os.O_RDONLY))", ("README.md",)),
    "absent": ("try: open('data/nothing.csv')\nexcept OSError: pass", ("data/nothing.csv",)),
    "program": ("import subprocess; subprocess.run(['true'], check=True)", ("a program (subprocess.Popen)",)),
    "library": ("import pandas; pandas.read_csv('data/fees.csv')", ("data/fees.csv",)),
    "own": ("from pathlib import Path; p = Path({own!r}); p.write_text('x'); p.read_text()", ()),
    "passing": ("import tempfile; tempfile.TemporaryFile().read()", ()),
}


def test_what_is_opened_beside_the_readers_makes_a_section_run_each_time(project, tmp_path):
    """What it writes for itself is no input."""
    (project.notebooks / "02_case_study.ipynb").unlink()
    ways = {way: cell.replace("{own!r}", repr(str(tmp_path / "own.txt"))) for way, (cell, _) in BESIDE.items()}
    cells = f"ways = {ways!r}", "exec(compile(ways[subject], 'way', 'exec'))", *project.tiny.FINDINGS
    project.notebook("01_evidence", *cells)
    for way in BESIDE:
        project.tiny.write_subject(project.subjects, way)
    outcomes = project.run(*BESIDE, jobs=2)
    assert {outcome.status for outcome in outcomes.values()} == {"published"}
    for way, (_, outside) in BESIDE.items():
        [entry] = json.loads((project.out / way / "run.json").read_text())["sections"][:1]
        assert (way, *entry.get("outside", ())) == (way, *outside)
        found = decision(project, way)
        assert (found.execute, found.because) == ((("01_evidence",), outside) if outside else ((), ())), way
        assert found.unchanged == (not outside)
