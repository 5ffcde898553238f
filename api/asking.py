"""The request at hand: its id, what its route needs, who asks, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import g

from model.access import Caller, Presumed
from rules.errors import NotAuthenticated

if TYPE_CHECKING:
    from api.authentication import Access  # which asks for what is here


@dataclass(slots=True)
class Asking:
    """What is known of one request, found out step by step.

    `began`: by a clock that only grows, in seconds. `access`: `None` where no route answers.
    `caller`: who asks, if that is known or presumed; `presumed`: as whom, until it is confirmed.
    `refused`: why it is nobody. `problem`: the code of what was answered, if that is a problem.
    """

    id: str
    began: float
    access: Access | None = None
    caller: Caller | None = None
    presumed: Presumed | None = None
    refused: NotAuthenticated | None = None
    problem: str | None = None


def begin(id: str, began: float) -> None:
    """Begin a request; nothing else is known of it yet."""
    g.asking = Asking(id, began)


def asking() -> Asking:
    """Return what is known of the request at hand."""
    return cast("Asking", g.asking)


def current_caller() -> Caller:
    """Return who asks, where nobody else gets to."""
    return cast("Caller", asking().caller)
