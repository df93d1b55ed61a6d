"""A finding keeps values, sources and message ids; it says itself in any language."""

import pandas as pd
import pytest

from siyu import charts
from siyu.figure import Absent, Figure
from siyu.findings import as_text, make_finding, title
from siyu.language import Language
from siyu.record import FINDING, rounded

ANYTHING = Figure(0.5, 0.01, 1.0, "ratio", "assumption90", sources=("assumption:wage",))
FAN = Figure(4.15e6, 4.15e6, 8.3e6, "CNY", "claim_range", "fan_gmv", ("claim:S0-08", "claim:S0-09"))


def fan_finding(**more):
    chart = charts.ranges({"From fans": FAN})
    return made("fan_gmv", "Fans bring {fan}", {"fan": FAN}, chart, **more)


def made(key, message, values, chart=None, **more):
    return make_finding(key, "02_case_study", message, values, chart, language=Language("en"), **more)


def test_record_follows_the_contract():
    record = fan_finding().record.as_json()
    (value,) = record["values"]
    assert (value["low"], value["high"], value["interval_kind"]) == (4_150_000, 8_300_000, "claim_range")
    assert record["sources"] == ["claim:S0-08", "claim:S0-09"]
    assert record["chart"]["rows"][0]["label"] == "From fans"


def test_title_is_the_answer_built_from_numbers():
    finding = fan_finding()
    assert title(finding.record, Language("en")) == "Fans bring CNY\u00a04.15M–8.3M"


def test_sources_are_those_of_values_chart_and_context():
    line = Figure(1, 1, 1, "CNY", sources=("claim:S1-09",))
    chart = charts.ranges({"From fans": FAN}, lines={"Level": line})
    finding = made("k", "{fan}", {"fan": FAN}, chart, context=("claim:S0-11",))
    assert finding.record.sources == ("claim:S0-08", "claim:S0-09", "claim:S0-11", "claim:S1-09")


def test_a_finding_that_rests_on_nothing_else_rests_on_where_it_was_looked_for():
    """What a client says of itself, none of whose exports could be read."""
    one = Figure(1, 1, 1, "count")
    told = [made("k", "{n}", {"n": one}, searched=("ledger:luzhou_laojiao",), context=refs).record.sources
            for refs in ((), ("claim:S0-11",))]  # fmt: skip
    assert told == [("ledger:luzhou_laojiao",), ("claim:S0-11",)]


def test_absent_input_makes_an_absent_finding_that_says_what_is_missing():
    finding = made("k", "{fan}", {"fan": Absent(("fan_gmv_share",))}, searched=("ledger:luzhou_laojiao",))
    record = finding.record.as_json()
    assert (record["role"], record["needs"], record["values"]) == ("absent", ["fan_gmv_share"], [])
    assert "fan share of GMV" in title(finding.record, Language("en"))


def test_chart_drops_absent_rows_and_is_absent_without_any():
    assert len(charts.ranges({"a": FAN, "b": Absent(("dau",))}).rows) == 1
    assert charts.ranges({"b": Absent(("dau",))}).needs == ("dau",)


def test_message_naming_a_value_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="fan_gmw"):
        made("k", "Fans bring {fan_gmw}", {"fan_gmv": FAN})


def test_one_chart_has_one_unit():
    with pytest.raises(ValueError, match="one unit"):
        charts.ranges({"a": FAN, "b": Figure(1, 1, 1, "ratio")})


def test_notebook_output_has_text_picture_and_record():
    data, metadata = fan_finding()._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png", FINDING}
    assert metadata["image/png"]["alt"].startswith("Fans bring")
    assert data["image/png"].startswith(b"\x89PNG")


def test_text_form_lists_numbers_units_and_sources():
    text = as_text(fan_finding().record, Language("en"))
    assert "fan = 4.15e+06 [4.15e+06, 8.3e+06] claim_range CNY  <- claim:S0-08, claim:S0-09" in text


def test_numbers_are_rounded_once_and_never_infinite():
    assert rounded({"a": 0.1 + 0.2, "b": [1 / 3]}) == {"a": 0.3, "b": [0.3333333333]}
    with pytest.raises(ValueError, match="cannot hold"):
        rounded(float("inf"))


def test_a_finding_that_says_nothing_is_empty_and_an_answer_never_is():
    none, anything = charts.table(pd.DataFrame({"a": []}), {"a": "A"}), ANYTHING
    assert made("k", "{fan}", {"fan": FAN}, none, role="appendix").record.role == "empty"
    assert made("k", "{x}", {"x": anything}, role="appendix").record.role == "empty"
    assert made("k", "{x}", {"x": anything}, role="answer").record.role == "answer"
    assert fan_finding(role="appendix").record.role == "appendix"


def test_what_is_missing_in_files_is_not_said_of_a_case():
    gone = made("k", "{x}", {"x": Absent(("aov",))}, searched=("orders:exports/shop-1",))
    assert title(gone.record, Language("en")).startswith("Not computable from these files")
