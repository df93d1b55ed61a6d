"""The report as one HTML file: offline, without requests, under a policy that admits only what is in it."""

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from siyu import theme
from siyu.language import LANGUAGES, Language
from siyu.paths import kept
from siyu.render import labels
from siyu.render.page import whatif
from siyu.render.page.heat_grid import grid
from siyu.render.page.markdown import cell
from siyu.render.page.page import Page, anchor
from siyu.render.page.pictures import drawn
from siyu.render.page.typeface import font_css, texts_by_weight
from siyu.render.report import Report
from siyu.render.speech import definitions, step_name, trial_text

TEMPLATES = Path(__file__).parents[1] / "templates"
HTML_LANG = {"zh": "zh-CN", "en": "en", "xx": "en-XA"}
_POLICY = (
    "default-src 'none'; img-src data:; font-src data:; style-src '{}'; script-src '{}'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)
_NAMES = {"zh": "中文", "en": "English"}


def render_report(report: Report, language_code: str, languages: Sequence[str] = LANGUAGES) -> str:
    """The page of a report in `zh` or `en` (`xx` for the translation check), with links to its other `languages`.

    The same report gives the same bytes."""
    page = Page(report, Language(language_code))
    environment = environment_of(page.language)
    environment.globals |= {
        "page": page,
        "report": page.report,
        "labels": labels,
        "anchor": anchor,
        "whatif_content": whatif.content,
        "drawn_on_page": drawn,
        "markdown": cell,
        "grid": grid,
        "definitions": definitions,
        "step_name": step_name,
        "trial_text": trial_text,
        "other_languages": [
            {"code": code, "lang": HTML_LANG[code], "name": _NAMES[code]} for code in languages if code != language_code
        ],
    }
    environment.tests["known"] = page.citations.known
    about = page.language.message(", ").join(
        [page.language.message(labels.SUBJECTS[report.subject.kind]), report.as_of]
    )
    title = page.language.message(": ").join([page.speech.label(report.subject.name).attribute(), about])
    description = page.plain_title(page.report.by_key[page.summary.answer]) if page.summary else title
    body = environment.get_template("report.html.j2").render()
    formulas = {page.id(f): whatif.formula(f.whatif.gain) for f in report.findings if f.whatif}
    if not formulas:
        return shell(environment, body, title, "page.js", description=description)
    functions = ", ".join(f"{json.dumps(name)}: {source}" for name, source in formulas.items())
    script = f"const formulas = {{{functions}}};"
    files = ("page.js", "whatif.js", "whatif.css")
    return shell(environment, body, title, *files, generated=script, description=description)


def shell(
    environment: jinja2.Environment, body: str, title: str, *files: str, generated: str = "", description: str = ""
) -> str:
    """A whole document around a body: fonts cut to its text, one style, one script, and a policy of their hashes.

    files: names of templates to put in, .css after the page's own, .js in order. generated: script before them.
    description: what a preview of a link to it says.
    """
    style = "\n".join([font_css(texts_by_weight(body)), _colours(), _read("page.css"), *_all(files, ".css")])
    script = "\n".join([*([generated] if generated else []), *_all(files, ".js")])
    policy = _POLICY.format(_digest(style), _digest(script))
    template = environment.get_template("shell.html.j2")
    # safe: the project's own files, and a body rendered with autoescape
    parts = {"style": Markup(style), "script": Markup(script), "body": Markup(body)}  # noqa: S704
    return template.render(title=title, description=description, csp=policy, **parts)


class _Templates(jinja2.Environment):
    """Keeps templates as the Python code that they become."""

    def compile(self, source: Any, name: str | None = None, filename: str | None = None, *_: Any, **__: Any) -> Any:
        compiled: Any = super().compile
        what = repr([jinja2.__version__, name, source])
        code = kept("templates", what, lambda: compiled(source, name, filename, raw=True).encode())
        return compile(code, filename or "<template>", "exec")


def environment_of(language: Language) -> jinja2.Environment:
    """Templates with autoescape, `_` bound to a language."""
    environment = _Templates(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"_": language.message, "comma": language.comma, "html_lang": HTML_LANG[language.code]}
    return environment


def _colours() -> str:
    """The theme's colours as custom properties; the dark ones are their counterparts on a dark ground."""
    light = {"ink": theme.INK, "mute": theme.MUTE, "line": theme.LINE, "paper": theme.PAPER, "soft": theme.SOFT}
    light |= {"main": theme.MAIN, "warn": theme.RIVAL, "weak": theme.WEAK}
    return ":root{" + ";".join(f"--{name}:{value}" for name, value in light.items()) + "}"


def _all(files: Iterable[str], suffix: str) -> list[str]:
    return [_read(name) for name in files if name.endswith(suffix)]


def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8").strip()


def _digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")
