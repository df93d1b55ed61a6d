"""The data that sections will read, read once beforehand: a faulty ledger ends a batch before it starts."""

import os
from collections.abc import Iterator, Sequence

from siyu.errors import LedgerError, Problem, collected, nearest, shown_path
from siyu.evidence.assumptions import load_assumptions
from siyu.evidence.fees import fee_rules
from siyu.evidence.ledger import load_ledger
from siyu.paths import data_dir, store_of
from siyu.runs.ask.plan import EXPORTS, Request
from siyu.subjects import Subject


def check_inputs(requests: Sequence[Request]) -> None:
    """Load evidence, assumptions and fee rules as the sections of these requests will.

    Raises LedgerError with the problems of all of them, and of cases that the evidence does not have.
    """
    data, problems = data_dir(), list[Problem]()
    cases = [request.case.id for request in requests]  # unless the ledger, which may be faulty, knows better
    with collected(problems):
        cases = load_ledger(data / "evidence").cases()
    for request in requests:
        problems += _unwritable(request.subject)
        for load, file in ((load_assumptions, "assumptions.csv"), (fee_rules, "fees.csv")):
            with collected(problems):
                load(data / file, request.subject.folder / file)
        if request.case.id not in cases:
            step = nearest(request.case.id, cases)
            problems.append(Problem(request.subject.id, 0, "case", request.case.id, "a case of the evidence", step))
    if problems:
        raise LedgerError(problems)


def _unwritable(subject: Subject) -> Iterator[Problem]:
    """What is decoded of a client's exports is kept beside them, unless SIYU_HOME or SIYU_STORE says where."""
    store = store_of(subject.folder)
    there = next(one for one in (store, *store.parents) if one.exists())
    if (subject.folder / EXPORTS).is_dir() and not os.access(there, os.W_OK):
        step = "Set SIYU_HOME to a folder that this user may write to."
        yield Problem(shown_path(there), 0, "", "a folder that cannot be written", "a place for the store", step)
