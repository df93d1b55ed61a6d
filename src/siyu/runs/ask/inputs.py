"""The data that sections will read, read once beforehand: a faulty ledger ends a batch before it starts."""

from collections.abc import Sequence

from siyu.errors import LedgerError, Problem, collected, nearest
from siyu.evidence.assumptions import load_assumptions
from siyu.evidence.fees import fee_rules
from siyu.evidence.ledger import load_ledger
from siyu.paths import data_dir
from siyu.runs.ask.plan import Request


def check_inputs(requests: Sequence[Request]) -> None:
    """Load evidence, assumptions and fee rules as the sections of these requests will.

    Raises LedgerError with the problems of all of them, and of cases that the evidence does not have.
    """
    data, problems = data_dir(), list[Problem]()
    cases = [request.case.id for request in requests]  # unless the ledger, which may be faulty, knows better
    with collected(problems):
        cases = load_ledger(data / "evidence").cases()
    for request in requests:
        for load, file in ((load_assumptions, "assumptions.csv"), (fee_rules, "fees.csv")):
            with collected(problems):
                load(data / file, request.subject.folder / file)
        if request.case.id not in cases:
            step = nearest(request.case.id, cases)
            problems.append(Problem(request.subject.id, 0, "case", request.case.id, "a case of the evidence", step))
    if problems:
        raise LedgerError(problems)
