"""Exports with what must come of them beside: `tests/intake/golden/<name>.csv` and `<name>.json`.

Other dresses are workbooks (`<name>-<sheet>.json`), web pages under .xls, and `<name>.export.json` and `.xml`.

SIYU_GOLDEN=write writes the expected files anew; read the difference before you commit it.
"""

import json
import os
from pathlib import Path

import pytest

from siyu.intake.formats.catalogue import formats
from siyu.intake.reading.export import read
from siyu.intake.reading.sources import sources
from siyu.language import Language

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(path for path in GOLDEN.iterdir()
               if path.suffix in (".csv", ".xls", ".xlsx") or path.name.endswith((".export.json", ".export.xml")))  # fmt: skip
TABLES = {
    path.name.partition(".")[0] + (f"-{number}" if len(found) > 1 else ""): source
    for path in FILES
    for found in [list(sources(path))]
    for number, source in enumerate(found, 1)
}
NAMES = sorted(TABLES)


def read_back(source):
    blocks = []
    name = source.name.rpartition("/")[2]
    reading = read(source, sink=lambda table, lines, _: blocks.append((table, lines)))
    account = reading.account.as_json(Language("en"))
    account["file"] = name
    del account["observed"]  # see test_onboarding
    for problem in account["problems"]:
        problem["file"] = name
    dropped = set(reading.dropped.tolist())
    records = [
        {key: str(value) for key, value in row.items() if value is not None}
        for table, lines in blocks
        for line, row in zip(lines, table.to_pylist(), strict=True)
        if int(line) not in dropped
    ]
    return {"account": account, "records": records}


@pytest.mark.parametrize("name", NAMES)
def test_export_is_read_as_recorded(name):
    found = read_back(TABLES[name])
    expected = GOLDEN / f"{name}.json"
    if os.environ.get("SIYU_GOLDEN") == "write":
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


def test_every_format_has_a_golden_export():
    expected = [GOLDEN / f"{name}.json" for name in NAMES]
    read_as = {json.loads(path.read_text(encoding="utf-8"))["account"]["format"] for path in expected}
    assert read_as == set(formats())


@pytest.mark.parametrize("name", NAMES)
def test_no_golden_record_holds_a_personal_column(name):
    expected = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    entry = formats()[expected["account"]["format"]]
    for record in expected["records"]:
        assert set(record) <= set(entry.columns)
        assert "##" not in json.dumps(record)


def test_records_of_the_short_variant_by_hand():
    """Known values: the amounts of the file's own lines, added here by plain text."""
    lines = (GOLDEN / "douyin_shop_short.csv").read_bytes().decode("gb18030").splitlines()
    at = lines[0].split(",").index("订单应付金额")
    rows = [line.split(",") for line in lines[1:] if "69170" in line]
    expected = json.loads((GOLDEN / "douyin_shop_short.json").read_text(encoding="utf-8"))["account"]
    assert expected["amount_fen"]["accepted"] == sum(round(float(row[at]) * 100) for row in rows)
    assert expected["completeness"] == "verified"
