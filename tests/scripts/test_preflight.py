"""`scripts/preflight.sh`: one line that says what to install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from model.settings import HOME

PREFLIGHT = HOME / "scripts" / "preflight.sh"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of programs that holds the shell and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
    return folder


def program(folder: Path, name: str, script: str) -> None:
    """Put a program into a folder."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def preflight(path: Path | None = None, python: str = sys.executable) -> tuple[int, str]:
    """Run it and return its exit status and what it said."""
    variables = {**os.environ, **({"PATH": str(path)} if path else {})}
    variables.pop("CC", None)
    shell = shutil.which("sh") or "/bin/sh"
    run = subprocess.run(
        [shell, str(PREFLIGHT), python],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr


def test_nothing_is_said_when_nothing_is_missing() -> None:
    """Where these tests were installed, everything is there."""
    assert preflight() == (0, "")


def test_a_missing_compiler_is_one_line(bare: Path) -> None:
    """Without a C compiler one line names it and how to get it."""
    status, said = preflight(bare)
    assert status == 1
    assert said.count("\n") == 1
    assert "a C compiler" in said
    assert "apt-get install gcc" in said


def test_missing_headers_and_venv_are_in_the_same_line(bare: Path, tmp_path: Path) -> None:
    """Everything that is missing is said at once, so that one installation is enough."""
    script = f"""case "$2" in
*version_info*) exit 0 ;;
*ensurepip*) exit 1 ;;
*) echo {tmp_path} ;;
esac"""
    program(bare, "python3", script)
    status, said = preflight(bare, "python3")
    assert status == 1
    assert said.count("\n") == 1
    assert "apt-get install python3-venv gcc libc6-dev python3-dev" in said


def test_an_old_python_is_named(bare: Path) -> None:
    """A Python that is too old is refused, with the way to name another."""
    program(bare, "python3", '[ "$1" = -V ] && echo "Python 3.9.2"; exit 1')
    status, said = preflight(bare, "python3")
    assert status == 1
    assert said.count("\n") == 1
    assert "Python 3.9.2" in said
    assert "make PYTHON=" in said


def test_no_python_at_all_is_one_line(bare: Path) -> None:
    """Without Python one line says everything that is needed."""
    status, said = preflight(bare, "python3")
    assert status == 1
    assert said.count("\n") == 1
    assert "apt-get install python3" in said
