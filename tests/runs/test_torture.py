"""The torture of `tests/torture`, in small: a few kills, one race, a few spoilt disks. Seeds are printed."""

from __future__ import annotations

import secrets
import sys

import pytest

from siyu.runs.make import forking


@pytest.fixture
def seed():
    drawn = secrets.randbelow(10**6)
    sys.stdout.write(f"seed {drawn}\n")
    return drawn


@pytest.mark.parametrize(("kernels", "kills"), [("fork", 2), pytest.param("plain", 2, marks=pytest.mark.whole)])
def test_a_few_kills_leave_nothing_half_and_nothing_behind(torture, tmp_path, seed, monkeypatch, kernels, kills):
    monkeypatch.setenv(forking.SWITCH, kernels)
    assert torture("kills").torture(tmp_path, kills=kills, subjects=2 if kernels == "fork" else 1, seed=seed)


def test_starts_at_once_do_the_work_once(torture, tmp_path, seed):
    assert torture("races").torture(tmp_path, rounds=1, starts=3, subjects=2, seed=seed)


@pytest.mark.whole
def test_what_subjects_share_survives_kills(torture, tmp_path, seed):
    assert torture("kills").torture(tmp_path, kills=2, subjects=3, seed=seed, shared=True)


@pytest.mark.whole
def test_starts_at_once_make_once_what_subjects_share(torture, tmp_path, seed):
    assert torture("races").torture(tmp_path, rounds=1, starts=3, subjects=3, seed=seed, shared=True)


def test_a_full_disk_leaves_the_old_report_as_it_was(torture, tmp_path):
    assert torture("disks").torture(tmp_path, ["ENOSPC"], every=80, first=30)


@pytest.mark.whole  # what one lost worker does is in test_remote.py
def test_a_cluster_that_is_killed_publishes_once_and_goes_on(torture, tmp_path, seed):
    assert torture("cluster").torture(tmp_path, range(seed, seed + 1), subjects=1)
