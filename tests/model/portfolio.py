"""Services to work with: made, supplied and brought through gates by a few short words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from model.access import Caller
from model.database import Database
from model.gate_sessions import SessionPage, sessions_of
from model.holding_gates import GateRequest, hold_gate
from model.moment import Moment
from model.service_life import (
    ServiceChange,
    ServiceView,
    change_service,
    make_service,
    read_service,
)
from model.supplying_artifacts import Supplied, supply_artifact

WHERE = "https://documents.example/it.pdf"


@dataclass(frozen=True)
class Portfolio:
    """A service manager who does one thing after the other, each in its own transaction."""

    database: Database
    caller: Caller
    moment: Moment
    _numbers = count()

    def make(
        self, key: str, facts: Mapping[str, object] | None = None, **words: str
    ) -> ServiceView:
        """Make a service."""
        change = ServiceChange({"name": key.title(), **words}, facts or {})
        with self.database.transaction() as session:
            return make_service(session, key, change, self.caller, self.moment)

    def change(self, key: str, change: ServiceChange) -> ServiceView:
        """Change a service, whatever version it is at."""
        with self.database.transaction() as session:
            return change_service(session, key, change, anything, self.caller, self.moment)

    def supply(self, key: str, *artifacts: str, by: str | None = None) -> None:
        """Supply artifacts."""
        for name in artifacts:
            supplied = Supplied(name, WHERE, by=by)
            with self.database.transaction() as session:
                supply_artifact(session, key, supplied, anything, self.caller, self.moment)

    def hold(self, key: str, gate: int, **more: Any) -> Mapping[str, Any]:
        """Hold a toll-gate, and return the answer's body."""
        facts = {**more.pop("facts", {})}
        if "verdict" in more:
            facts["verdict"] = more.pop("verdict")
        request = GateRequest(key, gate, facts, **more)
        with self.database.transaction() as session:
            new_id = f"gate decision {next(self._numbers)}"
            return hold_gate(session, request, self.caller, self.moment, new_id).body

    def shown(self, key: str) -> ServiceView:
        """Read a service."""
        with self.database.reading() as session:
            return read_service(session, key, self.caller)

    def sessions(self, key: str, after: str | None = None, limit: int = 200) -> SessionPage:
        """Read the sessions of a service's gates."""
        with self.database.reading() as session:
            return sessions_of(session, key, after, limit)


def anything(_version: int) -> None:
    """Take whatever version there is."""
