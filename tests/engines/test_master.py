"""Spark on a master of its own, as on a cluster: one worker, whose machine needs no Python that this project knows."""

import os
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

from siyu.engines import spark
from siyu.paths import data_dir

DEPLOY = "org.apache.spark.deploy"


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    """The address of a master with one worker."""
    import pyspark

    port, work = free_port(), tmp_path_factory.mktemp("worker")
    command = [str(Path(pyspark.__path__[0]) / "bin" / "spark-class")]
    here = "--host", "127.0.0.1", "--webui-port", "0"
    # no Python to be found by what the worker starts
    around = os.environ | {
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_HOME": pyspark.__path__[0],
        "PYSPARK_PYTHON": "/nowhere",
    }
    address, quiet = f"spark://127.0.0.1:{port}", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    words = {
        "master.Master": [*here, "--port", str(port)],
        "worker.Worker": [*here, "--cores", "2", "--memory", "1g", "--work-dir", str(work), address],
    }
    with ExitStack() as started:
        for name, more in words.items():
            process = subprocess.Popen([*command, f"{DEPLOY}.{name}", *more], env=around, **quiet)
            started.callback(process.wait)
            started.callback(process.kill)
        yield address  # the worker waits for its master, a driver for both


COUNTED = """
import sys
from siyu.orders import counts
from siyu.own_data import Holdings
from siyu.subjects import load_subject
about = load_subject(sys.argv[1])
frames = Holdings.of(about, about.as_of).every()
print(counts.cohorts(frames).to_json(), counts.histories(frames).to_json())
from pyspark.sql import SparkSession
session = SparkSession.getActiveSession()
print(session.conf.get("spark.sql.shuffle.partitions") if session else 0)
"""


@pytest.fixture
def far(master, tmp_path):
    """The environment in which the subject `far` is cdnow, counted by the master."""
    shutil.copytree(data_dir() / "subjects" / "cdnow", folder := tmp_path / "subjects" / "far")
    said = (folder / "subject.yml").read_text(encoding="utf-8")
    (folder / "subject.yml").write_text(said + f'engine: {{kind: spark, master: "{master}"}}\n', encoding="utf-8")
    return os.environ | {"SIYU_DATA": str(folder.parent), "SIYU_STORE": str(tmp_path / "store")}


def printed(around, *words):
    done = subprocess.run([sys.executable, *words], env=around, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.java
@pytest.mark.whole  # four Javas; Spark of one machine counts in make test
def test_a_subject_that_names_a_master_is_counted_there(far):
    *there, parts = printed(far, "-c", COUNTED, "far").split()
    assert there == printed(os.environ, "-c", COUNTED, "cdnow").split()[:-1]
    assert sum(map(len, there)) > 10_000
    assert int(parts) == spark.LEAST


@pytest.mark.java
@pytest.mark.whole
def test_all_metrics_of_a_master_are_those_of_duckdb(far):
    words = "-m", "siyu", "metrics", "--json"
    assert printed(far, *words, "far") == printed(os.environ, *words, "cdnow")


@pytest.mark.parametrize(("said", "parts"), [({}, ["4", "4", "160", "160"]), ({spark._PARTS: "7"}, ["7"] * 4)])
def test_a_cluster_shuffles_as_many_parts_as_tables_need_unless_an_operator_has_said_how_many(said, parts):
    conf = {spark._PARTS: "200"} | said
    settings = SimpleNamespace(get=conf.get, set=conf.__setitem__)
    context = SimpleNamespace(getConf=lambda: SimpleNamespace(contains=said.__contains__))
    session, found = SimpleNamespace(conf=settings, sparkContext=context), []
    for size in (None, 1 << 20, 10 << 30, 1 << 20):
        spark._portioned(session, size)
        found.append(conf[spark._PARTS])
    assert found == parts
