"""Whom the customers of a service ask about it: they have no key to read its address with."""

from __future__ import annotations

from typing import Protocol

LINE_MANAGER = "Service Line Manager"


class Managed(Protocol):
    """What somebody may be the line manager of, by name."""

    @property
    def line_manager(self) -> str | None:
        """Who it is, where that was said."""


def whom_to_ask(service: Managed) -> str:
    """Return the sentence that ends a letter to the customers of a service."""
    return f"Ask {service.line_manager or f'its {LINE_MANAGER}'} about it."
