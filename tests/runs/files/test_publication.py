from __future__ import annotations

import contextlib

import pytest

from siyu.runs.files import record, storage
from siyu.runs.files.publication import Place


@pytest.fixture(params=["in one step", "in two"])
def place(tmp_path, request, monkeypatch):
    if request.param == "in two":
        monkeypatch.setattr(storage, "exchange", lambda _first, _second: False)
    (tmp_path / "out").mkdir()
    made = Place(tmp_path / "out" / "alpha", tmp_path / "work", tmp_path / "kept")
    build(made, "first")
    return made


def build(place, content):
    storage.emptied(place.building)
    (place.building / "report.zh.html").write_text(content)
    record.sealed(place.building, {"status": "published", "subject": "alpha"})


def shown(place):
    assert record.mismatches(place.target) == []
    return (place.target / "report.zh.html").read_text()


def test_the_first_report_is_published(place):
    assert place.publish() == []
    assert shown(place) == "first"
    assert not any(path.exists() for path in (place.building, place.ready, place.old, place.journal))


def test_a_report_replaces_the_one_before(place):
    place.publish()
    build(place, "second")
    assert place.publish() == []
    assert shown(place) == "second"
    assert not any(path.exists() for path in (place.building, place.ready, place.old, place.journal))


def test_what_somebody_added_or_edited_is_moved_aside_not_lost(place):
    place.publish()
    (place.target / "my notes.txt").write_text("mine")
    (place.target / "report.zh.html").write_text("edited")
    build(place, "second")
    assert place.publish() == ["my notes.txt", "report.zh.html"]
    assert shown(place) == "second"
    assert (place.kept / "my notes.txt").read_text() == "mine"
    assert (place.kept / "report.zh.html").read_text() == "edited"


def test_a_folder_that_no_run_wrote_is_moved_aside_not_lost(place):
    place.target.mkdir()
    (place.target / "thesis.docx").write_text("years of work")
    place.publish()
    assert (place.kept / "thesis.docx").read_text() == "years of work"


def test_nothing_is_published_through_a_link(place, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    place.target.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="is a link"):
        place.publish()
    assert list((tmp_path / "elsewhere").iterdir()) == []


class _Killed(BaseException):
    """Stands for a SIGKILL: nothing after it runs."""


def killed_at(monkeypatch, step):
    """Die at the `step`-th change of a name."""
    from pathlib import Path

    steps = iter(range(1, 100))
    for name in ("rename", "replace", "unlink"):
        original = getattr(Path, name)

        def change(self, *args, _original=original, **kwargs):
            if next(steps) == step:
                raise _Killed
            return _original(self, *args, **kwargs)

        monkeypatch.setattr(Path, name, change)


@pytest.mark.parametrize("step", range(1, 12))
def test_after_a_kill_at_any_step_the_old_or_the_new_report_is_whole(place, monkeypatch, step):
    place.publish()
    build(place, "second")
    with monkeypatch.context() as patch:
        killed_at(patch, step)
        with contextlib.suppress(_Killed):
            place.publish()
    place.recover()
    assert shown(place) in ("first", "second")
    assert not any(path.exists() for path in (place.building, place.ready, place.old, place.journal))
    build(place, "third")
    place.publish()
    assert shown(place) == "third"


def test_a_damaged_new_report_is_rolled_back(place):
    place.publish()
    build(place, "second")
    place.building.rename(place.ready)
    place.target.rename(place.old)
    storage.write(place.journal, b"{}")
    (place.ready / "report.zh.html").write_text("half")
    place.recover()
    assert shown(place) == "first"
