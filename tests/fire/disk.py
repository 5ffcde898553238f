"""A disk that is full for a while."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SIZE = 160 * 1024 * 1024
CHUNK = b"\0" * 65_536


@dataclass(frozen=True, slots=True)
class Disk:
    """A folder on a file system of its own; or, where none may be mounted, on another's."""

    folder: Path
    is_own: bool

    @contextmanager
    def full(self, processes: Iterable[int]) -> Iterator[None]:
        """No room is left for anybody; or, on another's file system, for these processes."""
        with self._filled() if self.is_own else _bounded(list(processes)):
            yield

    @contextmanager
    def _filled(self) -> Iterator[None]:
        ballast = self.folder / "ballast"
        try:
            with suppress(OSError), ballast.open("wb", buffering=0) as file:
                while file.write(CHUNK):
                    pass
            yield
        finally:
            ballast.unlink()


@contextmanager
def mounted(folder: Path) -> Iterator[Disk]:
    """Mount a disk at a folder, if that is allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tollgate", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        yield Disk(folder, is_own=False)
        return
    try:
        yield Disk(folder, is_own=True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def _bounded(processes: list[int]) -> Iterator[None]:
    """Let processes write to no file beyond its first byte."""
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    try:
        for each in processes:
            with suppress(ProcessLookupError):
                resource.prlimit(each, resource.RLIMIT_FSIZE, (1, most))
        yield
    finally:
        for each in processes:
            with suppress(ProcessLookupError):
                resource.prlimit(each, resource.RLIMIT_FSIZE, (most, most))
