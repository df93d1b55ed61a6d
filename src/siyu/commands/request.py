"""`siyu request`: what to ask a client for, as a workbook with a sheet for each file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from siyu.commands.options import FILE, LANG, SUBJECT, known, misused, reader_language, reporting_problems, tell
from siyu.errors import shown_path
from siyu.messages import msg

if TYPE_CHECKING:
    from siyu.language import Language
    from siyu.playbook.asked import AskedFile
    from siyu.playbook.form import Form

_LONGEST = 28  # of the name of a sheet, with a number before it
_OVERVIEW, _FILE = (6, 26, 38, 52, 14, 48, 16), (26, 14, 40, 30)  # widths of columns
_LINE = 15  # height


@click.command()
@click.argument("subject", type=SUBJECT)
@click.option("--out", type=FILE, required=True, metavar="FILE", help="The workbook, an .xlsx.")
@LANG
@reporting_problems
def request(subject: str, out: Path, lang: str | None) -> None:
    """Write what SUBJECT is to be asked for: a sheet for each file, with where it is found, the columns that are
    needed, the personal ones to leave out, the question it answers, and an example row; then the questions that are
    open in drafts of formats and in the intake form. What is worth most comes first."""
    known(subject)
    if out.suffix.lower() != ".xlsx":
        raise misused("--out", out.name, "a file that ends in .xlsx")
    import xlsxwriter

    from siyu.playbook.asked import asked, questions
    from siyu.workbook import open_workbook

    book, language = open_workbook("09_playbook", subject), reader_language(lang)
    if book.subject.kind != "client":
        raise misused("SUBJECT", subject, "a client", "A published case is asked nothing.")
    files, opened = asked(book.planning()), questions(book.subject)
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        pages = _Pages(workbook, language)
        pages.overview(files)
        for number, one in enumerate(files, 1):
            pages.file(number, one)
        if opened:
            pages.questions(opened)
        pages.form(book.form)
    told = msg("{path}: {count:# file|# files} to ask for, {questions:# open question|# open questions} of drafts")
    tell(language, told, path=shown_path(out), count=len(files), questions=len(opened))


class _Pages:
    """The sheets, in one language."""

    def __init__(self, workbook: Any, language: Language) -> None:
        self.workbook, self.language, self.say = workbook, language, language.message
        self.head = workbook.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "top"})
        self.big = workbook.add_format({"bold": True, "font_size": 14})
        self.wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.link = workbook.add_format({"underline": 1, "font_color": "#1F6FEB", "valign": "top"})
        self.must = workbook.add_format({"bold": True, "font_color": "#B23A2E", "text_wrap": True, "valign": "top"})

    def overview(self, files: list[AskedFile]) -> None:
        """A line for each file, the most worth first."""
        heads = [msg("No."), msg("File"), msg("Which question it answers"), msg("Where it is found"),
                 msg("Worth of knowing, CNY a quarter"), msg("Figures that wait for it"),
                 msg("Sent already?")]  # fmt: skip
        page = self._sheet(
            self.say(msg("What we need")), msg("Files to send, what is worth most first"), heads, _OVERVIEW
        )
        for at, one in enumerate(files, 1):
            waits = self.language.comma.join(filter(None, (self._metric(key) for key in one.opens)))
            partly = self.say(msg("Sent, but a column is missing")) if one.partly else self.say(msg("Not yet"))
            worth = f"{one.worth:,.0f}" if one.worth >= 1 else "—"
            cells = [str(at), self._name(one), self._both(one.row.question, one.row.question_zh),
                     self._both(one.row.found, one.row.found_zh), worth, waits or "—", partly]  # fmt: skip
            page.write_url(at + 2, 0, f"internal:'{self._tab(at, one)}'!A1", self.link, cells[0])
            self._row(page, at + 2, cells[1:], _OVERVIEW[1:], 1)

    def file(self, number: int, one: AskedFile) -> None:
        """One file: its columns, what to leave out, an example row."""
        from siyu.playbook import labels

        heads = [msg("Column"), msg("Needed?"), msg("What stands there"), msg("Example")]
        page = self._sheet(self._tab(number, one), self._name(one), heads, _FILE, above=4)
        page.set_column(len(_FILE), len(_FILE) + len(one.columns), 16)  # of the example row
        notes = [(msg("Where it is found"), self._both(one.row.found, one.row.found_zh)),
                 (msg("Which question it answers"), self._both(one.row.question, one.row.question_zh)),
                 (msg("Good to know"), self._both(one.row.rationale, one.row.rationale_zh))]  # fmt: skip
        for at, (label, text) in enumerate(notes, 1):
            page.write_string(at, 0, self.say(label), self.head)
            page.merge_range(at, 1, at, 3, text, self.wrap)
        row = 6
        for column in sorted(one.columns, key=lambda column: (not column.missing, not column.needed)):
            needed = msg("missing so far") if column.missing else msg("needed") if column.needed else msg("welcome")
            meaning = self.say(labels.MEANINGS[column.meaning])
            words = f"{self.say(msg(': '))}{' / '.join(column.words)}" if column.words else ""
            texts = [column.header, self.say(needed), meaning + words, column.example]
            self._row(page, row, texts, _FILE, must=4 if column.missing else int(column.needed))
            row += 1
        out = self.language.comma.join(one.leave_out) or self.say(msg("names, phone numbers, addresses"))
        page.write_string(row + 1, 0, self.say(msg("Please leave out")), self.must)
        page.merge_range(row + 1, 1, row + 1, 3, out, self.wrap)
        page.write_string(row + 3, 0, self.say(msg("Example row")), self.head)
        for at, column in enumerate(one.columns):
            page.write_string(row + 4, at, column.header, self.head)
            page.write_string(row + 5, at, column.example)

    def questions(self, opened: list[tuple[str, str]]) -> None:
        """What drafts of formats still ask."""
        page = self._sheet(self.say(msg("Open questions")), msg("Questions about files that were sent"),
                           [msg("Format"), msg("Place in it"), msg("Answer")], (26, 40, 50))  # fmt: skip
        for at, (key, place) in enumerate(opened, 3):
            page.write_string(at, 0, key)
            page.write_string(at, 1, place)

    def form(self, form: Form) -> None:
        """What the intake form still asks."""
        from siyu.playbook import labels

        page = self._sheet(self.say(msg("Intake form")), msg("Questions to the owner"),
                           [msg("Question"), msg("Answer")], (60, 50))  # fmt: skip
        row = 3
        for name in type(form).model_fields:
            if getattr(form, name) in (None, ()):
                self._row(page, row, [self._both(**labels.FORM[name])], (60,))
                row += 1

    def _row(
        self, page: Any, row: int, texts: list[str], widths: tuple[int, ...], first: int = 0, must: int = 0
    ) -> None:
        """Texts from a column on, the first `must` of them marked; the row is as high as its longest text asks for."""
        for at, text in enumerate(texts):
            page.write_string(row, first + at, text, self.must if at < must else self.wrap)
        page.set_row(row, _LINE * max(map(_lines, texts, widths)))

    def _tab(self, number: int, one: AskedFile) -> str:
        return _sheet_name(f"{number} {self._name(one)}"[:_LONGEST])

    def _sheet(self, name: str, title: str, heads: list[str], widths: tuple[int, ...], above: int = 1) -> Any:
        page = self.workbook.add_worksheet(_sheet_name(name))
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.write_string(0, 0, self.say(title), self.big)
        for at, (text, width) in enumerate(zip(heads, widths, strict=True)):
            page.set_column(at, at, width)
            page.write_string(above + 1, at, self.say(text), self.head)
        page.set_row(
            above + 1, _LINE * max(_lines(self.say(text), width) for text, width in zip(heads, widths, strict=True))
        )
        page.freeze_panes(above + 2, 0)
        return page

    def _name(self, one: AskedFile) -> str:
        return one.format.name["zh" if self.language.data_code == "zh" else "en"]

    def _both(self, en: str, zh: str) -> str:
        return zh if self.language.data_code == "zh" else en

    def _metric(self, key: str) -> str:
        from siyu.definitions import registry

        return self.language.metric(key) if key in registry().metrics else ""


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a column; a Chinese character is as wide as two others."""
    return max(1, -(-sum(1 + (sign > "\u2e7f") for sign in text) // (width - 1)))


def _sheet_name(name: str) -> str:
    return "".join(" " if sign in "[]:*?/\\／：" else sign for sign in name)[:31]
