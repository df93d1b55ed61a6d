"""What titles may say: no point of a range without its range, no figure made of two entities that nothing ties."""

import itertools

import pytest

from siyu.evidence.labels import SIZES
from siyu.evidence.readings import reliability
from siyu.figure import DefinitionMismatch, Figure
from siyu.orders.labels import GROUP_ANSWERS, GROUP_VERDICTS
from siyu.paths import notebooks_dir
from siyu.record import Both, FindingRecord, Message
from siyu.runs.files import executed, storage
from siyu.workbook import bundled_ledger, open_workbook

SECTIONS = sorted(notebooks_dir().glob("0*.ipynb"))


@pytest.fixture(scope="module")
def records():
    return [record for path in SECTIONS for record in executed.findings(storage.read_json(path))]


def bare_points(record: FindingRecord) -> list[str]:
    """Names of ranges that the title gives one point of, and not the range."""
    message = record.message_id
    said = str({}) if isinstance(message, Both) else message.id if isinstance(message, Message) else message
    wide = [value.name for value in record.values if value.low != value.high and f"{{{value.name}.value}}" in said]
    return [name for name in wide if f"{{{name}}}" not in said and not {f"{{{name}.low}}", f"{{{name}.high}}"} <= {
        field for field in (f"{{{name}.low}}", f"{{{name}.high}}") if field in said}]  # fmt: skip


def untied(record: FindingRecord) -> list[str]:
    """Names of values made of claims on several entities that no conflict among their sources ties."""
    ledger = bundled_ledger()
    found = []
    for value in record.values:
        claims = [ledger.claims[ref.removeprefix("claim:")] for ref in value.sources if ref.startswith("claim:")]
        conflicts = [ledger.conflicts[ref.removeprefix("conflict:")] for ref in value.sources if "conflict:" in ref]
        for one, other in itertools.combinations(claims, 2):
            ties = (entry for entry in conflicts if {one.claim_id, other.claim_id} <= {*entry.claims})
            part = any(a.entity.startswith(f"{b.entity}.") for a, b in ((one, other), (other, one)))
            if one.entity != other.entity and not part and not any(ties):
                found.append(value.name)
    return found


def test_no_title_holds_a_point_of_a_range(records):
    assert len(records) > 50
    assert {record.key: names for record in records if (names := bare_points(record))} == {}
    assert not [
        text for text in (*GROUP_ANSWERS.values(), *GROUP_VERDICTS.values(), *SIZES.values()) if ".value}" in text
    ]
    planted = next(one for one in records if one.key == "selection")
    fault = planted.model_copy(update={"message_id": "{members.value} of members buy again, {others} of the rest"})
    assert bare_points(fault) == ["members"]


def test_every_figure_of_claims_is_of_one_entity_or_tied_by_a_conflict(records):
    assert {record.key: names for record in records if (names := untied(record))} == {}
    planted = next(one for one in records if one.key == "fan_gmv")
    value = planted.values[0].model_copy(update={"sources": ("claim:S0-09", "claim:S1-09")})
    assert untied(planted.model_copy(update={"values": (value,)})) == [value.name]


def test_fans_bring_a_share_of_the_best_month_and_of_nothing_else(records):
    value = next(one for one in records if one.key == "fan_gmv").by_name["fan_gmv"]
    assert (value.low, value.value, value.high, set(value.sources)) == (
        8.3e6,
        8.3e6,
        8.3e6,
        {"claim:S0-08", "claim:S0-09"},
    )
    wb = open_workbook("02_case_study", "luzhou_laojiao")
    with pytest.raises(DefinitionMismatch, match="no conflict ties them"):
        wb.figure("fan_gmv_share") * wb.figure("monthly_gmv", "level")


@pytest.mark.parametrize(
    ("claim", "suspects", "said"),
    [("S0-07", (), "carry"), ("S0-09", (), "caveat"), ("S0-08", ("S0-08",), "unusable"), ("S0-10", (), "unusable")],
)
def test_what_is_said_of_a_size_follows_from_the_weakest_claim_behind_it(claim, suspects, said):
    figure = Figure(1, 1, 1, "count", sources=(f"claim:{claim}", "claim:S0-07"))
    assert reliability.size(bundled_ledger(), suspects, figure) == SIZES[said]
