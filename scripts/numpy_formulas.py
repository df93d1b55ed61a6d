"""The functions of numpy that bundled reports need of the formulas, as SymPy generates them.

`formulas/numpy.json` holds what this prints, so that a first report does not wait for the algebra. After a change of
the formulas, `python scripts/numpy_formulas.py` prints it anew (half a minute); a test fails until it is. What is not
in it is generated when it is needed.
"""

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from unittest import mock

import nbformat
from sympy import Expr

from siyu.formulas import compiled
from siyu.paths import notebooks_dir

CASE, SALES = ("03_platform_economics", "04_reach"), ("07_repurchase", "08_customer_value")
REPORTS = {"luzhou_laojiao": CASE, "lijiaqi_group": CASE, "douyin_ecommerce": CASE, "cdnow": SALES,
           "demo": (*CASE, "05_growth", *SALES, "09_playbook")}  # fmt: skip


def run(section: str, subject: str) -> None:
    """The cells of a notebook, in this process."""
    space: dict[str, object] = {}
    notebook: Any = nbformat.read(notebooks_dir() / f"{section}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            given = f"\nsubject = {subject!r}" if "parameters" in cell.metadata.get("tags", []) else ""
            exec(compile(cell.source + given, section, "exec"), space)  # noqa: S102 - the project's own


def printed() -> str:
    """The content of `numpy.json`: key -> source."""
    sources: dict[str, str] = {}
    generated = compiled.generated

    def recorded(names: Sequence[str], outputs: Mapping[str, Expr]) -> str:
        return sources.setdefault(compiled.key(names, outputs), generated(names, outputs))

    with tempfile.TemporaryDirectory() as home, nothing_kept(home), mock.patch.object(compiled, "generated", recorded):
        for subject, sections in REPORTS.items():
            for section in sections:
                with contextlib.redirect_stdout(io.StringIO()):
                    run(section, subject)
    return json.dumps(dict(sorted(sources.items())), indent=1) + "\n"


@contextlib.contextmanager
def nothing_kept(home: str) -> Iterator[None]:
    """Without what was printed, or kept in this process or on this machine."""
    compiled.function_of.cache_clear()
    places = {"SIYU_HOME": "", "XDG_CACHE_HOME": home}
    with mock.patch.dict(os.environ, places), mock.patch.object(compiled, "printed", dict):
        yield


if __name__ == "__main__":
    compiled.FILE.write_text(printed(), encoding="utf-8", newline="\n")
