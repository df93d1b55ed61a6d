"""Chinese for every word of a closed list, a formula or a ledger that page, deck or tables show."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from types import SimpleNamespace
from typing import Any, get_args

import messages as wanted
import pytest
from babel.messages.pofile import read_po

from siyu import routes, workbook
from siyu.definitions import registry
from siyu.economy import labels as economy_words
from siyu.economy import tables
from siyu.evidence import labels as ledger_words
from siyu.evidence.assumptions import Assumption
from siyu.evidence.claims import Claim
from siyu.evidence.conflicts import Conflict
from siyu.evidence.fee_rule import Kind, RouteName
from siyu.evidence.readings.channels import Answer
from siyu.evidence.references import claim_entry
from siyu.evidence.sources import Grade
from siyu.formulas.contribution import terms
from siyu.formulas.people import people_terms
from siyu.language import Language
from siyu.messages import LOCALES
from siyu.messages import tables as label_tables
from siyu.render import labels
from siyu.render.citations import Citations
from siyu.render.speech import Speech
from siyu.runs.ask.sections import NOT_FOR, NOT_IN_CNY

ZH = Language("zh")
LEDGER = workbook.bundled_ledger()
WORDS = re.compile(r"[A-Za-z]{3,}")
HAN = "\u4e00-\u9fff"


def untranslated(messages):
    return sorted({message for message in messages if message and ZH.message(message) == message})


def field(model, name):
    return get_args(model.model_fields[name].annotation)


def test_every_text_has_its_chinese():
    assert len(wanted.messages()) > 1_000
    assert wanted.lacking() == {}


def test_what_may_be_one_month_has_the_form_for_it():
    """But what is never one: windows of a month and more, ages that are told from a quarter on, two ages in a row."""
    span = re.compile(
        r"\{(?!days\}|number\}|wechat_age\}|used\})\w+\} (?:days|months|weeks|goals|checks|problems|operators)\b"
    )
    assert [text for text in wanted.messages() if span.search(text)] == []
    assert Language("en").say("{gap:# month|# months}", {"gap": {"value": 1, "unit": "months"}}) == "1 month"


def test_a_new_text_is_found_where_it_stands_and_added_once(tmp_path):
    root, catalogs = tmp_path / "root", tmp_path / "catalogs"
    package = root / "src" / "siyu" / "orders"
    for folder in (package, root / "notebooks", root / "data", catalogs):
        folder.mkdir(parents=True)
    (root / "data" / "definitions.yml").write_text("metrics: {reach: {formula: seen / sent}}", encoding="utf-8")
    (package / "words.py").write_text("A = msg('Seen by half')", encoding="utf-8")
    (package / "labels.yml").write_text("WAYS: {shop: From the shop, own: {en: Own, zh: 自有}}", encoding="utf-8")
    cell = {"cell_type": "code", "metadata": {}, "source": "wb.finding('reach', 'Half of {n} saw it')"}
    word = {"cell_type": "markdown", "metadata": {}, "source": "## Who saw it?"}
    (root / "notebooks" / "04_reach.ipynb").write_text(json.dumps({"cells": [cell, word]}), encoding="utf-8")
    lacking = wanted.lacking(root, catalogs)
    assert lacking == {
        "Seen by half": ("orders", "src/siyu/orders/words.py:1"),
        "From the shop": ("orders", "src/siyu/orders/labels.yml: WAYS"),
        "Half of {n} saw it": ("notebooks", "notebooks/04_reach.ipynb: cell 1"),
        "## Who saw it?": ("notebooks", "notebooks/04_reach.ipynb: cell 2"),
        "seen / sent": ("definitions", "data/definitions.yml: reach"),
    }
    wanted.add(lacking, catalogs)
    written = (catalogs / "orders.po").read_text(encoding="utf-8")
    assert 'msgid "Seen by half"\nmsgstr ""' in written
    wanted.add(wanted.lacking(root, catalogs), catalogs)
    assert (catalogs / "orders.po").read_text(encoding="utf-8") == written
    (catalogs / "orders.po").write_text(written.replace('msgstr ""', 'msgstr "有字"'), encoding="utf-8")
    assert set(lacking) - set(wanted.lacking(root, catalogs)) == {"Seen by half", "From the shop"}


@pytest.mark.parametrize("part", ["formula", "denominator", "basis"])
def test_definitions_are_worded_in_chinese(part):
    assert untranslated(getattr(metric, part) for metric in registry().metrics.values()) == []


def test_steps_of_the_formulas_have_chinese_names():
    assert {term.key for route in routes.ROUTES for term in terms(route)} == set(routes.STEPS)
    assert {term.key for route in routes.ROUTES for term in people_terms(route)} == set(routes.PEOPLE_STEPS)
    assert untranslated([*routes.STEPS.values(), *routes.PEOPLE_STEPS.values()]) == []


def test_names_of_the_economics_have_chinese():
    named = [word for route in routes.ROUTES.values() for word in (route.name, route.word, route.rule)]
    named += [
        *economy_words.GROUP_NAMES.values(),
        *economy_words.RATES.values(),
        economy_words.ANY,
        *tables.STEPS.values(),
    ]
    assert untranslated(named) == []


LISTS: dict[str, tuple[Collection[str], Mapping[str, Any]]] = {
    "grade": (get_args(Grade), labels.GRADES),
    "statistic": (set(field(Claim, "statistic")) - {"none"}, labels.STATISTICS),
    "said": (field(Claim, "denominator"), labels.CHECKS),
    "answer": (get_args(Answer), labels.CHECKS),
    "garble": (field(Claim, "garble"), labels.CHECKS),
    "conflict": (field(Conflict, "kind"), labels.CONFLICTS),
    "resolution": (field(Conflict, "resolution"), labels.RESOLUTIONS),
    "field": (get_args(field(Conflict, "differing_field")[0]), labels.FIELDS),
    "conflict confidence": (field(Conflict, "confidence"), labels.CONFIDENCES),
    "assumption confidence": (field(Assumption, "confidence"), labels.CONFIDENCES),
    "family": (field(Assumption, "family"), labels.FAMILIES),
    "fee": (get_args(Kind), labels.FEES),
    "route": (set(get_args(RouteName)) - {"all"}, labels.ROUTES),
    "conflict in a table": (field(Conflict, "kind"), ledger_words.KINDS),
    "resolution in a table": (field(Conflict, "resolution"), ledger_words.OUTCOMES),
}


@pytest.mark.parametrize("name", LISTS)
def test_closed_lists_have_chinese_words(name):
    codes, words = LISTS[name]
    assert codes
    assert set(codes) <= set(words)
    said = [word for entry in words.values() for word in (entry if isinstance(entry, tuple) else (entry,))]
    assert untranslated(word for word in said if WORDS.search(word)) == []


def test_words_of_the_ledger_have_chinese_words():
    words = [*wanted.leaves([*label_tables(ledger_words.__file__).values()])]
    assert len(words) > 20
    assert untranslated(words) == []


def test_ledger_words_without_a_chinese_column_are_translated():
    """Places in a source, publishers, dates in words: shown as they are in English."""
    words: list[Any] = [claim.locator for claim in LEDGER.claims.values()]
    words += [text for source in LEDGER.sources.values() for text in (source.publisher, source.locator)]
    words += [row.vintage for row in workbook.open_workbook("x", "luzhou_laojiao").assumptions.rows.values()]
    phrases = {word for word in words if word and WORDS.search(word) and (" " in word or not {".", "/"} & set(word))}
    names_alone = {"PerformanceIN", "AdNews Australia"}
    files = {word for word in phrases if re.match(r"\S*[./]\S*(,|$)", word) and ZH.message(word) == word}
    assert untranslated(phrases - names_alone - files) == []
    assert untranslated([*NOT_FOR.values(), NOT_IN_CNY]) == []


@pytest.mark.parametrize("code", ["zh", "en"])
def test_a_passage_without_a_figure_is_said_in_words(code):
    records = {f"claim:{key}": claim_entry(claim, LEDGER) for key, claim in LEDGER.claims.items()}
    report: Any = SimpleNamespace(sources=records, findings=[])
    passages = {ref for ref, record in records.items() if record.as_printed.startswith("(")}
    assert {records[ref].as_printed for ref in passages} == set(labels.PASSAGES)
    citations = Citations(report, Speech(Language(code)))
    for ref in passages:
        said = citations.printed(records[ref])
        for text in (said.markup().striptags(), str(said)):
            assert text
            assert not text.startswith("(")
            assert code == "en" or not WORDS.search(text)


# --- the files themselves ---------------------------------------------------------------------------


def files():
    found = {}
    for path in sorted((LOCALES / "zh" / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            found[path.name] = {message.id: message.string for message in read_po(file) if message.id}
    return found


def test_no_message_is_translated_in_two_ways():
    said = defaultdict(set)
    for messages in files().values():
        for message, words in messages.items():
            said[message].add(words)
    assert {message: words for message, words in said.items() if len(words) > 1} == {}


def test_translations_keep_every_placeholder():
    for name, messages in files().items():
        for message, words in messages.items():
            assert set(re.findall(r"\{([^}:]*)", message)) == set(re.findall(r"\{([^}:]*)", words)), (name, message)


def chinese():
    """(where, text) of every Chinese text of ours: messages, definitions, columns of the ledgers."""
    for name, messages in files().items():
        yield from ((name, words) for words in messages.values())
    yield from (("definitions.yml", metric.zh) for metric in registry().metrics.values())
    rows = [*LEDGER.claims.values(), *LEDGER.conflicts.values()]
    rows += workbook.open_workbook("x", "luzhou_laojiao").assumptions.rows.values()
    for row in rows:
        yield from ((str(row.line), text) for key, text in row if key.endswith("_zh") and text)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (rf"[{HAN}] +[\d{{]|[\d}}] +[{HAN}]", "a space between a number and a Chinese word"),
        (rf"[{HAN}][,;:?!]|[{HAN}]\.(?!\w)", "half-width punctuation behind Chinese"),
        (r"[“”]", "quotation marks other than 「」"),
        (rf"[{HAN}] *\([^)]*[{HAN}]", "half-width brackets around Chinese"),
        (r"印(作|成|为|出|的)|所印|印法", "printed, said of a web page"),
    ],
)
def test_chinese_is_set_as_chinese(fault, why):
    found = [(where, text) for where, text in chinese() if re.search(fault, text)]
    assert found == [], why


def test_the_rules_of_setting_find_planted_faults():
    assert re.search(rf"[{HAN}] +[\d{{]", "共 3 个")
    assert re.search(rf"[{HAN}][,;:?!]", "你好,世界")
