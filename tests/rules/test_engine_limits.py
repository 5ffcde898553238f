"""The engine's limits: what it would get wrong is refused before anything is built, in words."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine_limits import EngineLimit, EngineRule, Scalar, Test, check_limits, name_hash


def _rules(*tests: tuple[str, Scalar]) -> list[EngineRule]:
    return [EngineRule("r", tuple(Test(name, "=", value) for name, value in tests))]


@pytest.mark.parametrize(
    ("rules", "limit"),
    [
        (_rules(("liquid", 1), ("costarring", 1)),
         "the engine cannot tell `liquid` and `costarring` apart:"
         " the two names have the same 32-bit hash"),
        (_rules(("kind", 1)), "the engine keeps the name `kind` for itself"),
        (_rules(("id", 1)), "the engine keeps the name `id` for itself"),
        (_rules(("sid", 1)), "the engine keeps the name `sid` for itself"),
        (_rules(("$and", 1)), "the engine keeps the name `$and` for itself"),
        (_rules(*((f"p{number}", 1) for number in range(251))),
         "`some-policy` tests 251 properties, and the engine takes at most 250 in one policy"),
        ([EngineRule("r", ())] * 5_001,
         "`some-policy` has 5,001 alternatives, and the engine takes at most 5,000 in one policy"),
        (_rules(("n", 2**63)),
         "`n` is compared with `9223372036854775808`, and the engine takes integers of 64 bits"),
        (_rules(("n", -(2**63) - 1)),
         "`n` is compared with `-9223372036854775809`, and the engine takes integers of 64 bits"),
        (_rules(("n", 1), ("n", "1")),
         "`n` is compared with whole numbers and with text,"
         " and the engine compares a property with values of one type"),
        (_rules(("n", 1), ("n", True)),
         "`n` is compared with whole numbers and with true or false,"
         " and the engine compares a property with values of one type"),
    ],
)  # fmt: skip
def test_each_limit_is_refused_with_its_own_sentence(
    rules: Sequence[EngineRule], limit: str
) -> None:
    """Whoever wrote the policy reads which limit it is over, and what to do."""
    with pytest.raises(EngineLimit) as refused:
        check_limits("some-policy", rules)
    assert refused.value.limit == str(refused.value) == limit
    assert refused.value.help


def test_names_of_a_vocabulary_that_collide_are_refused_before_any_rule_uses_them() -> None:
    """Facts that the engine could not tell apart never get into a vocabulary."""
    with pytest.raises(EngineLimit, match="`costarring` and `liquid`"):
        check_limits("vocabulary", (), ("costarring", "viable", "liquid"))


def test_a_name_that_collides_with_one_of_the_engine_s_own_is_refused() -> None:
    """`dnowdzb` is as good a name as any, but its hash is that of `kind`."""
    with pytest.raises(EngineLimit, match="cannot tell `kind` and") as refused:
        check_limits("vocabulary", (), ("dnowdzb",))
    assert refused.value.help == "rename `dnowdzb`"


def test_what_is_within_the_limits_is_taken() -> None:
    """The last value within each limit passes, and a vocabulary may be larger than a policy."""
    check_limits("some-policy", [EngineRule("r", ())] * 5_000)
    check_limits("some-policy", _rules(*((f"p{number}", 1) for number in range(250))))
    check_limits("some-policy", _rules(("n", 2**63 - 1), ("n", -(2**63))))
    check_limits("vocabulary", (), (f"p{number}" for number in range(1_000)))


def test_hash_is_the_one_of_the_engine() -> None:
    """The engine's source names the hashes of its own words; these are the same."""
    assert name_hash("id") == 926444256
    assert name_hash("sid") == 3593476751
    assert name_hash("costarring") == name_hash("liquid")


@given(st.text(max_size=20))
def test_any_name_at_all_has_a_hash(name: str) -> None:
    """No name, however odd, upsets the check."""
    assert 0 <= name_hash(name) < 2**32
