"""Seeded mutations of order exports: never silently wrong, hardly ever needlessly refused.

`make fuzz` runs 10,000 (SIYU_FUZZ), CI 300, a plain test run 100. Subjects, forms and formats are YAML: whatever slips in
writing them, they are read, or one error says what is wrong.
"""

import io
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from beside import module_at

from siyu.errors import ProblemsError
from siyu.intake.formats.catalogue import read_format
from siyu.intake.reading.export import read
from siyu.intake.reading.sources import TableSource
from siyu.paths import data_dir
from siyu.playbook.form import load_form
from siyu.subjects import load_subject

mutations, yaml_slips = (module_at(Path(__file__).with_name(f"{name}.py")) for name in ("mutations", "yaml_slips"))
FIRST = int(os.environ.get("SIYU_FUZZ_FROM", "0"))  # the first seed
RUNS = int(os.environ.get("SIYU_FUZZ", "100"))


def outcome(draft):
    data = draft.data
    account = read(TableSource("orders.csv", lambda: io.BytesIO(data), len(data))).account
    right = (account.records["accepted"], account.fen["accepted"]) == (len(draft.amounts), sum(draft.amounts))
    said = not account.clean or account.completeness == "not_verified"
    return account, right, said


@pytest.mark.fuzz
def test_no_mutation_of_an_export_is_silently_wrong(capsys):
    wrong, refused, harmless, harmful_seen = [], [], 0, 0
    for seed in range(FIRST, FIRST + RUNS):
        draft, names, good = mutations.mutated(seed)
        account, right, said = outcome(draft)
        assert sum(account.records.values()) == account.total
        if not right and not said:
            wrong.append((seed, draft.name, names))
        if good:
            harmless += 1
            if not right or account.problems:
                codes = Counter(problem.code for problem in account.problems)
                refused.append((seed, draft.name, names, dict(codes)))
        else:
            harmful_seen += said
    with capsys.disabled():
        sys.stdout.write(
            f"\n{RUNS} mutations: {len(wrong)} silently wrong; {harmless - len(refused)} of {harmless} harmless "
            f"variants accepted; {harmful_seen} of {RUNS - harmless} others reported\n"
        )
    assert not wrong, wrong[:10]
    assert len(refused) <= 0.01 * harmless, refused[:10]


def test_a_lenient_reader_would_be_caught():
    """The planted fault: a reader that accepts whatever was left is silently wrong at once."""
    caught = 0
    for seed in range(60):
        draft, _, good = mutations.mutated(seed)
        account, right, _ = outcome(draft)
        caught += not good and not right and account.total > 0
    assert caught >= 5


def _spoken(folder):
    about = load_subject(folder.name)
    return about.facts, about.spans(())


READ = {
    "subject.yml": (_spoken, data_dir() / "subjects" / "demo" / "subject.yml"),
    "form.yml": (lambda folder: load_form(folder, "CNY").answered, data_dir() / "subjects" / "demo" / "form.yml"),
    "pdd.yml": (lambda folder: read_format(folder / "pdd.yml").layout(["订单号"]), data_dir() / "formats" / "pdd.yml"),
    "douyin_room.yml": (lambda folder: read_format(folder / "douyin_room.yml").layout([""]),
                        data_dir() / "formats" / "douyin_room.yml"),
    "account_days_wide.yml": (lambda folder: read_format(folder / "account_days_wide.yml").layout(["指标"]),
                              data_dir() / "formats" / "account_days_wide.yml"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_yaml_with_a_slip_is_read_or_one_error_says_where(tmp_path, monkeypatch, name):
    monkeypatch.setenv("SIYU_DATA", str(tmp_path))
    reader, sound = READ[name]
    folder = tmp_path / "shop"
    folder.mkdir()
    refused = []
    for seed in range(FIRST, FIRST + RUNS // len(READ)):
        (folder / name).write_bytes(yaml_slips.slipped(sound.read_text(encoding="utf-8"), seed))
        try:
            reader(folder)
        except ProblemsError as error:
            refused += error.problems
    assert len(refused) > RUNS // len(READ) // 5
    assert all(problem.file.endswith(name) and problem.found and problem.expected for problem in refused)
