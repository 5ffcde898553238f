"""The requirements: every version pinned, every hash there, every reason said."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from types import ModuleType

import pytest

from model.settings import HOME

FILES = ("requirements-build", "requirements", "requirements-dev")
PIN = re.compile(
    r"^# (?P<reason>.+)\n(?P<name>[\w.-]+)==(?P<version>[\w.]+)(?: ; [^\\\n]+)? \\\n"
    r"(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
    re.MULTILINE,
)
UV = """\
alembic==1.20.1 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via -r requirements.in
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:cc
    # via click
mako==1.4.3 \\
    --hash=sha256:dd
    # via alembic
"""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script that `make pins` runs."""
    spec = importlib.util.spec_from_file_location(
        "pin_requirements", HOME / "scripts" / "pin_requirements.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def text_of(name: str) -> str:
    """Return a file of requirements."""
    return (HOME / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_every_pin_has_a_version_hashes_and_a_reason(name: str) -> None:
    """Nothing is installed that was not looked at, and each says what it is there for."""
    text = text_of(f"{name}.txt")
    left = PIN.sub("", text)
    assert PIN.search(text)
    assert "==" not in left
    assert "--hash" not in left


@pytest.mark.parametrize("name", FILES)
def test_what_is_wanted_is_what_is_pinned(script: ModuleType, name: str) -> None:
    """Each line of a `.in` file is in the `.txt` file, with its reason."""
    wanted = script.reasons_in(text_of(f"{name}.in"))
    pinned = {match["name"]: match["reason"] for match in PIN.finditer(text_of(f"{name}.txt"))}
    assert wanted
    assert {script.plain(name): pinned.get(name) for name in wanted} == wanted
    lines = [line for line in text_of(f"{name}.in").splitlines() if line and line[0] != "#"]
    assert len(lines) == len(wanted)


def test_wheels_of_every_python_and_processor_are_allowed() -> None:
    """The hashes are those of every file of a version, not of the one that lay at hand."""
    pins = {
        m["name"]: m["hashes"].count("--hash") for m in PIN.finditer(text_of("requirements.txt"))
    }
    # Three Pythons, two processors, glibc and musl, and the source.
    assert pins["psycopg-binary"] >= 3 * 2 * 2
    assert pins["sqlalchemy"] >= 3 * 2 * 2 + 1
    assert pins["durable-rules"] == 1


def test_the_script_keeps_hashes_and_adds_reasons(script: ModuleType) -> None:
    """What is only for other systems is left out; what is brought along says for whom."""
    pins = list(script.pins_in(UV))
    text = script.written("requirements", pins, {"alembic": "migrations"})
    assert (
        "# migrations\nalembic==1.20.1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n" in text
    )
    assert "# for alembic\nmako==1.4.3 \\\n    --hash=sha256:dd\n" in text
    assert "colorama" not in text


def test_pip_takes_the_files_as_they_are() -> None:
    """With `--require-hashes`, what is installed here satisfies them all, hash by hash read."""
    for name in FILES[1:]:
        checked = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--require-hashes", "--dry-run", "--no-deps",
             "--no-index", "--requirement", f"{name}.txt"],
            cwd=HOME, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert checked.returncode == 0, checked.stderr
        assert "Would install" not in checked.stdout


def test_the_makefile_installs_nothing_without_hashes() -> None:
    """What the service and its tests are made of comes in by its hash only."""
    makefile = text_of("Makefile").replace("\\\n", " ")
    installs = [line for line in makefile.splitlines() if " install --" in line]
    assert installs
    assert [line for line in installs if "--require-hashes" not in line] == []
