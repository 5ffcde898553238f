"""What every request needs: the database, the settings, the clock, ids, metrics, the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from flask import Flask, current_app

from api.metrics import Metrics
from api.presumed_callers import PresumedCallers
from api.request_log import RequestLog
from model.database import Database
from model.moment import Moment
from model.sealing import Sealer
from model.settings import Settings
from model.sources import fresh_id, fresh_request_id, utc_now

_NAME = "tollgate"


@dataclass(frozen=True, slots=True)
class Service:
    """One application's parts; nothing in it changes once it runs."""

    database: Database
    settings: Settings
    metrics: Metrics = field(default_factory=Metrics)
    log: RequestLog = field(default_factory=RequestLog)
    clock: Callable[[], datetime] = utc_now
    new_id: Callable[[], str] = fresh_id
    new_request_id: Callable[[], str] = fresh_request_id
    ticks: Mapping[str, timedelta] = field(default_factory=dict)
    callers: PresumedCallers = field(default_factory=PresumedCallers)
    sealer: Sealer = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sealer", Sealer(self.database, self._secret))

    def _secret(self) -> bytes:
        return self.settings.secret

    def moment(self) -> Moment:
        """Return the instant it is, with the day that it is in the service's time zone."""
        return Moment.at(self.clock(), self.settings.timezone)


def install(app: Flask, service: Service) -> None:
    """Make `service` the one that requests to `app` work with."""
    app.extensions[_NAME] = service


def current_service() -> Service:
    """Return the parts that the current request works with."""
    return cast("Service", current_app.extensions[_NAME])
