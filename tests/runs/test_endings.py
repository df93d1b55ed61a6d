"""Ways to end early. Each must fail its subject, with a reason, and none may pass for a success."""

from __future__ import annotations

import pytest

from siyu.runs.ask.wishes import Limits
from siyu.runs.batch import Batch
from siyu.runs.make import forking
from siyu.runs.make.pool import Pool
from siyu.runs.outcome import Progress

# way: (code of a cell, what the reason says)
WAYS = {
    "raises": ("raise ValueError('x')", "ValueError"),
    "syntax": ("1 +", "SyntaxError"),
    "missing_name": ("undefined_name", "NameError"),
    "exit_zero": ("import sys; sys.exit(0)", "SystemExit"),
    "exit_one": ("import sys; sys.exit(1)", "SystemExit"),
    "raise_exit": ("raise SystemExit", "SystemExit"),
    "asked_to_end": ("get_ipython().ask_exit()", ""),
    "quit": ("quit()", ""),
    "asked_without_effect": (
        "shell = get_ipython(); shell.kernel.io_loop.stop = lambda: None; shell.ask_exit()",
        "it asked the kernel to end",
    ),
    "asked_by_a_thread": (
        "import threading; threading.Timer(0.5, get_ipython().ask_exit).start()",
        "",
    ),
    "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "interrupt_sent": (
        "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(5)",
        "KeyboardInterrupt",
    ),
    "os_exit": ("import os; os._exit(0)", "the kernel died"),
    "kill": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the kernel died"),
    "terminate": ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "the kernel died"),
    "abort": ("import os; os.abort()", "the kernel died"),
    "segfault": ("import ctypes; ctypes.string_at(0)", "the kernel died"),
    "replaced": ("import os; os.execv('/bin/true', ['true'])", "the kernel died"),
    "hang": ("import time\nwhile True: time.sleep(1)", "its limit of time"),
    "endless": ("while True: pass", "its limit of time"),
    "swallowed_timeout": (
        "import time\nwhile True:\n    try: time.sleep(99)\n    except BaseException: pass",
        "its limit of time",
    ),
    "stopped": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", "its limit of time"),
    "deaf": ("import os; os.closerange(3, 4096)", ""),
    "thread": (
        "import threading; threading.Thread(target=lambda: 1 / 0).start()",
        "ZeroDivisionError in a thread",
    ),
    "trail_redirected": (
        "import os, threading; os.environ['SIYU_TRAIL'] = '/nowhere/a'; threading.Thread(target=lambda: 1 / 0).start()",
        "ZeroDivisionError in a thread",
    ),
    "late_thread": (
        "import threading, time\nthreading.Thread(target=lambda: (time.sleep(1), 1 / 0)).start()",
        "ZeroDivisionError in a thread",
    ),
    "lasting_thread": (
        "import threading, time; threading.Thread(target=time.sleep, args=(99,)).start()",
        "still running",
    ),
    "task": (
        "import asyncio\nasync def fail(): raise OSError\ntask = asyncio.ensure_future(fail()); del task",
        "OSError in a task",
    ),
    "callback": (
        "import asyncio; asyncio.get_running_loop().call_soon(lambda: 1 / 0)",
        "ZeroDivisionError in a task",
    ),
    "end_unwritten": (
        "get_ipython().siyu_finish = lambda: open('/nowhere/end.trail', 'w')",
        "/nowhere/end.trail: No such file",
    ),
    "destructor": ("class Loud:\n    def __del__(self): raise OSError('x')\nLoud()", "OSError where nothing"),
    "shell": ("get_ipython().system('false')", "a shell command failed"),
    "shell_script": ("get_ipython().run_cell_magic('bash', '', 'exit 3')", "CalledProcessError"),
    "printed": (
        "import traceback\ntry: 1 / 0\nexcept ZeroDivisionError: traceback.print_exc()",
        "printed and passed over",
    ),
    "no_finding": ("wb.finding = lambda *_: None", "finding buyers is missing"),
    "no_references": ("wb.references = lambda: None", "references are missing"),
    "faulty_finding": (
        "record = lambda *_: {'key': 'buyers', 'section': '02_case_study'}",
        "values: Field required",
    ),
    "not_a_number": (
        "_m = record\ndef record(*a):\n    r = _m(*a); r['values'][0]['low'] = float('nan'); return r",
        "",
    ),
    "other_section": (
        "_made = record\ndef record(key, value, _): return _made(key, value, '01_evidence')",
        "finding of 01",
    ),
    "forged": (
        "wb.finding = lambda *given: display({'application/vnd.siyu.finding+json': record(*given, '02_case_study')}, raw=True)",
        "finding buyers is not as its workbook made it",
    ),
    "forged_want": (
        "display({'application/vnd.siyu.no_input+json': {'reason': 'Nothing.'}}, raw=True)",
        "a want of input is not as its workbook made it",
    ),
    "cleared": ("WIPE = True", "finding buyers is missing"),
    # a process that is killed gives its memory back before those that hang on it hear of it: cells go on for a moment
    "worker": ("import os, signal, time; os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)", "the kernel died"),
    "worker_stopped": ("import os, signal; os.kill(os.getppid(), signal.SIGSTOP)", "its limit of time"),
    "memory": ("x = b'x' * (50 << 30)", ""),
}
HANGS = {"deaf", *(way for way, (_, said) in WAYS.items() if said == "its limit of time")}
CELLS = (
    "WIPE = False",
    "exec(compile(ways[way], 'way', 'exec')) if way in ways else None",
    "wb.finding('buyers', buyers)\nfrom IPython.display import clear_output\nif WIPE: clear_output()",
)


# of what a kernel that was started plainly ends otherwise, or watches otherwise
PLAIN = {
    "exit_zero": "SystemExit",
    "kill": "the kernel died",
    "worker": "its worker was killed (SIGKILL)",
    "hang": "its limit of time",
    "thread": "ZeroDivisionError in a thread",
    "memory": "",
}


def outcomes(project, said):
    """All of it in one batch, and one subject that goes no such way."""
    ways = {way: code for way, (code, _) in WAYS.items()}
    (project.notebooks / "01_evidence.ipynb").unlink()
    project.notebook(
        "02_case_study", f"ways = {ways!r}", *CELLS, parameters=project.tiny.PARAMETERS + "\nway: str = ''"
    )
    plans = []
    for way in ("none", *said):
        project.tiny.write_subject(project.subjects, way)
        plans += project.plan(way, parameters={"way": way})
    for plan in plans:
        hangs = plan.request.subject.id in HANGS
        limits = Limits(seconds=4 if hangs else 3_000, memory=600 << 20)
        object.__setattr__(plan.request, "limits", limits)
    batch = Batch(plans, project.out, pool=Pool(4), force=False, progress=Progress())
    return {outcome.subject: outcome for outcome in batch.run()}


@pytest.mark.parametrize(
    ("kernels", "said"), [("fork", {way: said for way, (_, said) in WAYS.items()}), ("plain", PLAIN)]
)
def test_every_early_ending_is_a_failure_with_a_reason(project, monkeypatch, kernels, said):
    monkeypatch.setenv(forking.SWITCH, kernels)
    found = outcomes(project, said)
    passed = {way for way, outcome in found.items() if outcome.status != "failed"}
    assert passed == {"none"}
    wrong = {way: found[way].reasons for way in said if said[way] not in " ".join(found[way].reasons)}
    assert wrong == {}
    assert all(outcome.reasons for way, outcome in found.items() if way != "none")
