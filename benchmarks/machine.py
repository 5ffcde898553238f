"""The machine that the figures are from."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_NAMED = ("durable_rules", "zen-engine", "Flask", "SQLAlchemy", "gunicorn", "granian")


@dataclass(frozen=True, slots=True)
class Machine:
    """Processor, system, Python and the versions of what is compared."""

    processor: str
    cores: int
    system: str
    python: str
    versions: dict[str, str]
    load: tuple[float, float, float]

    @classmethod
    def here(cls) -> Machine:
        """Return the machine that this runs on, with how busy it is."""
        return cls(
            processor=_processor(),
            cores=len(os.sched_getaffinity(0)),
            system=f"{platform.system()} {platform.release()} {platform.machine()}",
            python=f"{platform.python_implementation()} {platform.python_version()}",
            versions={**dict(_versions()), "SQLite": sqlite3.sqlite_version},
            load=os.getloadavg(),
        )

    def sentence(self) -> str:
        """Say it on one line."""
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return (
            f"{self.processor}, {self.cores} cores, {self.system}, {self.python}; {versions};"
            f" load {self.load[0]:.1f} at the start"
        )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _versions() -> Iterator[tuple[str, str]]:
    for name in _NAMED:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
