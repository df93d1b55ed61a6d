"""What a verb has printed, kept in the subject's store until something changes that it was made from."""

import io
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout

from siyu import reads
from siyu.intake.store.inventory import private, written
from siyu.paths import store_of, subject_dirs
from siyu.reads.digests import digest
from siyu.runs.ask import keys
from siyu.runs.ask.present import Present
from siyu.runs.files.made import Made
from siyu.runs.files.storage import read_json
from siyu.runs.make.watching import Watch, modules


def retold(subject: str, words: Mapping[str, str], tell: Callable[[], None]) -> None:
    """Print what `tell` prints for these words, by telling it anew only where it must be. Nothing is kept of what ends
    otherwise than well, or was made of more than readers have noted."""
    store = store_of(subject_dirs()[subject])
    path = store / "told" / f"{digest([*words.items()])}.json"
    around = keys.around(words)
    try:
        kept = read_json(path)
        stands = not Present().changed(Made.read(kept), around)
    except (OSError, ValueError, KeyError, TypeError):  # nothing told yet, or not by this version
        stands = False
    if stands:
        sys.stdout.write(kept["out"])
        sys.stderr.write(kept["err"])
        return
    out, err, watch = io.StringIO(), io.StringIO(), Watch()
    watch.begin()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            tell()
    finally:
        sys.stdout.write(out.getvalue())
        sys.stderr.write(err.getvalue())
    made = Made({**around, **modules()}, reads.noted(), tuple(watch.outside()))
    if not made.outside:
        with private(store):
            written(path, json.dumps({**made.as_json(), "out": out.getvalue(), "err": err.getvalue()}))
