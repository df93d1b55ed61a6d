"""A project folder is made whole, renewed where nobody has touched it, and never made over other things."""

from __future__ import annotations

import errno

import pytest

from siyu.errors import UsageError
from siyu.upkeep import project
from siyu.upkeep.project import bundle, deliver, delivered


@pytest.fixture
def files(tmp_path):
    """What is delivered, and a way to change it as a new version would."""
    source = tmp_path / "bundled"
    source.mkdir()

    def version(**texts):
        for name, text in texts.items():
            (source / name).write_text(text)
        return {name.replace("_", "/"): source / name for name in texts}

    return version


def test_a_new_folder_gets_everything(tmp_path, files):
    done = deliver(tmp_path / "desk", files(data_fees="1", notebooks_a="x"))
    assert sorted(done.written) == ["data/fees", "notebooks/a"]
    assert (tmp_path / "desk" / "data" / "fees").read_text() == "1"
    assert sorted(delivered(tmp_path / "desk") or {}) == ["data/fees", "notebooks/a"]


def test_a_later_version_renews_what_nobody_has_touched_and_nothing_else(tmp_path, files):
    desk = tmp_path / "desk"
    deliver(desk, files(a="1", b="1", c="1", gone="1", gone2="1"))
    for name in ("b", "gone2"):
        (desk / name).write_text("mine")
    (desk / "own").write_text("mine")
    done = deliver(desk, files(a="2", b="2", c="1"))
    assert (done.written, done.left, done.removed) == (["a"], ["b"], ["gone"])
    texts = {path.name: path.read_text() for path in desk.iterdir() if path.name != "siyu.json"}
    assert texts == {"a": "2", "b": "mine", "c": "1", "gone2": "mine", "own": "mine"}
    assert deliver(desk, files(a="2", b="3", c="1")).left == ["b"]  # of a version before, too


def test_what_is_missing_comes_back(tmp_path, files):
    deliver(tmp_path / "desk", files(a="1"))
    (tmp_path / "desk" / "a").unlink()
    assert deliver(tmp_path / "desk", files(a="1")).written == ["a"]


def test_a_folder_with_other_things_is_left_alone(tmp_path, files):
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "letter.txt").write_text("mine")
    with pytest.raises(UsageError, match="other things"):
        deliver(desk, files(a="1"))
    assert [path.name for path in desk.iterdir()] == ["letter.txt"]


def test_one_that_was_cut_short_is_made_whole_by_the_next(tmp_path, files, monkeypatch):
    kept, left = project.write, 2

    def full(path, content):
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        kept(path, content)

    monkeypatch.setattr(project, "write", full)
    with pytest.raises(OSError, match="No space"):
        deliver(tmp_path / "desk", files(a="1", b="1", c="1"))
    monkeypatch.undo()
    assert deliver(tmp_path / "desk", files(a="1", b="1", c="1")).left == []
    assert sorted(path.name for path in (tmp_path / "desk").iterdir()) == ["a", "b", "c", "siyu.json"]


def test_a_checkout_is_no_bundle():
    with pytest.raises(UsageError, match="is a project folder"):
        bundle()
