"""What holds for whatever is decided now: the rules that are live, and who is told of what.

Every decision asks both, so both are seen in one look, before the case is locked.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from model.outbox import LISTENING, Listeners, listeners_in
from model.revisions import live_book
from rules.rule_book import RuleBook

# As text it takes a quarter of the time.
_LIVE = "SELECT NULL, revision_id FROM publications WHERE seq = (SELECT max(seq) FROM publications)"
_ALL = text(f"{LISTENING} UNION ALL {_LIVE}")


@dataclass(frozen=True, slots=True)
class OrderOfTheDay:
    """The rules that decide now, and the subscriptions to each type of event."""

    book: RuleBook
    listening: Listeners


def order_of_the_day(reader: Connection) -> OrderOfTheDay:
    """Return what holds now.

    Raises:
        NoLiveRevision: nothing has been published yet.
    """
    rows = reader.execute(_ALL).all()
    live = [said for id, said in rows if id is None]
    listening = listeners_in(row for row in rows if row[0] is not None)
    return OrderOfTheDay(live_book(reader, live[0] if live else None), listening)
