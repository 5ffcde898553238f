"""Writes requirements*.txt from requirements*.in: every version, every hash, every reason.

`make pins` runs it; `make pins NEWEST=1` takes the newest versions there are. Versions that
are pinned already stay as they are otherwise. The hashes are those of every file of a version
(each Python, each processor, the source), so that an installation works wherever it did before.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

OLDEST_PYTHON = "3.11"
FILES = ("requirements-build", "requirements", "requirements-dev")
BUILT_ON = {"requirements-dev": "requirements"}
_WANTED = re.compile(r"(?P<name>[\w.-]+)\S*\s+# (?P<reason>.+)")
_ELSEWHERE = re.compile(r"sys_platform == 'win32'|platform_system == 'Windows'")


@dataclass(frozen=True, slots=True)
class Pin:
    """One distribution at one version, as pip reads it."""

    name: str
    requirement: str
    wanted_by: tuple[str, ...]


def plain(name: str) -> str:
    """Return a distribution's name as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def reasons_in(text: str) -> dict[str, str]:
    """Return what each distribution of a `.in` file is for."""
    found = (_WANTED.fullmatch(line.strip()) for line in text.splitlines())
    return {plain(match["name"]): match["reason"] for match in found if match}


def pins_in(resolved: str) -> Iterator[Pin]:
    """Yield the pins of what uv wrote: a requirement with its hashes, then who wants it."""
    for block in re.split(r"\n(?=\w)", resolved.strip()):
        requirement, _, wanted_by = block.partition("\n    # via ")
        if not _ELSEWHERE.search(requirement.splitlines()[0]):
            yield Pin(
                plain(re.split(r"[=\[ ;]", requirement, maxsplit=1)[0]),
                requirement.rstrip(),
                tuple(who for who in wanted_by.split(", ") if who and not who.startswith("-")),
            )


def written(name: str, pins: list[Pin], reasons: Mapping[str, str]) -> str:
    """Return a requirements file in which a comment above each pin says what it is for."""
    lines = [f"# `make pins` writes this from {name}.in: every version pinned, with every hash."]
    if base := BUILT_ON.get(name):
        lines += [f"-r {base}.txt"]
    lines += ["", "# What is used here."]
    for pin in (pin for pin in pins if pin.name in reasons):
        lines += ["", f"# {reasons[pin.name]}", pin.requirement]
    brought = [pin for pin in pins if pin.name not in reasons]
    lines += ["", "# What those bring along."] if brought else []
    for pin in brought:
        lines += ["", f"# for {', '.join(pin.wanted_by)}", pin.requirement]
    return "\n".join(lines) + "\n"


def resolved(home: Path, name: str, *, newest: bool) -> str:
    """Return what uv makes of a `.in` file (and of those it builds on)."""
    sources = [f"{source}.in" for source in (name, BUILT_ON.get(name)) if source]
    with TemporaryDirectory() as folder:
        pins = Path(folder) / "pins.txt"
        kept = [home / f"{source}.txt" for source in (BUILT_ON.get(name), name) if source]
        pins.write_text("".join(_bare(file) for file in kept if file.exists() and not newest))
        options = ["--universal", "--generate-hashes", "--no-header", "--annotation-style=line"]
        options += ["--python-version", OLDEST_PYTHON, "--quiet", "--output-file", str(pins)]
        command = ["uv", "--native-tls", "pip", "compile", *options, *sources]
        subprocess.run([sys.executable, "-m", *command], cwd=home, check=True)
        return pins.read_text(encoding="utf-8")


def _bare(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    return "".join(f"{pin}\n" for pin in re.findall(r"^[\w.-]+==[^\s\\]+", text, re.MULTILINE))


def main(home: Path, *, newest: bool) -> None:
    """Write each requirements file anew."""
    pinned: dict[str, set[str]] = {}
    for name in FILES:
        pins = list(pins_in(resolved(home, name, newest=newest)))
        pinned[name] = {pin.name for pin in pins}
        below = pinned.get(BUILT_ON.get(name, ""), set())
        reasons = reasons_in((home / f"{name}.in").read_text(encoding="utf-8"))
        own = [pin for pin in pins if pin.name not in below]
        (home / f"{name}.txt").write_text(written(name, own, reasons), encoding="utf-8")


if __name__ == "__main__":
    main(Path(__file__).resolve().parent.parent, newest="--newest" in sys.argv[1:])
