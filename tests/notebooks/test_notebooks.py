"""The bundled notebooks: plain cells, translated messages, and numbers that trace to what they list."""

import ast
import json
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from unittest import mock

import messages
import nbformat
import pytest

from siyu import workbook
from siyu.evidence.assumptions import Assumptions
from siyu.evidence.fees import FeeRules
from siyu.findings import title
from siyu.formulas.breakeven import fee_star
from siyu.language import Language
from siyu.paths import notebooks_dir, project_root
from siyu.reach.pool import DRAWS
from siyu.reads import Shelf
from siyu.record import FINDING, FindingRecord
from siyu.runs.ask import sections
from siyu.runs.files.executed import findings

NOTEBOOKS = sorted(path.stem for path in notebooks_dir().glob("*.ipynb"))
FORBIDDEN = (
    *(ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.Try, ast.Global),
    *(ast.If, ast.IfExp, ast.BoolOp, ast.For, ast.While, ast.comprehension),  # what decides or repeats is in the domain
)
LONGEST = 14  # lines of a cell


@cache
def cells(name, kind):
    notebook = nbformat.read(notebooks_dir() / f"{name}.ipynb", as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == kind]


@cache
def tree(name):
    return ast.parse("\n".join(cell.source for cell in cells(name, "code")))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_cells_hold_calls_not_logic(name):
    assert not [node for node in ast.walk(tree(name)) if isinstance(node, FORBIDDEN)]
    assert not {"merge", "system", "getoutput"} & {call.func.attr for call in calls(name)}
    assert not any(line.startswith(("!", "%%")) for cell in cells(name, "code") for line in cell.source.splitlines())


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_cells_are_short_and_a_finding_follows_what_it_shows(name):
    sources = [cell.source for cell in cells(name, "code")]
    assert max(len(source.splitlines()) for source in sources) <= LONGEST
    assert all(source.count("wb.finding(") <= 1 for source in sources)
    unseen = [
        source
        for before, source in pairwise(sources)
        if "wb.finding(" in source and "charts." in source and not before.splitlines()[-1].startswith("wb.look(")
    ]
    assert name == "scratch" or not unseen


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_markdown_holds_no_typed_number(name):
    assert not [cell.source for cell in cells(name, "markdown") if re.search(r"\d", cell.source)]


def test_every_finding_of_a_report_has_a_key_of_its_own():
    outputs = [output for name in NOTEBOOKS for cell in cells(name, "code") for output in cell.outputs]
    keys = [data["key"] for output in outputs if (data := output.get("data", {}).get(FINDING))]
    assert len(keys) > 40
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_parameters_are_annotated_scalars_with_a_meaning(name):
    (tagged,) = [cell for cell in cells(name, "code") if "parameters" in cell.metadata.get("tags", [])]
    for line in tagged.source.splitlines():
        assert re.fullmatch(r"[a-z_]+: (str|int|float|bool) = .+  # .+", line), line


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_message_is_translated_and_holds_no_number(name):
    chinese = Language("zh")
    said = {cell.source for cell in cells(name, "markdown")} | texts(name)
    missing = sorted(message for message in said if chinese.message(message) == message)
    assert not missing
    assert not [message for message in said if re.search(r"\d", re.sub(r"\{[^}]*\}", "", message))]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_translations_keep_the_placeholders(name):
    chinese = Language("zh")
    for message in texts(name):
        fields = set(re.findall(r"\{([\w.]*)", message))
        assert fields == set(re.findall(r"\{([\w.]*)", chinese.message(message))), message


def texts(name):
    """Messages in the code."""
    return messages.texts([cell.source for cell in cells(name, "code")])


def run(name, ledger=None, assumptions=None, fees=None, **parameters):
    """Execute a notebook's cells in this process, without pictures; finding key -> record."""
    opened = []
    original = workbook.open_workbook

    def open_changed(*args, **more):
        changes = {"ledger": ledger, "assumptions": assumptions, "fees": fees}
        changes = {key: value for key, value in changes.items() if value is not None}
        opened.append(replace(original(*args, **more), **changes))
        return opened[-1]

    space = {}
    with mock.patch.object(workbook, "open_workbook", open_changed):
        for cell in cells(name, "code"):
            source = cell.source
            if "parameters" in cell.metadata.get("tags", []):
                source += "".join(f"\n{key} = {value!r}" for key, value in parameters.items())
            exec(compile(source, name, "exec"), space)  # noqa: S102 - the project's own notebook
    return {key: finding.record.as_json() for key, finding in opened[-1].findings.items()}


@cache
def plain(name, **parameters):
    """Values of a notebook as they are."""
    return values(run(name, **parameters))


def values(records):
    return {
        (key, value["name"]): (value["value"], value["low"], value["high"], tuple(value["sources"]))
        for key, record in records.items()
        for value in record["values"]
    }


def moved(before, after):
    """Names of values whose numbers differ; a value that came or went has moved."""
    names = before.keys() | after.keys()
    return {name for name in names if before.get(name, ())[:3] != after.get(name, ())[:3]}


def test_shifting_a_claim_moves_exactly_the_values_that_list_it():
    base = plain("02_case_study")
    ledger = workbook.bundled_ledger()
    listed = {ref for *_, sources in base.values() for ref in sources if ref.startswith("claim:")}
    assert len(listed) >= 8
    for ref in sorted(listed):
        key = ref.removeprefix("claim:")
        claim = ledger.claims[key]
        # claims that agree carry a figure together; shifted alone they would be unresolved rivals
        same = (claim.entity, claim.metric, claim.statistic, claim.value)
        shifted = {
            other.claim_id: other.model_copy(update={"value": other.value * 0.97})
            for other in ledger.claims.values()
            if (other.entity, other.metric, other.statistic, other.value) == same
        }
        changed = replace(ledger, claims=Shelf({**ledger.claims, **shifted}))
        after = values(run("02_case_study", ledger=changed))
        assert moved(base, after) == {name for name, entry in base.items() if ref in entry[3]}, ref


@pytest.mark.parametrize("most", [3, pytest.param(5, marks=pytest.mark.whole)])
@pytest.mark.parametrize(
    "name", [name for name in NOTEBOOKS if name not in ("01_evidence", "07_repurchase", "scratch")]
)
def test_shifting_an_assumption_moves_exactly_the_values_that_list_it(name, most):
    # the same draws before and after: what a shift moves does not hang on how many there are
    few = {"draws": 1_024} if name == "03_platform_economics" else {}
    base = plain(name, **few)
    rows = workbook.open_workbook(name, "luzhou_laojiao").assumptions.rows
    refs = {ref for *_, sources in base.values() for ref in sources if ref.startswith("assumption:")}
    refs = sorted(ref for ref in refs if not ref.endswith(".own"))  # measured, not assumed
    assert refs
    times = {"08_customer_value": 2, "09_playbook": 1}.get(name, most)  # a run of their models takes seconds
    for ref in refs[:: -(-len(refs) // times)]:
        row = rows[ref.removeprefix("assumption:")]
        # a fixed row stays one
        factors = (0.96, 0.97, 0.99) if row.low < row.high else (0.97, 0.97, 0.97)
        ends = zip(("low", "mode", "high"), (row.low, row.mode, row.high), factors, strict=True)
        update = {end: value * factor for end, value, factor in ends}
        changed = Assumptions({**rows, row.assumption_id: row.model_copy(update=update)})
        after = values(run(name, assumptions=changed, **few))
        # what knowing brings is never less than nothing, where it stays if a shift does not lift it
        nothing = {key for key, entry in base.items() if entry[:3] == after.get(key, ())[:3] == (0, 0, 0)}
        # messages, tasks and draws are whole numbers: a small shift need not reach the next one
        whole = {key for key, entry in base.items() if all((float(end) * DRAWS).is_integer() for end in entry[:3])}
        listed = {key for key, entry in base.items() if ref in entry[3]}
        assert moved(base, after) <= listed - nothing, ref
        assert listed - nothing - whole <= moved(base, after), ref


def test_shifting_a_fee_rule_moves_exactly_the_values_that_list_it():
    base = plain("02_case_study")
    rules = workbook.open_workbook("02_case_study", "luzhou_laojiao").fees
    rule = rules["douyin_standard"]
    changed = FeeRules(
        {
            **rules,
            rule.rule_id: rule.model_copy(update={"rate_low": 0.021, "rate_mode": 0.049, "rate_high": 0.051}),
        }
    )
    after = values(run("02_case_study", fees=changed))
    assert moved(base, after) == {key for key, entry in base.items() if "fee:douyin_standard" in entry[3]}


@pytest.mark.parametrize("name", ["01_evidence", "02_case_study"])
@pytest.mark.parametrize("case", workbook.bundled_ledger().cases())
def test_every_case_with_three_figures_runs(case, name):
    records = run(name, case=case)
    assert any(record["role"] != "absent" for record in records.values())


def test_what_only_a_client_has_is_no_finding_of_a_case():
    assert "own_group_rate" not in run("02_case_study")
    assert run("02_case_study", subject="demo")["own_group_rate"]["role"] == "appendix"


def test_needs_of_a_section_are_what_its_notebook_asks_for():
    asked = {name: [call for call in calls(name) if call.func.attr == "missing"] for name in sections.notebooks()}
    for name, found in asked.items():
        needs = sections.notebooks()[name].profile.needs
        of_exports = [need for need in needs if need not in ("claims", "fees", "assumptions")]
        kinds = ["|".join(argument.value for argument in call.args) for call in found]
        buyers = ["buyers" for call in found for keyword in call.keywords if keyword.arg == "buyers"]
        assert of_exports == kinds + buyers, name


def calls(name):
    nodes = ast.walk(tree(name))
    return [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]


def test_titles_of_the_economics_turn_with_the_data():
    rows = workbook.open_workbook("03_platform_economics", "luzhou_laojiao").assumptions.rows
    nearly = {"low": 0.001, "mode": 0.002, "high": 0.004, "family": "pert"}
    lost = {key: rows[key].model_copy(update=nearly) for key in ("move_friction_personal", "subsidy_share")}
    weak = run("03_platform_economics", draws=1_024)
    easy = run("03_platform_economics", draws=1_024, assumptions=Assumptions({**rows, **lost}))

    def said(records, key):
        return title(FindingRecord.model_validate(records[key]), Language("en"))

    assert said(weak, "switch").startswith("Leave an order on Douyin: 9")
    assert said(weak, "per_thousand").startswith("Open: a thousand people are 5")
    answer = said(weak, "platform_answer")
    assert answer.startswith("Leave the orders you have on Douyin: 9")
    assert answer.endswith("how to close new people is open")
    assert said(easy, "platform_answer").startswith("Move the orders you have to the personal deal")
    assert [key for key, record in weak.items() if record["role"] == "headline"] == [
        "switch",
        "per_thousand",
        "capacity",
        "next_measurement",
    ]
    assert [key for key, record in weak.items() if record["role"] == "absent"] == [
        "own_inputs",
        "follower_import",
        "leak_paths",
        "increment_or_drain",
    ]
    assert weak["switch"]["values"][1]["formula"] == str(fee_star("wechat_personal", "order"))


@pytest.mark.parametrize("name", ["01_evidence", "02_case_study", "03_platform_economics"])
def test_a_section_says_the_same_by_hand_and_in_the_committed_report(name):
    """Committed with the case as subject; a report makes what others share for nobody in particular."""
    told = json.loads((project_root() / "reports" / "luzhou_laojiao" / "findings.json").read_text(encoding="utf-8"))
    notebook = nbformat.read(notebooks_dir() / f"{name}.ipynb", as_version=4)
    by_hand = {one.key: one.as_json() for one in findings(notebook)}
    titled = (one for one in told["findings"] if one["section"] == name)
    assert by_hand == {one["key"]: {facet: one[facet] for facet in one if facet != "title"} for one in titled}
