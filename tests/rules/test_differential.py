"""The engine and the three-valued evaluation read every rule alike, whatever is drawn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from rules.values import LARGEST_INTEGER, Value
from tests.rules.differential import Day, Difference, compare
from tests.rules.drawn_policy import BETWEEN, SIGNS, drawn_book
from tests.rules.drawn_vocabulary import TYPES

HOME = Path(__file__).resolve().parents[2]
CASES_A_BOOK = 800
BOOKS_A_CHILD = 25
CASES_A_CHILD = BOOKS_A_CHILD * CASES_A_BOOK
LONG = int(os.environ.get("TOLLGATE_DIFFERENTIAL_FACTS", "10_000_000"))


def _in_child(child: int) -> Counter[str]:
    """Compare the books of one child: rulesets leak, and a broken engine may crash or hang."""
    first = child * BOOKS_A_CHILD
    seeds = [str(first), str(first + BOOKS_A_CHILD), str(CASES_A_BOOK)]
    command = [sys.executable, "-m", "tests.rules.differential", *seeds]
    with subprocess.Popen(
        command, cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            seen, said = process.communicate(timeout=600)
        except subprocess.TimeoutExpired:
            process.kill()
            _, said = process.communicate()
            raise AssertionError(f"hangs at {said.splitlines()[-1]}") from None
    assert process.returncode == 0, f"exit status {process.returncode}\n{said}"
    return Counter(json.loads(seen))


@pytest.mark.parametrize("child", range(5))
def test_both_readings_agree_on_random_policies_and_cases(child: int) -> None:
    """Over 100,000 cases, 20,000 a child, no rule is true to one reading and not to the other.

    Every policy drawn is loaded from its text, and what is decided or asked follows the truths.
    """
    seen = _in_child(child)
    assert seen["cases"] == CASES_A_CHILD
    assert seen["books of several rulesets"] > 0
    for kind in ("true rules", "false rules", "none rules", "fired", "asked", "no rule"):
        assert seen[kind] > 0, kind


@pytest.mark.long
def test_both_readings_agree_on_ten_million_cases() -> None:
    """Over ten million cases, or `TOLLGATE_DIFFERENTIAL_FACTS`, the readings never differ."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        seen = sum(pool.map(_in_child, range(-(-LONG // CASES_A_CHILD))), Counter[str]())
    assert seen["cases"] >= LONG


def test_a_reading_that_is_wrong_is_caught_and_shown() -> None:
    """An engine that took what is unknown for true would be found, with all it takes to see it."""

    class Careless(Day):
        """Takes a comparison with a missing fact for true, as the bare engine sometimes does."""

        def inferred(self, known: Mapping[str, Value]) -> frozenset[str]:
            return frozenset(id for id, truth in self.truths(known).items() if truth is not False)

    with pytest.raises(Difference) as caught:
        compare(1, CASES_A_BOOK, Careless.of)
    shown = str(caught.value)
    for part in ("seed 1:", "knowing {}", "the engine says", "the evaluation says", "inputs: ["):
        assert part in shown
    assert shown.endswith("see it again: python -m tests.rules.differential 1 2")


def test_what_is_drawn_reaches_every_corner_of_the_language() -> None:
    """Every type, operator, interval, hit policy and edge that rule files may hold is drawn."""
    books = [drawn_book(Random(seed)) for seed in range(100)]  # noqa: S311 - repeatable on purpose
    text = "\n".join("\n".join(book.files.values()) for book in books)
    forms = [f" {sign} " for sign in SIGNS] + [f"type: {type}," for type in TYPES]
    forms += [f"hit: {hit}\n" for hit in ("first", "unique", "collect")]
    forms += [" is missing", " is known", "not(", " and", " or", " between ", " in (", "derived: {"]
    forms += ["default: ", "changes: [", "    from: ", "    until: ", "0001-01-01", "9999-12-31"]
    forms += [str(LARGEST_INTEGER), str(-LARGEST_INTEGER), "scale: 0", "scale: 9", "🎫", '\\"']
    assert [form for form in forms if form not in text] == []
    brackets = {between.format("", "") for between in BETWEEN if between.startswith("in")}
    assert len(brackets) == 9
    held = {value for book in books for fact in book.facts for value in fact.tries()}
    assert {LARGEST_INTEGER, -LARGEST_INTEGER, True, False, "", "🎫"} <= held
