"""The loader refuses what cannot be used, all problems at once; arithmetic finds garbled figures."""

import csv
import shutil
from dataclasses import replace

import pytest

from siyu.errors import LedgerError
from siyu.evidence.claims import load_claims
from siyu.evidence.conflicts import rivals
from siyu.evidence.ledger import load_ledger
from siyu.evidence.readings.plausibility import check, load_rules
from siyu.paths import data_dir
from siyu.reads import Shelf


@pytest.fixture(scope="module")
def ledger():
    return load_ledger(data_dir() / "evidence")


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(data_dir() / "evidence", tmp_path / "evidence")


def edit(path, key, **cells):
    """Rewrite cells of the row whose first column is `key`; returns its physical line."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    place = next(at for at, row in enumerate(rows) if next(iter(row.values())) == key)
    rows[place] |= cells
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return place + 2


def problems(folder):
    with pytest.raises(LedgerError) as caught:
        load_ledger(folder)
    return caught.value.problems


def test_bundled_ledger_loads_and_is_complete(ledger):
    assert len(ledger.claims) >= 251
    assert "luzhou_laojiao" in ledger.cases()
    assert all(claim.entity_name_zh and (not claim.note or claim.note_zh) for claim in ledger.claims.values())


def test_every_rival_pair_is_resolved(ledger):
    covered = {claim for entry in ledger.conflicts.values() for claim in entry.claims}
    assert all(claim.claim_id in covered for pair in rivals(ledger.claims.values()) for claim in pair)


def test_unknown_unit_names_the_nearest(folder):
    line = edit(folder / "claims.csv", "S0-07", unit="user")
    (problem,) = [p for p in problems(folder) if p.column == "unit"]
    assert problem.line == line
    assert problem.found == "user"
    assert "users" in problem.next_step


def test_unknown_metric_is_refused(folder):
    edit(folder / "claims.csv", "S0-09", metric="fan_gmv_shar")
    (problem,) = problems(folder)
    assert problem.column == "metric"
    assert "fan_gmv_share" in problem.next_step


def test_missing_source_is_refused(folder):
    edit(folder / "claims.csv", "S0-09", source_id="S9")
    (problem,) = problems(folder)
    assert (problem.column, problem.found) == ("source_id", "S9")


def test_id_used_twice_names_the_other_line(folder):
    line = edit(folder / "claims.csv", "S0-10", claim_id="S0-09")
    found = [p for p in problems(folder) if p.column == "claim_id"]
    assert found[0].line == line
    assert f"line {line - 1}" in found[0].found


def test_word_in_a_number_cell_is_refused(folder):
    line = edit(folder / "claims.csv", "S0-07", value="300万")
    (problem,) = problems(folder)
    assert (problem.line, problem.column, problem.found) == (line, "value", "'300万'")


def test_range_upside_down_is_refused(folder):
    edit(folder / "claims.csv", "S3-03", value_low="0.05", value_high="0.02")
    assert any("value_low at most value_high" in p.expected for p in problems(folder))


def test_unresolved_rivals_are_refused(folder):
    edit(folder / "conflicts.csv", "C01", claims="S0-07", adopted="S0-07")
    found = problems(folder)
    assert any("S0-07 prints 300万, S1-08 prints 3亿" in p.found for p in found)


def test_stale_conflict_is_refused(folder):
    edit(folder / "claims.csv", "S1-08", value="3000000", as_printed="300万")
    assert any("Stale" in p.next_step for p in problems(folder))


def test_conflict_on_an_unknown_claim_is_refused(folder):
    line = edit(folder / "conflicts.csv", "C02", claims="S0-08 S1-99")
    found = [p for p in problems(folder) if p.column == "claims"]
    assert found[0].line == line
    assert found[0].found == "S1-99"


def test_several_problems_come_at_once(folder):
    edit(folder / "claims.csv", "S0-07", unit="user")
    edit(folder / "claims.csv", "S0-09", metric="shar")
    edit(folder / "claims.csv", "S0-10", source_id="S9")
    assert len(problems(folder)) == 3


def test_missing_column_and_wrong_encoding_are_named(folder):
    text = (folder / "claims.csv").read_text(encoding="utf-8")
    (folder / "claims.csv").write_text(text.replace("garble", "garbled", 1), encoding="utf-8")
    assert {p.column for p in problems(folder)} == {"garble", "garbled"}
    (folder / "claims.csv").write_bytes(text.encode("gb18030"))
    assert problems(folder)[0].expected == "UTF-8 text"


def test_stray_quote_is_one_clear_problem(folder):
    text = (folder / "claims.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    text[5] = text[5].rstrip("\n") + ',"extra"\n'
    (folder / "claims.csv").write_text("".join(text), encoding="utf-8")
    (problem,) = problems(folder)
    assert problem.line == 6
    assert "fields" in problem.found


# figures the two paraphrased documents are known to have garbled
GARBLED = {
    "S1-08",
    "S1-20",
    "S1-22",
    "S4-11",
    "S4-03",
    "S1-02",
    "S1-03",
    "S1-04",
    "S1-06",
    "S1-12",
    "S3-14",
    "S3-19",
}


def suspects(ledger):
    rules = load_rules(data_dir() / "evidence" / "plausibility.csv", ledger)
    found = check(ledger, rules)
    return set(found.loc[~found["plausible"], "claim_id"])


def test_arithmetic_finds_the_garbled_figures_by_itself(ledger):
    assert suspects(ledger) >= GARBLED


def test_arithmetic_suspects_no_adopted_figure(ledger):
    adopted = {claim for entry in ledger.conflicts.values() for claim in entry.adopted if entry.kind == "rival"}
    assert not suspects(ledger) & adopted


@pytest.mark.parametrize(
    ("claim_id", "value"),
    [
        ("S0-07", "3000000000"),  # followers above mankind's daily users
        ("S0-07", "3000"),  # 万 dropped
        ("S1-09", "500"),  # 万 dropped
        ("S0-08", "100000000"),  # peak twenty times the level
        ("S1-21", "15000000000"),  # 亿 twice
        ("S1-24", "65"),  # 万 dropped
        ("S4-08", "7800000000"),  # visitors above daily users
        ("S4-10", "100000000000"),  # a thousand videos a poster
        ("S3-10", "1200"),  # twenty hours a day
        ("S0-09", "83"),  # percent read as a share
    ],
)
def test_planted_garbling_is_found(ledger, folder, claim_id, value):
    edit(folder / "claims.csv", claim_id, value=value)
    planted = replace(ledger, claims=Shelf(load_claims(folder / "claims.csv", ledger.sources)))
    rules = load_rules(data_dir() / "evidence" / "plausibility.csv", planted)
    found = check(planted, rules).query("not plausible")
    before = check(ledger, rules).query("not plausible")
    fresh = found[~found["claim_id"].isin(before["claim_id"])]
    assert claim_id in set(fresh["claim_id"]) | set(fresh["against"])
