"""Planted names, phones, addresses and ids: in no output, log, traceback or file, in runs that crash too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from siyu.intake import exports
from siyu.intake.formats import formats

COUNT = 2_500  # canaries a format, of each of four kinds
FORMATS = ("douyin_shop", "wechat_shop", "youzan", "taobao")


def planted(number):
    return {
        "name": f"甄{chr(0x4E00 + number % 5000)}{chr(0x5E00 + number % 3000)}",
        "phone": f"139{number:08d}",
        "address": f"莲花{chr(0x6E00 + number % 3000)}里{number:05d}号",
        "id": f"canary-{number:06d}-id",
    }


def people(entry, number):
    kinds = planted(number)
    person = {}
    for place, header in enumerate(entry.ignored_personal):
        phone = any(word in header for word in ("手机", "电话"))
        kind = "phone" if phone else "address" if any(w in header for w in ("地址", "街道", "区")) else "name"
        person[header] = kinds["id"] if place == len(entry.ignored_personal) - 1 else kinds[kind]
    return person


def export(name, seed):
    """Canaries in every personal column, with one line in five damaged so that it is talked about."""
    entry, rows = formats()[name], []
    for number in range(seed, seed + COUNT):
        order = str(6_917 * 10**15 + number)
        record = {"order_id": order, "line_id": order, "status": "completed",
                  "created_at": 1_630_000_000, "paid_at": 1_630_000_060, "product_id": str(number)}  # fmt: skip
        record |= {key: 1_200 for key, column in entry.columns.items() if column.read == "money"}
        if "buyer_id" in entry.columns:
            record["buyer_id"] = planted(number)["phone"]
        (row,) = exports.rows(entry, [record], people(entry, number))
        if number % 5 == 0:  # a phone slips into a mapped column
            row[number % len(entry.columns)] = planted(number)["phone"] + planted(number)["name"]
        if number % 5 == 1:
            row.insert(number % len(row), planted(number)["address"])
        if number % 5 == 2:
            row[-1] += '"' + planted(number)["name"]
        rows.append(row)
    data = exports.text(exports.header(entry), rows).encode("gb18030")
    return data, [planted(number) for number in range(seed, seed + COUNT)]


def leaks(text, canaries):
    return [value for canary in canaries for value in canary.values() if value in text]


@pytest.fixture(scope="module")
def planted_exports(tmp_path_factory):
    folder, canaries = tmp_path_factory.mktemp("exports"), []
    for place, name in enumerate(FORMATS):
        data, planted_here = export(name, place * COUNT)
        (folder / f"{name}.csv").write_bytes(data)
        (folder / f"{name}_headless.csv").write_bytes(data.split(b"\r\n", 1)[1])
        canaries += planted_here
    return folder, canaries


def run(arguments, home, code=None):
    home.mkdir(exist_ok=True)
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "XDG_CACHE_HOME": str(home)}
    start = [sys.executable, "-c", code] if code else [str(Path(sys.executable).parent / "siyu")]
    return subprocess.run(
        [*start, *arguments], capture_output=True, text=True, timeout=300, env=environment, check=False
    )


@pytest.mark.parametrize(
    "arguments", [["check"], ["check", "--json"], ["check", "--lang", "zh"], ["check", "--format", "youzan"]]
)
def test_no_canary_is_printed_or_left_behind(planted_exports, tmp_path, arguments):
    folder, canaries = planted_exports
    assert len(canaries) * 4 >= 10_000
    done = run([*arguments, str(folder)], tmp_path / "home")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert leaks(done.stdout + done.stderr, canaries) == []
    left = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert left == []


CRASH = """
import sys, pyarrow.csv
def broken(*a, **k):
    raise {error}
pyarrow.csv.read_csv = broken
from siyu.cli import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    "error", ["pyarrow.ArrowInvalid('row: 13900000000,甄')", "MemoryError()", "RuntimeError('gone')"]
)
def test_a_crash_shows_no_canary_either(planted_exports, tmp_path, error):
    folder, canaries = planted_exports
    done = run(["check", str(folder)], tmp_path / "home", CRASH.format(error=error))
    assert done.returncode != 0
    assert leaks(done.stdout + done.stderr, canaries) == []


def test_the_search_finds_a_planted_leak(planted_exports):
    _, canaries = planted_exports
    assert leaks(f"… {canaries[7]['phone']} …", canaries) == [canaries[7]["phone"]]
