"""Teams to write to: a roster in which every role of a case has somebody, and their letters."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from model.database import Database
from model.deliveries import Delivery
from model.events import OutboxEvent
from model.rosters import replace_roster

ROLES = {
    "Agency IT Strategist": "strategist@x.example",
    "Technology Strategy Director": "director@x.example",
    "Research Associate": "associate@x.example",
    "IT Steering Team": "steering@x.example",
    "Strategic Alliance Team": "alliances@x.example",
    "Project Manager": "projects@x.example",
    "Service Provider": "provider@x.example",
    "Service Level Manager": "levels@x.example",
}
STRATEGIST, DIRECTOR, ASSOCIATE, STEERING, ALLIANCES, PROJECTS, PROVIDER, LEVELS = ROLES.values()

RESEARCHED = {
    "origin": "agency", "in_catalog": False, "need_or_want": "need", "existing_service_fits": False,
    "part_addition_fits": False, "project_needed": True, "project_initiated": True,
    "research_report_complete": True,
}  # fmt: skip
"""All that is known of a case before it is asked by when it is needed."""


def staff(
    database: Database,
    roles: dict[str, str] | None = None,
    groups: dict[str, str] | None = None,
    health: dict[str, str] | None = None,
) -> None:
    """Have each role held by one person, by address; and each group have one member.

    `health`: who holds a role for the agency Health.
    """
    roles, groups, health = ROLES if roles is None else roles, groups or {}, health or {}
    emails = dict.fromkeys([*roles.values(), *groups.values(), *health.values()])
    document: dict[str, list[dict[str, object]]] = {
        "people": [{"name": email.partition("@")[0], "email": email} for email in emails],
        "groups": [
            {"name": name, "members": [{"person": email}]} for name, email in groups.items()
        ],
        "roles": [
            {"role": role, "held_by": email, "agency": agency}
            for agency, held in ((None, roles), ("Health", health))
            for role, email in held.items()
        ],
        "absences": [],
    }
    with database.transaction() as session:
        replace_roster(session, document, "Dana", datetime(2026, 11, 1, tzinfo=UTC), lambda _: None)


def letters(database: Database) -> list[tuple[str, str]]:
    """Return the title of each letter that was written, and to whom, in order."""
    return [(str(event.title), to) for event, to in _written(database)]


def texts(database: Database) -> list[str]:
    """Return what each letter says, once for each, in order."""
    return list(dict.fromkeys(str(event.text) for event, _ in _written(database)))


def _written(database: Database) -> list[tuple[OutboxEvent, str]]:
    with database.reading() as session:
        rows = session.execute(
            select(OutboxEvent, Delivery.recipient)
            .join(Delivery, Delivery.event_id == OutboxEvent.id)
            .where(Delivery.recipient.is_not(None))
            .order_by(Delivery.id)
        ).all()
        return [(row[0], str(row[1])) for row in rows]
