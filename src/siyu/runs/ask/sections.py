"""Sections: the bundled notebooks, and which of them a subject's report is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from siyu.errors import Problem, UsageError, collected, shown_path
from siyu.messages import msg
from siyu.paths import notebooks_dir
from siyu.reads.digests import digest
from siyu.runs.ask.parameters import Parameter, content_of, declared
from siyu.runs.ask.profile import Profile, planned_sections, profile_of

# why a section is not run, by the kind of subject; the cases, fees and assumptions of the ledgers are all in one
# currency, and two are never compared
NOT_FOR = {"case": msg("Needs a client's own figures."), "client": msg("Is about published cases only.")}
NOT_IN_CNY = msg("Its case, fees and assumptions are in CNY, the figures of this subject are not.")


@dataclass(frozen=True)
class Notebook:
    """A bundled notebook as committed. content: the parsed JSON. digest: hash of what is executed.

    profile: what it says of itself, which is not executed."""

    name: str
    path: Path
    content: Mapping[str, Any]
    digest: str
    parameters: Mapping[str, Parameter]
    profile: Profile


@lru_cache(maxsize=1)
def notebooks() -> dict[str, Notebook]:
    """The bundled sections by name, in order: notebooks that begin with two digits.

    Raises UsageError with the faults of all of them."""
    found, problems = {}, list[Problem]()
    for path in sorted(notebooks_dir().glob("[0-9][0-9]_*.ipynb")):
        with collected(problems):
            found[path.stem] = load(path)
    if problems:
        raise UsageError(problems)
    return found


def profiles() -> dict[str, Profile]:
    """section -> what it says of itself, in order; those without a notebook yet included. Raises UsageError."""
    told = planned_sections(notebooks_dir()) | {name: one.profile for name, one in notebooks().items()}
    return {name: told[name] for name in sorted(told)}


def load(path: Path) -> Notebook:
    """One notebook file. Outputs do not count for its digest: they are not executed."""
    file, (content, cells) = shown_path(path), content_of(path)
    parameters, profile = declared(content, file), profile_of(content["metadata"], file)
    return Notebook(path.stem, path, content, digest(cells), parameters, profile)


def applicable(kind: str, currency: str) -> dict[str, str]:
    """Section -> why a report of this kind (case or client) does not run it, "" where it does; in order.

    Sections without a notebook yet are named where they would not be run anyway."""
    listed = {name: one for name, one in profiles().items() if name in notebooks() or kind not in one.kinds}
    return {name: _obstacle(profile, kind, currency) for name, profile in listed.items()}


def _obstacle(profile: Profile, kind: str, currency: str) -> str:
    if kind not in profile.kinds:
        return NOT_FOR[kind]
    return NOT_IN_CNY if profile.currency not in ("any", currency) else ""
