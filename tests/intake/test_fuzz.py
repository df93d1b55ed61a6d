"""Seeded mutations of order exports: never silently wrong, hardly ever needlessly refused.

`make fuzz` runs 10,000 (SIYU_FUZZ); a plain test run 300.
"""

import importlib.util
import io
import os
import sys
from collections import Counter
from pathlib import Path

from siyu.intake.reading.export import read
from siyu.intake.reading.sources import TableSource

_spec = importlib.util.spec_from_file_location("mutations", Path(__file__).parent / "mutations.py")
assert _spec is not None
assert _spec.loader is not None
mutations = importlib.util.module_from_spec(_spec)
sys.modules["mutations"] = mutations
_spec.loader.exec_module(mutations)


def outcome(draft):
    data = draft.data
    account = read(TableSource("orders.csv", lambda: io.BytesIO(data), len(data))).account
    right = (account.records["accepted"], account.fen["accepted"]) == (len(draft.amounts), sum(draft.amounts))
    said = not account.clean or account.completeness == "not_verified"
    return account, right, said


def test_no_mutation_of_an_export_is_silently_wrong(capsys):
    runs = int(os.environ.get("SIYU_FUZZ", "300"))
    wrong, refused, harmless, harmful_seen = [], [], 0, 0
    for seed in range(runs):
        draft, names, good = mutations.mutated(seed)
        account, right, said = outcome(draft)
        assert sum(account.records.values()) == account.total
        if not right and not said:
            wrong.append((seed, draft.name, names))
        if good:
            harmless += 1
            if not right or account.problems:
                codes = Counter(problem.code for problem in account.problems)
                refused.append((seed, draft.name, names, dict(codes)))
        else:
            harmful_seen += said
    with capsys.disabled():
        sys.stdout.write(
            f"\n{runs} mutations: {len(wrong)} silently wrong; {harmless - len(refused)} of {harmless} harmless "
            f"variants accepted; {harmful_seen} of {runs - harmless} others reported\n"
        )
    assert not wrong, wrong[:10]
    assert len(refused) <= 0.01 * harmless, refused[:10]


def test_a_lenient_reader_would_be_caught():
    """The planted fault: a reader that accepts whatever was left is silently wrong at once."""
    caught = 0
    for seed in range(60):
        draft, _, good = mutations.mutated(seed)
        account, right, _ = outcome(draft)
        caught += not good and not right and account.total > 0
    assert caught >= 5
