"""docs/measured.md holds what trials printed last, and the ratios of the last benchmark."""

import json

import measured
import pytest
import trials

PAGE = measured.PAGE.read_text(encoding="utf-8")
KEPT = {path.stem: path.read_text(encoding="utf-8") for path in trials.PRINTED.glob("*.txt")}


def test_every_trial_stands_on_the_page_as_it_printed_last():
    assert {name for name, text in KEPT.items() if measured.shown(text) not in PAGE} == set()
    assert KEPT.keys() == trials.TRIALS.keys()


def test_the_ratios_are_those_of_the_last_benchmark():
    ratios = json.loads((trials.ROOT / "benchmarks" / "measured.json").read_text(encoding="utf-8"))
    assert "\n".join(measured.ratios(ratios)) in PAGE


def test_what_stands_between_two_marks_is_written_anew(monkeypatch):
    monkeypatch.setattr(measured, "scores", lambda: iter(["| of results |"]))
    page = "before\n<!-- ends -->\nold\n<!-- end -->\nbetween <!-- scores -->\n<!-- end -->\nafter"
    found = measured.written(page, "{}", {"ends": "| new |\n"})
    told = "before <!-- ends --> | new | <!-- end --> between <!-- scores --> | of results | <!-- end --> after"
    assert " ".join(found.split()) == told
    assert measured.written(found, "{}", {"ends": "| new |\n"}) == found
    assert "```\nplain lines\n```" in measured.written(page, "{}", {"ends": "plain lines\n"})
    with pytest.raises(KeyError):
        measured.written("<!-- nobody -->\n<!-- end -->", "{}", {})
