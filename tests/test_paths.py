"""What is kept is made once, and made anew when it is damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from siyu import paths
from siyu.errors import UsageError
from siyu.paths import address, cache_dir, kept, located


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.delenv("SIYU_HOME", raising=False)  # as a container has it set
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def never():
    raise AssertionError("made again")


def test_it_is_made_once_for_each_name():
    assert kept("kind", "a", lambda: b"one\ntwo") == b"one\ntwo"
    assert kept("kind", "a", never) == b"one\ntwo"
    assert kept("kind", "b", lambda: b"") == b""
    assert kept("kind", "b", never) == b""
    assert kept("other", "a", lambda: b"three") == b"three"


def test_what_is_damaged_is_made_anew():
    kept("kind", "a", lambda: b"whole")
    [path] = (cache_dir() / "kind").iterdir()
    for damage in (path.read_bytes()[:-1], b"", path.read_bytes() + b"x", b"no digest"):
        path.write_bytes(damage)
        assert kept("kind", "a", lambda: b"whole") == b"whole"
        assert kept("kind", "a", never) == b"whole"


def test_where_nothing_can_be_written_it_is_made_each_time(cache):
    cache.write_text("no folder")
    made = []
    for _ in range(2):
        kept("kind", "a", lambda: made.append(1) or b"x")
    assert len(made) == 2


@pytest.fixture
def unset(monkeypatch):
    for variable in ("SIYU_DATA", "SIYU_STORE", "SIYU_KEY"):
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.usefixtures("unset")
def test_one_folder_holds_all_that_is_written_unless_set_singly(tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("SIYU_HOME", str(home))
    assert paths.own_data_dir() == home / "data"
    assert paths.store_of(home / "data" / "acme") == paths.store_of(Path("anywhere/acme")) == home / "store" / "acme"
    assert (paths.reports_dir(), cache_dir()) == (home / "reports", home / "cache")
    assert not any(paths.key_path().is_relative_to(one) for one in (home / "data", home / "reports", home / "store"))
    singly = {
        "SIYU_DATA": paths.own_data_dir,
        "SIYU_STORE": lambda: paths.store_of(home / "acme"),
        "SIYU_KEY": paths.key_path,
    }
    for variable, place in singly.items():
        monkeypatch.setenv(variable, str(tmp_path / "set"))
        assert place().is_relative_to(tmp_path / "set")


@pytest.mark.usefixtures("unset")
def test_records_name_no_place_of_the_store_or_the_package(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_HOME", str(tmp_path))
    for path, name in {
        tmp_path / "store" / "acme" / "erased.json": ".store/acme/erased.json",
        tmp_path / "data" / "acme" / "exports" / "a.csv": "acme/exports/a.csv",
        tmp_path / "data" / "src" / "subject.yml": "./src/subject.yml",
        paths.package_dir() / "figure.py": "src/siyu/figure.py",
        paths.data_dir() / "fees.csv": "data/fees.csv",
    }.items():
        assert address(path) == name
        assert located(name) == path


def test_a_project_folder_counts_from_anywhere_below_it(tmp_path, monkeypatch):
    below = tmp_path / "desk" / "notebooks" / "mine"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert paths.project_root() == paths.checkout()
    paths._around.cache_clear()
    (tmp_path / "desk" / paths.MARKER).write_text("{}")
    assert paths.project_root() == tmp_path / "desk"
    assert paths.reports_dir() == tmp_path / "desk" / "reports"
    monkeypatch.chdir(tmp_path / "desk")
    assert paths.reports_dir() == Path("reports")


def test_without_a_project_folder_the_next_step_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "checkout", lambda: None)
    with pytest.raises(UsageError, match="siyu init FOLDER"):
        paths.data_dir()


def test_whoever_has_no_home_is_given_one_or_told(tmp_path, monkeypatch):
    def homeless(*_):
        raise RuntimeError("Could not determine home directory.")

    for name in ("home", "expanduser"):
        monkeypatch.setattr(paths.Path, name, homeless)
    monkeypatch.setenv("HOME", "/nowhere")
    with pytest.raises(UsageError, match="Set SIYU_HOME"):
        paths.settle_home()
    monkeypatch.setenv("SIYU_HOME", str(tmp_path / "home"))
    for variable in ("SIYU_KEY", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    assert paths.key_path() == tmp_path / "home" / "key" / "identity.key"
    paths.settle_home()
    assert os.environ["HOME"] == str(tmp_path / "home")


def test_folders_named_from_here_are_the_same_to_those_who_work_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for variable in ("SIYU_HOME", "SIYU_DATA", "SIYU_STORE", "SIYU_KEY"):
        monkeypatch.setenv(variable, variable.lower())
    paths.settle_home()
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    assert (paths.cache_dir(), paths.own_data_dir()) == (tmp_path / "siyu_home" / "cache", tmp_path / "siyu_data")
    assert (paths.store_of(Path("acme")), paths.key_path()) == (tmp_path / "siyu_store" / "acme", tmp_path / "siyu_key")
