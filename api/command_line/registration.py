"""Puts Tollgate's commands beside Flask's own."""

from __future__ import annotations

from flask import Flask

from api.command_line.db import db
from api.command_line.decide import decide
from api.command_line.key import key
from api.command_line.policy import policy
from api.command_line.record import record


def register(app: Flask) -> None:
    """Give `app` the groups `policy`, `db`, `key` and `record` and the command `decide`."""
    for command in (policy, db, key, record, decide):
        app.cli.add_command(command)
