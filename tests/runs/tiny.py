"""Tiny notebooks and subjects: kernels that do what runs/ is about, without seconds of imports in each."""

from __future__ import annotations

import json
from pathlib import Path

PARAMETERS = """subject: str = "luzhou_laojiao"  # whose report
case: str = "luzhou_laojiao"  # compared with
as_of: str = "2021-08-31"  # date
lang: str = "en"  # language
fee_cap: float = 0.05  # a cap
note: str = "plain"  # text
buyers: int = 3  # a count
strict: bool = True  # a switch"""

RECORD = """def record(key, value, section):
    number = {"name": "buyers", "value": value, "low": value, "high": value, "unit": "", "n": None}
    number |= {"interval_kind": "none", "definition": "", "sources": ["claim:S0-09"]}
    chart = {"kind": "none", "unit": "", "scale": "linear", "rows": [], "lines": [], "columns": []}
    return {"schema": 2, "key": key, "section": section, "role": "answer", "message_id": "Buyers: {buyers}",
            "subtitle": "", "cards": {}, "caveats": [], "needs": [], "feeds": [], "sources": ["claim:S0-09"],
            "values": [number], "chart": chart}
"""

WORKBOOK = (
    RECORD
    + """
from IPython.display import display
from siyu import reads
class Workbook:
    def finding(self, key, value):
        made = record(key, value, "SECTION")
        reads.conclude(made)
        data = {"application/vnd.siyu.finding+json": made}
        display({"text/plain": f"{key} = {value}", **data}, raw=True)
    def references(self):
        both = {"zh": "文", "en": "text"}
        source = {"id": "S0", "title": both, "publisher": "p", "published": "2021", "locator": "",
                  "grade": "C", "garbling": "none", "interest": both, "reason": both}
        claim = {"ref": "claim:S0-09", "kind": "claim", "name": both, "metric": "follower_count",
                 "statistic": "level", "as_printed": "3", "comparator": "=", "value": 3, "low": 3, "high": 3,
                 "unit": "", "period": "", "grade": "C", "garble": "no", "rejected": False, "locator": "",
                 "note": both, "not_stated": [], "conflicts": [], "rivals": [], "source": source}
        data = {"application/vnd.siyu.sources+json": {"claim:S0-09": claim}}
        display({"text/plain": "claim:S0-09", **data}, raw=True)
wb = Workbook()"""
)

FINDINGS = ("wb.finding('buyers', buyers)",)


def markdown(source):
    return {"cell_type": "markdown", "id": "", "metadata": {}, "source": source}


def code(source, *tags):
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code",
        "id": "",
        "metadata": metadata,
        "source": source,
        "execution_count": None,
        "outputs": [],
    }


def notebook(section, cells=FINDINGS, last="wb.references()", parameters=PARAMETERS, **told):
    listed = [
        markdown("# How many?"),
        code(parameters, "parameters"),
        code(WORKBOOK.replace("SECTION", section)),
    ]
    listed += [code(cell) for cell in cells] + ([code(last)] if last else [])
    for number, cell in enumerate(listed):
        cell["id"] = f"cell-{number}"
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": spec, "siyu": profile(section) | told}
    return {"cells": listed, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def profile(section):
    """What a tiny section says of itself."""
    return {
        "question": {"en": f"What of {section}?", "zh": f"{section}如何？"},
        "kinds": ["client"] if section >= "06" else ["case", "client"],
        "currency": "CNY" if section in ("02_case_study", "03_platform_economics") else "any",
        "needs": ["claims"],
    }


def write_notebook(folder: Path, section: str, cells=FINDINGS, **more) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{section}.ipynb"
    path.write_text(json.dumps(notebook(section, cells, **more)), encoding="utf-8")
    return path


def write_subject(folder: Path, name: str, **fields) -> Path:
    about = {"kind": "case", "as_of": "2021-08-31", "case": "luzhou_laojiao", "suppress_below": 0} | fields
    lines = [f"name: {{zh: {name}, en: {name}}}"] + [f"{key}: {value}" for key, value in about.items()]
    path = folder / name / "subject.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def record(key, value, section):
    """The record that the notebooks make."""
    names: dict = {}
    exec(RECORD, names)  # noqa: S102 - the same code as in the kernels
    return names["record"](key, value, section)


def executed(section="02_case_study", cells=FINDINGS, **parameters):
    """As a kernel would leave it, with the injected cell that papermill adds."""
    made = notebook(section, cells)
    if parameters:
        lines = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
        made["cells"].insert(2, code(lines, "injected-parameters"))
    for count, cell in enumerate((c for c in made["cells"] if c["cell_type"] == "code"), 1):
        cell["execution_count"] = count
    *_, last, references = made["cells"]
    finding = record("buyers", 3, section)
    last["outputs"] = [shown({"text/plain": "buyers = 3", "application/vnd.siyu.finding+json": finding})]
    references["outputs"] = [shown({"text/plain": "", "application/vnd.siyu.sources+json": {}})]
    return made


def shown(data):
    return {"output_type": "display_data", "data": data, "metadata": {}}
