"""The installer follows the machine's settings, and the lock names no machine."""

import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from beside import module_at

ROOT = Path(__file__).parent.parent
LOCK = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("requirements.txt", "requirements-tools.txt"))
MIRROR = "https://mirror.example/simple"


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_FIND_LINKS", "PIP_INDEX_URL", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    return module_at(ROOT / "scripts" / "install.py")


def locked() -> dict[str, str]:
    """{name: its block of the lock, hashes included}."""
    blocks = re.findall(r"(?m)^[\w.-]+==.*(?:\n[ \t]+.*)*", LOCK)
    return {re.split("[=;]", block)[0].lower(): block for block in blocks}


def test_every_locked_package_is_pinned_and_hashed() -> None:
    lines = [line for line in LOCK.splitlines() if line and not line.startswith((" ", "#"))]
    assert {re.split("[=;]", line)[0].strip().lower() for line in lines} == locked().keys()
    assert not [name for name, block in locked().items() if "--hash=sha256:" not in block]


def test_every_requirement_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tools = re.findall(r"(?m)^[\w-]+", (ROOT / "requirements-tools.in").read_text(encoding="utf-8"))
    asked = [re.split(r"[\[<>=]", line)[0] for line in project["dependencies"]] + tools
    assert len(asked) > 40
    assert all(re.search(r">=[\d.]+,<", line) for line in project["dependencies"])
    assert not {name.lower() for name in asked} - locked().keys()


def test_lock_names_no_host_and_no_path() -> None:
    assert not re.search(r"://|--index|--extra|--find|--trusted|[ =]\.?/", LOCK)


def test_uv_follows_the_settings_of_pip(install: ModuleType) -> None:
    settings = {"index-url": MIRROR, "cert": "/etc/ca.pem", "find-links": "/a /b", "timeout": "15"}
    environment = install.uv_environment(settings)
    assert environment["UV_DEFAULT_INDEX"] == MIRROR
    assert environment["SSL_CERT_FILE"] == "/etc/ca.pem"
    assert environment["UV_FIND_LINKS"] == "/a,/b"


@pytest.mark.parametrize("variable", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_uv_keeps_an_index_of_its_own(install: ModuleType, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, MIRROR)
    environment = install.uv_environment({"index-url": "https://other.example/simple"})
    assert environment[variable] == MIRROR
    assert "https://other.example/simple" not in environment.values()


@pytest.mark.parametrize("index", [MIRROR, f"work={MIRROR}"])
def test_pip_follows_the_index_of_uv(install: ModuleType, monkeypatch: pytest.MonkeyPatch, index: str) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", index)
    assert install.pip_environment()["PIP_INDEX_URL"] == MIRROR


def test_pip_keeps_an_index_of_its_own(install: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", MIRROR)
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example/simple")
    assert install.pip_environment()["PIP_INDEX_URL"] == "https://other.example/simple"


def test_another_lock_is_another_installation(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = install.fingerprint()
    (tmp_path / "requirements.txt").write_text(LOCK + "\n", encoding="utf-8")
    monkeypatch.setattr(install, "LOCKS", (tmp_path / "requirements.txt", install.LOCKS[1]))
    assert install.fingerprint() != before


def test_an_older_python_is_refused(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "OLDEST", (99, 0))
    assert install.main([]) == 2
    assert "make PYTHON=" in capsys.readouterr().err


def test_an_environment_made_elsewhere_is_not_usable(install: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "pyvenv.cfg").touch()
    (tmp_path / "bin" / "activate").write_text("VIRTUAL_ENV=/somewhere/else", encoding="utf-8")
    assert not install.usable(tmp_path)


def test_a_python_that_makes_no_environment_is_named_with_the_remedy(
    install: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(install, "run", lambda *_, **__: False)
    assert not install.create(tmp_path / ".venv")
    assert "apt-get install python3-venv" in capsys.readouterr().err


def test_a_machine_without_packages_is_refused_in_one_line(install: ModuleType) -> None:
    assert not install.unsupported("linux", "aarch64", "glibc")
    assert not install.unsupported("darwin", "arm64", "")
    for machine in (("win32", "AMD64", ""), ("darwin", "x86_64", ""), ("linux", "x86_64", "")):
        assert "is not supported" in install.unsupported(*machine)


def test_the_lock_of_spark_is_hashed_and_names_no_host() -> None:
    lock = (ROOT / "requirements-spark.txt").read_text(encoding="utf-8")
    assert {"pyspark", "py4j", "setuptools"} == set(re.findall(r"(?m)^([\w-]+)==", lock))
    assert lock.count("--hash=sha256:") >= 3
    assert not re.search(r"://|--index|--extra|--find|--trusted|[ =]\.?/", lock)


def test_spark_is_built_by_the_locked_builder_and_installed_once(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[tuple[str, bool]] = []

    def run(command: list[object], *_: object, **__: object) -> bool:
        content = Path(str(command[-1])).read_text(encoding="utf-8")
        done.append((content[:10], "--require-hashes" in command))
        return True

    monkeypatch.setattr(install, "run", run)
    monkeypatch.setattr(install, "find_uv", lambda _: Path("uv"))
    monkeypatch.setattr(install, "pip_settings", lambda _: {})
    assert install.add_spark(tmp_path) == install.add_spark(tmp_path) == 0
    assert done == [("setuptools", True), ("py4j==0.10", True)]
