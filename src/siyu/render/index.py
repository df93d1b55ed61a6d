"""The index of a folder of reports: every subject with its state, its answer and its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from siyu.language import LANGUAGES, Language
from siyu.render.html import _environment, shell


def render_index(records: Sequence[Mapping[str, Any]]) -> str:
    """The page of `<out>/index.html`, in both languages.

    records: contents of `run.json`, each with `folder`, its folder relative to the index. A subject whose
    last run failed may have two: the published one that stands, and the failed one with its `reasons`.
    """
    environment = _environment(Language("zh"))
    languages = [Language(code) for code in LANGUAGES]
    body = environment.get_template("index.html.j2").render(records=records, languages=languages)
    return shell(environment, body, "Siyu 私域", "index.js")
