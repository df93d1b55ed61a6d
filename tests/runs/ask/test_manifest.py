from __future__ import annotations

import pytest

from siyu.errors import UsageError
from siyu.runs.ask.manifest import wishes
from siyu.runs.ask.requests import checked


@pytest.fixture
def read(tmp_path):
    def reading(text):
        path = tmp_path / "batch.yml"
        path.write_text(text, encoding="utf-8")
        return wishes(path)

    return reading


GOOD = """
lang: [zh]
as_of: 2024-06-30
parameters: {buyers: 5}
limits: {seconds: 60, memory_mb: 512, output_mb: 5}
subjects:
  - alpha
  - subject: beta
    lang: [zh, en]
    parameters:
      note: "no"
      strict: false
    limits: {seconds: 120}
"""


def test_a_subject_has_the_defaults_and_its_own_settings_over_them(project, read):
    first, second = checked(*read(GOOD))
    assert (first.languages, first.as_of, first.parameters) == (("zh",), "2024-06-30", {"buyers": 5})
    assert (second.languages, second.as_of) == (("zh", "en"), "2024-06-30")
    assert second.parameters == {"buyers": 5, "note": "no", "strict": False}
    assert (first.limits.seconds, second.limits.seconds) == (60, 120)
    assert (second.limits.memory, second.limits.output) == (512 << 20, 5 << 20)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("subjects: [alpha]\nlang: [zh]\nlang: [en]", 3, "lang twice"),
        ("subjects:\n  - subject: alpha\n    parameters: {buyers: 1, buyers: 2}", 3, "buyers twice"),
        ("subjects: [alpha]\nlang: [no]", 2, "found no; expected one of zh, en"),
        ("subjects: [alpha]\nlang: zh", 2, "expected a list"),
        ("subjects: [alpha]\nlangs: [zh]", 2, "Did you mean lang?"),
        ("subjects: [alpha]\nparameters: {buyers: 013}", 2, "expected quotes around it"),
        ("subjects: [alpha]\nparameters: {buyers: 1_000}", 2, "expected quotes around it"),
        ("subjects: [alpha]\nparameters: {buyers: 0x1F}", 2, "expected quotes around it"),
        ("subjects: [alpha]\nparameters: {buyers: 12:30}", 2, "expected quotes around it"),
        ("subjects: [alpha]\nparameters: {buyers: '5'}", 2, "remove the quotes"),
        ("subjects: [alpha]\nparameters: {strict: yes}", 2, "expected true or false"),
        ("subjects: [alpha]\nparameters: {strict: True}", 2, "expected true or false"),
        ("subjects: [alpha]\npdf: yes", 2, "expected true or false"),
        ("subjects: [alpha]\nappendix: yes", 2, "expected true or false"),
        ("subjects: [alpha]\ntemplate: none.pptx", 0, "no readable presentation"),
        ("subjects: [alpha]\nparameters: {note: no}", 2, "put it in quotes"),
        ("subjects: [alpha]\nparameters: {note: 2021-08-31}", 2, "put it in quotes"),
        ("subjects: [alpha]\nparameters: {note: 1.5}", 2, "put it in quotes"),
        ("subjects: [alpha]\nparameters: {note: }", 2, "put it in quotes"),
        ("subjects: [alpha]\nparameters: {note: [a]}", 2, "expected one value"),
        ("subjects: [alpha]\nparameters: {buyrs: 5}", 2, "Did you mean buyers?"),
        ("subjects: [alpha]\nas_of: 2021-02-30", 2, "expected a date"),
        ("subjects: [alpha]\nas_of: 31.08.2021", 2, "expected a date"),
        ("subjects: [alpha]\nlimits: {seconds: 0}", 2, "above zero"),
        ("subjects: [alpha]\nlimits: {minutes: 5}", 2, "expected one of seconds"),
        ("subjects: [alpha, alpha]", 1, "alpha twice"),
        ("subjects: [alpa]", 1, "Did you mean alpha?"),
        ("subjects: [no]", 1, "found no"),
        ("subjects:\n  - lang: [zh]", 2, "found nothing; expected a subject"),
        ("subjects: {alpha: {}}", 1, "expected a list"),
        ("lang: [zh]", 1, "no subjects"),
        ("- alpha", 1, "expected keys with values"),
        ("", 0, "found nothing"),
        ("subjects: [alpha", 1, "expected YAML"),
        ("subjects: [alpha]\n\tlang: [zh]", 2, "expected YAML"),
        ("a: &x [alpha]\nsubjects: *x", 1, "an anchor or alias"),
        ("subjects: !!python/object/apply:os.system ['true']", 1, "found a tag"),
        ("subjects: [alpha]\n---\nsubjects: [beta]", 2, "expected YAML"),
        ("subjects: [alpha]\x00", 0, "expected YAML"),
    ],
)
def test_a_trap_is_refused_with_its_line(project, read, text, line, said):
    with pytest.raises(UsageError) as caught:
        checked(*read(text))
    first = caught.value.problems[0]
    assert first.line == line
    assert said in str(first)


def test_all_problems_are_said_at_once_of_the_form_and_of_what_is_named(project, read):
    text = """
lang: zh
langs: [zh]
pdf: yes
limits: {seconds: 0, minutes: 5}
template: none.pptx
parameters: {note: [a], buyers: three}
subjects:
  - alpa
  - subject: beta
    lang: [fr]
    as_of: soon
    parameters: {buyrs: 5}
  - [alpha]
  - alpha
"""
    with pytest.raises(UsageError) as caught:
        checked(*read(text))
    said = [(one.line, one.column) for one in caught.value.problems]
    expected = [(2, ""), (3, ""), (4, "pdf"), (5, ""), (5, "seconds"), (7, ""), (7, "buyers"), (9, "subject"),
                (11, "lang"), (12, "as_of"), (13, "parameter"), (14, "")]  # fmt: skip
    assert [one for one in said if one[0]] == expected
    assert sum("none.pptx" in str(one) for one in caught.value.problems) == 1


def test_no_manifest_and_no_text_are_refused(tmp_path):
    with pytest.raises(UsageError, match="no file"):
        wishes(tmp_path / "none.yml")
    (tmp_path / "latin.yml").write_bytes("subjects: [caf\xe9]".encode("latin-1"))
    with pytest.raises(UsageError, match="UTF-8"):
        wishes(tmp_path / "latin.yml")
