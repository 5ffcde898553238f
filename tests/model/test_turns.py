"""Turns: first come, first served, and nobody waits for ever."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from model.turns import Turns
from rules.errors import DatabaseAway


def test_turns_come_in_the_order_of_asking() -> None:
    """Who came first is served first, one at a time."""
    turns, served, inside = Turns(), [], []

    def write(number: int) -> None:
        with turns.turn(10):
            inside.append(number)
            served.append((number, len(inside)))
            inside.remove(number)

    with ThreadPoolExecutor(8) as pool, turns.turn(10):
        for number in range(8):
            pool.submit(write, number)
            time.sleep(0.02)
    assert served == [(number, 1) for number in range(8)]


def test_a_turn_that_does_not_come_is_given_up() -> None:
    """Who has waited long enough is told so, and holds up nobody behind."""
    turns = Turns()

    def wait() -> None:
        with pytest.raises(DatabaseAway), turns.turn(0.05):
            pass

    with turns.turn(1), ThreadPoolExecutor(4) as pool:
        for waited in [pool.submit(wait) for _ in range(4)]:
            waited.result()
    with turns.turn(0.05):
        pass


def test_a_turn_ends_with_an_error_too() -> None:
    """What goes wrong in one's turn keeps nobody from theirs."""
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.turn(1):
        raise ZeroDivisionError
    with turns.turn(0.05):
        pass
