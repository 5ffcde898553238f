"""Ask again about every issue that is still pending; made to be run each minute, by cron.

With `--moved`, made for each hour: bring home what Tollgate decided without being asked. On the day
that moves a case, such as the one on which its need date comes near, it is decided again.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import roundup.instance
from tollgate import TIMEOUT_SECONDS, shown

LONGEST_RUN = 50  # seconds: then the next run goes on
ASKED = "routing"  # the decision that the detector asks for


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


def bring_home(home: str) -> None:
    """Write the newest decision onto each issue with a date that shows an older one."""
    db = roundup.instance.open(home).open("admin")
    try:
        for number in [n for n in db.issue.list() if _may_have_moved(db, n)]:
            if _newest(db, number) is None:
                continue
            # Now under the write lock, read anew: what a person changes meanwhile is not undone.
            status = db.issue.get(number, "tollgate_status")
            db.setnode("issue", number, {"tollgate_status": status})
            newest = _newest(db, number) if _may_have_moved(db, number) else None
            if newest is not None:
                db.issue.set_inner(number, **shown(newest))  # the detector need not ask
            db.commit()
    finally:
        db.close()


def _may_have_moved(db: Any, number: str) -> bool:
    """Whether an issue shows a decision, and holds a date: without one no day moves it."""
    issue = db.issue.getnode(number)
    held = [issue[name] for name in db.issue.getprops() if name.startswith("fact_")]
    dated = any(hasattr(value, "pretty") for value in held)
    return dated and issue["tollgate_status"] in ("decided", "awaiting_facts")


def _newest(db: Any, number: str) -> dict[str, Any] | None:
    """Return the newest decision about an issue, unless it is the one that the issue shows."""
    settings = db.config.detectors
    ref = quote(f"{settings['TOLLGATE_REF_PREFIX']}{number}", safe="")
    url = f"{settings['TOLLGATE_URL']}/api/v1/decisions?case={ref}&limit=20"
    request = Request(url, headers={"Authorization": f"Bearer {settings['TOLLGATE_KEY']}"})
    with urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        made: list[dict[str, Any]] = json.load(response)["decisions"]
    newest = next((each for each in made if each["decision"] == ASKED), None)
    if newest is None or newest["id"] == db.issue.get(number, "tollgate_decision"):
        return None
    return newest


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--moved"]):
        sys.exit("usage: ask_again.py TRACKER_HOME [--moved]")
    try:
        if sys.argv[2:]:
            sys.exit(bring_home(sys.argv[1]))
        left = main(sys.argv[1])
    except OSError as away:
        sys.exit(f"Tollgate is not ready, try again later: {away}")
    sys.exit(f"{left} issues are still pending, the page of each says why" if left else 0)
