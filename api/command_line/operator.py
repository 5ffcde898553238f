"""Who gives a command: the user whom the machine knows."""

from __future__ import annotations

import getpass
import os

from model.administration import Actor, Via
from model.texts import LONGEST_NAME
from rules.values import has_control_character


def operator() -> Actor:
    """Return the user of the command line, for the record of what administrators do."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        name = f"user {os.getuid()}"
    sound = 1 <= len(name) <= LONGEST_NAME and not has_control_character(name)
    return Actor(name if sound else f"user {os.getuid()}", Via.COMMAND_LINE)
