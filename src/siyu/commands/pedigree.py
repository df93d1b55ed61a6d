"""What a published number was made from, as text."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from siyu.errors import Problem, UsageError, nearest, shown_path
from siyu.record import AssumptionEntry, ClaimEntry, Entry, FeeEntry, TitledFinding, Value
from siyu.runs.files import executed, storage
from siyu.runs.files.record import PUBLISHED, opened
from siyu.runs.files.report_files import findings_of

Entries = Mapping[str, Entry]


def traced(folder: Path, key: str) -> str:
    """The pedigree of finding `key`, or of one value of it (`key.value`), as text.

    Sections may use one key each; all findings of that key are shown. Raises UsageError when nothing is
    published there, or no such finding or value is in it.
    """
    file = shown_path(folder / "findings.json")
    record = opened(folder)
    if record is None or record["status"] != PUBLISHED:
        raise UsageError([Problem(file, 0, "", "no published report", "one", f"Run: siyu report {folder.name}")])
    try:
        findings = findings_of(folder).findings
    except ValueError as error:
        step = f"Run: siyu verify {shown_path(folder)}, then siyu report {folder.name}"
        found, expected = "what no run has written", "findings as they were sealed"
        raise UsageError([Problem(file, 0, "", found, expected, step)]) from error
    name, _, part = key.partition(".")
    if not (chosen := [one for one in findings if one.key == name]):
        known = {one.key for one in findings}
        raise UsageError([Problem(file, 0, "key", key, "the key of a finding", nearest(name, known))])
    values = {value.name for one in chosen for value in one.values}
    if part and part not in values:
        raise UsageError([Problem(file, 0, "value", part, f"a value of {name}", nearest(part, values))])
    notebooks = [storage.read_json(folder / "notebooks" / f"{one.section}.ipynb") for one in chosen]
    entries = map(executed.references, notebooks)
    return "\n\n".join(_finding(one, part, own) for one, own in zip(chosen, entries, strict=True))


def _finding(finding: TitledFinding, part: str, entries: Entries) -> str:
    values = [value for value in finding.values if part in ("", value.name)]
    lines = [f"{finding.key} ({finding.section}): {finding.title.en}"]
    for value in values:
        lines += ["", *_value(value), *_sources(value.sources, entries)]
    rest = sorted({*finding.sources} - {ref for value in values for ref in value.sources})
    if rest and not part:
        lines += ["", "chart and context", *_sources(rest, entries)]
    return "\n".join(lines)


def _value(value: Value) -> list[str]:
    span = "" if value.low == value.high else f"  [{value.low:,.10g}, {value.high:,.10g}] {value.interval_kind}"
    lines = [f"{value.name} = {value.value:,.10g}{span}  {value.unit}".rstrip()]
    named = {"definition": value.definition, "formula": value.formula}
    return lines + [f"  {name}: {text}" for name, text in named.items() if text]


def _sources(refs: Iterable[str], entries: Entries) -> list[str]:
    return [line for ref in refs for line in _source(ref, entries.get(ref))]


def _source(ref: str, entry: Entry | None) -> list[str]:
    if entry is None:
        return [f"  <- {ref}"]
    claim = entry if isinstance(entry, ClaimEntry) else None
    said = (claim.as_printed if claim else "") or (entry.name.en if entry.name else "")
    lines = [f"  <- {ref}  {said}{f'  grade {entry.grade}' if entry.grade else ''}".rstrip()]
    if numbers := _numbers(entry):
        lines.append(f"       {numbers}".rstrip())
    if source := entry.source:
        where = (source.title.en, (claim.locator if claim else None) or source.locator)
        lines.append(f"       {' '.join(filter(None, where))}")
    if claim and claim.not_stated:
        lines.append(f"       not stated: {', '.join(claim.not_stated)}")
    rivals = [f"{one.kind}: {one.ref} {one.as_printed} (grade {one.grade})" for one in (claim.rivals if claim else ())]
    return lines + [f"       {rival}" for rival in dict.fromkeys(rivals)]


def _numbers(entry: Entry) -> str:
    match entry:
        case ClaimEntry():
            ends, middle = (entry.low, entry.value, entry.high), "value"
        case AssumptionEntry() | FeeEntry():
            ends, middle = entry.ends, "mode"
        case _:
            return ""
    said = [f"{end:,.10g}" if isinstance(end, int | float) else end or "not a number" for end in ends]
    return f"low {said[0]}, {middle} {said[1]}, high {said[2]} {entry.unit}"
