"""A timetable in a process of its own, on a clock that the tests set forward, as a file says.

`python dispatcher.py DATABASE_URL FILE`, until SIGTERM.
"""

from __future__ import annotations

import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from model.database import Database
from model.settings import HOME, Settings
from model.sources import utc_now
from scheduler.parts import Parts
from scheduler.timetable import Timetable
from tests.fire.service import SECRET


def main(url: str, ahead: Path) -> None:
    """Tick until told to end."""
    settings = Settings(
        url, SECRET.encode(), HOME / "rules", private_hosts=frozenset({"127.0.0.1"})
    )

    def clock() -> datetime:
        return utc_now() + timedelta(seconds=float(ahead.read_text(encoding="ascii")))

    ended = Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    timetable = Timetable(Parts(Database(url, pool_size=4), settings, clock))
    timetable.start()
    ended.wait()
    timetable.stop()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
