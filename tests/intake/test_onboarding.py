"""`siyu new` and `siyu erase`: a client comes with files nobody saw before, and goes without a trace in the store."""

import io
import json
import os

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner

from siyu.commands.main import main
from siyu.intake.formats.catalogue import formats
from siyu.intake.new.drafts import drafted
from siyu.intake.new.guesses import SPOKEN
from siyu.intake.new.onboarding import newcomer
from siyu.intake.new.sample import names_nobody
from siyu.intake.reading.problems import RefusedError
from siyu.intake.reading.sources import TableSource
from siyu.intake.store import identity
from siyu.intake.store.client_tables import books
from siyu.language import Language
from siyu.runs.files import record
from siyu.runs.files.workspace import Workspace
from siyu.runs.make import index
from siyu.simulator import writing

SLIPS = """门店,打印日期,会员卡号,品名,件数,应收,收银员,经手备注
一店,2021/8/3 10:15,VIP0031,特曲,2,"1,316.00",小陈,
一店,2021/8/3 10:20,,头曲,1,￥98,小陈,13800138000
一店,2021/8/3 10:20,,头曲,1,￥98,小陈,
二店,2021/8/4 9:02,VIP0007,特曲,1,658.00,小林,
合计,,,,5,"2,170.00",,
"""
FOLLOWS = "买家标识,关注时间,取关时间,昵称\nu1,2021-02-01 10:00:00,,\nu2,2021-02-02 09:00:00,,\n"
PLAIN = "order_id,buyer_key,paid_at,amount\nA1,u1,2021-08-05 10:00:00,5.00\nA2,u2,2021-08-06 10:00:00,7.00\n"


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.delenv("SIYU_HOME", raising=False)  # as a container has it set, and no HOME
    monkeypatch.setenv("HOME", os.environ.get("HOME") or str(tmp_path))
    monkeypatch.setenv("SIYU_DATA", str(folder))
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "elsewhere" / "identity.key"))
    monkeypatch.setenv("LANG", "C")
    monkeypatch.chdir(tmp_path)
    return folder


def siyu(*arguments, stdin=None):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


def answered(path, **answers):
    """The draft with every question answered: `checked` by somebody, the others as given."""
    text = path.read_text(encoding="utf-8").replace("checked: '?'", "checked: me, 2021-09-01")
    for old, new in answers.values():
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def test_a_draft_asks_and_computes_nothing_until_it_is_answered(tmp_path, data):
    (tmp_path / "slips.csv").write_bytes(SLIPS.encode("gb18030"))
    done = siyu("new", "wine_bar", "--from", tmp_path / "slips.csv")
    assert done.exit_code == 1, done.stderr
    own = data / "wine_bar" / "formats"
    assert "each ? in it is answered" in done.stderr
    assert [problem.code for problem in books("wine_bar").accounts[0].problems] == ["draft_open"]
    answered(own / "wine_bar.yml")
    assert "wine_bar" not in formats()  # of this client alone
    entry = formats(own)["wine_bar"]
    assert {key: column.header for key, column in entry.columns.items()} == {
        "order_id": [], "paid_fen": ["应收"], "paid_at": ["打印日期"], "buyer_id": ["会员卡号"], "quantity": ["件数"]}  # fmt: skip
    assert entry.duplicates == "keep"
    assert entry.ignored_personal == ["收银员", "经手备注"]
    found = books("wine_bar")
    assert found.accounts[0].draft
    assert found.accounts[0].records == {"accepted": 4, "quarantined": 0, "ignored": 1}
    assert found.accounts[0].completeness == "verified"
    assert pq.read_table(found.orders)["paid_fen"].to_pylist() == [131_600, 65_800, 9_800, 9_800]


def test_a_draft_takes_no_known_format_s_name(tmp_path, data):
    (tmp_path / "slips.csv").write_text(SLIPS, encoding="utf-8")
    (tmp_path / "more.csv").write_text(SLIPS.replace("应收", "折后应收").replace("打印", "结账"), encoding="utf-8")
    siyu("new", "taobao", "--from", tmp_path / "slips.csv", tmp_path / "more.csv")
    own = data / "taobao" / "formats"
    assert sorted(path.name for path in own.iterdir()) == ["taobao_2.yml", "taobao_3.yml"]
    assert formats(own)["taobao"].columns["net_fen"].header == ["买家实际支付金额"]


def test_known_exports_need_no_format(tmp_path, data):
    folder = tmp_path / "from_client" / "2021"
    folder.mkdir(parents=True)
    (folder / "orders.csv").write_text(PLAIN, encoding="utf-8")
    done = siyu("new", "snacks", "--from", tmp_path / "from_client")
    assert done.exit_code == 0, done.stderr
    assert not (data / "snacks" / "formats").exists()
    assert (data / "snacks" / "exports" / "from_client" / "2021" / "orders.csv").stat().st_mode & 0o077 == 0


def test_a_table_without_amounts_asks_for_them(tmp_path, data):
    (tmp_path / "visits.csv").write_text(
        "客户编号,来访日期,事由\nK1,2021-08-03,品酒\nK2,2021-08-04,提货\n", encoding="utf-8"
    )
    assert siyu("new", "visits", "--from", tmp_path / "visits.csv").exit_code == 1
    assert "paid_fen: {header: '?', read: money}" in (data / "visits" / "formats" / "visits.yml").read_text("utf-8")


def test_a_list_of_people_without_headers_is_not_written_down(tmp_path, data):
    (tmp_path / "people.csv").write_text("甄士隐,zhen_shiyin,莲花里七号\n贾雨村,jia_yucun,大如州\n", encoding="utf-8")
    done = siyu("new", "people", "--from", tmp_path / "people.csv")
    assert done.exit_code == 1
    made = [path.read_text("utf-8") for path in (data / "people").rglob("*.yml")]
    assert not [word for word in ("甄士隐", "zhen_shiyin", "莲花里七号") if word in done.stderr + "".join(made)]


@pytest.mark.parametrize(
    "head", ["order_id,甄士隐会员号,paid_at,amount,甄士隐状态", "单号,会员号,付款时间,实付,贾雨村退款"]
)
def test_a_header_that_begins_with_a_name_is_not_written_down(tmp_path, data, head):
    (tmp_path / "a.csv").write_text(f"{head}\nA1,u1,2021-08-03,5.00,好\nA2,u2,2021-08-04,6.00,好\n", "utf-8")
    assert siyu("new", "snacks", "--from", tmp_path / "a.csv").exit_code == 1
    made = "".join(path.read_text("utf-8") for path in (data / "snacks").rglob("*.yml"))
    assert not [word for word in ("甄士隐", "贾雨村") if word in made]
    assert [account.refused for account in books("snacks").accounts] == [True]


CLOSED = """订单号,支付时间,实付金额,用户ID,订单状态,售后状态
A1,2021-08-03 10:15:00,5.00,u1,交易成功,
A2,2021-08-03 10:16:00,7.00,u2,交易关闭,退款成功
A3,2021-08-03 10:17:00,9.00,u3,已揽收,
"""


def test_words_of_a_status_that_no_format_has_are_asked_and_not_written_down(tmp_path, data):
    (tmp_path / "a.csv").write_text(CLOSED, encoding="utf-8")
    done = siyu("new", "snacks", "--from", tmp_path / "a.csv")
    path = data / "snacks" / "formats" / "snacks.yml"
    assert "已揽收" in done.stderr
    assert "已揽收" not in path.read_text("utf-8")
    answered(path, status=("'?': '?'", "已揽收: shipped"))
    found = pq.read_table(books("snacks").orders)
    assert sorted(zip(found["paid_fen"].to_pylist(), found["net_fen"].to_pylist(), strict=True)) == [
        (500, 500), (700, 0), (900, 900)]  # fmt: skip


def test_a_column_beside_a_known_format_is_asked_about(tmp_path, data):
    (tmp_path / "a.csv").write_text(PLAIN.replace("amount\n", "amount,交易状态\n").replace("0\n", "0,好\n"), "utf-8")
    assert siyu("new", "snacks", "--from", tmp_path / "a.csv").exit_code == 1
    assert [problem.code for problem in books("snacks").accounts[0].problems] == ["draft_open"]
    path = data / "snacks" / "formats" / "snacks.yml"
    answered(path, waived=("交易状态: '?'", "交易状态: 每单都是好"))
    assert pq.read_table(books("snacks").orders).num_rows == 2


@pytest.mark.parametrize("told", [True, False])
def test_lines_that_a_format_cannot_tell_apart_are_asked_about(tmp_path, data, told):
    """Where a column that nobody reads tells them apart, the copy of the format reads it, unless its header is a name."""
    name = "商品名称" if told else "甄士隐"
    rows = [f"A{n // 2},u{n // 2},2021-08-{n // 2 + 1:02d},5.00,{n % 2}" for n in range(20)]
    (tmp_path / "a.csv").write_text("\n".join([f"order_id,buyer_key,paid_at,amount,{name}", *rows, ""]), "utf-8")
    done = siyu("new", "snacks", "--from", tmp_path / "a.csv")
    path = data / "snacks" / "formats" / "snacks.yml"
    assert "[lines_unclear]" in done.stderr
    assert ("商品名称 tells the lines of an order apart" in done.stderr) == told
    assert ("line_key: [order_id, '?']" in path.read_text("utf-8")) != told
    assert "甄士隐" not in path.read_text("utf-8")
    assert [problem.code for problem in books("snacks").accounts[0].problems] == ["draft_open"]
    answered(path)
    assert ([one.refused for one in books("snacks").accounts] == [False]) == told


def test_what_a_simulation_writes_beside_its_exports_is_none(tmp_path, data):
    assert siyu("simulate", "null", "--out", tmp_path / "made", "--buyers", "60").exit_code == 0
    done = siyu("new", "snacks", "--from", tmp_path / "made")
    assert (done.exit_code, "truth.json" in done.stderr) == (0, False), done.stderr
    assert not (data / "snacks" / "formats").exists()


@pytest.mark.parametrize("header", ["refunded_fen", "退款金额(分)", "refund_cents"])
def test_a_refund_in_another_unit_is_asked_for_and_not_taken_for_yuan(tmp_path, data, header):
    text = (
        PLAIN.replace("amount\n", f"amount,店铺,{header}\n")
        .replace(".00\n", ".00,甲,100\n")
        .replace("order_id", "单号")
    )
    (tmp_path / "a.csv").write_text(text, "utf-8")
    done = siyu("new", "snacks", "--from", tmp_path / "a.csv")
    assert f"{header} says that it is in another unit" in done.stderr
    draft = yaml.safe_load((data / "snacks" / "formats" / "snacks.yml").read_text("utf-8"))
    assert ("refunded_fen" in draft["columns"], draft["waived"]) == (False, {header: "?"})


CUSTOMERS = "客户姓名,性别,{id}跟进员工,添加方式,添加时间,企业标签\n甄士隐,男,{a}小李,扫码,2021-08-03 10:00:00,\n贾雨村,男,{b}小王,搜索,2021-08-04 10:00:00,\n"


def test_a_list_of_customers_is_read_as_contacts_added(tmp_path, data):
    text = CUSTOMERS.format(id="external_userid,", a="wmAAA1,", b="wmAAA2,")
    (tmp_path / "客户列表.csv").write_text(text, "utf-8")
    done = siyu("new", "wine_bar", "--from", tmp_path / "客户列表.csv")
    assert "Who left before it was exported is not in it" in done.stderr
    path = data / "wine_bar" / "formats" / "wine_bar.yml"
    answered(path)
    events = books("wine_bar").frame("events")
    assert events[["event", "channel"]].to_numpy().tolist() == [["added_contact", "扫码"], ["added_contact", "搜索"]]
    assert formats(path.parent)["wine_bar"].ignored_personal == ["客户姓名", "跟进员工"]


def test_a_list_of_customers_with_names_alone_asks_for_an_id(tmp_path, data):
    (tmp_path / "客户列表.csv").write_text(CUSTOMERS.format(id="", a="", b=""), "utf-8")
    done = siyu("new", "wine_bar", "--from", tmp_path / "客户列表.csv")
    assert "A name or nickname is none" in done.stderr
    assert [problem.code for problem in books("wine_bar").accounts[0].problems] == ["draft_open"]


@pytest.mark.parametrize(
    "header", ["实付金额(分)", "支付金额（万元）", "amount_cents", "实付金额(USD)", "总价(港币)", "实付金额(₫)"]
)
def test_an_amount_in_another_unit_is_not_taken_for_yuan(tmp_path, data, header):
    (tmp_path / "a.csv").write_text(PLAIN.replace("amount", header), "utf-8")
    done = siyu("new", "snacks", "--from", tmp_path / "a.csv")
    assert f"{header} says that it is in another unit" in done.stderr
    assert "paid_fen: {header: '?', read: money}" in (data / "snacks" / "formats" / "snacks.yml").read_text("utf-8")


def test_price_times_pieces_is_an_amount(tmp_path, data):
    (tmp_path / "a.csv").write_text(
        "小票号,打印时间,会员号,数量,单价\n1,2021-08-03,u1,3,2.50\n2,2021-08-04,u2,1,9.90\n", "utf-8"
    )
    siyu("new", "snacks", "--from", tmp_path / "a.csv")
    answered(data / "snacks" / "formats" / "snacks.yml")
    found = books("snacks")
    assert found.accounts[0].fen["accepted"] == 750 + 990
    assert sorted(pq.read_table(found.orders)["paid_fen"].to_pylist()) == [750, 990]


def test_an_amount_that_is_net_of_refunds_is_proved_by_its_rows(tmp_path, data):
    (tmp_path / "a.csv").write_text(
        "订单号,总价,实付,退款金额,付款时间,会员号\nA1,200.00,200.00,0.00,2021-08-03,u1\nA2,150.00,100.00,50.00,2021-08-03,u2\n"
        "A3,80.00,0.00,80.00,2021-08-04,u3\n", "utf-8")  # fmt: skip
    done = siyu("new", "snacks", "--from", tmp_path / "a.csv")
    assert "实付 is net of 退款金额" in done.stderr
    answered(data / "snacks" / "formats" / "snacks.yml")
    found = pq.read_table(books("snacks").orders)
    assert (sum(found["paid_fen"].to_pylist()), sum(found["net_fen"].to_pylist())) == (43_000, 30_000)


@pytest.mark.parametrize(
    ("total", "paid", "said"), [("100.00", "50.00", "net"), ("100.00", "100.00", "apart"), ("90.00", "50.00", "'?'")]
)
def test_refunds_of_a_half_prove_nothing_by_themselves(tmp_path, data, total, paid, said):
    rows = "".join(f"A{n},100.00,100.00,0.00,2021-08-03,u{n}\n" for n in range(5))
    rows += "".join(f"B{n},{total},{paid},50.00,2021-08-03,v{n}\n" for n in range(5))
    (tmp_path / "a.csv").write_text("订单号,订单总额,实收金额,退款金额,付款时间,会员号\n" + rows, "utf-8")
    siyu("new", "snacks", "--from", tmp_path / "a.csv")
    assert f"refunds: {said}\n" in (data / "snacks" / "formats" / "snacks.yml").read_text("utf-8")


def test_the_only_column_that_tells_buyers_apart_is_theirs(tmp_path, data):
    (tmp_path / "a.csv").write_text(PLAIN.replace("buyer_key", "客户编号"), "utf-8")
    done = siyu("new", "snacks", "--from", tmp_path / "a.csv")
    assert "客户编号 is the only column" in done.stderr
    answered(data / "snacks" / "formats" / "snacks.yml")
    assert pq.read_table(books("snacks").orders)["buyer_id"].to_pylist() == [0, 1]


def test_check_says_which_days_who_and_by_which_format(tmp_path, data):
    (tmp_path / "a_1628294400.csv").write_text(PLAIN, "utf-8")  # exported on the seventh
    (told,) = json.loads(siyu("check", "--json", tmp_path / "a_1628294400.csv").stdout)["files"]
    assert (told["draft"], told["observed"]) == (False, {"from": "2021-08-05", "until": "2021-08-06"})
    said = siyu("check", tmp_path / "a_1628294400.csv").stderr
    assert "observed from 2021-08-05 to 2021-08-06" in said
    assert "2 different buyers; 99 in 100 have at most 1 order; the largest hold 50.0%, 50.0%" in said


def test_files_of_one_call_are_held_against_each_other_and_links_are_named(tmp_path, data):
    folder = tmp_path / "from_client"
    folder.mkdir()
    (folder / "a.csv").write_text(PLAIN, "utf-8")
    (folder / "b.csv").write_text(PLAIN.replace("5.00", "6.00"), "utf-8")
    (folder / "c.csv").symlink_to(folder / "a.csv")
    for arguments in (
        ("check", folder),
        ("check", folder / "a.csv", folder / "b.csv"),
        ("new", "snacks", "--from", folder),
    ):
        done = siyu(*arguments)
        assert done.exit_code == 1
        assert done.stderr.count("[contradiction]") == 2
        assert done.stderr.count("[not_a_file]") == (folder in arguments)
    (folder / "b.csv").write_text(PLAIN.replace("A", "B"), "utf-8")
    assert siyu("check", folder / "a.csv", folder / "b.csv").exit_code == 0


def test_a_date_that_strays_is_no_date_of_the_subject(tmp_path, data):
    rows = "".join(f"B{n},u{n},2021-08-05 10:00:00,5.00\n" for n in range(9))
    (tmp_path / "a.csv").write_text(PLAIN + rows + "C1,u1,2091-08-05 10:00:00,5.00\n", "utf-8")
    siyu("new", "snacks", "--from", tmp_path / "a.csv")
    assert "as_of: 2021-08-06" in (data / "snacks" / "subject.yml").read_text("utf-8")


@pytest.mark.parametrize("given", [".", "data", "pipe", "loop", "half"])
def test_what_cannot_be_a_folder_of_exports_is_said_before_anything_is_made(tmp_path, data, given):
    if given == "pipe":
        os.mkfifo(tmp_path / "pipe")
    if given == "loop":
        (tmp_path / "loop").symlink_to(tmp_path / "loop")
    if given == "half":
        (data / "snacks").mkdir()
        (tmp_path / "half").write_text(PLAIN, encoding="utf-8")
    done = siyu("new", "snacks", "--from", given)
    assert (done.exit_code, type(done.exception)) == (2, SystemExit), done.stderr
    assert not (data / "snacks" / "exports").exists()


def test_a_folder_called_exports_is_not_put_into_another_one(tmp_path, data):
    for shop in ("a", "b"):
        (tmp_path / shop / "exports").mkdir(parents=True)
        (tmp_path / shop / "exports" / f"{shop}.csv").write_text(PLAIN.replace("A", shop.upper()), encoding="utf-8")
    (tmp_path / "a" / "exports" / "link.csv").symlink_to(tmp_path / "b" / "exports" / "b.csv")
    done = siyu("new", "snacks", "--from", tmp_path / "a" / "exports", tmp_path / "b" / "exports")
    assert done.stderr.count("[not_a_file]") == 1
    exports = data / "snacks" / "exports"
    assert sorted(path.relative_to(exports).as_posix() for path in exports.rglob("*")) == ["a.csv", "b.csv"]
    (tmp_path / "a" / "exports" / "b.csv").write_text(PLAIN, encoding="utf-8")
    done = siyu("new", "nuts", "--from", tmp_path / "a" / "exports", tmp_path / "b" / "exports")
    assert (done.exit_code, "found b.csv; expected each name once" in done.stderr) == (2, True)


@pytest.mark.parametrize("given", ["client/exports", "client/exports/a.csv", "client"])
def test_settings_beside_the_exports_are_said_to_be_left_behind(tmp_path, data, given):
    exports = tmp_path / "client" / "exports"
    exports.mkdir(parents=True)
    (exports / "a.csv").write_text(PLAIN, encoding="utf-8")
    assert "not taken over" not in siyu("new", "nuts", "--from", exports).stderr
    for name in ("subject.yml", "form.yml"):
        (tmp_path / "client" / name).write_text("kind: client\n", encoding="utf-8")
    done = siyu("new", "snacks", "--from", tmp_path / given)
    told = [line for line in done.stderr.splitlines() if "not taken over; copy what still holds into" in line]
    assert [line.partition(":")[0] for line in told] == ["client/subject.yml", "client/form.yml"]


def test_what_fails_on_the_way_leaves_no_half_made_subject(tmp_path, data, monkeypatch):
    (tmp_path / "a.csv").write_text(PLAIN, encoding="utf-8")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("siyu.intake.new.onboarding._read", full)
    with pytest.raises(OSError, match="No space"):
        newcomer("snacks", [tmp_path / "a.csv"])
    assert not (data / "snacks").exists()


@pytest.mark.parametrize(
    ("subject", "name", "said"),
    [("Wine-Bar", "a.csv", "an id of a-z"), ("luzhou_laojiao", "a.csv", "not taken"), ("../x", "a.csv", "an id of a-z"),
     ("wine_bar", "absent.csv", "a file or folder")],
)  # fmt: skip
def test_nothing_is_written_for_a_bad_request(tmp_path, data, subject, name, said):
    (tmp_path / "a.csv").write_text(PLAIN, encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    done = siyu("new", subject, "--from", tmp_path / name)
    assert done.exit_code == 2
    assert said in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_table_of_people_is_not_said_to_hold_orders(tmp_path):
    (tmp_path / "follows.csv").write_text(FOLLOWS, encoding="utf-8")
    said = siyu("check", tmp_path / "follows.csv").stderr
    assert "2 different people; 99 in 100 have at most 1 record; the largest hold 50.0%, 50.0%" in said


def test_the_verb_ends_with_what_to_do_next(tmp_path):
    (tmp_path / "a.csv").write_text(PLAIN.replace("7.00", "seven"), encoding="utf-8")
    done = siyu("new", "snacks", "--from", tmp_path / "a.csv")
    assert (done.exit_code, done.stderr.splitlines()[-1].endswith("then: siyu report snacks")) == (1, True)


def test_a_subject_is_checked_by_its_id(tmp_path, data):
    (tmp_path / "a.csv").write_text(PLAIN, encoding="utf-8")
    siyu("new", "snacks", "--from", tmp_path / "a.csv")
    (tmp_path / "a.csv").unlink()
    done = siyu("check", "snacks", "--json")
    assert (done.exit_code, [one["file"] for one in json.loads(done.stdout)["files"]]) == (
        0,
        ["data/snacks/exports/a.csv"],
    )
    (tmp_path / "snacks").write_text(PLAIN, encoding="utf-8")  # a path goes before a subject that is called so
    assert json.loads(siyu("check", "snacks", "--json").stdout)["files"][0]["file"] == "snacks"
    for absent, said in (
        ("snakcs", "found snakcs; expected a file, a folder or a subject. Did you mean snacks?"),
        ("snakcs.csv", "found snakcs.csv; expected a file or folder. Check the path."),
        ("luzhou_laojiao", "luzhou_laojiao/exports; expected a file or folder"),
    ):
        done = siyu("check", absent)
        assert (done.exit_code, said in done.stderr) == (2, True), done.stderr


def test_an_existing_subject_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text(PLAIN, encoding="utf-8")
    assert siyu("new", "snacks", "--from", tmp_path / "a.csv").exit_code == 0
    assert siyu("new", "snacks", "--from", tmp_path / "a.csv").exit_code == 2


@pytest.fixture
def snacks(tmp_path, data):
    (tmp_path / "a.csv").write_text(PLAIN, encoding="utf-8")
    (tmp_path / "m.csv").write_text("group_id,member_key,join_at\ng1,u1,2021-03-01 10:00:00\n", encoding="utf-8")
    assert siyu("new", "snacks", "--from", tmp_path / "a.csv", tmp_path / "m.csv").exit_code == 0
    books("snacks")
    return data


def test_a_subject_is_erased_with_exports_and_store(snacks, tmp_path):
    (tmp_path / "reports" / "snacks").mkdir(parents=True)
    done = siyu("erase", "snacks")
    assert done.exit_code == 0, done.stderr
    assert "reports/snacks: the report is withdrawn" in done.stderr
    assert [path.name for path in (tmp_path / "reports").iterdir() if path.is_dir() and path.name != ".siyu"] == []
    assert [path.name for path in snacks.rglob("*") if path.is_file()] == ["subject.yml", "form.yml"]
    assert siyu("erase", "snacks").exit_code == 1


@pytest.mark.parametrize("by_standard_input", [False, True])
def test_a_buyer_is_erased_now_and_at_every_later_reading(snacks, by_standard_input):
    before = books("snacks")
    done = siyu("erase", "snacks", "--buyer", "-", stdin="u1\n") if by_standard_input else siyu(
        "erase", "snacks", "--buyer", "u1")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "a.csv: 1 record of this buyer removed" in done.stderr
    assert "still holds them" in done.stderr
    after = books("snacks")
    assert (after.erased, after.digest != before.digest) == (2, True)
    assert pq.read_table(after.orders)["order_id"].to_pylist() == ["A2"]
    assert pq.read_table(after.members).num_rows == 0
    parts = [pa.ipc.open_stream(path).read_all() for path in (snacks / ".store" / "snacks").rglob("rows.arrow")]
    assert sorted(table.num_rows for table in parts) == [0, 1]
    new = snacks / "snacks" / "exports" / "b.csv"
    new.write_text(PLAIN.replace("A1", "A3").replace("A2", "A4"), encoding="utf-8")
    assert sorted(pq.read_table(books("snacks").orders)["order_id"].to_pylist()) == ["A2", "A4"]


@pytest.mark.parametrize("more", [(), ("--buyer", "u1")])
def test_what_runs_have_left_of_whom_is_erased_goes_and_no_run_is_under_way(snacks, tmp_path, monkeypatch, more):
    workspace, shown = Workspace(tmp_path / "reports"), []
    place = workspace.place("snacks")
    left = [workspace.failure("snacks"), place.building, workspace.sections("snacks").folder, place.kept]
    for folder in left:
        folder.mkdir(parents=True)
    record.sealed(left[0], {"subject": "snacks", "status": "failed"})
    workspace.log("snacks").parent.mkdir()
    for path in (workspace.index, workspace.log("snacks")):
        path.write_text("snacks")
    monkeypatch.setattr(index, "write_index", lambda where: shown.append(where.records()))
    run = workspace.lock("snacks")
    assert run.acquire()
    refused = siyu("erase", "snacks", *more)
    assert (refused.exit_code, "found a report of it that process" in refused.stderr) == (2, True)
    assert all(path.exists() for path in left)
    run.release()
    done = siyu("erase", "snacks", *more)
    assert done.exit_code == 0, done.stderr
    assert "reports/.siyu/failed/snacks: removed" in done.stderr
    assert [path for path in (*left, place.work, workspace.log("snacks")) if path.exists()] == []
    assert shown == [[]]


def test_erasing_everybody_leaves_empty_tables(snacks):
    for buyer in ("u1", "u2"):
        assert siyu("erase", "snacks", "--buyer", buyer).exit_code == 0
    found = books("snacks")
    assert (pq.read_table(found.orders).num_rows, pq.read_table(found.purchases).num_rows) == (0, 0)
    assert (found.erased, found.identity.reason) == (3, "no_orders")


def test_who_is_not_there_is_not_erased(snacks):
    assert siyu("erase", "snacks", "--buyer", "u9").exit_code == 1
    assert siyu("erase", "snacks", "--buyer", "186******05").exit_code == 2
    assert not (snacks / ".store" / "snacks" / "erased.json").exists()


def test_the_erased_list_holds_no_identity(snacks):
    siyu("erase", "snacks", "--buyer", "u1")
    entry = json.loads((snacks / ".store" / "snacks" / "erased.json").read_text(encoding="utf-8"))
    assert [len(key) for key in entry["keys"]] == [64]


def test_another_secret_does_not_bring_an_erased_buyer_back(snacks, tmp_path, monkeypatch):
    siyu("erase", "snacks", "--buyer", "u1")
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "other.key"))
    with pytest.raises(ValueError, match="another key"):
        books("snacks")


def draft_of(text):
    data = text.encode()
    return drafted(TableSource("x.csv", lambda: io.BytesIO(data), len(data)), "x")


def test_a_draft_says_what_kind_of_table_it_is():
    groups = draft_of("群名称,成员编号,入群时间,退群时间\n一群,wm01,2021-08-03 10:00,\n一群,wm02,2021-08-03 11:00,\n")
    entry = yaml.safe_load(groups.text)
    assert entry["kind"] == "members"
    assert set(entry["columns"]) == {"group_id", "buyer_id", "joined_at", "left_at"}


def test_a_column_is_not_taken_for_what_its_cells_are_not():
    entry = yaml.safe_load(
        draft_of("订单号,金额说明,实收,付款时间\nA1,含税,5.00,2021-08-03\nA2,含税,6.00,2021-08-04\n").text
    )
    assert entry["columns"]["paid_fen"]["header"] == "实收"
    assert entry["ignored"] == ["金额说明"]


def test_no_header_no_draft():
    with pytest.raises(RefusedError):
        draft_of("1,2,3\n4,5,6\n")


def test_orders_without_buyers_come_with_a_key_table_to_fill(tmp_path, data):
    entry = formats()["douyin_shop"]
    records = [{"order_id": f"69170000000000000{n:02d}", "line_id": f"69180000000000000{n:02d}", "paid_fen": 100,
                "created_at": 1_630_000_000, "paid_at": 1_630_000_060, "status": "completed"} for n in (2, 1)]  # fmt: skip
    (tmp_path / "a.csv").write_text(writing.text(writing.header(entry), writing.rows(entry, records)), encoding="utf-8")
    done = siyu("new", "snacks", "--from", tmp_path / "a.csv")
    assert done.exit_code == 0, done.stderr
    assert "name no buyers" in done.stderr
    before = books("snacks").identity
    assert before.reason == "no_buyer_column"
    empty = (data / "snacks" / "buyer_keys_to_fill.csv").read_text(encoding="utf-8-sig").splitlines()
    assert empty[1:] == ["\t6917000000000000001,", "\t6917000000000000002,"]
    filled = "\n".join([empty[0], *(line + "@#open=" for line in empty[1:]), ""])
    (data / "snacks" / "exports" / "keys.csv").write_text(filled, encoding="utf-8")
    after = books("snacks").identity
    assert (after.share, after.reason, after.why(), after.next_step()) == (1.0, None, None, None)


@pytest.mark.parametrize("known", [1, 2])
def test_a_key_table_to_fill_asks_for_buyers_that_no_export_tells(tmp_path, data, known):
    entry = formats()["douyin_shop"]
    records = [{"order_id": f"69170000000000000{n:02d}", "line_id": f"69180000000000000{n:02d}", "paid_fen": 100,
                "created_at": 1_630_000_000, "paid_at": 1_630_000_060, "status": "completed"} for n in (2, 1)]  # fmt: skip
    given = tmp_path / "given"
    given.mkdir()
    (given / "a.csv").write_text(writing.text(writing.header(entry), writing.rows(entry, records)), encoding="utf-8")
    lines = "".join(f"69170000000000000{n:02d},@#open{n}=\n" for n in range(1, known + 1))
    (given / "keys.csv").write_text("主订单编号,doudian_open_id\n" + lines, encoding="utf-8")
    done = siyu("new", "snacks", "--from", given)
    to_fill = data / "snacks" / "buyer_keys_to_fill.csv"
    assert to_fill.is_file() == ("name no buyers" in done.stderr) == (known == 1)
    if known == 1:
        assert to_fill.read_text(encoding="utf-8-sig").splitlines()[1:] == ["\t6917000000000000002,"]


@pytest.mark.parametrize("reason", identity.REASONS)
@pytest.mark.parametrize("code", ["zh", "en"])
def test_a_missing_identity_says_why_and_what_next(reason, code):
    found, language = identity.Identity(0.0, 5, reason), Language(code)
    for message in (found.why(), found.next_step()):
        text = language.say(message)
        assert "{" not in text
        assert code == "en" or text != message["id"]
    if reason != "no_orders":
        assert "doudian_open_id" in language.say(found.next_step())


def test_words_of_commerce_in_a_header_are_no_name():
    for header in ("买家实际支付金额", "卖家实际退款金额", "最近付款时间", "累计订单金额"):
        assert names_nobody(header, SPOKEN), header
    assert not names_nobody("甄士隐状态", SPOKEN)
