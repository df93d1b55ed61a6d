"""What was told is told again at once, and anew as soon as something changes that it was made from."""

from __future__ import annotations

import sys

import click
import pytest

from siyu import reads
from siyu.commands.retold import retold

ABOUT = "name: {en: A, zh: A}\nkind: client\ncase: luzhou_laojiao\nas_of: 2024-06-30\n"


@pytest.fixture
def tell(tmp_path, monkeypatch, capsys):
    """Print what a file says; returns what was printed, and whether it was told anew."""
    monkeypatch.setenv("SIYU_DATA", str(tmp_path))
    monkeypatch.setenv("SIYU_STORE", str(tmp_path / ".store"))  # also where SIYU_HOME is set
    monkeypatch.setattr(sys, "addaudithook", lambda _hook: None)  # it cannot be taken back
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "subject.yml").write_text(ABOUT, encoding="utf-8")

    def told(words, end=0):
        anew = []

        def speak():
            anew.append(1)
            click.echo(reads.content(tmp_path / "shop" / "subject.yml").decode().splitlines()[-1])
            click.echo("a note", err=True)
            if end:
                sys.exit(end)

        retold("shop", words, speak)
        out, err = capsys.readouterr()
        return out.strip(), err.strip(), bool(anew)

    return told


def test_words_are_told_once_and_again_when_their_inputs_change(tell, tmp_path):
    assert tell({"lang": "en"}) == ("as_of: 2024-06-30", "a note", True)
    assert tell({"lang": "en"}) == ("as_of: 2024-06-30", "a note", False)
    assert tell({"lang": "zh"})[2]
    (tmp_path / "shop" / "subject.yml").write_text(ABOUT.replace("30", "29"), encoding="utf-8")
    assert tell({"lang": "en"}) == ("as_of: 2024-06-29", "a note", True)
    [path, _] = (tmp_path / ".store" / "shop" / "told").iterdir()
    assert [one.stat().st_mode & 0o077 for one in (path, *path.parents[:3])] == [0] * 4
    for path in (tmp_path / ".store" / "shop" / "told").iterdir():
        path.write_text("{", encoding="utf-8")
    assert tell({"lang": "en"})[2]


def test_what_ends_badly_is_said_and_not_kept(tell, capsys):
    for _ in range(2):
        with pytest.raises(SystemExit):
            tell({"lang": "en"}, end=1)
        assert capsys.readouterr().out == "as_of: 2024-06-30\n"
    assert tell({"lang": "en"})[2]
