"""Puts Tollgate's commands beside Flask's own."""

from __future__ import annotations

from flask import Flask

from api.command_line.agreement import agreement
from api.command_line.audit import audit
from api.command_line.backup import backup, restore
from api.command_line.calendar import calendar
from api.command_line.db import db
from api.command_line.decide import decide
from api.command_line.deliveries import deliveries
from api.command_line.improvement import improvement
from api.command_line.key import key
from api.command_line.policy import policy
from api.command_line.record import record
from api.command_line.review import review


def register(app: Flask) -> None:
    """Give `app` every group of commands, and the commands that stand alone."""
    for command in (
        policy, db, key, record, review, agreement, improvement, calendar, decide, deliveries,
        audit, backup, restore,
    ):  # fmt: skip
        app.cli.add_command(command)
