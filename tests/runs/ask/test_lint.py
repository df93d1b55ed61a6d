from __future__ import annotations

import pytest

from siyu.errors import UsageError
from siyu.runs.ask import sections
from siyu.runs.ask.lint import hidden_failures, lint


@pytest.mark.parametrize(
    "cell",
    [
        "!false",
        "%%bash\nfalse",
        "x = !ls",
        "%run other.py",
        "get_ipython().system('false')",
        "import os; os.system('false')",
        "import subprocess; subprocess.run(['false'])",
        "try:\n    risky()\nexcept:\n    pass",
        "try:\n    risky()\nexcept Exception:\n    pass",
        "try:\n    risky()\nexcept BaseException as error:\n    print(error)",
        "import sys; sys.exit(0)",
        "exit()",
        "import os; os._exit(0)",
    ],
)
def test_what_can_hide_a_failure_is_found(tiny, cell):
    [(number, _, _)] = hidden_failures(tiny.notebook("02_case_study", (cell,)))
    assert number == 4


@pytest.mark.parametrize(
    "cell", ["await load()", "try:\n    risky()\nexcept KeyError:\n    raise", "print('!false')", "x = 7 % 3"]
)
def test_plain_python_passes(tiny, cell):
    assert list(hidden_failures(tiny.notebook("02_case_study", (cell,)))) == []


def test_all_places_are_named_before_anything_starts(project):
    project.notebook("01_evidence", "!false", "%%bash\nfalse")
    project.notebook("02_case_study", "exit()")
    with pytest.raises(UsageError) as caught:
        lint(sections.notebooks())
    assert len(caught.value.problems) == 3


def test_the_bundled_notebooks_pass():
    lint(sections.notebooks())
