"""Verdicts follow their rule, gaps are counted by hand, a channel is as good as its worst trait."""

import csv
import shutil
from datetime import date

import pytest

from siyu.errors import LedgerError
from siyu.evidence.assumptions import load_assumptions
from siyu.evidence.ledger import load_ledger
from siyu.evidence.readings import dates, disputes, platforms, reliability
from siyu.evidence.readings.channels import FLAGS, load_channels
from siyu.evidence.readings.plausibility import check, load_rules
from siyu.evidence.readings.quotes import joined, quoted
from siyu.evidence.references import References
from siyu.figure import Absent, Figure
from siyu.language import Language
from siyu.paths import data_dir
from siyu.workbook import open_workbook

AS_OF = date(2021, 8, 31)


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(data_dir() / "evidence", tmp_path / "evidence")


def edit(path, key, **cells):
    """Rewrite cells of the row whose first column is `key`."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    next(row for row in rows if next(iter(row.values())) == key).update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def verdicts(folder, as_of=AS_OF, months=12):
    ledger = load_ledger(folder)
    checks = check(ledger, load_rules(folder / "plausibility.csv", ledger))
    return reliability.verdicts(ledger, set(checks.query("not plausible")["claim_id"]), as_of, months)


def verdict(folder, claim_id, **more):
    (row,) = verdicts(folder, **more).query("claim_id == @claim_id").to_dict("records")
    return row


# a figure without any fault, to plant one at a time
CLEAN = "S0-03"


def test_figure_without_fault_may_carry_weight(folder):
    assert verdict(folder, CLEAN)["verdict"] == reliability.CARRY
    assert verdict(folder, CLEAN)["reasons"] is None


@pytest.mark.parametrize(
    ("cells", "fault", "expected"),
    [
        ({"garble": "yes"}, "garbled", reliability.UNUSABLE),
        ({"kind": "author_opinion"}, "opinion", reliability.UNUSABLE),
        ({"denominator": "not_stated", "window": "not_stated"}, "baseless", reliability.UNUSABLE),
        ({"denominator": "not_stated"}, "vague", reliability.CAVEAT),
        ({"window": "not_stated"}, "vague", reliability.CAVEAT),
        ({"refunds": "not_stated"}, "refunds", reliability.CAVEAT),
        ({"period_from": "", "period_to": ""}, "undated", reliability.CAVEAT),
        ({"period_from": "2020-07", "period_to": "2020-07"}, "stale", reliability.CAVEAT),
        ({"period_from": "2022-01", "period_to": "2022-01"}, "undated", reliability.UNUSABLE),
    ],
)
def test_planted_fault_costs_the_verdict(folder, cells, fault, expected):
    edit(folder / "claims.csv", CLEAN, **cells)
    row = verdict(folder, CLEAN)
    assert fault in row["faults"]
    assert row["verdict"] == expected


def test_weak_source_needs_a_caveat(folder):
    edit(folder / "sources.csv", "S0", grade="D")
    assert verdict(folder, CLEAN)["faults"] == ["hearsay"]


def test_failed_check_makes_a_clean_figure_unusable(folder):
    # more people posting than WeChat has daily users
    edit(folder / "claims.csv", "S4-09", value="2000000000")
    row = verdict(folder, "S4-09")
    assert row["verdict"] == reliability.UNUSABLE
    assert "implausible" in row["faults"]


def test_rejected_figure_is_told_one_reason_only(folder):
    assert verdict(folder, "S1-08")["faults"] == ["rejected"]


def test_settled_reading_saves_a_garbled_figure(folder):
    assert "mended" in verdict(folder, "S1-24")["faults"]
    edit(folder / "conflicts.csv", "C08", resolution="open", adopted="")
    row = verdict(folder, "S1-24")
    assert row["verdict"] == reliability.UNUSABLE
    assert {"garbled", "unsettled"} <= set(row["faults"])


def test_good_witness_saves_an_opinion_and_a_garbled_copy_does_not(folder):
    assert verdict(folder, "S3-02")["verdict"] == reliability.CAVEAT
    for conflict in ("C28", "C58"):
        edit(folder / "conflicts.csv", conflict, corroboration="X-kaixujd")
    assert verdict(folder, "S3-02")["verdict"] == reliability.UNUSABLE


def test_definition_conflict_that_names_the_base_spares_the_figure(folder):
    assert "vague" in verdict(folder, "S0-09")["faults"]
    edit(folder / "conflicts.csv", "C40", resolution="open", adopted="")
    assert "baseless" in verdict(folder, "S0-09")["faults"]


def test_group_repurchase_rate_is_not_usable_and_its_reasons_are_said_in_both_languages(folder):
    row = verdict(folder, "S0-10")
    assert row["verdict"] == reliability.UNUSABLE
    assert Language("en").say(row["reasons"]).startswith("neither base nor period stated; ")


def test_verdicts_partition_the_figures_and_come_best_first(folder):
    figures = verdicts(folder)
    ledger = load_ledger(folder)
    assert len(figures) == sum(claim.tag == "figure" for claim in ledger.claims.values())
    places = [[*reliability.VERDICTS].index(verdict) for verdict in figures["verdict"]]
    assert places == sorted(places)


@pytest.mark.parametrize(("months", "stale"), [(7, False), (6, True)])
def test_staleness_counts_months_at_the_date_of_the_report(folder, months, stale):
    row = verdict(folder, "S4-06", months=months)  # January to August
    assert ("stale" in row["faults"]) is stale


def test_age_keeps_the_range_of_an_open_date(folder):
    ledger = load_ledger(folder)
    claims = ledger.claims
    assert dates.claim_age(claims["S0-11"], ledger, AS_OF) == (0.0, 12.0)
    assert dates.claim_age(claims["S2-10"], ledger, AS_OF) == (8.0, 8.0)  # a year counts from its end
    assert dates.claim_age(claims["S4-06"], ledger, date(2020, 1, 1)) == (0.0, 0.0)


def test_age_is_absent_without_a_date(folder):
    ledger = load_ledger(folder)
    undated = Figure(1, 1, 1, "users", sources=("claim:S4-14",))
    assert dates.age(undated, ledger, AS_OF) == Absent(("publication_date",))
    dated = Figure(1, 1, 1, "users", sources=("claim:S4-06",))
    age = dates.age(dated, ledger, AS_OF)
    assert isinstance(age, Figure)
    assert (age.value, age.unit, age.sources) == (7.0, "months", dated.sources)


def test_shares_of_a_document_follow_its_claims(folder):
    ledger = load_ledger(folder)
    shares = reliability.document_shares(verdicts(folder), ledger)
    own = [claim for claim in ledger.claims.values() if claim.source_id == "S1" and claim.tag == "figure"]
    garbled = shares.query("source_id == 'S1' and series == 'garbled'")["value"].item()
    assert garbled == sum(claim.garble == "yes" for claim in own) / len(own)
    assert shares["value"].between(0, 1).all()


def test_weakest_document_changes_with_the_evidence(folder):
    before = reliability.weakest(verdicts(folder))
    for claim_id in ("S2-02", "S2-03", "S2-10", "S2-11", "S2-12", "S2-14", "S2-15", "S2-16", "S2-19"):
        edit(folder / "claims.csv", claim_id, kind="author_opinion")
    assert (before, reliability.weakest(verdicts(folder))) == ("S1", "S2")


def test_fault_counts_add_up_to_the_faults(folder):
    figures = verdicts(folder)
    counts = reliability.fault_counts(figures)
    assert counts["value"].sum() == figures["faults"].map(len).sum()
    assert counts["value"].is_monotonic_decreasing


def test_gaps_are_printed_over_adopted(folder):
    gaps = disputes.gaps(load_ledger(folder)).set_index("conflict_id")
    assert gaps.loc["C01", "value"] == 100  # 300M over 3M followers
    assert gaps.loc["C05", "value"] == pytest.approx(400 / 4_000_000)
    assert (gaps.loc["C33", "low"], gaps.loc["C33", "high"]) == (2, 9)  # tens of billions over 10bn
    assert (gaps.loc["C38", "low"], gaps.loc["C38", "high"]) == (0.1, 10)  # 5 and 50 against 5 to 50
    assert gaps["factor"].is_monotonic_decreasing


def test_gaps_leave_definitions_zeros_and_undoubted_numbers_out(folder):
    drawn = set(disputes.gaps(load_ledger(folder))["conflict_id"])
    assert not drawn & {"C02", "C12", "C16", "C17", "C23", "C27"}


def test_widest_gap_names_its_own_sources(folder):
    edit(folder / "conflicts.csv", "C01", adopted="S1-08")
    edit(folder / "claims.csv", "S0-07", value="3")
    widest = disputes.widest(disputes.gaps(load_ledger(folder)))
    assert (widest.value, widest.unit) == (1e8, "multiple")
    assert widest.sources == ("conflict:C01", "claim:S0-07", "claim:S1-08")


def test_every_conflict_is_told_with_a_reason_in_both_languages(folder):
    ledger = load_ledger(folder)
    told = disputes.disputes(ledger)
    assert len(told) == len(ledger.conflicts)
    for language in (Language("en"), Language("zh")):
        assert all(language.say(text) for text in [*told["reason"], *told["printed"], *told["topic"]])


@pytest.mark.parametrize(
    ("claim_id", "en", "zh"),
    [
        ("S0-07", "3M people", "300万"),
        ("S3-50", "≈\u00a0CNY\u00a020B–90B", "数百亿"),
        ("S0-16", "4", "4"),  # listed, not printed
        ("S3-55", "not free, cost shifted", "成本转移"),
        ("S2-01", "2021-03-23", "2021-03-23"),
        ("S1-27", "fans + potential fans", "白皮书的用户口径"),
    ],
)
def test_claims_are_quoted_in_the_reader_s_language(folder, claim_id, en, zh):
    text = quoted(load_ledger(folder).claims[claim_id])
    assert text == {"en": en, "zh": zh}


def test_texts_are_joined_in_order():
    assert joined([]) is None
    text = joined(["a", {"en": "b", "zh": "乙"}, "c"])
    assert text is not None
    assert Language("en").say(text) == "a; b; c"


def test_platform_sizes_leave_garbled_and_rejected_counts_out(folder):
    ledger = load_ledger(folder)
    sizes = platforms.sizes(ledger, AS_OF, 12)
    refs = [ref for refs in sizes["sources"] for ref in refs]
    assert not {"claim:S4-11", "claim:S1-15"} & set(refs)
    assert sizes.query("stale")["sources"].tolist() == [["claim:S4-14"]]  # the undated one
    assert platforms.sizes(ledger, AS_OF, 6)["stale"].all()


def channels(folder):
    assumptions = load_assumptions(data_dir() / "assumptions.csv")
    return load_channels(folder, load_ledger(folder), assumptions)


def test_channel_meets_a_definition_as_far_as_its_worst_trait(folder):
    loaded = channels(folder)
    matrix = loaded.matrix
    for entry in loaded.definitions:
        for _, row in matrix.iterrows():
            answers = {row[flag] for flag in entry.flags}
            expected = "no" if "no" in answers else "partly" if "partly" in answers else "yes"
            assert row[entry.source_id] == expected


def test_missing_traits_are_explained_and_full_ones_are_not(folder):
    matrix = channels(folder).matrix
    assert (matrix["missing"].isna() == matrix[list(FLAGS)].eq("yes").all(axis=1)).all()


def lines(folder, file="channels.csv"):
    return (folder / file).read_text(encoding="utf-8").splitlines(keepends=True)


def rewrite(folder, content, file="channels.csv"):
    (folder / file).write_text("".join(content), encoding="utf-8")


def test_channel_on_an_unknown_claim_is_refused(folder):
    content = lines(folder)
    content[1] = content[1].replace("claim:S2-34", "claim:S2-341")
    rewrite(folder, content)
    with pytest.raises(LedgerError) as caught:
        channels(folder)
    (problem,) = caught.value.problems
    assert (problem.line, problem.column, problem.found) == (2, "basis", "claim:S2-341")
    assert "S2-34" in problem.next_step


def test_channel_without_a_trait_and_unknown_answers_are_refused(folder):
    content = lines(folder)
    rewrite(folder, content[:1] + content[2:])
    with pytest.raises(LedgerError) as caught:
        channels(folder)
    assert caught.value.problems[0].column == "flag"
    rewrite(folder, [content[0], content[1].replace(",no,", ",perhaps,"), *content[2:]])
    with pytest.raises(LedgerError) as caught:
        channels(folder)
    assert (caught.value.problems[0].column, caught.value.problems[0].found) == ("answer", "'perhaps'")


def test_definition_by_an_unknown_claim_is_refused(folder):
    content = lines(folder, "private_domain.csv")
    rewrite(folder, [line.replace("S1-45", "S1-450") for line in content], "private_domain.csv")
    with pytest.raises(LedgerError) as caught:
        channels(folder)
    assert (caught.value.problems[0].column, caught.value.problems[0].found) == ("claims", "S1-450")


def test_counts_name_the_ledger_they_run_over():
    wb = open_workbook("01_evidence", "lijiaqi_group")
    assert wb.count(wb.case_claims).sources == ("ledger:lijiaqi_group",)
    assert wb.count(wb.claims, "all").sources == ("ledger:all",)
    counted = wb.count(wb.channels.matrix, "channels")
    records = References.collect(counted.sources, wb.ledger, wb.assumptions, wb.fees).records
    assert set(records) == {"ledger:channels"}


def test_a_day_within_the_month_of_its_page_is_not_later_than_it(folder):
    edit(folder / "sources.csv", "S0", published="2021-08")
    edit(folder / "claims.csv", CLEAN, period_from="2021-08-24", period_to="2021-08-24")
    assert verdict(folder, CLEAN, as_of=date(2021, 12, 31))["faults"] == []
