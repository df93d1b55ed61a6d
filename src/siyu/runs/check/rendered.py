"""Rendered files, read back: what they print must be what `findings.json` holds."""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from siyu.record import Mark, TableRow, TitledFinding
from siyu.runs.check.office import deck_faults, tables_faults
from siyu.runs.files.numerals import numbers_in, strange_numerals
from siyu.runs.files.report_files import file_name, findings_of, renderings

Records = Sequence[TitledFinding]
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_FIGURE = re.compile(r'(?:<table\b[^>]*\bdata-of="([^"]*)"|(</table>)|<data\b([^>]*)>([^<]*)</data>)')
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_ARGUMENT = re.compile(r"\.arg\.\w+$")


def rendering_faults(folder: Path, languages: Sequence[str], *, pdf: bool = False) -> list[str]:
    """What is missing or differs between the files of a report; empty when nothing does."""
    try:
        findings = findings_of(folder).findings
    except (OSError, ValueError) as error:
        return [f"findings.json cannot be read back ({type(error).__name__})"]
    if not findings:
        return ["findings.json holds no finding"]
    found = []
    for kind, code in [*renderings(languages), *(("pdf", code) for code in languages if pdf)]:
        path = folder / file_name(kind, code)
        if not path.exists():
            found.append(f"{path.name} is missing")
        elif path.suffix in _READERS:
            found += [f"{path.name} {fault}" for fault in _READERS[path.suffix](path, findings)]
    return found


def page_faults(path: Path, findings: Records) -> Iterator[str]:
    """Every `<data>` figure is the number that its reference names, and what it shows is that number."""
    page, numbers = path.read_text(encoding="utf-8"), _Numbers(findings)
    if not page.rstrip().endswith("</html>"):
        yield "ends early"
    strange = []
    of = ""
    for table, end, attributes, shown in _FIGURE.findall(_SCRIPT.sub("", page)):
        if table or end:  # whose figures a table holds: references in it begin with a dot
            of = table
            continue
        given = {name: html.unescape(text) for name, text in _ATTRIBUTE.findall(attributes)}
        ref = given.get("data-ref", "")
        ref = of + ref if ref.startswith(".") else ref
        figures = {"": given.get("value", "")}
        figures |= {f".{end}": given[f"data-{end}"] for end in ("low", "high") if f"data-{end}" in given}
        wrong = [f"{ref}{end}={text}" for end, text in figures.items() if not numbers.hold(f"{ref}{end}", text)]
        known = [float(text) for text in figures.values() if _is_number(text)]
        if _ARGUMENT.search(ref):  # a range in a text: its ends are not beside it
            known += numbers.of(ref)
        strange += wrong or [f"{ref} as {one}" for one in strange_numerals(html.unescape(shown), known)]
    if strange:
        yield f"prints figures that findings.json does not hold: {', '.join(strange[:3])}"


def _pdf_faults(path: Path, _findings: Records) -> Iterator[str]:
    """A print is whole: it is made from the page, whose figures have been read."""
    content = path.read_bytes()
    if not (content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")):
        yield "ends early"


_READERS: Mapping[str, Callable[[Path, Records], Iterator[str]]] = {
    ".html": page_faults, ".xlsx": tables_faults, ".pptx": deck_faults, ".pdf": _pdf_faults,
}  # fmt: skip


class _Numbers:
    """The numbers of all findings: of values and rows by name and part, of anything else by finding."""

    def __init__(self, findings: Records) -> None:
        self.parts: dict[tuple[str, str, str], set[float]] = {}
        self.all: dict[str, set[float]] = {}
        for record in findings:
            self.all.setdefault(record.key, set()).update(numbers_in(record.as_json()))
            rows: Sequence[Mark | TableRow] = record.chart.rows
            named = [(value.name, value) for value in record.values]
            for name, parts in [*named, *((f"rows[{at}]", row) for at, row in enumerate(rows))]:
                for part, content in parts.as_json().items():  # sections may use one key each
                    self.parts.setdefault((record.key, name, part), set()).update(numbers_in(content))

    def hold(self, ref: str, text: str) -> bool:
        """Whether a printed figure is what the findings hold at its reference: `key.name[.part]`."""
        key, _, rest = ref.partition(".")
        if key not in self.all:
            return True  # of a source or a parameter, not of a finding
        name, _, part = rest.partition(".")
        expected = self.parts.get((key, name, part or "value"), self.all[key])
        return _is_number(text) and float(text) in expected

    def of(self, ref: str) -> set[float]:
        """All numbers of the finding that a reference names, or of all findings."""
        return self.all.get(ref.partition(".")[0]) or set[float]().union(*self.all.values())


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
