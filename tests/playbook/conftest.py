"""Made-up clients of the four types, each with a shop, exports and a form of its own."""

from __future__ import annotations

import pytest

from siyu.commands.simulate import client
from siyu.simulator import TYPES, worlds
from siyu.simulator.forms import shop
from siyu.workbook import open_workbook


@pytest.fixture(scope="session")
def planned(tmp_path_factory):
    """(subject, date, plan before) -> planning. Subjects: type_1 to type_4, and `lifted`, which is type_4 with orders
    half as large again in the last quarter."""
    folder = tmp_path_factory.mktemp("clients")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIYU_DATA", str(folder))
        patch.setenv("SIYU_KEY", str(tmp_path_factory.mktemp("elsewhere") / "identity.key"))
        patch.setattr(worlds, "CROWD", 2_000)
        worlds.truth.cache_clear()
        for number, name in [*enumerate(TYPES, 1), (4, "lifted")]:
            content = client(TYPES[number - 1], [shop(number, 1.5 if name == "lifted" else 1.0)])
            for path, data in content.items():
                (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / name / path).write_bytes(data)
        yield lambda subject, as_of="", earlier="": open_workbook("09_playbook", subject, as_of=as_of).planning(earlier)
    worlds.truth.cache_clear()


@pytest.fixture(scope="session")
def plans(planned):
    """Type of client -> its planning."""
    return {number: planned(name) for number, name in enumerate(TYPES, 1)}
