"""Files as people really have them: line ends, encodings, spellings of a state, marks made by hand."""

import csv
import io
import json
import random
import string

import pyarrow as pa
import pytest

from siyu.intake.formats.cells import buyer
from siyu.intake.formats.identities import is_big5, nobody_file
from siyu.intake.reading.export import read
from siyu.intake.reading.quick import QUICK
from siyu.intake.reading.sources import TableSource, sources
from siyu.paths import data_dir

HEAD = "order_id,buyer_key,paid_at,amount\n"
FIVE = "".join(f"A{n},u{n},2021-08-0{n} 10:00:00,{n}.00\n" for n in range(1, 6))


def account(data, name="a.csv"):
    raw, rows = data.encode() if isinstance(data, str) else data, []
    source = TableSource(name, lambda: io.BytesIO(raw), len(raw))
    found = read(source, sink=lambda table, lines, _: rows.extend(table.to_pylist())).account
    return found, rows


def codes(found):
    return [problem.code for problem in found.problems]


def noted(found, code):
    return [(note.column, note.found, note.expected) for note in found.notes if note.code == code]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\r\n"),
        lambda text: text.replace("\n", "\r\r\n", 3).replace("0\n", "0\r\n"),
        lambda text: text + "\x1a",
        lambda text: text.rstrip("\n") + "\x1a",
        lambda text: text.replace("\n", "\r\n") + "\x1a\x1a",
    ],
)
def test_ends_of_lines_and_of_a_file_as_old_programs_write_them(change):
    found, rows = account(change(HEAD + FIVE))
    assert found.clean, found.problems
    assert found.completeness == "last_record_complete"
    assert [row["paid_fen"] for row in rows] == [100, 200, 300, 400, 500]


def test_a_mark_of_the_end_within_a_record_is_none():
    assert codes(account(HEAD + FIVE + "A6,u\x1a6,2021-08-01 10:00:00,5.00\n")[0]) == ["control_character"]
    assert codes(account(HEAD + FIVE + "A6,u\r6,2021-08-01 10:00:00,5.00\n")[0]) == ["line_break"]


@pytest.mark.parametrize("said", ["2021-08-05 24:00:00", "2021/8/5 24:00", "20210805240000", "2021年8月5日24时"])
def test_the_end_of_a_day_is_the_beginning_of_the_next(said):
    found, rows = account(HEAD + FIVE.replace("2021-08-05 10:00:00", said))
    assert found.clean, found.problems
    assert f"{rows[-1]['paid_at']:%m-%d %H:%M}" == "08-06 00:00"


@pytest.mark.parametrize(
    "said", ["2021-08-05 24:00:01", "2021-08-05 24:30", "2021-08-05 下午24:00", "2021-08-05 25:00"]
)
def test_no_hour_comes_after_the_end_of_a_day(said):
    assert codes(account(HEAD + FIVE.replace("2021-08-05 10:00:00", said))[0]) == ["not_time"]


TAIWAN = "訂單編號,買家會員名,買家實際支付金額,總金額,退款金額,訂單狀態,訂單創建時間,訂單付款時間\n" + "".join(
    f"210000000{n},豐{n}許功蓋,{n}.00,{n}.00,0.00,{'交易關閉' if n == 6 else '交易成功'},2024-03-0{n} 10:00:00,"
    f"2024-03-0{n} 10:00:05\n"
    for n in range(1, 7)
)


@pytest.mark.parametrize(("codec", "said"), [("utf-8", "utf-8"), ("gb18030", "gb18030"), ("cp950", "big5"),
                                             ("utf-16", "utf-16")])  # fmt: skip
def test_traditional_signs_in_any_encoding(codec, said):
    found, rows = account((TAIWAN + "總計,,21.00,21.00,0.00,,,\n").encode(codec))
    assert (found.format, found.encoding, found.completeness) == ("taobao", said, "verified"), found.problems
    assert [row["buyer_id"] for row in rows[:2]] == ["豐1許功蓋", "豐2許功蓋"]
    assert [row["status"] for row in rows] == ["completed"] * 5 + ["closed"]


def test_a_page_in_big5_is_read(tmp_path):
    cells = ("".join(f"<td>{cell}</td>" for cell in line.split(",")) for line in TAIWAN.splitlines())
    page = f"<html><table>{''.join(f'<tr>{one}</tr>' for one in cells)}</table>"
    (tmp_path / "a.xls").write_bytes(page.encode("cp950"))
    (source,) = sources(tmp_path / "a.xls")
    found = read(source).account
    assert (found.format, found.records["accepted"], codes(found)) == ("taobao", 6, [])
    assert is_big5("<html><td>訂單</td>".encode("cp950")) == ""  # one word is none


@pytest.mark.parametrize("head", ["订单编号,买家会员名,金额", "訂單編號,買家會員名,金額", "a,b,c", "商品,時間", ""])
def test_gb18030_is_not_taken_for_big5(head):
    signs = "".join(chr(code) for code in range(0x4E00, 0x9FA5, 7))
    assert is_big5(f"{head}\n{signs}".encode("gb18030")) == ""
    assert is_big5(f"{head}\n{signs}".encode()) == ""


def test_a_list_of_members_in_big5_is_read():
    lines = "".join(f"g1,wm{n}A,2024-03-0{n} 10:00:00,掃碼\n" for n in range(1, 6))
    found, _ = account(("群ID,成員標識,入群時間,入群方式\n" + lines).encode("cp950"))
    assert (found.format, found.encoding, found.records["accepted"]) == ("members", "big5", 5)


def test_signs_of_hong_kong_are_read():
    notes = ["啲嘢好靚", "喺度", "冇問題"]
    lines = "".join(f"A{n},u{n},2021-08-0{n} 10:00:00,{n}.00,{note}\n" for n, note in enumerate(notes, 1))
    found, _ = account(("訂單編號,買家標識,支付時間,實付金額,留言\n" + lines).encode("big5hkscs"))
    assert (found.encoding, found.records["accepted"], codes(found)) == ("big5", 3, [])


def test_a_sign_cut_at_the_end_of_the_top_does_not_hide_big5():
    assert is_big5(TAIWAN.encode("cp950")[:-1]) == "cp950"


PDD = "订单号,订单状态,商品总价(元),用户实付金额(元),商家实收金额(元),支付时间,售后状态\n"


@pytest.mark.parametrize("beside", ["", "-", "无售后或售后取消", "售后处理中", "退款成功"])
@pytest.mark.parametrize("said", ["已发货，退款成功", "已发货,退款成功", "已收货，退款成功", "已收货,退款成功", "未发货，退款成功",
                                  "已签收，退款成功", "已取消，退款成功"])  # fmt: skip
def test_a_state_of_the_order_tells_that_its_money_went_back(said, beside):
    rows = [f'2109{n:02d}-12345678901{n:04d},"{said}",9.90,8.80,8.80,2021-09-{n:02d} 10:00:00,{beside}'
            for n in range(1, 4)]  # fmt: skip
    rows.append(f"210904-123456789010004,待发货,9.90,8.80,8.80,2021-09-04 10:00:00,{beside}")
    found, records = account(PDD + "\n".join([*rows, ""]))
    assert found.clean, found.problems
    assert [row["refund_state"] for row in records[:3]] == ["refunded"] * 3
    assert (records[3]["refund_state"] == "refunded") is (beside == "退款成功")


AFTER = {
    "kuaishou": ("订单号,实付款,成交数量,订单状态,售后状态,订单创建时间,订单支付时间\n",
                 "2100000000{n},10.00,1,交易成功,{state},2024-03-0{n} 10:00:00,2024-03-0{n} 10:00:05\n"),
    "xiaohongshu": ("订单号,订单状态,售后状态,商品总价(元),用户应付金额(元),订单创建时间,支付时间\n",
                    "P2100000000{n},已完成,{state},10.00,10.00,2024-03-0{n} 10:00:00,2024-03-0{n} 10:00:05\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", AFTER)
def test_a_completed_after_sale_is_a_refund(name):
    head, line = AFTER[name]
    found, rows = account(head + line.format(n=1, state="售后完成") + line.format(n=2, state="无售后"))
    assert (found.format, codes(found)) == (name, [])
    assert [row["refund_state"] for row in rows] == ["refunded", "none"]


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("cell", ["1", "是", "Y", "yes", "true"])
def test_few_refunds_that_say_yes_are_no_amounts(size, cell):
    lines = "".join(f"A{n},u{n},2021-08-0{n} 10:00:00,5{n}.00,{cell}\n" for n in range(1, size + 1))
    assert not account(HEAD.strip() + ",refunded\n" + lines)[0].clean


@pytest.mark.parametrize(
    ("header", "cell"), [("refunded", "1.00"), ("refund_amount", "1"), ("退款金额", "1"), ("refund", "0")]
)
def test_one_refund_of_one_yuan_is_an_amount_where_it_says_so(header, cell):
    found, _ = account(f"{HEAD.strip()},{header}\nA1,u1,2021-08-01 10:00:00,51.00,{cell}\n")
    assert found.clean, found.problems


def test_the_quick_way_and_the_slow_one_agree_about_nobody_on_made_up_keys():
    draw = random.Random(20_211_130)  # noqa: S311 - seeded
    words = [row["word"] for row in csv.DictReader(nobody_file().read_text(encoding="utf-8").splitlines())]
    bits = [word for word in words if word.isascii()] + ["u", "VIP", "0", "00", "86", "13812345678", "9" * 8, "x", "xx",
                                                         "1@#", "0x", "e", "wx", "oAbC"]  # fmt: skip
    made = {"te-st1", "t_est1", "guest-1", "1@#te-st1"}
    while len(made) < 40_000:
        parts = [*draw.choices(bits, k=draw.choice([1, 1, 2, 3])), draw.choice(["", "1", "007", "123456"])]
        key = draw.choice(["", "", "-", "_", "--"]).join(parts)
        if draw.random() < 0.3:
            at = draw.randrange(len(key) + 1)
            key = key[:at] + draw.choice("-_0aX") + key[at:]
        made.add("".join(sign.upper() if draw.random() < 0.2 else sign for sign in key))
    keys = sorted(made - {""})
    _, fine = QUICK["buyer"](pa.array(keys))
    assert fine.sum() > 10_000
    assert [key for key, quick in zip(keys, fine, strict=True) if quick and buyer(key) != (key, "")] == []
    assert buyer("te-st1") == (None, "")


def sold(keys):
    return HEAD + "".join(
        f"A{n},{key},2021-08-{n % 28 + 1:02d} 10:00:00,{n % 90 + 1}.00\n" for n, key in enumerate(keys)
    )


MORE = [f"x{n}z" for n in range(50)]


@pytest.mark.parametrize(
    "keys",
    [
        ["Ab12", "ab12", "CD13", "cd13", "Ef14", "eF14"],
        ["00123", "123", "0456", "456", "0789", "00789"],
        ["WX_Lily1", "wx_lily1", "007", "7", "A1B", "a1b"],
    ],
)
def test_keys_in_several_spellings_are_refused_with_a_question(keys):
    found, _ = account(sold([*keys, *MORE]))
    assert [(one.code, one.column, one.found, one.expected) for one in found.problems] == [
        ("respelled_keys", "buyer_key", "6", "2, 3, 4, 5, 6 …")]  # fmt: skip


def test_a_single_key_in_two_spellings_is_named():
    found, _ = account(sold(["Ab12", *MORE, "ab12", "Ab12"]))
    assert found.clean, found.problems
    assert noted(found, "respelled") == [("buyer_key", "2", "2, 53")]


@pytest.mark.parametrize("size", [4, 5, 28])
def test_opaque_keys_that_chance_makes_alike_are_others(size):
    draw, signs = random.Random(size), string.ascii_letters + string.digits  # noqa: S311 - seeded
    keys = {"".join(draw.choices(signs, k=size - 1)) + "7" for _ in range(3_000)}
    found, rows = account(sold(sorted(keys)))
    assert (codes(found), noted(found, "respelled")) == ([], [])
    assert len({row["buyer_id"] for row in rows}) == len(keys)


def test_keys_in_small_letters_in_one_block_and_in_capitals_in_another_meet(monkeypatch):
    monkeypatch.setattr("siyu.intake.reading.encodings.BLOCK", 1_000)
    found, _ = account(sold([*MORE, *(key.upper() for key in MORE)]))
    assert [(one.code, one.found) for one in found.problems] == [("respelled_keys", "100")]


@pytest.mark.parametrize(("spelling", "buyers"), [("loose", 50), ("exact", 53)])
def test_a_format_says_whether_a_spelling_is_another_buyer(tmp_path, monkeypatch, spelling, buyers):
    text = (data_dir() / "formats" / "generic_orders.yml").read_text("utf-8")
    text = text.replace("read: buyer}", f"read: buyer, spelling: {spelling}}}").replace(
        "[order_id, 订单号, 订单编号]", "no1"
    )
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "mine.yml").write_text(text, "utf-8")
    monkeypatch.setenv("SIYU_DATA", str(tmp_path))
    keys = ["Ab12", "ab12", "CD13", "cd13", "0456", "456"]
    found, rows = account(sold([*keys, *MORE[:47]]).replace("order_id", "no1"))
    assert found.clean, found.problems
    assert len({row["buyer_id"] for row in rows}) == buyers


NOTES = [f"请放门口{n}号" for n in range(80)]


def remarked(notes, header="备注"):
    lines = sold(f"u{n}z" for n in range(len(notes))).splitlines()
    return "\n".join(
        [f"{lines[0]},{header}", *(f"{line},{note}" for line, note in zip(lines[1:], notes, strict=True)), ""]
    )


@pytest.mark.parametrize(
    "note",
    ["客户要求作废，勿发", "測試", "补拍差价", "赠品一份", "内部刷单", "please cancel this", "测试", "test order 3"],
)
def test_a_remark_among_others_is_named(note):
    found, _ = account(remarked([*NOTES, note, *NOTES[:3]]))
    if found.problems:  # a cell that says nothing else stops the file
        assert [(one.code, one.found) for one in found.problems] == [("undecided_columns", "备注")]
    else:
        assert noted(found, "remarks") == [("备注", "1", "82")]


@pytest.mark.parametrize(
    "note",
    [
        "不要发票",
        "7天无理由退货",
        "七天無理由退換貨",
        "支持退换货",
        "补发票",
        "血糖测试仪",
        "avoid the sun",
        "拍拍灰再放",
    ],
)
def test_what_a_shop_promises_or_a_buyer_asks_for_is_no_remark(note):
    found, _ = account(remarked([*NOTES, note]))
    assert (codes(found), noted(found, "remarks")) == ([], [])


@pytest.mark.parametrize("note", ["坚持退货", "客户退换货", "以质量理由退款", "虛擬單", "补发一件", "拍错了", "void"])
def test_what_stands_around_a_word_does_not_hide_it(note):
    found, _ = account(remarked([*NOTES, note], "款式"))
    assert noted(found, "remarks") == [("款式", "1", "82")]


@pytest.mark.parametrize("note", ["赠品：袜子一双", "样品、画册各一份", "补差价 3元", "取消 保价"])
def test_a_remark_that_says_something_else_too_is_named_among_many(note):
    found, _ = account(remarked([*NOTES, note]))
    assert (codes(found), noted(found, "remarks")) == ([], [("备注", "1", "82")])


@pytest.mark.parametrize("mark", ["x", "√", "×", "Y", "1", "是"])
def test_marks_on_few_lines_are_named(mark):
    found, _ = account(remarked([*[""] * 40, mark, "", mark, *["-"] * 7], "记号"))
    assert (codes(found), noted(found, "marked")) == ([], [("记号", "2", "42, 44")])
    for notes in (["甲", "乙"] * 20, ["", mark, "甲", "乙", "丙"] * 4, [""] * 9):
        assert noted(account(remarked(notes, "记号"))[0], "marked") == []


def test_a_note_that_says_nothing_else_stops_the_file_whatever_the_others_say():
    found, _ = account(remarked([*NOTES, "作废"]))
    assert [(one.code, one.found) for one in found.problems] == [("undecided_columns", "备注")]
    assert account(remarked([*NOTES, "作废"], "款式"))[0].records["accepted"] == 81  # named, where it may be a name


def test_a_remark_in_a_later_block_is_named(monkeypatch):
    monkeypatch.setattr("siyu.intake.reading.encodings.BLOCK", 1_000)
    assert noted(account(remarked([*NOTES, "客户说不要了", *NOTES]))[0], "remarks") == [("备注", "1", "82")]


def test_records_without_the_state_that_others_have_are_named():
    lines = sold(f"u{n}z" for n in range(9)).splitlines()
    text = "\n".join(
        [f"{lines[0]},status", *(f"{line},{'' if n == 4 else 'paid'}" for n, line in enumerate(lines[1:])), ""]
    )
    assert noted(account(text)[0], "stateless") == [("status", "1", "6")]
    assert noted(account(text.replace("paid\n", "\n"))[0], "stateless") == []


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "gb18030", "cp950"])
def test_json_in_any_encoding(tmp_path, codec):
    names = ["訂單編號", "買家標識", "支付時間", "實付金額"]
    rows = [dict(zip(names, line.split(","), strict=True)) for line in FIVE.splitlines()]
    (tmp_path / "a.json").write_bytes(json.dumps({"list": rows}, ensure_ascii=False).encode(codec))
    (source,) = sources(tmp_path / "a.json")
    assert read(source).account.records["accepted"] == 5
