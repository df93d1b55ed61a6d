"""The page as PDF: the same page gives the same file, dated as the report is."""

from __future__ import annotations

import time

import pytest

from siyu.render.page import printing


@pytest.mark.browser
def test_a_page_is_printed_the_same_at_any_time(pages, tmp_path, chromium, monkeypatch):
    monkeypatch.setattr(printing, "browser", lambda: chromium)
    page = tmp_path / "page.html"
    page.write_text(pages["en"], encoding="utf-8")
    first = printing.pdf_bytes(page, "2021-08-31")
    time.sleep(1.1)  # the clock of a PDF counts seconds
    assert printing.pdf_bytes(page, "2021-08-31") == first
    assert first.startswith(b"%PDF-")
    assert b"/CreationDate (D:20210831000000" in first


def test_without_a_browser_the_message_names_what_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(printing, "_APP", tmp_path / "none")
    with pytest.raises(printing.PrintingError, match="chromium, chromium-browser"):
        printing.pdf_bytes(tmp_path / "page.html", "2021-08-31")


def test_a_browser_that_prints_nothing_is_quoted(tmp_path, monkeypatch):
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\necho 'no display' >&2\nexit 7\n")
    program.chmod(0o700)
    monkeypatch.setattr(printing, "browser", lambda: str(program))
    with pytest.raises(printing.PrintingError, match=r"exit 7\): no display"):
        printing.pdf_bytes(tmp_path / "page.html", "2021-08-31")
