"""Metrics over several processes: the numbers add up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from api.metrics import Metrics
from model.settings import HOME

TWO_WORKERS = """
import os
from api.metrics import Metrics
for _ in range(2):
    if (child := os.fork()) == 0:
        Metrics().count_request("GET", "/", 200)
        os._exit(0)
    os.waitpid(child, 0)
print(Metrics().exposed().decode())
"""


def test_two_applications_in_one_process_count_for_themselves() -> None:
    """Each has a registry of its own."""
    one, other = Metrics(), Metrics()
    one.count_request("GET", "/", 200)
    assert b'status="200"' in one.exposed()
    assert b'status="200"' not in other.exposed()


def test_processes_that_share_a_folder_are_added_up(tmp_path: Path) -> None:
    """Whichever worker is asked for the metrics, it tells those of all."""
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(HOME)}
    run = subprocess.run(
        [sys.executable, "-c", TWO_WORKERS],
        env=environ, cwd=HOME, check=True, capture_output=True, text=True,
    )  # fmt: skip
    line = 'tollgate_requests_total{method="GET",route="/",status="200"} 2.0'
    assert line in run.stdout
