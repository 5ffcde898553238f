"""How gunicorn serves Tollgate: threads in a few processes, and no request lost at the end."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from typing import TYPE_CHECKING

from flask import Flask

from model.settings import Settings
from rules.engine import rulesets_built
from rules.errors import Refused
from scheduler.timetable import Timetable, has_timetable, timetable_of

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.http.message import Request
    from gunicorn.workers.base import Worker

try:
    _settings = Settings.from_environment(os.environ)
    # Made and checked before the first process needs it.
    _settings.secret  # noqa: B018
except Refused as refused:
    raise SystemExit(f"tollgate: {refused.detail}") from refused

# Several processes add up their metrics through a folder that each must know before it starts.
_METRICS = "PROMETHEUS_MULTIPROC_DIR"
_made_for_metrics = None
if _settings.workers > 1 and _METRICS not in os.environ:
    _made_for_metrics = os.environ[_METRICS] = tempfile.mkdtemp(prefix="tollgate-metrics-")

bind = _settings.address
workers = _settings.workers
threads = _settings.threads
# Named, not imported: what it imports must find the folder of the metrics.
worker_class = "api.bounded_worker.BoundedWorker"
# Each process loads the application itself: no lock, thread or connection crosses a fork.
preload_app = False
# All instances on one machine would share the one control socket.
control_socket_disable = True
# A caller gives up long before this; a process that hangs this long is replaced.
timeout = 60
graceful_timeout = 30
keepalive = 5
# A ref of 200 characters may take 2,400 in a URL; a key has at most 1,000. What is larger is
# refused before it is read. The body is bounded by the application.
limit_request_line = 4094
limit_request_fields = 50
limit_request_field_size = 8190
# So many connections wait in the kernel while a process is being replaced.
backlog = 2048


def when_ready(server: Arbiter) -> None:
    """Let Ctrl-C end the service as SIGTERM does: requests in flight are finished.

    gunicorn drops them on SIGINT. A second Ctrl-C still ends it at once.
    """
    server.handle_int = server.handle_term


def post_worker_init(worker: Worker) -> None:
    """Leave a terminal's Ctrl-C to the parent process, which tells its workers to finish."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if (timetable := _timetable(worker)) is not None:
        timetable.start()


def worker_exit(server: Arbiter, worker: Worker) -> None:
    """Let what the scheduler is doing be finished; what it has not begun, others do."""
    if (timetable := _timetable(worker)) is not None:
        timetable.stop()


def _timetable(worker: Worker) -> Timetable | None:
    """Return what the process ticks by: with one process its own, else there is `flask worker`."""
    app = getattr(worker, "wsgi", None)
    if _settings.workers > 1 or not isinstance(app, Flask) or not has_timetable(app):
        return None
    return timetable_of(app)


def post_request(
    worker: Worker, request: Request, environ: dict[str, object], response: object
) -> None:
    """Replace a process that has built too many rulesets, once its requests are finished."""
    # Each revision that is published has every process build its rulesets anew, and the engine
    # leaks those it drops, about 1 MiB for 50 rules.
    if worker.alive and rulesets_built() > _settings.most_rulesets:
        worker.log.info("built %s rulesets: a fresh process takes over", rulesets_built())
        worker.alive = False


def child_exit(server: Arbiter, worker: Worker) -> None:
    """Let the metrics of an ended process count no longer as those of a living one."""
    if _METRICS in os.environ:
        # Imported any earlier, the library would not find the folder and keep to one process.
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

        mark_process_dead(worker.pid)


def on_exit(server: Arbiter) -> None:
    """Leave no folder behind."""
    if _made_for_metrics:
        shutil.rmtree(_made_for_metrics, ignore_errors=True)
