"""The receiver's process, and what it was told."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.fire.service import free_port, wait_until

PROGRAM = Path(__file__).with_name("receiver.py")


@dataclass(slots=True)
class Receiving:
    """One receiver; `url` says where, its path how it behaves."""

    file: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, str(PROGRAM), str(self.port), str(self.file)]
        self.process = subprocess.Popen(command)
        wait_until(self._answers)

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def url(self, way: str = "fine") -> str:
        """Return the address at which it behaves so."""
        return f"http://127.0.0.1:{self.port}/{way}"

    @property
    def told(self) -> list[dict[str, Any]]:
        """What arrived, first to last; what is being written now is left out."""
        if not self.file.exists():
            return []
        lines = self.file.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    @property
    def ids(self) -> list[str]:
        """The message ids of what arrived."""
        return [each["headers"]["webhook-id"] for each in self.told]

    def _answers(self) -> bool:
        try:
            return requests.get(self.url(), timeout=5).status_code == 501
        except requests.RequestException:
            return False
