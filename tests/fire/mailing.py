"""The mail server's process, and the letters that it took in."""

from __future__ import annotations

import json
import smtplib
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fire.service import free_port, wait_until

PROGRAM = Path(__file__).with_name("mailroom.py")


@dataclass(slots=True)
class Mailing:
    """One mail server."""

    file: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def variables(self) -> Mapping[str, str]:
        """What tells the product of it."""
        return {
            "TOLLGATE_SMTP_HOST": "127.0.0.1",
            "TOLLGATE_SMTP_PORT": str(self.port),
            "TOLLGATE_SMTP_ENCRYPTION": "none",
            "TOLLGATE_SMTP_FROM": "tollgate@example.org",
        }

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(self.port), str(self.file)]
        )
        wait_until(self._answers)

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @property
    def letters(self) -> list[dict[str, Any]]:
        """What was taken in, first to last."""
        if not self.file.exists():
            return []
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]

    def _answers(self) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5):
                return True
        except (OSError, smtplib.SMTPException):
            return False
