"""The operator's page keeps its word: every alarm is on it, and every command on it exists."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from api.bounded_worker import ANSWERED_WITHIN, RECEIVED_WITHIN
from api.metrics import Metrics
from app import create_app
from model.settings import HOME, Settings

PAGE = (HOME / "docs" / "operation.md").read_text(encoding="utf-8")
WORDS = r"(?:`|app )((?:db|key|audit|record|policy|backup|restore|deliveries)\b[ a-z]*)"


def test_every_metric_that_alarms_is_explained() -> None:
    """Whoever is woken by a number finds what it means and what to do."""
    exposed = re.findall(r"^# TYPE (tollgate_\w+) ", Metrics().exposed().decode(), re.MULTILINE)
    assert exposed
    assert [name for name in exposed if name not in PAGE] == []


@pytest.mark.parametrize("words", sorted({each.strip() for each in re.findall(WORDS, PAGE)}))
def test_every_command_on_it_exists(tmp_path: Path, words: str) -> None:
    """Nothing has to be guessed at three in the morning."""
    settings = Settings(f"sqlite:///{tmp_path}/x.db", b"s" * 16, HOME / "rules")
    command: click.Command = create_app(settings).cli
    for word in words.split():
        if not isinstance(command, click.Group):
            break  # what follows is an argument
        command = command.commands[word]
    assert command.help


def test_the_bounds_on_it_are_those_that_hold() -> None:
    """The table of bounds names the numbers that the server works with."""
    config = (HOME / "gunicorn.conf.py").read_text(encoding="utf-8")
    limits = dict(re.findall(r"^(limit_\w+|timeout) = (\d+)$", config, re.MULTILINE))
    row = f"| {int(limits['limit_request_line']):,} bytes, " + (
        f"{int(limits['limit_request_field_size']):,} bytes, {limits['limit_request_fields']} |"
    )
    assert row in PAGE
    assert f"| {RECEIVED_WITHIN:.0f} seconds | the rest is not read" in PAGE
    assert f"| {ANSWERED_WITHIN / 60:.0f} minutes |" in PAGE
    assert f"| a process that hangs | {limits['timeout']} seconds |" in PAGE
