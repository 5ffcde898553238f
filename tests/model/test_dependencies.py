"""Dependencies: a service rests on others, and never, in the end, on itself."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.database import Database
from model.dependencies import rest_on, rests_on
from rules.errors import BadFields, DependencyCycle
from tests.model.offered import offer

KEYS = "abcdef"


def test_what_a_service_rests_on_is_said_anew_each_time(database: Database) -> None:
    """Doubled names count once; an empty list takes all away."""
    with database.transaction() as session:
        ids = {key: offer(session, key, key).id for key in "abc"}
        assert rest_on(session, "a", ["b", "c", "b"]) == ("b", "c")
        assert rests_on(session, [ids["a"], ids["b"]]) == {ids["a"]: ["b", "c"]}
        assert rest_on(session, "a", []) == ()
        assert rests_on(session, [ids["a"]]) == {}


def test_a_circle_is_refused_and_shown(database: Database) -> None:
    """The way round is named, so that one can see where to cut it."""
    with database.transaction() as session:
        for key in "abc":
            offer(session, key, key)
        rest_on(session, "a", ["b"])
        rest_on(session, "b", ["c"])
    with pytest.raises(DependencyCycle, match="c → a → b → c"), database.transaction() as session:
        rest_on(session, "c", ["a"])
    with pytest.raises(DependencyCycle, match="a → a"), database.transaction() as session:
        rest_on(session, "a", ["a"])


def test_what_there_is_not_is_named_at_its_place(database: Database) -> None:
    """With what may have been meant."""
    with pytest.raises(BadFields) as refused, database.transaction() as session:
        offer(session, "mail", "Mail")
        offer(session, "identity", "Identity")
        rest_on(session, "mail", ["identity", "identty"])
    (problem,) = refused.value.problems
    assert (problem.pointer, problem.help) == ("/rests_on/1", "did you mean `identity`?")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10_000))
def test_no_order_of_sayings_makes_a_circle(sqlite_database: Database, seed: int) -> None:
    """Each is taken or refused; whatever is taken, no service comes back to itself."""
    chance = Random(seed)  # noqa: S311 - repeatable on purpose
    below: dict[str, set[str]] = {key: set() for key in KEYS}

    def reaches(start: str, end: str) -> bool:
        return any(each == end or reaches(each, end) for each in below[start])

    keys = {key: f"{key}-{seed}-{chance.random()}" for key in KEYS}
    with sqlite_database.transaction() as session:
        for key in keys.values():
            offer(session, key, key)
        for _ in range(12):
            key, others = chance.choice(KEYS), set(chance.sample(KEYS, chance.randrange(3)))
            closes = key in others or any(reaches(other, key) for other in others)
            try:
                rest_on(session, keys[key], [keys[other] for other in sorted(others)])
            except DependencyCycle:
                assert closes
            else:
                assert not closes
                below[key] = others
