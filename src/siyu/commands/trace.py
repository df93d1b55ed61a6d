"""`siyu trace` and `siyu verify`: what a published number was made from, and whether a report is as sealed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from siyu.commands.options import FILE, OUT, reporting_problems
from siyu.errors import Problem, UsageError, nearest, shown_path
from siyu.runs.files import executed, storage
from siyu.runs.files.record import PUBLISHED, mismatches, opened

Records = Mapping[str, Mapping[str, Any]]


@click.command()
@click.argument("folder", type=FILE)
@reporting_problems
def verify(folder: Path) -> None:
    """Check that the report in FOLDER is what was sealed."""
    found = mismatches(folder)
    for mismatch in found:
        click.echo(f"{shown_path(folder)}/{mismatch}", err=True)
    if found:
        sys.exit(1)
    click.echo(f"{shown_path(folder)}: the seal holds", err=True)


@click.command()
@click.argument("subject")
@click.argument("key")
@OUT
@reporting_problems
def trace(subject: str, key: str, out: Path) -> None:
    """Print what finding KEY (or KEY.value) of the published report of SUBJECT was made from."""
    click.echo(traced(out / subject, key))


def traced(folder: Path, key: str) -> str:
    """The pedigree of finding `key`, or of one value of it (`key.value`), as text.

    Sections may use one key each; all findings of that key are shown. Raises UsageError when nothing is
    published there, or no such finding or value is in it.
    """
    file = shown_path(folder / "findings.json")
    record = opened(folder)
    if record is None or record["status"] != PUBLISHED:
        step = f"Run: siyu report {folder.name}"
        raise UsageError([Problem(file, 0, "", "no published report", "one", step)])
    findings = storage.read_json(folder / "findings.json")["findings"]
    name, _, part = key.partition(".")
    chosen = [one for one in findings if one["key"] == name]
    if not chosen:
        known = {one["key"] for one in findings}
        raise UsageError([Problem(file, 0, "key", key, "the key of a finding", nearest(name, known))])
    values = {value["name"] for one in chosen for value in one["values"]}
    if part and part not in values:
        raise UsageError([Problem(file, 0, "value", part, f"a value of {name}", nearest(part, values))])
    return "\n\n".join(_finding(one, part, _records(folder, one["section"])) for one in chosen)


def _records(folder: Path, section: str) -> Records:
    return executed.references(storage.read_json(folder / "notebooks" / f"{section}.ipynb"))


def _finding(finding: Mapping[str, Any], part: str, records: Records) -> str:
    values = [value for value in finding["values"] if part in ("", value["name"])]
    lines = [f"{finding['key']} ({finding['section']}): {finding['title']['en']}"]
    for value in values:
        lines += ["", *_value(value), *_sources(value["sources"], records)]
    rest = sorted(set(finding["sources"]) - {ref for value in values for ref in value["sources"]})
    if rest and not part:
        lines += ["", "chart and context", *_sources(rest, records)]
    return "\n".join(lines)


def _value(value: Mapping[str, Any]) -> list[str]:
    lines = [f"{value['name']} = {_number(value['value'])}{_range(value)}  {value['unit']}".rstrip()]
    named = [f"  {name}: {value[name]}" for name in ("definition", "formula") if value.get(name)]
    return lines + named


def _range(value: Mapping[str, Any]) -> str:
    if value["low"] == value["high"]:
        return ""
    return f"  [{_number(value['low'])}, {_number(value['high'])}] {value['interval_kind']}"


def _sources(refs: Iterable[str], records: Records) -> list[str]:
    return [line for ref in refs for line in _source(ref, records.get(ref, {}))]


def _source(ref: str, record: Mapping[str, Any]) -> list[str]:
    said = record.get("as_printed") or _said(record.get("name", ""))
    grade = f"  grade {record['grade']}" if record.get("grade") else ""
    lines = [f"  <- {ref}  {said}{grade}".rstrip()]
    numbers = [f"{name} {_number(record[name])}" for name in ("low", "mode", "value", "high") if name in record]
    if numbers:
        lines.append(f"       {', '.join(numbers)} {record.get('unit') or ''}".rstrip())
    if source := record.get("source"):
        where = (_said(source.get("title", "")), record.get("locator") or source.get("locator"))
        lines.append(f"       {' '.join(filter(None, where))}")
    if record.get("not_stated"):
        lines.append(f"       not stated: {', '.join(record['not_stated'])}")
    rivals = [
        f"{one['kind']}: {one['ref']} {one['as_printed']} (grade {one['grade']})" for one in record.get("rivals", ())
    ]
    return lines + [f"       {rival}" for rival in dict.fromkeys(rivals)]


def _said(text: Any) -> str:
    return str(text.get("en", "")) if isinstance(text, Mapping) else str(text)


def _number(content: Any) -> str:
    return (
        f"{content:,.10g}" if isinstance(content, int | float) else "not a number" if content is None else str(content)
    )
