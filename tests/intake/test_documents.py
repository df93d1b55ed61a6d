"""JSON of interfaces: every list of objects a table, the list that a format knows read, anything hostile refused."""

import csv
import io
import json
import time

import pytest

from siyu.intake.containers.documents import NODE_LIMIT, tables
from siyu.intake.reading.export import read
from siyu.intake.reading.problems import RefusedError
from siyu.intake.reading.sources import sources


def rows(content):
    data = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    return {one.title: list(csv.DictReader(io.StringIO(one.text.decode()))) for one in tables(data)}


def test_what_holds_a_list_is_told_beside_each_record():
    found = rows(
        {"code": 0, "group": {"id": "g1", "people": [{"id": "p1", "by": {"id": "s"}}, {"id": "p2", "tags": [1, 2]}]}}
    )
    assert found == {"group.people": [
        {"code": "0", "group.id": "g1", "id": "p1", "by.id": "s", "tags": ""},
        {"code": "0", "group.id": "g1", "id": "p2", "by.id": "", "tags": "1 2"},
    ]}  # fmt: skip


def test_a_list_in_a_record_is_a_table_of_its_own():
    found = rows([{"day": "20170313", "left": [{"lag": 0, "n": 5}, {"lag": 1, "n": 3}]}])
    assert found[""] == [{"day": "20170313"}]
    assert found["left"] == [{"day": "20170313", "lag": "0", "n": "5"}, {"day": "20170313", "lag": "1", "n": "3"}]


def test_numbers_stay_as_they_are_printed():
    assert rows([{"id": 6917000000000000123, "x": None, "y": True, "z": "a\nb"}])[""] == [
        {"id": "6917000000000000123", "x": "", "y": "True", "z": "a b"}
    ]


def test_one_object_a_line_is_a_list():
    assert rows(b'{"a": 1}\n{"a": 2}\n')[""] == [{"a": "1"}, {"a": "2"}]


@pytest.mark.parametrize(
    "data",
    [b"{", b"[1, 2", b'{"a": 1}', b"[]", b'{"a": []}', b"\xff\xfe{", b"[" * 100_000, b'{"a":' * 50_000,
     b"[" + b"{}," * (NODE_LIMIT + 1) + b"{}]", b'[{"a": 1e999999999}', b'[{"a": NaN]'],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_at_once(data):
    start = time.monotonic()
    with pytest.raises(RefusedError):
        tables(data)
    assert time.monotonic() - start < 5


def test_only_the_list_that_a_format_knows_is_read(tmp_path):
    people = [{"userid": f"wm{n}", "type": 2, "join_time": 1572505490 + n, "join_scene": 1} for n in range(3)]
    content = {"group_chat": {"chat_id": "wr1", "member_list": people, "admin_list": [{"userid": "op1"}]}}
    (tmp_path / "get.json").write_text(json.dumps(content), encoding="utf-8")
    (source,) = sources(tmp_path / "get.json")
    account = read(source).account
    assert (account.format, account.records["accepted"]) == ("wecom_group_api", 3)


def test_a_json_that_no_format_knows_is_named(tmp_path):
    (tmp_path / "get.json").write_text('[{"foo": 1, "bar": 2}]', encoding="utf-8")
    (source,) = sources(tmp_path / "get.json")
    assert [problem.code for problem in read(source).account.problems] == ["unknown_format"]


JOINED = (b"<xml><Event><![CDATA[change_external_chat]]></Event><ChatId>g1</ChatId><UpdateDetail>add_member</UpdateDetail>"
          b"<MemChangeCnt>2</MemChangeCnt>%s</xml>")  # fmt: skip


def test_members_of_a_callback_are_items_in_either_dress():
    """Items, as they are now, and names with commas, as they were; a callback that only counts names nobody."""
    now, then = (
        b"<MemChangeList><Item>p1</Item><Item>p2</Item></MemChangeList>",
        b"<MemChangeList>p1,p2</MemChangeList>",
    )
    for members, named in ((now, ["p1", "p2"]), (then, ["p1", "p2"]), (b"", [""])):
        found = rows(JOINED % members)["xml.MemChangeList"]
        assert [one["Item"] for one in found] == named
        assert {one["xml.ChatId"] for one in found} == {"g1"}


def test_messages_of_several_events_are_tables_of_their_own():
    other = b"<xml><Event>change_external_contact</Event><ExternalUserID>p3</ExternalUserID></xml>"
    found = rows(JOINED % b"" + b'\n<?xml version="1.0"?>\n' + other)
    assert [one["xml.ExternalUserID"] for one in found["change_external_contact"]] == ["p3"]
    assert "xml.ExternalUserID" not in found["change_external_chat"][0]


@pytest.mark.parametrize("data", [
    b'<xml><!DOCTYPE a [<!ENTITY b "c">]><A>&b;</A></xml>', b"<xml><A></xml>", b"<xml>" + b"<a>" * 100_000,
    b"<xml><A>&b;</A></xml>", b"<xml>" + b"<a/>" * 1_100_000 + b"</xml>",
])  # fmt: skip
def test_hostile_callbacks_are_refused_at_once(data):
    began = time.perf_counter()
    with pytest.raises(RefusedError):
        tables(data)
    assert time.perf_counter() - began < 2
