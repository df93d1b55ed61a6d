from __future__ import annotations

import contextlib

import pytest

from siyu.runs.files import record, storage
from siyu.runs.files.publication import Cleared, Place, removed


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
    assert place.publish() == Cleared()
    assert shown(place) == "first"
    assert not any(path.exists() for path in (place.building, place.ready, place.old, place.journal))


def test_a_report_replaces_the_one_before(place):
    place.publish()
    build(place, "second")
    assert place.publish() == Cleared()
    assert shown(place) == "second"
    assert not any(path.exists() for path in (place.building, place.ready, place.old, place.journal))


def test_what_somebody_added_or_edited_is_moved_aside_not_lost(place):
    place.publish()
    (place.target / "my notes.txt").write_text("mine")
    (place.target / "report.zh.html").write_text("edited")
    build(place, "second")
    kept = place.publish().kept
    assert [name.partition("/")[2] for name in kept] == ["my notes.txt", "report.zh.html"]
    assert shown(place) == "second"
    assert [(place.kept / name).read_text() for name in kept] == ["mine", "edited"]


def test_what_was_kept_before_stays_as_it_is(place):
    place.publish()
    found = list[str]()
    for edit in ("once", "twice"):
        (place.target / "report.zh.html").write_text(edit)
        build(place, "first")  # the same seal each time
        found += place.publish().kept
    assert [(place.kept / name).read_text() for name in found] == ["once", "twice"]
    (place.target / "notes").write_text("a file")
    build(place, "third")
    found += place.publish().kept
    (place.target / "notes").mkdir()
    (place.target / "notes" / "a.txt").write_text("a folder")
    build(place, "fourth")
    found += place.publish().kept
    assert [(place.kept / name).read_text() for name in found] == ["once", "twice", "a file", "a folder"]


def test_a_folder_that_no_run_wrote_is_moved_aside_not_lost(place):
    place.target.mkdir()
    (place.target / "thesis.docx").write_text("years of work")
    [name] = place.publish().kept
    assert (place.kept / name).read_text() == "years of work"


def test_what_cannot_be_cleared_away_is_told_and_tried_again_and_fails_nothing(place, monkeypatch):
    place.publish()
    (place.target / "mine.txt").write_text("mine")
    build(place, "second")
    with monkeypatch.context() as patch:

        def refused(path):
            raise PermissionError(13, "Permission denied", str(path))

        patch.setattr(storage, "remove", refused)
        done = place.publish()
        assert removed(place.target) == Cleared(left=(f"{place.target}: Permission denied",))
    assert shown(place) == "second"
    assert len(done.kept) == 1
    assert [told.endswith(": Permission denied") for told in done.left] == [True]
    build(place, "third")
    assert place.publish() == Cleared()  # what was left is gone with it
    assert shown(place) == "third"
    assert list(place.work.iterdir()) == []
    assert place.recover() == Cleared()


def test_a_kill_while_it_is_cleared_takes_no_file_of_a_run_for_one_of_somebody(place, monkeypatch):
    place.publish()
    build(place, "second")
    remove = storage.remove
    for step in range(1, 4):
        with monkeypatch.context() as patch:
            steps = iter(range(1, 10))

            def killed(path, steps=steps, step=step):
                if next(steps) == step:
                    raise _Killed
                remove(path)

            patch.setattr(storage, "remove", killed)
            with contextlib.suppress(_Killed):
                place.publish()
        assert place.recover() == Cleared()
        assert not place.kept.exists()
        build(place, f"after {step}")


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


@pytest.mark.parametrize("step", range(1, 13))
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
