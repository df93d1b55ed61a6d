from __future__ import annotations

import hashlib
import json
import random

import pytest

from siyu.runs.files import record, storage


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "report"
    (made / "notebooks").mkdir(parents=True)
    (made / "report.zh.html").write_bytes("<html>私域</html>".encode())
    (made / "notebooks" / "02_case_study.ipynb").write_bytes(b"{}")
    record.sealed(made, {"schema": 1, "status": "published", "subject": "alpha"})
    return made


def test_a_sealed_folder_has_no_mismatch(folder):
    assert record.mismatches(folder) == []


def test_the_seal_is_the_hash_of_the_canonical_record_without_it(folder):
    content = json.loads((folder / "run.json").read_text())
    seal = content.pop("seal")
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert seal == hashlib.sha256(text.encode()).hexdigest()


def test_a_journal_does_not_count(folder):
    (folder / "journal.json").write_text("{}")
    assert record.mismatches(folder) == []


def test_every_changed_byte_is_found(folder):
    draw = random.Random(20210831)  # noqa: S311
    files = [path for path in folder.rglob("*") if path.is_file()]
    for _ in range(1000):
        path = draw.choice(files)
        before = path.read_bytes()
        at = draw.randrange(len(before))
        path.write_bytes(before[:at] + bytes([before[at] ^ draw.randrange(1, 256)]) + before[at + 1 :])
        found = record.mismatches(folder)
        # what a seal is about is content: space between the entries of run.json is none
        assert found or json.loads(path.read_text()) == json.loads(before)
        path.write_bytes(before)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: (f / "report.zh.html").unlink(), "report.zh.html: missing"),
        (lambda f: (f / "extra.txt").write_text("x"), "extra.txt: not part of the report"),
        (lambda f: (f / "report.zh.html").write_text("x"), "report.zh.html: changed since it was sealed"),
        (lambda f: (f / "run.json").unlink(), "run.json: missing"),
        (lambda f: (f / "run.json").write_text("[]"), "run.json: not a record of a run"),
        (lambda f: (f / "run.json").write_text('{"files": ['), "run.json: not a record of a run"),
    ],
)
def test_a_mismatch_names_the_file(folder, damage, said):
    damage(folder)
    assert record.mismatches(folder) == [said]


def test_a_changed_status_breaks_the_seal(folder):
    content = json.loads((folder / "run.json").read_text())
    storage.write(folder / "run.json", storage.pretty({**content, "status": "failed"}))
    assert record.mismatches(folder) == ["run.json: changed since it was sealed"]


def test_a_file_replaced_by_a_link_to_the_same_content_is_found(folder, tmp_path):
    (folder / "report.zh.html").rename(tmp_path / "elsewhere")
    (folder / "report.zh.html").symlink_to(tmp_path / "elsewhere")
    assert record.mismatches(folder) == ["report.zh.html: a link, not a file"]


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x"])
def test_a_record_cannot_name_files_outside_of_its_folder(folder, name):
    content = json.loads((folder / "run.json").read_text())
    content["files"] = [{"path": name, "sha256": "0" * 64}]
    content["seal"] = record.seal_of(content)
    storage.write(folder / "run.json", storage.pretty(content))
    assert record.mismatches(folder) == ["run.json: names files outside of its folder"]


def test_what_another_schema_wrote_stands_but_is_not_taken_for_ours(folder):
    assert record.whole(folder) is None
    record.sealed(folder, {"schema": record.SCHEMA, "status": "published", "subject": "alpha"})
    assert record.whole(folder) is not None
