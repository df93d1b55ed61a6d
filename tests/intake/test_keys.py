"""Who is one buyer: crowds behind one key, ids that a spreadsheet rounded, in files of any size."""

import io
import random

import pyarrow as pa
import pytest

from siyu.intake.formats.identities import is_nobody
from siyu.intake.reading.export import read
from siyu.intake.reading.sources import TableSource
from siyu.intake.store.keyring import Keyring

HEAD = "order_id,buyer_key,paid_at,amount\n"


def account(rows, head=HEAD):
    data = (head + "".join(rows)).encode()
    return read(TableSource("a.csv", lambda: io.BytesIO(data), len(data))).account


def codes(found):
    return [problem.code for problem in found.problems]


def order(number, buyer, day=1):
    return f"6917000000{number * 7919 % 10**9:09d},{buyer},2021-08-{day:02d} 10:00:00,5.00\n"


def test_a_word_nobody_knows_is_a_crowd_by_its_share():
    rows = [order(n, f"b{n}") for n in range(40)]
    found = account([*rows, *(order(100 + n, "路过的热心人") for n in range(30))])
    assert codes(found) == ["crowded_buyer"]
    assert (found.problems[0].column, found.problems[0].line, found.problems[0].found) == ("buyer_key", 42, "43%")


def test_a_regular_is_named_and_stays():
    rows = [order(n, f"b{n}") for n in range(200)]
    found = account([*rows, *(order(300 + n, "regular1") for n in range(20))])
    assert found.clean
    assert [(note.code, note.found) for note in found.notes] == [
        ("no_refund", "refund"),
        ("no_status", "status"),
        ("heavy_buyer", "9%"),
    ]
    assert (found.crowd.keys, found.crowd.named, found.crowd.usual) == (201, 220, 1)
    assert found.crowd.largest == pytest.approx((20 / 220, 1 / 220, 1 / 220))


def test_few_buyers_with_many_orders_are_no_crowd():
    assert account([order(n, f"b{n % 3}") for n in range(90)]).clean


def test_a_shop_that_lives_on_one_customer_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_DATA", str(tmp_path))
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "b2b.yml").write_text(
        "name: {en: b, zh: b}\nkind: orders\nplatform: b\nsource: x\nidentify: [no1, who, when, sum]\nline_key: [order_id]\n"
        "control: [paid_fen]\nheaviest_buyer: 0.6\ncolumns:\n  order_id: {header: no1, read: id}\n"
        "  buyer_id: {header: who, read: buyer}\n  paid_at: {header: when, read: time}\n"
        "  paid_fen: {header: sum, read: money}\n", encoding="utf-8")  # fmt: skip
    rows = [order(n, f"b{n}") for n in range(40)] + [order(100 + n, "dealer1") for n in range(30)]
    assert account(rows, "no1,who,when,sum\n").clean


def rounded(value, digits=15):
    text = str(value)
    return text[:digits] + "0" * (len(text) - digits)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.45, 0.9])
@pytest.mark.parametrize("damage", [rounded, lambda value: int(float(value)), lambda value: rounded(value, 16)])
@pytest.mark.parametrize("column", ["order_id", "buyer_key"])
def test_rounded_ids_are_found_at_any_share_of_a_file(share, damage, column):
    rng, rows = random.Random(7), []  # noqa: S311
    for _ in range(400):
        whole = [rng.randrange(6 * 10**18, 7 * 10**18) for _ in range(2)]
        if rng.random() < share:
            at = column == "buyer_key"
            whole[at] = damage(whole[at])
        rows.append(f"{whole[0]},{whole[1]},2021-08-01 10:00:00,5.00\n")
    found = account(rows)
    assert [(problem.code, problem.column) for problem in found.problems] == [("damaged_ids", column)]


@pytest.mark.parametrize("digits", [16, 17, 18, 19])
@pytest.mark.parametrize("damage", [rounded, lambda value: int(float(value))])
def test_keys_of_which_some_lines_are_rounded_are_found(digits, damage):
    rng = random.Random(digits)  # noqa: S311
    keys = [rng.randrange(6 * 10 ** (digits - 1), 7 * 10 ** (digits - 1)) for _ in range(40)]
    some = [key for key in keys if damage(key) != key][:2]
    lines = [order(n, key) for n, key in enumerate([*keys, *some])]
    assert account(lines).clean
    found = account([*lines, *(order(90 + n, damage(key)) for n, key in enumerate(some))])
    assert codes(found) == (["damaged_ids"] if some else [])


def test_ids_with_thousands_are_damaged_and_ids_made_with_telephones_are_people():
    rows = [order(n, f"69170000{n:08d}").split(",") for n in range(60)]
    many = [[f'"{int(row[0]):,}"' if at % 9 == 0 else row[0], *row[1:]] for at, row in enumerate(rows)]
    assert codes(account([",".join(row) for row in many]))[-1] == "damaged_ids"
    rows[4][0], rows[5][0], rows[6][0] = "DD13812345678-01", "13812345678001", "DD138123456780"
    found = account([",".join(row) for row in rows])
    assert [(problem.code, problem.line) for problem in found.problems] == [("personal_id", 6)]


def test_damage_after_the_first_block_is_found(monkeypatch):
    monkeypatch.setattr("siyu.intake.reading.encodings.BLOCK", 4_000)
    rng = random.Random(7)  # noqa: S311
    whole = [rng.randrange(6 * 10**18, 7 * 10**18) for _ in range(900)]
    rows = [f"{rounded(one) if at > 880 else one},b{at},2021-08-01 10:00:00,5.00\n" for at, one in enumerate(whole)]
    assert codes(account(rows)) == ["damaged_ids"]


def test_an_id_that_ends_in_zeros_by_chance_counts_once_for_all_lines_of_its_order():
    numbers = [6917000001670910000, 6917000010571870000, *(6917000020000000001 + 7919 * n for n in range(600))]
    rows = [f"{number},b{number % 997},2021-08-01 10:00:00,{fee}.00\n" for number in numbers for fee in (5, 6)]
    assert "damaged_ids" not in codes(account(rows))


@pytest.mark.parametrize("step", [1, 7, 10, 4096])
@pytest.mark.parametrize("start", [6_917_000_000_000_000_001 // 4096 * 4096, 691_700_000_000_000_000])
def test_ids_that_are_counted_up_are_whole(step, start):
    rows = [f"{start + number * step},b{number},2021-08-01 10:00:00,5.00\n" for number in range(3_000)]
    assert account(rows).clean


def test_of_a_few_ids_one_that_ends_in_zeros_is_where_a_count_began():
    """Two orders of a till that began to count at 6917000000000000000; alone, or among others, it may be rounded."""

    def found(*steps):
        rows = [f"{6_917_000_000_000_000_000 + one},b{one},2021-08-01 10:00:00,5.00\n" for one in steps]
        return codes(account(rows))

    assert found(0, 3) == []
    assert found(0) == found(0, 90_000) == found(0, 17_001, 34_002, 51_003) == ["damaged_ids"]


def test_the_words_are_what_they_are_compared_by():
    assert is_nobody("Walk_In customer")
    assert not is_nobody("u1")


@pytest.mark.parametrize("column", [0, 1])
def test_ids_printed_rounded_make_the_file_unusable_and_one_of_them_only_its_line(column):
    rows = [order(n, f"69170000{n:08d}").split(",") for n in range(60)]
    one, three = ([list(row) for row in rows] for _ in range(2))
    for damaged, times in ((one, 1), (three, 3)):
        for row in damaged[5 : 5 + times]:
            row[column] = f"{float(row[column]):.5E}"
    found = account([",".join(row) for row in three])
    assert codes(found)[-1] == "damaged_ids"
    assert found.problems[-1].column == ("order_id", "buyer_key")[column]
    assert account([",".join(row) for row in one]).records["accepted"] == 59


def test_an_order_of_many_lines_is_no_crowd():
    lines = [f"77,77{n},dealer,2021-08-01 10:00:00,5.00\n" for n in range(60)]
    rows = [f"{n},{n}1,b{n},2021-08-01 10:00:00,5.00\n" for n in range(40)]
    found = account([*rows, *lines], "order_id,line_id,buyer_key,paid_at,amount\n")
    assert found.clean
    assert (found.crowd.named, found.crowd.keys, found.crowd.usual) == (41, 41, 1)


def test_a_format_says_which_keys_mean_nobody(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_DATA", str(tmp_path))
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "till.yml").write_text(
        "name: {en: t, zh: t}\nkind: orders\nplatform: t\nsource: x\nidentify: [no1, who, when, sum]\nline_key: [order_id]\n"
        "control: [paid_fen]\ncolumns:\n  order_id: {header: no1, read: id}\n"
        "  buyer_id: {header: who, read: buyer, nobody: ['9999']}\n  paid_at: {header: when, read: time}\n"
        "  paid_fen: {header: sum, read: money}\n", encoding="utf-8")  # fmt: skip
    rows = [order(n, f"b{n}") for n in range(40)] + [order(100 + n, "9999") for n in range(30)]
    found = account(rows, "no1,who,when,sum\n")
    assert (found.clean, found.identities, found.crowd.keys) == (True, 40, 40)


@pytest.mark.parametrize("digits", [20, 22, 28])
def test_ids_that_no_integer_holds_are_found_rounded_too(digits):
    rng = random.Random(digits)  # noqa: S311
    whole = [f"42{rng.randrange(10 ** (digits - 2)):0{digits - 2}d}" for _ in range(60)]

    def rows(ids):
        return [f"{one},b{at},2021-08-01 10:00:00,5.00\n" for at, one in enumerate(ids)]

    assert account(rows(whole)).clean
    some = [rounded(one) if at % 9 == 0 else one for at, one in enumerate(whole)]
    assert codes(account(rows(some))) == ["damaged_ids"]


def test_a_key_is_hmac_sha256():
    """RFC 4231, test case 1."""
    known = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    assert Keyring.key(b"\x0b" * 20, "Hi There").hex() == known


def test_identities_are_numbered_as_they_appear_however_many_blocks_there_are(monkeypatch):
    monkeypatch.setattr("siyu.intake.store.keyring.FEW", 1)
    ring, rng, seen = Keyring(b"k" * 32), random.Random(1), []  # noqa: S311
    for block in range(11):
        cells = [rng.choice(["a", "b", None, f"c{rng.randrange(10)}"]) for _ in range(20)]
        text = pa.chunked_array([pa.array(cells, pa.string())])
        ring.add(text if block % 2 else text.dictionary_encode())
        seen += cells
    order = list(dict.fromkeys(cell for cell in seen if cell is not None))
    numbers, keys = ring.numbers()
    assert numbers.to_pylist() == [None if cell is None else order.index(cell) for cell in seen]
    assert keys == [Keyring.key(b"k" * 32, identity) for identity in order]
