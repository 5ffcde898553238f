"""Ask again about every issue that is still pending; made to be run each minute, by cron."""

from __future__ import annotations

import sys
import time
from urllib.request import urlopen

import roundup.instance

LONGEST_RUN = 50  # seconds: then the next run goes on


def main(home: str) -> int:
    """Touch each pending issue, which makes its detector ask; return how many are still pending."""
    tracker = roundup.instance.open(home)
    db = tracker.open("admin")
    until = time.monotonic() + LONGEST_RUN
    try:
        for number in db.issue.filter(None, {"tollgate_status": "pending"}):
            if time.monotonic() > until:
                break
            # A service that is not ready is not asked once an issue: each would cost two seconds.
            urlopen(f"{db.config.detectors['TOLLGATE_URL']}/readyz", timeout=2).close()
            db.issue.set(number, tollgate_status="pending")  # as it was: no change, no journal
            db.commit()  # gives the write lock back between two issues
        return len(db.issue.filter(None, {"tollgate_status": "pending"}))
    finally:
        db.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: ask_again.py TRACKER_HOME")
    try:
        left = main(sys.argv[1])
    except OSError as away:
        sys.exit(f"Tollgate is not ready, try again later: {away}")
    sys.exit(f"{left} issues are still pending, the page of each says why" if left else 0)
