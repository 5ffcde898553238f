"""Ticks: done and noted; whatever goes wrong in one, the next one comes."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from model.database import Database
from model.heartbeats import NOTED_EVERY, lateness
from rules.errors import DatabaseAway, Unable
from scheduler.parts import Parts
from scheduler.tick_log import TickLog
from scheduler.ticking import note_done, tick_once
from tests.scheduler.conftest import Clock, parts_on

EVERY = {"x": timedelta(minutes=1)}


def late(parts: Parts) -> timedelta | None:
    """Return how late the tick is."""
    with parts.database.reading() as session:
        return lateness(session, EVERY, parts.clock())["x"]


def test_a_tick_that_went_well_is_noted(parts: Parts, clock: Clock) -> None:
    """From then on it is counted how late the next one is."""
    assert late(parts) is None
    tick_once(parts, "x", lambda _: None)
    assert late(parts) == timedelta(0)
    clock.advance(timedelta(minutes=3) + NOTED_EVERY)
    assert late(parts) == timedelta(minutes=2)


@pytest.mark.parametrize("error", [Unable("not now"), KeyError("a fact")])
def test_a_log_that_cannot_be_written_ends_no_tick(parts: Parts, error: Exception) -> None:
    """On a full disk the line is lost, and the next tick comes."""

    def job(_: Parts) -> None:
        raise error

    with Path("/dev/full").open("w", encoding="utf-8") as full:
        tick_once(replace(parts, log=TickLog(full)), "x", job)
        with suppress(OSError):
            full.close()
    tick_once(parts, "x", lambda _: None)
    assert late(parts) == timedelta(0)


@pytest.mark.parametrize("error", [Unable("not now"), KeyError("a fact")])
def test_a_tick_that_failed_is_logged_and_late(parts: Parts, error: Exception) -> None:
    """It ends nothing else, and what the error says of facts is not written down."""
    stream = StringIO()

    def fail(_: Parts) -> None:
        raise error

    tick_once(replace(parts, log=TickLog(stream)), "x", fail)
    line = json.loads(stream.getvalue())
    assert line["tick"] == "x"
    assert "a fact" not in stream.getvalue()
    assert late(parts) is None


def test_a_database_that_is_away_is_waited_for(tmp_path: Path, clock: Clock) -> None:
    """The tick is put off, in a word; nothing is raised."""
    stream = StringIO()
    with closing(Database(f"sqlite:///{tmp_path}/nowhere/at/all.db")) as nowhere:
        parts = replace(parts_on(nowhere, clock), log=TickLog(stream))
        tick_once(parts, "x", lambda _: None)
        with pytest.raises(DatabaseAway):
            note_done(parts, "x")
    assert json.loads(stream.getvalue())["event"] == "tick put off"
