"""What every tick needs: the database, the settings, the clock, chance and ids."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from model.database import Database
from model.settings import Settings
from model.sources import fresh_id, utc_now
from scheduler.tick_log import TickLog


@dataclass(frozen=True, slots=True)
class Parts:
    """One scheduler's parts; `ending` is set when the process is told to end."""

    database: Database
    settings: Settings
    clock: Callable[[], datetime] = utc_now
    chance: Callable[[], float] = random.random
    new_id: Callable[[], str] = fresh_id
    log: TickLog = field(default_factory=TickLog)
    ending: Event = field(default_factory=Event)
