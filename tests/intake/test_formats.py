"""Formats: found by headers, refused with every fault, taught by an example that works."""

import io
import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import get_args

import pytest

from siyu import plain_yaml
from siyu.intake.formats.canonical_tables import tables
from siyu.intake.formats.catalogue import FormatError, _catalogue, catalogue, formats, read_format
from siyu.intake.formats.format import MEANINGS, Column, Format, Layout, normal, other_unit
from siyu.intake.reading.export import read
from siyu.intake.reading.problems import REASONS
from siyu.intake.reading.sources import TableSource
from siyu.language import Language
from siyu.paths import data_dir
from siyu.simulator import writing

HEADERS = Path(__file__).parent / "golden" / "headers"  # of real writing, a column a line


def found(header: list[str]) -> Layout:
    layout = catalogue().identified(header)
    assert layout is not None
    return layout


@pytest.mark.parametrize("name", sorted(path.stem for path in HEADERS.glob("*.txt")))
def test_real_headers_are_known_to_the_last_column(name):
    layout = found((HEADERS / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n").split("\n"))
    assert name.startswith(layout.format.key)
    assert layout.unknown == ()


def test_columns_are_found_in_any_order_and_subset():
    names = ["流量体裁", "订单状态", "订单应付金额", "子订单编号", "订单提交时间", "主订单编号", "支付完成时间"]
    layout = found(names)
    assert layout.format.key == "douyin_shop"
    assert layout.title("paid_fen") == "订单应付金额"
    assert layout.places["order_id"] == 5


def test_every_format_identifies_what_it_writes():
    for name, entry in formats().items():
        assert found(writing.header(entry)).format.key == name


def test_a_plain_layout_does_not_swallow_a_file_with_statuses():
    assert catalogue().identified(["order_id", "buyer_key", "paid_at"]) is None
    assert catalogue().identified(["订单号", "支付时间", "实付金额", "订单状态"]) is None


def test_a_header_that_lacks_a_column_is_told_which_format_is_nearest():
    full = writing.header(formats()["taobao"])
    lacking = [name for name in full if name != "买家实际支付金额"]
    for header, nearest in ((lacking, "taobao (买家实际支付金额)"), (["foo", "bar"], "")):
        data = (",".join(header) + "\n" + ",".join("1" for _ in header) + "\n").encode()
        problem = read(TableSource("a.csv", lambda data=data: io.BytesIO(data), len(data))).account.problems[0]
        assert (problem.code, problem.expected) == ("unknown_format", nearest)


@pytest.mark.parametrize(
    ("header", "zh", "en"),
    [("订单编号,foo,bar", "也没有接近的格式；其中认得的列：订单编号", "and none is near; known among them: 订单编号. siyu new drafts"),
     ("foo,bar", "其中任何一列。", "has any of these columns. siyu new drafts")],
)  # fmt: skip
def test_that_no_format_is_near_is_said_in_words_with_what_to_do(header, zh, en):
    data = f"{header}\n1,1,1\n".encode()
    [problem] = read(TableSource("a.csv", lambda: io.BytesIO(data), len(data))).account.problems
    for code, said in (("zh", zh), ("en", en)):
        reason = problem.reason(Language(code))
        assert (said in reason, "–" in reason, problem.code) == (True, False, "unknown_format")


@pytest.mark.parametrize(
    "title", ['"买家实际\n支付金额"', '"买家实际\r\n支付金额\n（元）"', "*买家实际支付金额", "买家实际支付金额*"]
)
@pytest.mark.parametrize("above", ["", '订单 "三月\n'])
def test_a_header_may_have_breaks_and_stars_in_it(above, title):
    names = ["订单编号", "买家会员名", title, "订单状态", "订单创建时间", "订单付款时间"]
    rows = [
        f"18200001234567{n:02},u{n},20.50,交易成功,2024-03-0{n} 10:00:00,2024-03-0{n} 10:01:00" for n in range(1, 9)
    ]
    data = (above + ",".join(names) + "\n" + "\n".join([*rows, "18200001234599,u9,x,交易成功,,"]) + "\n").encode()
    account = read(TableSource("a.csv", lambda: io.BytesIO(data), len(data))).account
    assert (account.format, account.records["accepted"], account.fen["accepted"]) == ("taobao", 8, 16_400)
    assert {problem.line for problem in account.problems} == {data.count(b"\n")}


@pytest.mark.parametrize("said", ["3月合计", "2024年3月小计", "2024-03 合计", "第一季度合计：", "上半年总计"])
def test_a_total_of_a_month_is_no_record_and_not_that_of_the_file(said):
    rows = [
        f"18200001234567{n:02},u{n},20.50,交易成功,2024-03-0{n} 10:00:00,2024-03-0{n} 10:01:00" for n in range(1, 9)
    ]
    text = "订单编号,买家会员名,买家实际支付金额,订单状态,订单创建时间,订单付款时间\n" + "\n".join(
        [*rows[:6], f"{said},,123.00,,,", *rows[6:]]
    )
    data = f"{text}\n{said},,41.00,,,\n".encode()
    account = read(TableSource("a.csv", lambda: io.BytesIO(data), len(data))).account
    assert (account.records["accepted"], account.records["ignored"], account.problems) == (8, 2, [])


def test_headers_compare_without_width_and_blanks():
    assert normal(" 商品编码（平台）") == normal("商品编码(平台)\t")


def test_no_header_is_both_read_and_dropped():
    for entry in formats().values():
        mapped = {normal(name) for column in entry.columns.values() for name in column.header}
        dropped = [normal(name) for name in [*entry.ignored, *entry.ignored_personal]]
        assert not mapped & set(dropped), entry.key
        assert len(dropped) == len(set(dropped)), entry.key


@pytest.mark.parametrize("said", ["已签收，退款成功", "已签收,退款成功", "已收货，退款成功", "已发货，退款成功"])
def test_an_order_of_pinduoduo_that_came_back_after_it_was_signed_for_is_read(said):
    names = ["订单号", "订单状态", "商品总价(元)", "用户实付金额(元)", "商家实收金额(元)", "支付时间", "售后状态"]
    rows = [
        f'2109{n:02d}-12345678901{n:04d},"{said}",9.90,8.80,8.80,2021-09-{n:02d} 10:00:00,退款成功' for n in range(1, 9)
    ]
    raw = "\n".join([",".join(names), *rows, ""]).encode()
    account = read(TableSource("a.csv", lambda: io.BytesIO(raw), len(raw))).account
    assert (account.format, account.records["accepted"], account.problems) == ("pdd", 8, [])


def test_a_format_with_faults_is_refused_with_all_of_them(tmp_path):
    path = tmp_path / "bad.yml"
    path.write_text("name: {en: x, zh: x}\nkind: order\nplatform: x\nsource: x\ncolumns: {a: {read: cash}}\nfoo: 1\n")
    with pytest.raises(FormatError) as caught:
        read_format(path)
    assert {problem.column for problem in caught.value.problems} == {"kind", "columns.a.read", "foo"}


HEAD = "name: {en: x, zh: x}\nkind: orders\nplatform: x\nsource: x\ncolumns:\n  paid_fen: {header: paid, read: money}\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [("control: [pad_fen]", "Did you mean paid_fen"),
     ("  refund_fen: {header: back, read: money}", "no column of the table orders"),
     ("  paid_at: {header: when, read: text}", "read is one of time"),
     ("  status: {header: s, read: choice, values: {好: fine}}", "a choice of unpaid"),
     ("  order_id: {header: nr, read: id, pattern: '(\\d'}", "this pattern cannot be used"),
     ("  order_id: {header: nr, read: id, pattern: '(?=x)'}", "this pattern cannot be used"),
     ("  quantity: {header: n, read: count, range: [5, 1]}", "from its least value"),
     ("  quantity: {header: n, read: count, range: [a, b]}", "no end of a range"),
     ("  refunded_fen: {header: back, read: money}", "apart or net"),
     ("refunds: net", "a column net_fen"), ("refund: net", "Extra inputs"), ("open: [x]", "no such key"),
     ("breaks: [note]", "a header of this format"), ("waived: [x]", "dictionary"),
     ("ignored: &a [x]\nignored_personal: *a", "an anchor or alias"), ("breaks: [[[[[[[[[[[[[[[[[[[[[[x", "at most 20 levels"),
     ("  paid_at: {read: time}", "a column needs a header"), ("  order_id: {header: x, read: row}", "stands for no column"),
     ("  shop: {header: x, read: choice}", "values belong to"), ("  shop: {header: '', read: text}", "a header is a word"),
     ("  shop: {header: x, read: text, named: '('}", "this pattern cannot be used"), ("waived: {x: ''}", "at least 1"),
     ("  refunded_fen: {header: 退款金额（分）, read: money}", "whole units"), ("platform: y", "platform twice"),
     ("  shop: {header: [x, 010], read: text}", "another number"), ("  shop: {header: 12:30, read: text}", "another number"),
     ('  shop: {header: "a\\x01", read: text}', "a control character"), ("  paid_at: {header: x, read: time, pattern: x}", "belongs to an id")],
)  # fmt: skip
def test_what_a_format_cannot_mean_is_said(tmp_path, more, said):
    path = tmp_path / "x.yml"
    path.write_text(HEAD + more + "\n", encoding="utf-8")
    with pytest.raises(FormatError, match=said):
        read_format(path)


def test_amounts_before_refunds_are_not_called_net(tmp_path):
    """To say that refunds stand apart is not enough where the column still means what is left."""
    path = tmp_path / "x.yml"
    net = HEAD.replace("  paid_fen", "  net_fen") + "  refunded_fen: {header: back, read: money}\n"
    path.write_text(net + "refunds: net\n", encoding="utf-8")
    read_format(path)
    path.write_text(net + "refunds: apart\n", encoding="utf-8")
    with pytest.raises(FormatError, match="a column paid_fen"):
        read_format(path)


def test_a_format_is_called_something_in_both_languages(tmp_path):
    (tmp_path / "x.yml").write_text(HEAD.replace("{en: x, zh: x}", "{en: x}"), encoding="utf-8")
    with pytest.raises(FormatError, match="at least 2"):
        read_format(tmp_path / "x.yml")


@pytest.mark.parametrize(
    ("name", "other"),
    [("实付金额(元)", False), ("实付金额(分)", True), ("金额（万元）", True), ("金额_分", True), ("金额（单位：分）", True), ("支付金额(角)", True),
     ("amount_cents", True), ("paidFen", True), ("GMV(k)", True), ("amount", False), ("积分", False), ("金额分摊", False),
     ("折扣percent", False), ("sku", False), ("一万元红包", False), ("成交额（万）", True),
     ("实付(W)", True), ("实付金额(1000元)", True), ("实付金额(x100)", True), ("实付金额('000)", True), ("实付金额(单位：1万)", True),
     ("实付金额(m)", True), ("实付金额(积分)", True), ("实付(满减)", False), ("实付金额(含积分)", False)],
)  # fmt: skip
def test_a_header_says_what_its_amounts_are_counted_in(name, other):
    assert other_unit(name) == other


@pytest.mark.parametrize(
    "content", ["名字".encode("gb18030"), b"\xff\xfe", b"- a\n- b\n", b"", b"a: b: c", b"\x00", b"a: 2021-13-45"]
)
def test_what_is_no_yaml_of_keys_is_said(tmp_path, content):
    (tmp_path / "x.yml").write_bytes(content)
    with pytest.raises(FormatError):
        read_format(tmp_path / "x.yml")


def test_a_broken_format_stops_only_who_asks_for_it(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_DATA", str(tmp_path))
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "broken.yml").write_text("identify: [小票, 应收]\nkind: nonsense\n", encoding="utf-8")
    assert found(["order_id", "paid_at", "amount"]).format.key == "generic_orders"
    with pytest.raises(FormatError, match="broken"):
        catalogue().identified(["小票", "应收", "order_id", "paid_at", "amount"])


def test_formats_are_parsed_once_and_those_of_a_client_are_kept_nowhere_else(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SIYU_HOME", raising=False)
    own = tmp_path / "acme" / "formats"
    own.mkdir(parents=True)
    bundled = (data_dir() / "formats" / "youzan.yml").read_text(encoding="utf-8")
    (own / "acme.yml").write_text(bundled.replace("订单号", "四海单号"), encoding="utf-8")
    first = catalogue(own)
    assert "acme" in first.formats
    [kept] = (tmp_path / "cache").rglob("formats/*")
    assert "youzan" in kept.read_text(encoding="utf-8")
    assert "四海" not in json.dumps(json.loads(kept.read_bytes().partition(b"\n")[2]), ensure_ascii=False)
    monkeypatch.setattr(plain_yaml, "mapping", asked := Asked(plain_yaml.mapping))
    _catalogue.cache_clear()
    assert catalogue(own).formats == first.formats
    assert asked.names == ["acme.yml"]


class Asked:
    """Which files are parsed."""

    def __init__(self, parse):
        self.parse, self.names = parse, []

    def __call__(self, path, *given):
        self.names.append(path.name)
        return self.parse(path, *given)


def test_the_example_of_the_readme_works_as_it_says(tmp_path):
    text = (data_dir() / "README.md").read_text(encoding="utf-8").split("## Formats")[1]
    slips, rules = (text.split(f"```{kind}\n")[1].split("```")[0] for kind in ("csv", "yaml"))
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "till_slips.yml").write_text(rules, encoding="utf-8")
    (tmp_path / "slips.csv").write_text(slips, encoding="gb18030")
    done = subprocess.run(
        [Path(sys.executable).parent / "siyu", "check", "--lang", "en", tmp_path / "slips.csv"],
        capture_output=True, text=True, check=True, env={"SIYU_DATA": str(tmp_path), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert "Till slips" in done.stderr
    assert "5 records: 4 accepted, 0 quarantined, 1 ignored" in done.stderr
    assert "2,170.00 accepted" in done.stderr
    assert "not verified" not in done.stderr


def test_the_codebook_explains_every_key_of_a_format():
    text = (data_dir() / "README.md").read_text(encoding="utf-8").split("## Formats")[1].split("## Subjects")[0]
    words = set(re.findall(r"[a-z_]+", text))
    named = {*Format.model_fields, *Column.model_fields} - {"key", "open"}
    choices = {*get_args(Column.model_fields["read"].annotation), *tables()}
    assert (named | choices) - words == set()


def test_every_reason_is_translated():
    zh = Language("zh")
    assert [reason for reason in REASONS.values() if zh.message(reason) == reason] == []


NOTES = "订单号,订单创建时间,订单实付金额,订单状态,买家备注,商家订单备注\r\n"


def notes(*lines, encoding="utf-8"):
    from io import BytesIO

    from siyu.intake.reading.export import read
    from siyu.intake.reading.sources import TableSource

    data = (NOTES + "\r\n".join(lines) + "\r\n").encode(encoding)
    return read(TableSource("n.csv", lambda: BytesIO(data), len(data))).account


def line(number, note='""', other=""):
    return f"{number:08d},2021-08-01 10:00:00,1.00,已完成,{note},{other}"


@pytest.mark.parametrize("gap", ["\n", "\r\n", "\n\n", '\n""quoted""\n', "\n,,\n"])
def test_a_declared_note_may_run_over_lines(gap):
    account = notes(line(1), line(2, f'"先打电话{gap}再送"'), line(3, '"好"', f'"a{gap}b"'), line(4))
    assert (account.records["accepted"], account.fen["accepted"], account.problems) == (4, 400, [])


def test_lines_after_a_note_keep_their_numbers():
    account = notes(line(1, '"a\nb\nc"'), line(2).replace("1.00", "1.0a"))
    assert [(problem.line, problem.code) for problem in account.problems] == [(5, "not_money")]


def test_a_note_at_the_cut_of_two_blocks_is_whole(monkeypatch):
    monkeypatch.setattr("siyu.intake.reading.encodings.BLOCK", 300)
    account = notes(*(line(number, f'"{"长" * (number % 40)}\n{"短" * 3}"') for number in range(1, 200)))
    assert (account.records["accepted"], account.problems) == (199, [])


@pytest.mark.parametrize("size", [300, 1 << 22])
def test_repeats_are_what_they_are_in_whatever_blocks_they_lie(size, monkeypatch):
    monkeypatch.setattr("siyu.intake.reading.encodings.BLOCK", size)
    records = [line(number, f'"a\nb{number}"') for number in range(1, 200)]
    other = records[8].replace("1.00", "2.00")
    account = notes(*records, records[3], other, other, records[150])
    assert account.records == {"accepted": 199, "quarantined": 1, "ignored": 3}
    assert account.fen == {"accepted": 19_900, "quarantined": 200, "ignored": 400}
    assert [(problem.line, problem.code) for problem in account.problems] == [(402, "conflicting_duplicate")]


def test_a_stray_mark_in_a_note_swallows_no_record():
    account = notes(line(1), line(2, '"先打电话'), line(3), line(4, '好"'), line(5))
    assert account.records == {"accepted": 3, "quarantined": 2, "ignored": 0}
    assert {(problem.line, problem.code) for problem in account.problems} == {(3, "stray_quote"), (5, "stray_quote")}


def test_the_first_field_may_be_a_declared_note():
    from io import BytesIO

    from siyu.intake.reading.export import read
    from siyu.intake.reading.sources import TableSource

    works = '作品名称,发布时间,体裁,播放量\r\n"新酒\n#开坛",2025-09-01,图文,1\r\n"乙\r\n丙\r\n丁",2025-09-02,视频,2\r\n'
    stray = '作品名称,发布时间,体裁,播放量\r\n"新酒,2025-09-01,图文,1\r\n乙",2025-09-02,视频,2\r\n'
    for text, expected in ((works, (2, 0)), (stray, (0, 2))):
        found = read(TableSource("w.csv", partial(BytesIO, text.encode()), 9)).account.records
        assert (found["accepted"], found["quarantined"]) == expected


def test_a_break_in_any_other_field_is_quarantined():
    account = notes(line(1), '00000002,2021-08-01 10:00:00,"1.\n00",已完成,,', line(3))
    assert account.records["accepted"] == 2
    assert account.records["quarantined"] == 2


@pytest.mark.parametrize(
    ("header", "cells"),
    [("已退金额", "5.00"), ("is_refunded", "0"), ("ccy", "CNY"), ("失败原因", ""), ("标签", "交易关闭"), ("remark1", "USD"),
     ("x", "Refunded"), ("处理", "已退款"), ("拒收", ""), ("payment stage", ""), ("total_usd", "1"), ("定金", ""), ("y", "撤单"),
     ("z", "HK$"), ("處理狀態", "好"), ("備註", "交易關閉"), ("袋数", "2"),
     ("金额(USD)", "1"), ("usd_amount", "1"), ("收/支", "入"), ("赔付金额", ""), ("倍率", "1"), ("w", "拼团失败"), ("v", "已终止")],
)  # fmt: skip
def test_a_column_that_may_say_which_lines_count_stops_a_file_by_header_or_cells(header, cells):
    rows = [f"A{n},u{n},2021-08-01 10:00:00,5.00,{cells if n == 7 else ''}\n" for n in range(20)]
    data = (f"order_id,buyer_key,paid_at,amount,{header}\n" + "".join(rows)).encode()
    problem = read(TableSource("a.csv", lambda: io.BytesIO(data), len(data))).account.problems[0]
    assert (problem.code, problem.found) == ("undecided_columns", header)


@pytest.mark.parametrize("header", ["序号", "备注", "门店", "支付方式", "审核人", "所属单位", "商品标题", "source"])
def test_a_column_that_says_nothing_of_that_is_left_aside(header):
    rows = [f"A{n},u{n},2021-08-01 10:00:00,5.00,{n % 3}\n" for n in range(20)]
    data = (f"order_id,buyer_key,paid_at,amount,{header}\n" + "".join(rows)).encode()
    assert read(TableSource("a.csv", lambda: io.BytesIO(data), len(data))).account.clean


def test_a_column_of_buyers_that_no_format_names_stops_the_file_that_names_none_else():
    data = "order_id,客户编号,paid_at,amount\nA1,u1,2021-08-01 10:00:00,5.00\n".encode()
    problem = read(TableSource("a.csv", lambda: io.BytesIO(data), len(data))).account.problems[0]
    assert (problem.code, problem.found) == ("undecided_columns", "客户编号")


def test_every_table_names_its_keys_and_counts_among_its_columns():
    for name, table in tables().items():
        assert table.keys, name
        assert {*table.keys, *table.cumulative} <= set(table.columns), name
        for meaning in table.columns.values():
            assert isinstance(meaning, list) or meaning in MEANINGS, name


def test_the_codebook_names_every_table():
    text = (data_dir() / "README.md").read_text(encoding="utf-8")
    assert [name for name in tables() if f"`{name}`" not in text] == []
