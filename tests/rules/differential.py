"""Both readings of random policies, side by side, in a process that may end when it is done.

`python -m tests.rules.differential FIRST LAST CASES` draws a rule book from each seed from FIRST
to before LAST and tries it on CASES cases. The first difference ends it, with all that shows it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from rules.compiled_policy import CompiledPolicy
from rules.edition import Edition, edition_on
from rules.engine_rules import Program, compiled
from rules.errors import NoRuleApplies, RuleFilesRefused, RulesConflict
from rules.inference import Inference
from rules.normal_form import Atom, FactRef, normal_form
from rules.policy import HitPolicy
from rules.problems import report
from rules.rule_book import RuleBook, load
from rules.three_valued import evaluate
from rules.values import Value
from rules.vocabulary import Vocabulary
from tests.rules.drawn_chain import drawn_chain
from tests.rules.drawn_policy import NAME, DrawnBook, drawn_book
from tests.rules.drawn_vocabulary import DrawnFact

DECIDED_A_BOOK = 24
"""So many of a book's cases are decided as well, which takes far longer than reading them."""

CONFLICT = frozenset({"two rules conflict"})


class Difference(Exception):
    """Two readings of one policy differ; the text shows how to see it again."""


@dataclass(frozen=True, slots=True)
class Day:
    """A policy as it stands on a day: its rules for the evaluation, and compiled for the engine."""

    day: date
    edition: Edition
    program: Program
    inference: Inference

    @classmethod
    def of(cls, book: RuleBook, day: date) -> Day:
        """Return a drawn book's policy as it stands on a day."""
        edition = edition_on(book.policies[NAME], day)
        normal = [(r.id, normal_form(r.when, edition.parameters)) for r in edition.rules]
        program = compiled(normal, book.vocabulary)
        return cls(day, edition, program, Inference(NAME, program.rules))

    def inferred(self, known: Mapping[str, Value]) -> frozenset[str]:
        """Return the rules that are true to the engine."""
        return self.inference.true_rules(self.program.message(known))

    def truths(self, known: Mapping[str, Value]) -> Mapping[str, bool | None]:
        """Return what each rule is worth to the evaluation."""
        parameters = self.edition.parameters
        return {rule.id: evaluate(rule.when, known, parameters) for rule in self.edition.rules}

    def differs(self, known: Mapping[str, Value]) -> bool:
        """Whether the two readings differ on a case."""
        return self.inferred(known) != true_in(self.truths(known))

    def compared(self) -> set[str]:
        """Return the facts that a rule compares with something."""
        atoms = [stated for stated in self.program.properties.values() if isinstance(stated, Atom)]
        others = {atom.other.name for atom in atoms if isinstance(atom.other, FactRef)}
        return {atom.fact for atom in atoms} | others


def true_in(truths: Mapping[str, bool | None]) -> frozenset[str]:
    """Return the rules that are true."""
    return frozenset(id for id, truth in truths.items() if truth)


def compare(seed: int, cases: int, read: Callable[[RuleBook, date], Day] = Day.of) -> Counter[str]:
    """Compare both readings of the book of a seed on some cases, and count what was seen.

    Raises:
        Difference: they differ, or the book is refused, or a decision is at odds with them.
    """
    chance = Random(seed)  # noqa: S311 - repeatable on purpose
    drawn = drawn_book(chance)
    try:
        book = load(drawn.files)
    except RuleFilesRefused as refused:
        raise Difference(_shown(seed, drawn, report(refused.problems))) from refused
    days = [read(book, day) for day in drawn.days]
    chains = [drawn_chain(chance, book, day) for day in drawn.days]
    policy = CompiledPolicy(book.policies[NAME], book.vocabulary)
    anew = CompiledPolicy(book.policies[NAME], book.vocabulary, remembered=0)
    tries = {fact.name: fact.tries() for fact in drawn.facts if not fact.base}
    seen: Counter[str] = Counter(books=1, cases=cases)
    seen["chains with ways"] += sum(chain.finder is not None for chain in chains)
    seen["chains with too many ways"] += sum(chain.finder is None for chain in chains)
    seen["books of several rulesets"] += any(len(day.program.rules) > 50 for day in days)
    for number in range(cases):
        day = days[number % len(days)]
        known = book.vocabulary.known(_case(chance, tries), day.day)
        truths = day.truths(known)
        seen.update(f"{truth} rules".lower() for truth in truths.values())
        if day.inferred(known) != true_in(truths):
            raise Difference(_shown(seed, drawn, _difference(day, known)))
        wrong_way = chains[number % len(days)].differs(known, truths)
        if wrong_way:
            raise Difference(_shown(seed, drawn, f"on {day.day}, knowing {known}: {wrong_way}"))
        if number < DECIDED_A_BOOK:
            decided = Decided(policy, anew, book.vocabulary, day, drawn.facts)
            wrong = decided.wrong(known, chance, seen)
            if wrong:
                raise Difference(_shown(seed, drawn, f"on {day.day}, knowing {known}: {wrong}"))
    return seen


def _case(chance: Random, tries: Mapping[str, Sequence[Value]]) -> Mapping[str, Value | None]:
    """Return what is held of a case: each fact missing, forgotten, or with a telling value."""
    missing = chance.choice((0.0, 0.1, 0.3, 0.6))
    return {
        name: chance.choice(values) if chance.random() < 0.98 else None
        for name, values in tries.items()
        if chance.random() >= missing
    }


@dataclass(frozen=True, slots=True)
class Decided:
    """A policy that decides cases on one day, held against the truths of its rules.

    `anew`: the same policy, which keeps nothing in mind.
    """

    policy: CompiledPolicy
    anew: CompiledPolicy
    vocabulary: Vocabulary
    day: Day
    facts: Sequence[DrawnFact]

    def wrong(self, known: Mapping[str, Value], chance: Random, seen: Counter[str]) -> str:
        """Decide a case, and return what in the answer is at odds with the truths, if it is."""
        fired, asks = self._decide(known)
        settled = self._settled(known)
        seen["asked" if asks else "fired" if fired else "no rule"] += 1
        if settled is not None:
            fits = fired == settled and not asks
        elif asks:
            missing = [fact for fact in self.facts if fact.name not in known]
            # A date too far off to be counted in days is asked for, though it is known.
            fits = not fired and {fact.base or fact.name for fact in missing} >= asks
        else:
            completed = [self._completed(known, chance) for _ in range(4)]
            fits = all(self._settled(each) == fired for each in completed if each)
        truths = self.day.truths(known)
        return "" if fits else f"{set(fired)} fired and {asks} asked, with truths {truths}"

    def _decide(self, known: Mapping[str, Value]) -> tuple[frozenset[str], frozenset[str]]:
        """Return the rules that fire (two that conflict: all that do) and what is asked."""
        try:
            decision = self.policy.decide(known, self.day.day)
        except NoRuleApplies:
            return frozenset(), frozenset()
        except RulesConflict:
            return CONFLICT, frozenset()
        if decision != self.anew.decide(known, self.day.day):
            raise Difference(f"knowing {known}: what is remembered differs from what is new")
        return frozenset(rule.id for rule in decision.fired), frozenset(decision.asks)

    def _settled(self, known: Mapping[str, Value]) -> frozenset[str] | None:
        """Return the rules that fire by the hit policy; None while that is not settled."""
        truths, hit = self.day.truths(known), self.policy.policy.hit
        true = true_in(truths)
        if hit is HitPolicy.FIRST:
            first = next(((id, truth) for id, truth in truths.items() if truth is not False), None)
            if first is None:
                return frozenset()
            return frozenset(first[:1]) if first[1] else None
        if hit is HitPolicy.UNIQUE and true:
            return true if len(true) == 1 else CONFLICT
        return None if None in truths.values() else true

    def _completed(self, known: Mapping[str, Value], chance: Random) -> dict[str, Value] | None:
        """Return the case with a value for every fact that is compared; None if none is found."""
        by_name = {fact.name: fact for fact in self.facts}
        missing = [by_name[name] for name in self.day.compared() - known.keys()]
        bases = {fact.base or fact.name for fact in missing}
        for _ in range(10 if not bases & known.keys() else 0):
            held = {**known, **{name: chance.choice(by_name[name].tries()) for name in bases}}
            completed = self.vocabulary.known(held, self.day.day)
            if all(fact.name in completed for fact in self.facts if fact.base in bases):
                return completed
        return None


def _difference(day: Day, known: Mapping[str, Value]) -> str:
    """Return the two sets and the differing rules, with no fact that makes no difference."""
    kept = dict(known)
    for name in known:
        fewer = {other: value for other, value in kept.items() if other != name}
        kept = fewer if day.differs(fewer) else kept
    inferred, evaluated = day.inferred(kept), true_in(day.truths(kept))
    rules = [rule for rule in day.edition.rules if rule.id in inferred ^ evaluated]
    return "\n".join([
        f"on {day.day}, knowing {kept}",
        f"the engine says      {sorted(inferred)}",
        f"the evaluation says  {sorted(evaluated)}",
        f"parameters           {dict(day.edition.parameters)}",
        *(f"{rule.id}: {rule.when}" for rule in rules),
    ])  # fmt: skip


def _shown(seed: int, drawn: DrawnBook, what: str) -> str:
    files = "\n".join(f"--- {path}\n{text}" for path, text in drawn.files.items())
    again = f"python -m tests.rules.differential {seed} {seed + 1}"
    return f"seed {seed}: {what}\n\n{files}\nsee it again: {again}"


def main(arguments: Sequence[str]) -> int:
    """Compare what the arguments say; the last line is what was seen, as JSON."""
    first, last, cases = (int(each) for each in (*arguments, "800")[:3])
    seen: Counter[str] = Counter()
    for seed in range(first, last):
        sys.stderr.write(f"seed {seed}\n")  # the last one, should the engine end the process
        sys.stderr.flush()
        try:
            seen += compare(seed, cases)
        except Difference as difference:
            sys.stderr.write(f"{difference}\n")
            return 1
    sys.stdout.write(json.dumps(seen))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
