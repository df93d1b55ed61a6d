"""Planted names, phones, addresses and ids: in no output, log, traceback or file, in runs that crash too."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from siyu.intake.formats.catalogue import formats
from siyu.intake.formats.cells import label
from siyu.intake.store.client_tables import books
from siyu.paths import notebooks_dir, project_root
from siyu.simulator import writing

PEOPLE = (625, 2_500)  # a format: ten thousand canaries of four kinds, and of ten thousand people
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


def export(name, seed, count):
    """Canaries in every personal column, with one line in five damaged so that it is talked about."""
    entry, rows = formats()[name], []
    for number in range(seed, seed + count):
        order = str(6_917 * 10**15 + number)
        record = {"order_id": order, "line_id": order, "status": "completed",
                  "created_at": 1_630_000_000 + number, "paid_at": 1_630_000_060 + number,
                  "product_id": str(number)}  # fmt: skip
        record |= {key: 1_200 for key, column in entry.columns.items() if column.read == "money"}
        record |= {key: 0 for key in entry.columns if key.startswith("refunded")}
        if "buyer_id" in entry.columns:
            record["buyer_id"] = planted(number)["phone"]
        (row,) = writing.rows(entry, [record], people(entry, number))
        if number % 5 == 0:  # a phone slips into a mapped column
            row[number % len(entry.columns)] = planted(number)["phone"] + planted(number)["name"]
        if number % 5 == 1:
            row.insert(number % len(row), planted(number)["address"])
        if number % 5 == 2:
            row[-1] += '"' + planted(number)["name"]
        rows.append(row)
    data = writing.text(writing.header(entry), rows).encode("gb18030")
    return data, [planted(number) for number in range(seed, seed + count)]


# the shape of every canary, wherever it begins
SHAPE = re.compile(r"(?=(139\d{8}|甄..|莲花.里\d{5}号|canary-\d{6}-id))", re.DOTALL)


def leaks(text, canaries):
    return sorted({value for canary in canaries for value in canary.values()} & set(SHAPE.findall(text)))


@pytest.fixture(scope="module", params=[PEOPLE[0], pytest.param(PEOPLE[1], marks=pytest.mark.whole)])
def people_each(request):
    """How many people a format has."""
    return request.param


@pytest.fixture(scope="module")
def planted_exports(tmp_path_factory, people_each):
    folder, canaries = tmp_path_factory.mktemp("exports"), []
    for place, name in enumerate(FORMATS):
        data, planted_here = export(name, place * people_each, people_each)
        (folder / f"{name}.csv").write_bytes(data)
        (folder / f"{name}_headless.csv").write_bytes(data.split(b"\r\n", 1)[1])
        canaries += planted_here
    return folder, canaries


def run(arguments, home, code=None, cwd=None):
    home.mkdir(exist_ok=True)
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "XDG_CACHE_HOME": str(home)}
    start = [sys.executable, "-c", code] if code else [str(Path(sys.executable).parent / "siyu")]
    return subprocess.run(
        [*start, *arguments], capture_output=True, text=True, timeout=3_000, env=environment, check=False, cwd=cwd
    )


def left_in(home):
    """Every file but what the project keeps of its own: words and templates compiled, definitions and formats parsed,
    digests of rows."""
    own = ("messages", "templates", "definitions", "formats", "parts")
    return [path for path in home.rglob("*") if path.is_file() and path.parent.name not in own]


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
    assert left_in(tmp_path / "home") == []


CRASH = """
import sys, pyarrow.csv
def broken(*a, **k):
    raise {error}
pyarrow.csv.read_csv = broken
from siyu.commands.main import main
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


STORE = """
import os, signal, sys, time
from pathlib import Path
import pyarrow.ipc
from siyu.intake.store import parts
from siyu.intake.store import canonical
from siyu.intake.store.client_tables import books_of
parts._LEAN = pyarrow.ipc.IpcWriteOptions()  # plain, so that a search of bytes sees everything
{fault}
found = books_of(Path(sys.argv[1]), Path(sys.argv[2]))
print(found.identity, found.accounts)
"""
FAULTS = {
    "none": "",
    "no keys": "def numbers(*_): raise RuntimeError('gone')\nparts.Keyring.numbers = numbers",
    "no tables": "def days(*_): raise MemoryError\nstore.purchase_days = days",
    "killed": "def killed(*_): os.kill(os.getpid(), signal.SIGKILL)\nparts.Keyring.numbers = killed",
    "interrupted": "def stopped(*_): os.kill(os.getpid(), signal.SIGINT); time.sleep(2)\n"
    "parts.Keyring.numbers = stopped",
}


def stored_text(folder):
    """Everything below a folder as text: bytes as they are, and Parquet unpacked."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            found.append(path.read_bytes().decode("utf-8", "replace"))
            if path.suffix == ".parquet" and path.read_bytes().endswith(b"PAR1"):
                found.append(pq.read_table(path).to_pandas().to_csv())
    return "\n".join(found)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_canary_reaches_the_store_or_temporary_files(planted_exports, people_each, tmp_path, fault):
    folder, canaries = planted_exports
    home, store = tmp_path / "home", tmp_path / "store"
    done = run([str(folder), str(store)], home, STORE.format(fault=FAULTS[fault]))
    assert (done.returncode == 0) == (fault == "none"), done.stderr
    if fault == "none":
        orders = pq.read_table(next(store.rglob("orders.parquet")))
        assert orders.num_rows > people_each
        assert orders["buyer_id"].null_count < orders.num_rows
    assert leaks(done.stdout + done.stderr + stored_text(store), canaries) == []
    keys = left_in(home)
    assert [path.name for path in keys] in (["identity.key"], [])
    assert all(path.stat().st_mode & 0o077 == 0 for path in keys)


def spread(folder, count):
    """Canaries in free text, in headers, in names of files, and in files that no format fits."""
    canaries = [planted(number) for number in range(count)]
    sold = ["order_id,buyer_key,paid_at,amount,channel,traffic_form,shop", "流水号,会员号,成交时间,实付,导购,备忘"]
    for place in range(10):
        some = canaries[place * count // 10 : (place + 1) * count // 10]
        head = ",".join([sold[place % 2], *(value for canary in some[:5] for value in canary.values())])
        lines = [head]
        for number, canary in enumerate(some):
            text = [canary["name"], f"直播 {canary['phone']}", canary["address"]][: 3 - place % 2]
            cells = [f"{place}{number:05d}", canary["id"], "2021-08-01 10:00:00", "5.00", *text]
            lines.append(",".join([*cells, *[""] * 20]))
        (folder / f"{some[7]['name']}_{some[8]['phone']}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return canaries


def test_no_canary_of_text_headers_or_names_of_files_is_written_down(tmp_path, monkeypatch, people_each):
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "identity.key"))
    (tmp_path / "in").mkdir()
    canaries = spread(tmp_path / "in", people_each)
    run(["new", "shop", "--from", str(tmp_path / "in")], tmp_path / "home")
    drafts = list((tmp_path / "data" / "shop" / "formats").glob("*.yml"))
    assert drafts
    for path in drafts:
        path.write_text(path.read_text("utf-8").replace("'?'", "me"), encoding="utf-8")
    done = run(["metrics", "shop", "--json"], tmp_path / "home")
    held = books("shop")
    assert sum(account.records["accepted"] for account in held.accounts) >= people_each // 2
    folders = {path.parent for kind in ("parquet", "arrow") for path in (tmp_path / "data").rglob(f"*.{kind}")}
    text = "\n".join(map(stored_text, folders))
    shown = [account.public for account in held.accounts]
    assert leaks("\n".join([done.stdout, *shown, *(path.read_text("utf-8") for path in drafts)]), canaries) == []
    assert leaks(re.sub(r'"[^"]*\.csv[^"]*"', "", text), canaries) == []  # names of files are for their owner


SMALL = int(os.environ.get("SIYU_PLANTED", "120"))  # canaries a format of a report that is made here


def written(folder):
    """Every file below a folder as text, its name among it: archives part by part, without what JSON and HTML escape."""
    found = []
    for path in folder.rglob("*"):
        found.append(path.name)
        if path.is_file() and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                found += [name + archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
        elif path.is_file():
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return html.unescape(re.sub(r"\\u([0-9a-f]{4})", lambda sign: chr(int(sign[1], 16)), "\n".join(found)))


def desk(folder, *sections):
    """A project with these sections alone."""
    (folder / "notebooks").mkdir(parents=True)
    (folder / "siyu.json").write_text("{}", encoding="utf-8")
    for name in ("data", "src", "requirements.txt"):
        (folder / name).symlink_to(project_root() / name)
    for section in sections:
        shutil.copy(notebooks_dir() / f"{section}.ipynb", folder / "notebooks")
    return folder


@pytest.mark.parametrize("codes", [("zh",), pytest.param(("zh", "en"), marks=pytest.mark.whole)])
def test_no_canary_is_in_page_deck_workbook_or_records(tmp_path, monkeypatch, codes):
    """With SIYU_PLANTED=2500 over 10,000 people, and all sections."""
    monkeypatch.setenv("SIYU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SIYU_KEY", str(tmp_path / "identity.key"))
    (given := tmp_path / "in").mkdir()
    canaries = spread(given, SMALL)
    for place, name in enumerate(FORMATS):
        data, here = export(name, place * SMALL, SMALL)
        (given / f"{here[7]['name']}_{here[8]['phone']}.csv").write_bytes(data)
        canaries += here
    run(["new", "shop", "--from", str(given)], tmp_path / "home")
    for path in (tmp_path / "data" / "shop" / "formats").glob("*.yml"):
        path.write_text(path.read_text("utf-8").replace("'?'", "me"), encoding="utf-8")
    sections = [path.stem for path in notebooks_dir().glob("*.ipynb")] if SMALL > 1_000 else ["06_orders"]
    home, place = tmp_path / "home", desk(tmp_path / "desk", *sections)
    done = run(
        ["report", "shop", "--lang", ",".join(codes), "--limits", "7200,4096,50", "--out", str(tmp_path / "out")],
        home,
        cwd=place,
    )
    made = tmp_path / "out" / "shop"
    record = json.loads((made / "run.json").read_text("utf-8"))
    assert [one["status"] for one in record["sections"] if one["notebook"] == "06_orders"] == ["ok"], done.stderr
    names = {path.name for path in made.iterdir()}
    assert {"findings.json", *(f"{name}.{code}.{ending}" for code in codes for name, ending in (
        ("report", "html"), ("deck", "pptx"), ("tables", "xlsx")))} <= names  # fmt: skip
    assert "exports/youzan-" in written(made)  # so it speaks of these files
    assert leaks(done.stdout + written(tmp_path / "out"), canaries) == []


def test_the_search_of_artefacts_finds_a_planted_leak(tmp_path):
    canary = planted(7)
    escaped = canary["name"].encode("ascii", "backslashreplace").decode()
    with zipfile.ZipFile(tmp_path / "deck.pptx", "w") as archive:
        archive.writestr("ppt/slides/slide1.xml", f"<a:t>{canary['phone']}</a:t>")
    (tmp_path / "findings.json").write_text(f'"{escaped}"', encoding="utf-8")
    (tmp_path / f"{canary['id']}.html").write_text(canary["address"], encoding="utf-8")
    assert leaks(written(tmp_path), [canary]) == sorted(canary.values())


def test_a_text_cell_with_a_mobile_number_is_blank():
    assert [label(cell)[0] for cell in ("自然流量", "请拨139 0000 0000", "13900000000甄", "6917000000000000001")] == [
        "自然流量", None, None, "6917000000000000001"]  # fmt: skip


def test_the_search_finds_a_planted_leak(planted_exports):
    _, canaries = planted_exports
    for kind, value in canaries[7].items():
        assert leaks(f"13913{value}9…", canaries) == [value], kind
