"""Made-up clients of the four types, each with a shop, exports and a form of its own."""

from __future__ import annotations

from functools import cache

import pytest

from siyu.commands.simulate import client
from siyu.playbook import opening
from siyu.simulator import TYPES, worlds
from siyu.simulator.forms import shop
from siyu.workbook import open_workbook


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """(subject, date) -> planning, each made once. Subjects: type_1 to type_4, and `lifted`, which is type_4 with orders
    half as large again in the last quarter. Of another date than the subject's own without the economics, which take
    seconds and are not what a review is about."""
    folder = tmp_path_factory.mktemp("clients")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIYU_DATA", str(folder))
        patch.setenv("SIYU_KEY", str(tmp_path_factory.mktemp("elsewhere") / "identity.key"))
        patch.setattr(worlds, "CROWD", 2_000)
        worlds.truth.cache_clear()

        @cache
        def folder_of(name):
            number = TYPES.index(name) + 1 if name in TYPES else 4
            for path, data in client(TYPES[number - 1], [shop(number, 1.5 if name == "lifted" else 1.0)]).items():
                (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / name / path).write_bytes(data)

        @cache
        def opened(subject, as_of=""):
            folder_of(subject)
            with pytest.MonkeyPatch.context() as plain:
                if as_of:
                    plain.setattr(opening, "unknowns", lambda _: {})
                return open_workbook("09_playbook", subject, as_of=as_of).planning()

        yield opened
    worlds.truth.cache_clear()


@pytest.fixture(scope="module")
def plans(planned):
    """Type of client -> its planning."""
    return {number: planned(name) for number, name in enumerate(TYPES, 1)}
