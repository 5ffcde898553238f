"""The numbers an operator watches, in Prometheus' format; right over several processes too."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from math import nan
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_UNCONFIRMED = "inference-not-confirmed"
_OF_A_REQUEST = ("method", "route", "status")
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


class Metrics:
    """The metrics of one application, in a registry of their own."""

    def __init__(self) -> None:
        # When each number was first counted would double the text, and nobody asks.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        registry = self._registry = CollectorRegistry()
        self._requests = _counter(registry, "requests", "Requests answered", *_OF_A_REQUEST)
        # Looking a counter up by its labels takes longer than counting.
        self._by_route: dict[tuple[str, str, int], Counter] = {}
        self._latency = Histogram(
            "tollgate_decision_seconds", "Time from request to answer of a decision", ("kind",),
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._unconfirmed = _counter(
            registry, "unconfirmed_inferences",
            "Inferences withheld because the second reading did not confirm them",
        )  # fmt: skip
        self._unable = _counter(
            registry, "unable", "Requests answered with 503, by problem", "problem"
        )
        self._rulesets = _gauge(
            registry, "rulesets_built", "Rulesets that the processes alive have built",
            mode="livesum",
        )  # fmt: skip
        self._revision_age = _gauge(
            registry, "live_revision_age_seconds", "Age of the live rules; NaN while there are none"
        )
        self._record_broken = _gauge(
            registry, "record_broken", "What is wrong with the record; NaN before it is verified"
        )
        self._verified_age = _gauge(
            registry, "record_verified_age_seconds", "Age of the record's last whole verification"
        )
        self._lateness = _gauge(
            registry, "tick_late_seconds", "How late each tick is; NaN while never done", "tick"
        )
        self._undelivered = _gauge(
            registry, "undelivered", "Messages that have not been delivered, by state", "state"
        )

        self._overdue = _gauge(
            registry, "reviews_overdue", "Reviews that are overdue, by whether anybody was told",
            "told",
        )  # fmt: skip

    def count_request(self, method: str, route: str, status: int) -> None:
        """Count an answered request under its route, never under its path."""
        counter = self._by_route.get((method, route, status))
        if counter is None:
            counter = self._requests.labels(method, route, str(status))
            self._by_route[method, route, status] = counter
        counter.inc()

    def time_decision(self, kind: str, seconds: float) -> None:
        """Note how long a decision (or a preview, or a replay) took."""
        self._latency.labels(kind).observe(seconds)

    def count_unable(self, problem: str) -> None:
        """Count an answer that could not be given."""
        self._unable.labels(problem).inc()
        if problem == _UNCONFIRMED:
            self._unconfirmed.inc()

    def note_rulesets(self, built: int) -> None:
        """Note how many rulesets this process has built."""
        self._rulesets.set(built)

    def note_revision_age(self, age: timedelta | None) -> None:
        """Note how long the live rules have been live; `None` while there are none."""
        self._revision_age.set(age.total_seconds() if age is not None else nan)

    def note_verified(self, findings: int | None, age: timedelta | None) -> None:
        """Note what is wrong with the record, and how long ago all of it was verified.

        `None`: nobody knows yet.
        """
        self._record_broken.set(nan if findings is None else findings)
        self._verified_age.set(nan if age is None else age.total_seconds())

    def note_lateness(self, ticks: Mapping[str, timedelta | None]) -> None:
        """Note how late each tick is; `None`: it was never done."""
        for tick, late in ticks.items():
            self._lateness.labels(tick).set(nan if late is None else late.total_seconds())

    def note_undelivered(self, counted: Mapping[str, int]) -> None:
        """Note how many deliveries wait, have failed and are held."""
        for state, count in counted.items():
            self._undelivered.labels(state).set(count)

    def note_overdue(self, counted: Mapping[str, int]) -> None:
        """Note how many reviews are overdue: those that somebody heard of, and the others."""
        for told, count in counted.items():
            self._overdue.labels(told).set(count)

    def exposed(self) -> bytes:
        """Return every number as text, of all processes when they share a folder."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def _counter(registry: CollectorRegistry, name: str, says: str, *labels: str) -> Counter:
    return Counter(f"tollgate_{name}", says, labels, registry=registry)


def _gauge(
    registry: CollectorRegistry,
    name: str,
    says: str,
    *labels: str,
    mode: Literal["livesum", "mostrecent"] = "mostrecent",
) -> Gauge:
    """Return a gauge; of several processes, what was set last counts, or the sum of those alive."""
    return Gauge(f"tollgate_{name}", says, labels, registry=registry, multiprocess_mode=mode)
