"""`subject.yml`: what it may say, and what is refused by name."""

import pytest

from siyu.errors import UsageError
from siyu.subjects import load_subject

ABOUT = "name: {zh: 店, en: Shop}\nkind: client\ncase: luzhou_laojiao\nas_of: 2021-12-31\n"


@pytest.fixture
def about(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_DATA", str(tmp_path))
    (tmp_path / "shop").mkdir()

    def written(text):
        (tmp_path / "shop" / "subject.yml").write_text(text, encoding="utf-8")
        return load_subject("shop")

    return written


def test_what_is_left_out_has_its_usual_value(about):
    shop = about(ABOUT)
    assert (shop.id, shop.currency, shop.suppress_below, shop.category) == ("shop", "CNY", 10, "all")


@pytest.mark.parametrize(
    ("more", "column"),
    [("id: other", "id"), ("folder: /", "folder"), ("categry: liquor", "categry"), ("currency: cny", "currency"),
     ("observed: {from: 0001-01-01}", "observed.Period.from"), ("zero_months: [0000-01]", "zero_months.0"),
     ("suppress_below: 1" + "0" * 40, "suppress_below"), ("volume: {orders: 1" + "0" * 400 + "}", "volume.orders"),
     ("volume: {people: 0}", "volume.people")],
)  # fmt: skip
def test_what_it_cannot_say_is_named(about, more, column):
    with pytest.raises(UsageError) as caught:
        about(ABOUT + more + "\n")
    assert column in {problem.column for problem in caught.value.problems}
    assert all(problem.file.endswith("subject.yml") for problem in caught.value.problems)


def test_what_it_has_to_say_is_asked_for(about):
    with pytest.raises(UsageError) as caught:
        about(ABOUT.replace("as_of: 2021-12-31\n", "").replace("client", "shop"))
    said = {problem.column: (problem.line, problem.found, problem.expected) for problem in caught.value.problems}
    assert said == {"as_of": (0, "nothing", "a value"), "kind": (2, "'shop'", "'case' or 'client'")}


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1989-12-31"])
def test_a_date_at_the_end_of_the_calendar_is_refused(about, day):
    with pytest.raises(UsageError, match="as_of"):
        about(ABOUT.replace("2021-12-31", day))


def test_a_day_that_no_month_has_is_named_with_its_line(about):
    with pytest.raises(UsageError) as caught:
        about(ABOUT.replace("2021-12-31", "2021-02-30"))
    [problem] = caught.value.problems
    assert (problem.line, problem.found) == (4, "2021-02-30: day is out of range for month")
