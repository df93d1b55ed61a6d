"""What is kept is made once, and made anew when it is damaged."""

from __future__ import annotations

import pytest

from siyu.paths import cache_dir, kept


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
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
