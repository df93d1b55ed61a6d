"""What is asked once is remembered, and never told of another table."""

import os
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from siyu.engines.tables import run, table


@pytest.fixture
def counts(tmp_path):
    file = tmp_path / "rows.parquet"

    def write(n, at):
        pd.DataFrame({"n": range(n)}).to_parquet(file)
        os.utime(file, ns=(at, at))
        rows = table(file)
        return run(rows.aggregate(n=rows.count()))

    return write


def test_a_file_made_anew_is_counted_anew(counts):
    assert [int(counts(n, at)["n"].iloc[0]) for at, n in enumerate((3, 5, 4), 1)] == [3, 5, 4]


def test_an_answer_that_somebody_changes_stays_as_it_was(counts):
    answer = counts(3, 1)
    answer["n"] = 0
    assert int(counts(3, 1)["n"].iloc[0]) == 3


def test_a_table_is_opened_while_another_thread_asks(tmp_path):
    for at in range(8):
        pd.DataFrame({"n": range(400_000)}).to_parquet(tmp_path / f"{at}.parquet")
    rows = table(tmp_path / "0.parquet")
    questions = [rows.group_by(rows.n % part).aggregate(sum=rows.n.sum()) for part in range(90_001, 90_008)]
    with ThreadPoolExecutor(1) as pool:
        asked = [pool.submit(run, question) for question in questions]
        opened = [table(tmp_path / f"{at}.parquet") for at in range(1, 8)]
        assert [len(one.result()) for one in asked] == [*range(90_001, 90_008)]
    assert [int(run(one.aggregate(n=one.count()))["n"].iloc[0]) for one in opened] == [400_000] * 7


def test_threads_that_ask_at_once_are_answered_as_one_alone():
    rows = table(pd.DataFrame({"n": range(5_000)}))
    questions = [rows.filter(rows.n % part == 0).aggregate(n=rows.n.count(), sum=rows.n.sum()) for part in range(2, 60)]
    alone = [run(question).to_dict() for question in questions]
    with ThreadPoolExecutor(4) as pool:
        assert [one.to_dict() for one in pool.map(run, questions)] == alone
