"""What happens to YAML that people write: lines lost, twice, moved; values of another kind; bytes of another program."""

from __future__ import annotations

import random
from collections.abc import Callable

VALUES = (
    *(
        "",
        "null",
        "'?'",
        "[]",
        "{}",
        "[1, [2]]",
        "{a: {b: c}}",
        "[{}]",
        "true",
        "no",
        "-1",
        "0",
        "1e309",
        ".nan",
        ".inf",
    ),
    *(
        "0123",
        "1_000",
        "12:30",
        "0x1F",
        "2021-13-01",
        "9999-12-31",
        "0001-01-01",
        "2021-08-03 10:00:00",
        "1" * 400,
        "1" * 5_000,
    ),
    *(
        "'",
        '"a\\x00"',
        '"\\ud800"',
        "!!python/object/apply:os.system [x]",
        "!!binary aGk=",
        "!!set {a}",
        "&a x",
        "*a",
        "|",
        ">",
    ),
    *(
        "%",
        "@x",
        "`",
        "\t",
        "\ufeff",
        "\u2028",
        "甲" * 300,
        "a: b: c",
        "- a",
        "? a",
        "(",
        "[" * 40,
        "{" * 3,
        "~",
        "=",
        "<<: {a: b}",
    ),
)


def replaced(rng: random.Random, lines: list[str]) -> None:
    at = rng.randrange(len(lines))
    key, colon, _ = lines[at].partition(":")
    lines[at] = f"{key}{colon} {rng.choice(VALUES)}"


def inside(rng: random.Random, lines: list[str]) -> None:
    at = rng.randrange(len(lines))
    words = lines[at].split(", ")
    words[rng.randrange(len(words))] = rng.choice(VALUES)
    lines[at] = ", ".join(words)


def lost(rng: random.Random, lines: list[str]) -> None:
    lines.pop(rng.randrange(len(lines)))


def twice(rng: random.Random, lines: list[str]) -> None:
    at = rng.randrange(len(lines))
    lines.insert(at, lines[at])


def moved(rng: random.Random, lines: list[str]) -> None:
    lines.insert(rng.randrange(len(lines)), lines.pop(rng.randrange(len(lines))))


def indented(rng: random.Random, lines: list[str]) -> None:
    at = rng.randrange(len(lines))
    lines[at] = rng.choice(["  ", " ", "\t"]) + lines[at]


def renamed(rng: random.Random, lines: list[str]) -> None:
    at = rng.randrange(len(lines))
    lines[at] = rng.choice(["id", "key", "open", "self", "0", "''", "~", "true", "[a]", "x y"]) + lines[at].lstrip()[3:]


def cut(rng: random.Random, lines: list[str]) -> None:
    del lines[rng.randrange(1, len(lines)) :]
    lines[-1] = lines[-1][: rng.randrange(1, len(lines[-1]) + 1)]


CHANGES: tuple[Callable[[random.Random, list[str]], None], ...] = (
    replaced, replaced, replaced, inside, inside, lost, twice, moved, indented, renamed, cut,
)  # fmt: skip
CODECS = (*["utf-8"] * 20, "utf-8-sig", "gb18030", "utf-16", "latin-1")


def slipped(text: str, seed: int) -> bytes:
    """The text after one or two slips."""
    rng, lines = random.Random(seed), [line for line in text.splitlines() if line.strip()]  # noqa: S311 - no secret
    for change in rng.choices(CHANGES, k=rng.choice([1, 1, 2])):
        change(rng, lines)
    data = rng.choice(["\n", "\n", "\r\n", "\r"]).join([*lines, ""]).encode(rng.choice(CODECS), "replace")
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice([b"\xff", b"\0", b"\x85", b"\x1b"]) + data[at:] if rng.random() < 0.05 else data
