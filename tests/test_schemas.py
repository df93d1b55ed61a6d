from __future__ import annotations

import copy
import runpy

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from schemas import NAMES, schema_faults, schemas

from siyu.paths import project_root
from siyu.record import FindingRecord

VALUE = {
    "name": "fan_gmv",
    "value": 4150000,
    "low": 4150000,
    "high": 8300000,
    "interval_kind": "claim_range",
    "unit": "CNY",
    "n": 3,
    "definition": "fan_gmv",
    "sources": ["claim:S0-09"],
}
FINDING = {
    "schema": 2,
    "key": "fan_gmv",
    "section": "02_case_study",
    "role": "headline",
    "message_id": "Fans bring {fan_gmv} a month",
    "subtitle": "",
    "values": [VALUE],
    "cards": {},
    "chart": {
        "kind": "range",
        "unit": "CNY",
        "scale": "linear",
        "rows": [{"label": {"en": "a", "zh": "甲"}, "value": 1, "low": 1, "high": 1.5}],
    },
    "sources": ["claim:S0-09"],
    "caveats": ["As printed.", {"id": "Window of {days}", "args": {"days": {"value": 30, "unit": "day"}}}],
    "needs": [],
    "feeds": ["economics"],
}
DIGEST = "0" * 64
RUN = {
    "schema": 2,
    "observed": None,
    "previous": None,
    "status": "published",
    "subject": "luzhou_laojiao",
    "as_of": "2021-08-31",
    "runner": "siyu",
    "inputs": [{"path": "data/fees.csv", "sha256": DIGEST}],
    "parameters": [{"name": "months", "default": 12, "value": 6, "overridden": True, "meaning": "x"}],
    "versions": {"python": "3.11.7", "siyu": "0.2.0"},
    "sections": [
        {"notebook": "02_case_study", "status": "ok", "inputs": []},
        {"notebook": "04_reach", "inputs": [], "status": "not_applicable", "reason": "Needs a client's own figures."},
    ],
    "files": [{"path": "report.zh.html", "sha256": DIGEST}],
    "seal": DIGEST,
}
GOOD = {
    "finding": FINDING,
    "findings": {"schema": 2, "findings": [{**FINDING, "title": {"zh": "甲", "en": "a"}}]},
    "run": RUN,
    "metrics": {
        "observed": {"from": "2024-07-10", "until": "2025-12-31"},
        "metrics": [{**{key: VALUE[key] for key in ("value", "low", "high", "unit", "n", "definition")},
                     "key": "gmv", "interval_kind": "none", "scope": "douyin; 2021-01-01/2021-08-31"}],
        "not_computable": [{"key": "group_uplift", "reason": "No members.", "scope": "douyin; ../2021-08-31"}],
    },
    "scorecard": [{"name": "a", "published": 1, "computed": 1.1, "tolerance": 0.2, "source": "b", "ok": True}],
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_valid_and_takes_what_it_describes(name):
    Draft202012Validator.check_schema(schemas()[name])
    assert schema_faults(name, GOOD[name]) == []


def without(content, *path):
    made = copy.deepcopy(content)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return made


def changed(content, value, *path):
    made = copy.deepcopy(content)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return made


@pytest.mark.parametrize("key", [*FINDING])
def test_a_finding_lacks_nothing(key):
    assert schema_faults("finding", without(FINDING, key))


@pytest.mark.parametrize("key", [*VALUE])
def test_a_value_lacks_nothing(key):
    assert schema_faults("finding", without(FINDING, "values", 0, key))


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("rough", ("values", 0, "interval_kind")),
        ("4m", ("values", 0, "value")),
        (1.5, ("values", 0, "n")),
        ("S0-09", ("sources", 0)),
        ([], ("sources",)),
        ("pie", ("chart", "kind")),
        ("a case", ("section",)),
        ("page", ("feeds", 0)),
        (None, ("chart", "rows", 0, "low")),
        ({"en": "only"}, ("message_id",)),
        ("absent", ("role",)),
    ],
)
def test_a_finding_with_a_wrong_part_is_refused(value, path):
    assert schema_faults("finding", changed(FINDING, value, *path))


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("done", ("status",)),
        ("failed", ("status",)),  # a failed run says why
        ("failed", ("sections", 0, "status")),
        ("no_input", ("sections", 0, "status")),  # with a reason
        ("../secret", ("files", 0, "path")),
        ("/etc/passwd", ("files", 0, "path")),
        ("abc", ("seal",)),
        ("Luzhou", ("subject",)),
    ],
)
def test_a_record_with_a_wrong_part_is_refused(value, path):
    assert schema_faults("run", changed(RUN, value, *path))


@pytest.mark.parametrize("name", ["finding", "findings"])
def test_the_schema_of_findings_is_made_from_their_types(name):
    script = runpy.run_path(str(project_root() / "scripts" / "schemas.py"))
    committed = script["FOLDER"] / f"{name}.schema.json"
    assert script["schema"](name) == committed.read_text(encoding="utf-8")


def test_what_the_schema_refuses_the_types_refuse():
    assert FindingRecord.model_validate(FINDING).as_json() == FINDING
    for wrong in (changed(FINDING, "rough", "values", 0, "interval_kind"), changed(FINDING, "absent", "role")):
        with pytest.raises(ValidationError):
            FindingRecord.model_validate(wrong)


def test_findings_need_a_title_in_each_language():
    assert schema_faults("findings", without(GOOD["findings"], "findings", 0, "title", "zh"))
