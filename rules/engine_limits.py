"""What the inference engine takes: rules of comparisons, and the limits they must keep."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Scalar = bool | int | str

ANCHOR = "kind"
MOST_RULES = 5_000
MOST_PROPERTIES = 250
_RESERVED = (ANCHOR, "id", "sid", "$s")
_WORDS: dict[type, str] = {bool: "true or false", int: "whole numbers", str: "text"}


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a property with a literal: `=`, `!=`, `<`, `<=`, `>` or `>=`."""

    __test__ = False  # not a test of pytest's

    property: str
    operator: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class EngineRule:
    """A conjunction, always true when empty; those that share a `rule` id are a disjunction."""

    rule: str
    tests: tuple[Test, ...]


class EngineLimit(ValueError):
    """A policy asks for what the engine cannot do; `limit` says what, `help` how to go on."""

    def __init__(self, limit: str, help: str) -> None:
        super().__init__(limit)
        self.limit = limit
        self.help = help


def check_limits(name: str, rules: Sequence[EngineRule], properties: Iterable[str] = ()) -> None:
    """Refuse what the engine would get wrong.

    Args:
        name: the policy's (or the vocabulary's) name, for the sentence of a refusal.
        rules: every engine rule of the policy.
        properties: further names that must be told apart, such as a whole vocabulary's.

    Raises:
        EngineLimit: for the first limit that is not kept.
    """
    tested = dict.fromkeys(test.property for rule in rules for test in rule.tests)
    _check_size(name, len(rules), len(tested))
    _check_names(dict.fromkeys((*properties, *tested)))
    _check_values(rules)


def name_hash(name: str) -> int:
    """The 32-bit FNV-1a hash that is all the engine keeps of a name, taken over its JSON text."""
    digest = 0x811C9DC5
    for byte in json.dumps(name)[1:-1].encode("ascii"):
        digest = (digest ^ byte) * 0x01000193 & 0xFFFFFFFF
    return digest


def _check_size(name: str, rules: int, properties: int) -> None:
    if rules > MOST_RULES:
        raise EngineLimit(
            f"`{name}` has {rules:,} alternatives, and the engine takes at most"
            f" {MOST_RULES:,} in one policy",
            "say it with fewer rules and fewer `or`, or split the policy",
        )
    if properties > MOST_PROPERTIES:
        raise EngineLimit(
            f"`{name}` tests {properties} properties, and the engine takes at most"
            f" {MOST_PROPERTIES} in one policy",
            "split the policy",
        )


def _check_names(names: Iterable[str]) -> None:
    owners = {name_hash(name): name for name in _RESERVED}
    for name in names:
        if name.startswith("$") or name in _RESERVED:
            raise EngineLimit(f"the engine keeps the name `{name}` for itself", "rename it")
        other = owners.setdefault(name_hash(name), name)
        if other != name:
            raise EngineLimit(
                f"the engine cannot tell `{other}` and `{name}` apart:"
                " the two names have the same 32-bit hash",
                f"rename `{name}`" if other in _RESERVED else "rename one of the two",
            )


def _check_values(rules: Iterable[EngineRule]) -> None:
    kinds: dict[str, type] = {}
    for test in (test for rule in rules for test in rule.tests):
        kind = type(test.value)
        known = kinds.setdefault(test.property, kind)
        if known is not kind:
            raise EngineLimit(
                f"`{test.property}` is compared with {_WORDS[known]} and with {_WORDS[kind]},"
                " and the engine compares a property with values of one type",
                "compare it with values of its own type",
            )
        if isinstance(test.value, int) and not -(2**63) <= test.value < 2**63:
            raise EngineLimit(
                f"`{test.property}` is compared with `{test.value}`,"
                " and the engine takes integers of 64 bits",
                "use a smaller number",
            )
