"""A ticketing system in Chicago whose letters all wait for the morning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from model.apart import Failed
from model.database import Database
from model.moment import Moment
from model.publishing import publish
from model.rosters import current_roster, replace_roster
from model.settings import HOME
from model.sleeping_letters import SleepingLetter
from model.telling_timers import tell_timers
from model.waking_letters import wake_letters
from rules.rule_book import read_files
from tests.model.clocked import on
from tests.model.lives import Lives
from tests.model.telling import claimed, settled

CHICAGO = ZoneInfo("America/Chicago")
FRIDAY_NIGHT = Moment.at(datetime(2026, 11, 21, 3, tzinfo=UTC), CHICAGO)
MORNING = on(0, "13:00")
"""Monday at seven, in Chicago."""
NEW = "new@x.example"


@dataclass(frozen=True)
class Desk(Lives):
    """A ticketing system in Chicago whose letters all wait for the morning."""

    def publish(self, old: str, new: str, file: str = "reviews.yaml") -> None:
        """Publish the rules with something changed in one of the files."""
        files = read_files(HOME / "rules")
        files = {**files, "reviews.yaml": files["reviews.yaml"].replace(SHIPPED, "[]")}
        assert old in files[file]
        files = {**files, file: files[file].replace(old, new, 1)}
        with self.database.transaction() as session:
            publish(session, files, "Pat", FRIDAY_NIGHT.now)

    def tell_timers(self, now: datetime) -> None:
        """Tell what timers have passed by now."""
        with self.database.transaction() as session:
            tell_timers(session, Moment.at(now, CHICAGO))

    def wake(self, now: datetime = MORNING, failed: Failed | None = None) -> list[str]:
        """Have letters wake, and send what goes out by then; return to whom it goes."""
        with self.database.transaction() as session:
            assert not wake_letters(session, Moment.at(now, CHICAGO), failed)
        parcels = claimed(self.database, now)
        settled(self.database, parcels, now, delivered=True)
        return [each.recipient or each.receiver for each in parcels]

    def away(self, email: str, since: str, deputy: str) -> None:
        """Have somebody be away from a day on, and another stand in for a provider."""
        with self.database.transaction() as session:
            document = {name: list(each) for name, each in current_roster(session).document.items()}
            document["people"] += [{"name": "Deputy", "email": deputy}]
            held = {"role": "Service Provider", "held_by": deputy, "agency": None, "deputy": True}
            document["roles"] += [held]
            document["absences"] += [{"person": email, "since": since}]
            now = FRIDAY_NIGHT.now
            replace_roster(session, document, "Dana", now, lambda _: None)


SHIPPED = "[case.rerouted, timer.breached]"


def asleep(database: Database) -> int:
    """Return how many letters sleep."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(SleepingLetter)) or 0
