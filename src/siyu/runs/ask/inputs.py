"""The data that sections will read, read once beforehand: a faulty ledger ends a batch before it starts."""

from collections.abc import Callable, Sequence
from typing import Any

from siyu.errors import LedgerError, Problem, ProblemsError, nearest
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

    def load(loader: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return loader(*arguments)
        except ProblemsError as error:
            problems.extend(error.problems)

    ledger = load(load_ledger, data / "evidence")
    for request in requests:
        load(load_assumptions, data / "assumptions.csv", request.subject.folder / "assumptions.csv")
        load(fee_rules, data / "fees.csv", request.subject.folder / "fees.csv")
        if ledger is not None and request.case.id not in (cases := ledger.cases()):
            step = nearest(request.case.id, cases)
            problems.append(Problem(request.subject.id, 0, "case", request.case.id, "a case of the evidence", step))
    if problems:
        raise LedgerError(problems)
