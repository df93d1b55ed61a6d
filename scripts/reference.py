"""Write docs/reference.md from the code: `python scripts/reference.py [FILE]`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from siyu.commands.main import VERBS
from siyu.definitions import registry
from siyu.intake.formats.format import Column, Format
from siyu.workbook import Workbook

FILE = Path(__file__).parents[1] / "docs" / "reference.md"


def reference() -> str:
    """The page as it is committed."""
    return "\n".join(
        [
            "# Reference",
            "",
            "Made from the code by `make reference`.",
            *_verbs(),
            *_metrics(),
            *_keys(),
            *_methods(),
            "",
        ]
    )


def _verbs() -> Iterator[str]:
    yield from ("", "## Verbs")
    for verb in VERBS:
        given = " ".join(
            one.make_metavar(click.Context(verb)) for one in verb.params if isinstance(one, click.Argument)
        )
        yield from ("", f"### siyu {verb.name} {given}".rstrip(), "", _first(verb.help or ""), "")
        for one in verb.params:
            if isinstance(one, click.Option):
                yield f"- `{', '.join(one.opts)}` {' '.join((one.help or '').split())}".rstrip()


def _metrics() -> Iterator[str]:
    yield from ("", "## Metrics", "", "| key | unit | English | 中文 |", "|---|---|---|---|")
    for key, one in registry().metrics.rows.items():
        yield f"| `{key}` | {one.unit} | {one.en} | {one.zh} |"


def _keys() -> Iterator[str]:
    kinds: dict[str, Any] = {"Keys of a format": Format, "Keys of its columns": Column}
    for title, kind in kinds.items():
        yield from ("", f"## {title}", "", "What each means stands in the [codebook](../data/README.md#formats).", "")
        yield ", ".join(f"`{name}`" for name in kind.model_fields if name not in ("key", "open"))


def _methods() -> Iterator[str]:
    yield from ("", "## The workbook", "", "`wb = open_workbook(section, subject)`", "")
    for name in sorted(name for name in dir(Workbook) if not name.startswith("_")):
        held = inspect.getattr_static(Workbook, name)
        told = held.func if isinstance(held, cached_property) else held.fget if isinstance(held, property) else held
        if doc := inspect.getdoc(told) if inspect.isfunction(told) else None:
            call = "" if told is not held else f"({', '.join([*inspect.signature(told).parameters][1:])})"
            yield f"- `{name}{call}` {_first(doc)}"


def _first(text: str) -> str:
    """The first paragraph as one line."""
    return " ".join(text.partition("\n\n")[0].split())


if __name__ == "__main__":
    Path(sys.argv[1] if sys.argv[1:] else FILE).write_text(reference(), encoding="utf-8")
