"""Texts to translate: found in code, templates, notebooks and data; new ones are added to the .po files.

`make messages` adds what is new, with an empty Chinese text, to the file of its domain, and lists what lacks
Chinese. A section's question stands in both languages in its notebook's metadata and needs nothing here.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
import tokenize
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import normalize, read_po

from siyu.runs.ask.parameters import BOUNDS

ROOT = Path(__file__).resolve().parents[1]
CATALOGS = ROOT / "src" / "siyu" / "locale" / "zh" / "LC_MESSAGES"
KEYWORDS = {"msg": None, "_": None, "message": None, "_say": None}  # what texts are given to
# first folder below src/siyu that fits -> the .po file of its texts
HOMES = {"render/deck": "deck", "render": "page", "intake": "intake", "own_data": "intake", "orders": "orders",
         "value": "value", "reach": "reach", "growth": "growth",
         "runs": "runs", "evidence": "evidence", "models": "evidence"}  # fmt: skip
NO_TEXTS = ("{it}", "label")  # an example in a docstring; a key inside of a call
READS_LIKE_WORDS = re.compile(r"^[A-Z{“].*[a-z]|.* .*")
WORDLESS = ("query", "eval", "assumption", "reference", "figure", "rival", "own_figure")  # calls that take no text


def messages(root: Path = ROOT) -> dict[str, tuple[str, str]]:
    """Message id -> (.po file without its ending, first place it was found at)."""
    found: dict[str, tuple[str, str]] = {}
    for text, home, place in (*_code(root), *_labels(root), *_notebooks(root), *_definitions(root)):
        found.setdefault(text, (home, place))
    return found


def translated(catalogs: Path = CATALOGS) -> set[str]:
    """Message ids that have a Chinese text."""
    return {str(entry.id) for path in catalogs.glob("*.po") for entry in _entries(path) if entry.id and entry.string}


def lacking(root: Path = ROOT, catalogs: Path = CATALOGS) -> dict[str, tuple[str, str]]:
    """`messages` without a Chinese text."""
    done = translated(catalogs)
    return {text: at for text, at in messages(root).items() if text not in done}


def add(missing: Mapping[str, tuple[str, str]], catalogs: Path = CATALOGS) -> None:
    """Write those that no .po file has yet at the end of theirs, to be filled in."""
    known = {str(entry.id) for path in catalogs.glob("*.po") for entry in _entries(path)}
    for text, (home, place) in missing.items():
        if text not in known:
            with (catalogs / f"{home}.po").open("a", encoding="utf-8") as file:
                file.write(f'\n#: {place}\nmsgid {normalize(text)}\nmsgstr ""\n')


def texts(cells: Collection[str]) -> set[str]:
    """Texts in code cells: constants that read like words, outside of calls that take none."""
    trees = [ast.parse(source) for source in cells]
    skipped = {id(part) for tree in trees for node in ast.walk(tree) if _wordless(node) for part in ast.walk(node)}
    constants = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    said = {one.value for one in constants if isinstance(one.value, str) and id(one) not in skipped}
    return {text for text in said if READS_LIKE_WORDS.match(text)}


def _wordless(node: ast.AST) -> bool:
    match node:
        case ast.AnnAssign():
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in WORDLESS
    return False


def _code(root: Path) -> Iterator[tuple[str, str, str]]:
    package = root / "src" / "siyu"
    methods = [("**.py", "python"), ("render/templates/**.j2", "jinja2")]
    for folder, kinds in ((package, methods), (root / "scripts", methods[:1])):
        for place, line, text, *_ in extract_from_dir(folder, kinds, keywords=KEYWORDS):
            if isinstance(text, str) and text not in NO_TEXTS:
                yield text, _home(place), f"{folder.relative_to(root).as_posix()}/{place}:{line}"


def _labels(root: Path) -> Iterator[tuple[str, str, str]]:
    """Tables of labels; what stands there in both languages is no message."""
    package = root / "src" / "siyu"
    for path in sorted(package.rglob("labels.yml")):
        place = path.relative_to(package).as_posix()
        for name, table in yaml.safe_load(path.read_bytes()).items():
            yield from ((text, _home(place), f"src/siyu/{place}: {name}") for text in leaves(table))


def leaves(table: Any) -> Iterator[str]:
    """Texts of nested tables and lists, but those in both languages."""
    if isinstance(table, str):
        yield table
    elif "zh" not in table:
        for entry in table.values() if isinstance(table, dict) else table:
            yield from leaves(entry)


def _home(place: str) -> str:
    return next((home for folder, home in HOMES.items() if place.startswith(folder)), "notebooks")


def _notebooks(root: Path) -> Iterator[tuple[str, str, str]]:
    """Markdown cells, texts of code cells, meanings of parameters."""
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        for number, cell in enumerate(json.loads(path.read_bytes())["cells"], 1):
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                found = {source}
            elif "parameters" in cell["metadata"].get("tags", []):
                tokens = tokenize.generate_tokens(io.StringIO(source).readline)
                comments = (token.string.lstrip("# ").strip() for token in tokens if token.type == tokenize.COMMENT)
                found = {BOUNDS.sub("", comment) for comment in comments}
            else:
                found = texts([source])
            for text in sorted(found):
                yield text, "notebooks", f"notebooks/{path.name}: cell {number}"


def _definitions(root: Path) -> Iterator[tuple[str, str, str]]:
    path = root / "data" / "definitions.yml"
    for key, metric in yaml.safe_load(path.read_text(encoding="utf-8"))["metrics"].items():
        for part in ("formula", "denominator", "basis"):
            if metric.get(part):
                yield metric[part], "definitions", f"data/definitions.yml: {key}"


def _entries(path: Path) -> list[Any]:
    with path.open("rb") as file:
        return list(read_po(file, locale="zh"))


def main() -> int:
    """Add what is new and list what lacks Chinese, a line a text; 1 while something does."""
    missing = lacking()
    add(missing)
    for text, (home, place) in missing.items():
        print(f"{home}.po  {place}\n    {text!r}")
    print(f"{len(missing)} of {len(messages())} texts lack Chinese")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
