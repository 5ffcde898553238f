"""The vocabulary: every fact a case may hold and every word an outcome is made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from rules.decision import OutcomeValue
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.spelling import did_you_mean
from rules.values import Domain, Value, ValueRefused

Facts = Mapping[str, Value | None]
"""Facts by name; `None` or absent: not known."""

ALWAYS_ANSWERED = ("assign_to", "action")
"""What every answer says, where the vocabulary has it: who is to do what."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A declared fact. `derived_from` names the date that this number of days counts to.

    `personal`: it tells something about a person, and may have to be erased. `artifact`: whoever
    supplies it for the service that a case gave birth to says that the fact is true. `said_of`: the
    artifact whose version it is said of; with a newer one it is as if nobody had said it.
    """

    name: str
    domain: Domain
    question: str
    asked_of: str
    action: str
    group: str | None = None
    unit: str | None = None
    default: Value | None = None
    derived_from: str | None = None
    sources: tuple[str, ...] = ()
    personal: bool = False
    artifact: str | None = None
    said_of: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A declared member of an outcome. `kept`: once set by a rule, later stages leave it."""

    name: str
    domain: Domain
    many: bool = False
    kept: bool = False

    @property
    def empty(self) -> OutcomeValue:
        """Its value when no rule sets it."""
        if self.many:
            return ()
        return False if self.domain.type == "boolean" else None


@dataclass(frozen=True, slots=True)
class KeptArtifact:
    """An artifact that stands behind a service though neither a gate nor a case asks for it."""

    name: str
    meaning: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every declared fact and outcome, by name, in the file's order; artifacts to keep beside."""

    facts: Mapping[str, Fact]
    outcomes: Mapping[str, Outcome]
    artifacts: Mapping[str, KeptArtifact] = field(default_factory=lambda: MappingProxyType({}))
    _defaults: Mapping[str, Value] = field(init=False, repr=False, compare=False)
    _derived: tuple[Fact, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        facts = self.facts.values()
        defaults = {fact.name: fact.default for fact in facts if fact.default is not None}
        object.__setattr__(self, "_defaults", defaults)
        object.__setattr__(self, "_derived", tuple(fact for fact in facts if fact.derived_from))

    @property
    def milestones(self) -> Mapping[str, str]:
        """The fact that is true once an artifact is there, by artifact."""
        return {f.artifact: f.name for f in self.facts.values() if f.artifact}

    def said_of(self, artifact: str) -> tuple[str, ...]:
        """Return the facts that are said of one version of an artifact."""
        return tuple(name for name, fact in self.facts.items() if fact.said_of == artifact)

    @property
    def personal(self) -> frozenset[str]:
        """The facts that are personal, those derived from one among them."""
        return frozenset(name for name, fact in self.facts.items() if fact.personal)

    def with_outcomes(self, names: Collection[str]) -> Vocabulary:
        """Return the vocabulary with these outcomes only, in the file's order."""
        outcomes = {name: each for name, each in self.outcomes.items() if name in names}
        return Vocabulary(self.facts, MappingProxyType(outcomes), self.artifacts)

    def read_changes(self, raw: Mapping[str, object], as_of: date) -> dict[str, Value | None]:
        """Return the changes of facts that a JSON object asks for; `None` forgets a fact.

        A derived number of days comes back as the date it stands for, counted from `as_of`.

        Raises:
            BadFields: with one problem for each member that is unknown, of another type,
                outside its domain, or at odds with another.
        """
        problems: list[FieldProblem] = []
        changes: dict[str, Value | None] = {}
        for name, value in raw.items():
            fact = self.facts.get(name)
            if fact is None:
                detail = "there is no such fact"
                problems.append(_problem(name, detail, did_you_mean(name, self.facts)))
                continue
            try:
                changes[name] = None if value is None else fact.domain.read(value)
            except ValueRefused as refused:
                problems.append(_problem(name, refused.detail, refused.help))
        for fact in self._derived:
            if fact.name in changes:
                self._store_as_date(fact, changes, as_of, problems)
        self._require_days_within_range(changes, as_of, problems)
        if problems:
            raise BadFields(problems)
        return changes

    def known(self, held: Facts, as_of: date) -> dict[str, Value]:
        """Return what is known on `as_of`: the facts held, the defaults and what they derive.

        A fact held that the vocabulary no longer has, or whose value it no longer allows,
        counts as missing.
        """
        known = dict(self._defaults)
        for name, value in held.items():
            held_fact = self.facts.get(name)
            if value is not None and held_fact is not None and held_fact.domain.allows(value):
                known[name] = value
        for fact in self._derived:
            known.pop(fact.name, None)
            days = self.days_until(fact, known, as_of)
            if days is not None and fact.domain.allows(days):
                known[fact.name] = days
        return known

    def days_until(self, fact: Fact, known: Facts, as_of: date) -> int | None:
        """Return the calendar days from `as_of` to the date that `fact` is derived from."""
        until = known.get(fact.derived_from or "")
        return (until - as_of).days if isinstance(until, date) else None

    def _store_as_date(
        self,
        fact: Fact,
        changes: dict[str, Value | None],
        as_of: date,
        problems: list[FieldProblem],
    ) -> None:
        base = fact.derived_from or ""
        days = changes.pop(fact.name)
        try:
            until = None if not isinstance(days, int) else as_of + timedelta(days=days)
        except OverflowError:
            problems.append(_problem(fact.name, "leads outside of the calendar", None))
            return
        if base in changes and changes[base] != until:
            detail = f"differs from `{base}`, counted from {as_of.isoformat()}"
            problems.append(_problem(fact.name, detail, f"send one of the two, `{base}` or this"))
            return
        if until is not None and not self.facts[base].domain.allows(until):
            problems.append(_problem(fact.name, f"leads to a date outside `{base}`", None))
        changes[base] = until

    def _require_days_within_range(
        self, changes: Facts, as_of: date, problems: list[FieldProblem]
    ) -> None:
        for fact in self._derived:
            days = self.days_until(fact, changes, as_of)
            if days is not None and not fact.domain.allows(days):
                detail = f"is {days} days from {as_of.isoformat()}, outside `{fact.name}`"
                problems.append(_problem(fact.derived_from or "", detail, None))


def frozen(mapping: Mapping[str, OutcomeValue]) -> Mapping[str, OutcomeValue]:
    """Return a read-only copy, in the same order."""
    return MappingProxyType(dict(mapping))


def _problem(name: str, detail: str, help: str | None) -> FieldProblem:
    return FieldProblem(f"/facts/{escaped(name)}", detail, help)


def escaped(name: str) -> str:
    """Return `name` as one token of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
