"""Columns: what is stored comes back the same from SQLite and from PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from sqlalchemy import text

from model.access import ApiKey
from model.cases import Case
from model.database import Database
from model.revisions import Revision


def test_an_instant_comes_back_in_utc(database: Database) -> None:
    """An instant given in any zone is the same instant afterwards, to the microsecond."""
    at = datetime(2026, 3, 29, 2, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=-5)))
    with database.transaction() as session:
        session.add(Case(ref="A", version=0, created_at=at, updated_at=at))
    with database.reading() as session:
        read = session.query(Case).one().created_at
        assert read == at
        assert read.tzinfo is UTC


def test_an_instant_that_is_absent_stays_absent(database: Database) -> None:
    """No time is not the year nought."""
    at = datetime(2026, 3, 29, tzinfo=UTC)
    with database.transaction() as session:
        session.add(ApiKey(id="1", name="n", key_hash="h", roles=[], created_at=at))
    with database.reading() as session:
        assert session.query(ApiKey).one().expires_at is None


def test_json_is_kept_as_its_text(database: Database) -> None:
    """Decimals and the order of members survive; the database never reformats them."""
    at = datetime(2026, 3, 29, tzinfo=UTC)
    files = {"z": Decimal("2.50"), "a": "½ 🎫 \N{NO-BREAK SPACE}"}
    with database.transaction() as session:
        session.add(Revision(id="r", files=files, created_at=at))
    with database.reading() as session:
        kept = session.scalar(text("SELECT files FROM revisions"))
        assert kept == '{"z": 2.50, "a": "½ 🎫 \N{NO-BREAK SPACE}"}'
        read = session.query(Revision).one().files
        assert read == files
        assert list(files) == ["z", "a"]
