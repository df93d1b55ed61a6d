"""`siyu doctor` names each planted fault, with what to do, and nothing where all is well."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from siyu.commands.main import main
from siyu.errors import UsageError
from siyu.intake.store.keyring import secret
from siyu.paths import MARKER
from siyu.runs.files.workspace import Workspace
from siyu.upkeep import house, machine
from siyu.upkeep.machine import LIMITED, OK, WRONG

FORMAT = "name: {en: a, zh: 甲}\nkind: orders\nplatform: till\nsource: own\nrefunds: '?'\ncolumns: {paid_at: {header: a, read: time}}\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Everything that is written below one folder, and no bundled subjects to look through."""
    monkeypatch.setenv("SIYU_HOME", str(tmp_path))
    monkeypatch.setattr(house, "subject_dirs", lambda: {one.name: one for one in (tmp_path / "data").glob("*")})
    (tmp_path / "key").mkdir()
    (tmp_path / "key" / "identity.key").write_bytes(bytes(32))
    (tmp_path / "key" / "identity.key").chmod(0o600)
    (tmp_path / "data" / "acme").mkdir(parents=True)
    (tmp_path / "store" / "acme").mkdir(parents=True, mode=0o700)
    return tmp_path


def states(look):
    return [(one.state, one.found) for one in look()]


def test_a_key_that_others_may_read_or_that_is_damaged_is_wrong(home):
    path = home / "key" / "identity.key"
    assert [one.state for one in house.key()] == [OK]
    path.chmod(0o644)
    [found] = house.key()
    assert (found.state, found.step) == (WRONG, f"Run: chmod 600 {path}")
    path.chmod(0o600)
    path.write_bytes(b"short")
    [found] = house.key()
    assert (found.state, "damaged" in found.found) == (WRONG, True)


def test_a_key_among_what_others_get_to_see_is_wrong_and_not_used(home, monkeypatch):
    for folder in ("reports", "data"):
        monkeypatch.setenv("SIYU_KEY", str(home / folder / "acme" / "identity.key"))
        [found] = house.key()
        assert found.state == WRONG
        with pytest.raises(UsageError, match="expected a place outside"):
            secret()
        assert not (home / folder / "acme" / "identity.key").exists()


def test_a_mark_of_a_project_that_is_torn_is_wrong(monkeypatch, tmp_path):
    monkeypatch.setattr(house, "project_root", lambda: tmp_path)
    for text in ("{}", "[]", '{"version": '):
        (tmp_path / MARKER).write_text(text)
        [found] = house.project()
        assert (found.state, "siyu init" in found.step) == (WRONG, True)


def test_a_store_that_others_may_read_is_wrong(home):
    assert states(house.stores) == [(OK, "1 client, each for its owner alone")]
    (home / "store" / "acme").chmod(0o755)
    [found] = house.stores()
    assert found.state == WRONG
    assert found.step.startswith("Run: chmod -R go-rwx")


def test_broken_formats_and_drafts_that_ask_are_named(home):
    own = home / "data" / "acme" / "formats"
    own.mkdir()
    (own / "asks.yml").write_text(FORMAT, encoding="utf-8")
    (own / "torn.yml").write_text("name: [", encoding="utf-8")
    found = {one.found.partition(" ")[0]: one.state for one in house.formats()}
    assert found == {"torn.yml:": WRONG, "asks.yml": LIMITED}


def test_a_subject_that_cannot_be_read_is_wrong_and_one_without_report_is_named(home, monkeypatch):
    monkeypatch.setattr(house, "subject_dirs", lambda: {"luzhou_laojiao": home, "nobody": home})
    found = {one.found.partition(":")[0]: one.state for one in house.subjects()}
    assert found == {"luzhou_laojiao": LIMITED, "nobody": WRONG, "0 up to date": OK}


def test_a_run_that_left_something_behind_is_named_and_keeps_its_note(home):
    lock = Workspace(home / "reports").register("abc", home / "sockets")
    assert states(house.leftovers) == [(OK, "nothing left behind")]
    lock.release()
    note = lock.holder()
    assert states(house.leftovers) == [(LIMITED, "1 run ended without clearing up")]
    assert lock.holder() == note


def test_a_package_of_another_version_or_none_is_wrong(monkeypatch, tmp_path):
    assert [one.state for one in machine.packages()] == [OK]
    (tmp_path / "requirements.txt").write_text("click==1.0 \\\n    --hash=x\nnone-such==1 ; python_version > '3'\n")
    monkeypatch.setattr(machine, "checkout", lambda: tmp_path)
    [found] = machine.packages()
    assert found.state == WRONG
    assert "click 8" in found.found
    assert "none-such missing" in found.found


def test_programs_that_are_missing_limit_what_can_be_done(monkeypatch):
    monkeypatch.setattr(machine.shutil, "which", lambda _: None)
    monkeypatch.setattr(machine, "browser", lambda: None)
    assert [one.state for one in machine.programs()] == [LIMITED] * 3


def test_a_full_disk_is_wrong_and_a_remote_one_is_named(home, monkeypatch):
    assert [one.state for one in machine.disk()] == [OK]
    monkeypatch.setattr(machine, "_ROOM", 1 << 60)
    monkeypatch.setattr(machine, "_file_system", lambda _: "nfs4")
    assert [one.state for one in machine.disk()] == [WRONG, LIMITED]


@pytest.mark.parametrize("own", ["there", "absent"])
def test_a_mistyped_home_is_named_and_not_made(tmp_path, monkeypatch, own):
    monkeypatch.setenv("HOME", str(tmp_path / own))
    (tmp_path / "there").mkdir()
    monkeypatch.setenv("SIYU_HOME", str(tmp_path / "hmoe"))
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 0, result.stdout
    assert f"SIYU_HOME names {tmp_path / 'hmoe'}, which is absent. Check its name" in result.stdout
    assert [one.name for one in tmp_path.iterdir()] == ["there"]


def test_the_verb_prints_a_line_each_and_ends_with_1_when_something_is_wrong(home, monkeypatch):
    monkeypatch.setattr(house, "subjects", lambda: iter(()))
    result = CliRunner().invoke(main, ["doctor", "--json"])
    assert result.exit_code == 0, result.stdout
    assert {"check", "state", "found", "step"} == {key for one in json.loads(result.stdout) for key in one}
    (home / "key" / "identity.key").chmod(0o644)
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert "  ! key" in result.stdout


@pytest.mark.parametrize(
    ("told", "state", "found"),
    [
        ('openjdk version "17.0.15" 2025-04-15', OK, "java"),
        ('openjdk version "21" 2023-09-19', OK, "java"),
        ('java version "1.8.0_401"', LIMITED, "of version 1; Spark takes 17 or later"),
        ('openjdk version "11.0.2" 2019-01-15', LIMITED, "of version 11;"),
        ("cannot be run", LIMITED, "does not tell its version"),
    ],
)
def test_java_that_spark_does_not_run_on_is_named(tmp_path, monkeypatch, told, state, found):
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{told}' >&2\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    java = [one for one in machine.programs() if one.check == "java"][0]
    assert (java.state, found in java.found) == (state, True)
    assert bool(java.step) == (state != OK)
