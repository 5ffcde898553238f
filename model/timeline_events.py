"""Events in the life of a service: what they are, where each stands, which are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import QueryableAttribute

_LAST = 2**63 - 1

Rows = TypeVar("Rows", bound=Select[*tuple[Any, ...]])
Column = ColumnElement[Any] | QueryableAttribute[Any]


class What(StrEnum):
    """What can happen in the life of a service; the last few come with the calendar."""

    MADE = "made"
    SAID = "facts_changed"
    SUPPLIED = "artifact_supplied"
    HELD = "tollgate_held"
    CHANGED = "service_changed"
    COST_CHANGED = "cost_changed"
    PART_ADDED = "part_added"
    PART_CHANGED = "part_changed"
    PART_ENDED = "part_ended"
    DEPENDENCIES_CHANGED = "dependencies_changed"
    PORTFOLIOS_CHANGED = "portfolios_changed"
    PACKAGE_JOINED = "package_joined"
    PACKAGE_LEFT = "package_left"
    CUSTOMER_CAME = "customer_came"
    CUSTOMER_CHANGED = "customer_changed"
    CUSTOMER_LEFT = "customer_left"
    PRODUCT_CHOSEN = "product_chosen"
    PRODUCT_CHANGED = "product_changed"
    PRODUCT_LEFT = "product_left"
    CONTINUITY_TESTED = "continuity_tested"
    SYSTEM_ASKED = "system_asked"
    SYSTEMS_NOT_NEEDED = "systems_not_needed"
    MAINTENANCE_PLANNED = "maintenance_planned"
    MAINTENANCE_CALLED_OFF = "maintenance_called_off"
    MAINTENANCE_BEGINS = "maintenance_begins"
    MAINTENANCE_ENDS = "maintenance_ends"
    AGREEMENT_BEGINS = "agreement_begins"
    AGREEMENT_ENDS = "agreement_ends"
    REVIEW_DUE = "review_due"
    PLANNED_LIVE = "planned_to_be_live"
    PLANNED_END = "planned_to_end"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, at one version of the service; the calendar's have none.

    `details`: of a gate `gate`, `verdict`, `result`, `phase`, `decision`, `sat`, `forum`,
    `awaits`; of an artifact `artifact`, `artifact_version`, `location`; of facts `facts`, their
    names; of what was changed `changes` and, if it has a name, that (`part`, `package`,
    `customer`, `maintenance`, `continuity`, `product`, `system`).
    """

    version: int | None
    at: datetime
    what: What
    by: str | None
    details: Mapping[str, object]


class Place(NamedTuple):
    """Where an event stands: nothing else stands there, and nothing moves.

    `rank`: of what holds it; `number`: its own there.
    """

    at: datetime
    version: int
    rank: int
    number: int


Told = tuple[Place, Event]


@dataclass(frozen=True, slots=True)
class Window:
    """Which events are wanted: `most` of each source, the first of them or the `latest`."""

    most: int
    kinds: frozenset[What]
    since: datetime | None = None
    until: datetime | None = None
    after: Place | None = None
    latest: bool = False

    def of(self, query: Rows, at: Column, version: Column, rank: int, number: Column) -> Rows:
        """Return a query for those of its rows that are wanted, oldest first or latest first."""
        if self.since is not None:
            query = query.where(at >= self.since)
        if self.until is not None:
            query = query.where(at < self.until)
        if self.after is not None:
            query = query.where(tuple_(at, version, number) > self._bound(self.after, rank))
        columns = (at, version, number)
        order = [column.desc() for column in columns] if self.latest else columns
        return query.order_by(*order).limit(self.most)

    def among(self, events: Iterable[Told]) -> Iterator[Told]:
        """Yield those of some events that are wanted."""
        for place, event in events:
            early = self.since is not None and place.at < self.since
            late = self.until is not None and place.at >= self.until
            seen = self.after is not None and place <= self.after
            if event.what in self.kinds and not (early or late or seen):
                yield place, event

    def _bound(self, after: Place, rank: int) -> tuple[datetime, int, int]:
        """Return what a row must lie beyond: at the same version, sources follow their ranks."""
        if rank == after.rank:
            return after.at, after.version, after.number
        return after.at, after.version, -1 if rank > after.rank else _LAST
