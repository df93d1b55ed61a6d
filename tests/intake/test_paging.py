"""A page of a list is not the list: what an answer of JSON says of its own length is held against its records."""

import json

import pytest

from siyu.intake.containers.paging import lacking, pages
from siyu.intake.new.checking import accounts
from siyu.intake.store.client_tables import books_of


@pytest.fixture(autouse=True)
def key(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "elsewhere" / "identity.key"))


def orders(first, last):
    return [{"order_id": f"A{n}", "buyer_key": f"u{n}", "paid_at": f"2021-08-01 10:{n:02d}:00", "amount": f"{n}.50"}
            for n in range(first, last)]  # fmt: skip


def put(folder, name, content):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return folder / name


def told(path):
    return [[(one.code, one.column, one.found, one.expected) for one in found.problems] for found in accounts([path])]


LIST = orders(0, 12)
PART = ("part_of_list", "12", "30")
MORE = ("one_page", "12", "")


@pytest.mark.parametrize(
    ("content", "path", "said"),
    [
        ({"total": 30, "list": LIST}, "list", PART),
        ({"total": "30", "code": 0, "request_id": "x1", "list": LIST}, "list", PART),
        ({"code": 0, "data": {"total_count": 30, "orders": LIST}}, "data.orders", PART),
        ({"totalCount": 30, "page": {"x": 1}, "result": {"records": LIST}}, "result.records", PART),
        ({"page": {"total": 30, "pageNo": 1, "pageSize": 12}, "rows": LIST}, "rows", PART),
        ({"count": 30, "next": "https://x/?page=2", "previous": None, "results": LIST}, "results", PART),
        ({"has_more": True, "data": LIST}, "data", MORE),
        ({"total": 12, "hasMore": "true", "data": LIST}, "data", MORE),
        ({"is_end": 0, "data": LIST}, "data", MORE),
        ({"next_page_token": "abc", "items": LIST}, "items", MORE),
        ({"page": 1, "pages": 3, "items": LIST}, "items", MORE),
        ({"page": 1, "page_size": 12, "items": LIST}, "items", MORE),
        ({"page": 3, "page_size": 50, "items": LIST}, "items", MORE),
        ({"offset": 0, "limit": 12, "items": LIST}, "items", MORE),
        ({"offset": 24, "limit": 20, "items": LIST}, "items", MORE),
        ({"links": {"next": "https://x/?page=2"}, "items": LIST}, "items", MORE),
        ([{"total": 30, "list": LIST}], "list", PART),
        (
            {"total": 24, "page": 1, "list": [one | {"quantity": "2"} for one in LIST]},
            "list",
            ("part_of_list", "12", "24"),
        ),
        ({"totalElements": 30, "last": False, "content": LIST}, "content", PART),
    ],
)
def test_one_page_of_a_list_is_refused(tmp_path, content, path, said):
    code, found, expected = said
    assert told(put(tmp_path / "in", "a.json", content)) == [[(code, path, found, expected)]]
    books = books_of(tmp_path / "in", tmp_path / "store")
    assert (books.orders, [one.refused for one in books.accounts]) == (None, [True])


@pytest.mark.parametrize(
    "content",
    [
        {"total": 12, "list": LIST},
        {"total": 12, "next_offset": 12, "list": LIST},
        {"total": 78, "amount_total": 78.0, "list": LIST, "order_no": "X1"},
        {"total": 24, "list": [one | {"quantity": 2} for one in LIST]},
        {"has_more": False, "next_cursor": "abc", "list": LIST},
        {"next_cursor": "", "list": LIST},
        {"page": 1, "page_size": 50, "list": LIST},
        {"offset": 0, "limit": 50, "list": LIST},
        {"links": {"next": None}, "size": 12, "list": LIST},
        {"page": 2, "pages": 2, "total": 12, "list": LIST},
        {"list": LIST, "tags": [{"name": "x"}], "total": 12},
        LIST,
        [one | {"total": 100, "pieces": [{"sku": "x"}]} for one in LIST],
        {"shop": {"total": 500}, "list": LIST},
        {"code": 0, "data": {"total": 72, "list": LIST}},  # money, in quotation marks; in fen; and as text
        {"total": 7_200, "list": LIST},
        {"total": "72", "list": LIST},
        {"next": "null", "list": LIST},
        {"page": 1, "page_size": 12, "has_more": False, "list": LIST},  # as the message about a full page asks
    ],
)
def test_a_whole_list_is_read(tmp_path, content):
    found = accounts([put(tmp_path / "in", "a.json", content)])
    mine = next(one for one in found if one.format == "generic_orders")
    assert (mine.problems, mine.records["accepted"]) == ([], 12)


def test_pages_of_several_files_are_one_list(tmp_path):
    cuts = [(0, 12), (12, 24), (24, 30)]
    for number, (first, last) in enumerate(cuts, 1):
        put(tmp_path / "in", f"p{number}.json", {"total": 30, "page": number, "list": orders(first, last)})
    assert told(tmp_path / "in") == [[], [], []]
    assert len(books_of(tmp_path / "in", tmp_path / "store").accounts) == 3
    (tmp_path / "in" / "p2.json").unlink()
    assert told(tmp_path / "in") == [[("part_of_list", "list", "18", "30")]] * 2
    again = books_of(tmp_path / "in", tmp_path / "store").accounts  # from the store, too
    assert [[one.code for one in found.problems] for found in again] == [["part_of_list"]] * 2


def test_pages_of_a_list_that_grew_meanwhile_are_one_list(tmp_path):
    cuts = [(24, 0, 12), (25, 12, 24), (25, 24, 25)]
    for number, (total, first, last) in enumerate(cuts, 1):
        put(tmp_path / "in", f"p{number}.json", {"total": total, "page": number, "list": orders(first, last)})
    assert told(tmp_path / "in") == [[], [], []]
    (tmp_path / "in" / "p1.json").unlink()
    assert [[code for code, *_ in one] for one in told(tmp_path / "in")] == [["part_of_list"]] * 2


def test_the_name_of_a_list_that_may_be_a_buyer_is_not_told(tmp_path):
    path = put(tmp_path / "in", "a.json", {"13812345678": {"has_more": True, "orders": LIST}})
    assert "138" not in str(told(path))


def test_pages_without_a_total_need_their_first_their_last_and_those_between(tmp_path):
    def page(number, *, more):
        return put(tmp_path / "in", f"{number}.json", {"page": number, "has_more": more,
                                                       "list": orders(10 * number, 10 * number + 5)})  # fmt: skip

    whole = [page(1, more=True), page(2, more=True), page(3, more=False)]
    assert told(tmp_path / "in") == [[], [], []]
    for gone in whole:
        text = gone.read_text("utf-8")
        gone.unlink()
        assert [one[0][0] for one in told(tmp_path / "in")] == ["one_page"] * 2, gone.name
        gone.write_text(text, "utf-8")


def test_pages_one_a_line_are_one_list(tmp_path):
    path = tmp_path / "a.json"
    lines = [{"total": 30, "list": orders(*cut)} for cut in ((0, 20), (20, 30))]
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert told(path) == [[]]
    path.write_text("\n".join(map(json.dumps, lines[:1] * 2)).replace("A19", "A99", 1), "utf-8")
    assert [code for code, *_ in told(path)[0]] != ["part_of_list"]  # forty records of thirty: repeats are told else
    path.write_text("\n".join(map(json.dumps, [lines[0], {"total": 30, "list": orders(20, 25)}])), "utf-8")
    assert told(path) == [[("part_of_list", "list", "25", "30")]]


def test_nothing_lacks_of_pages_that_say_nothing():
    assert lacking(pages({"list": [{"a": 1}], "name": "x"})["list"]) is None
    assert pages({"list": ["a", "b"], "total": 9}) == {}
