"""Parsed to checked condition: looks up every name and lets only equal types be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from rules.condition import (
    And,
    Comparison,
    Condition,
    FactTerm,
    Interval,
    Known,
    LiteralTerm,
    Missing,
    Name,
    Not,
    OneOf,
    Or,
    ParameterTerm,
    Term,
    Truth,
)
from rules.condition_parser import ConditionRefused, parse_condition
from rules.policy import Parameter
from rules.problems import Findings
from rules.spelling import did_you_mean
from rules.values import Domain, FactType, Value, ValueRefused, to_json
from rules.vocabulary import Vocabulary
from rules.yaml_tree import ScalarNode


class ConditionCheck:
    """Checks conditions against one vocabulary and one policy's parameters and inputs."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        parameters: Mapping[str, Parameter],
        inputs: tuple[str, ...],
        findings: Findings,
    ) -> None:
        self._vocabulary = vocabulary
        self._parameters = parameters
        self._inputs = inputs
        self._findings = findings

    def read(self, scalar: ScalarNode) -> Condition | None:
        """Return the checked tree of the condition written in `scalar`, or None."""
        before = len(self._findings)
        try:
            parsed = parse_condition(scalar.text)
        except ConditionRefused as refused:
            self._add(scalar, refused.offset, "condition-syntax", refused.message, refused.help)
            return None
        checked = self._resolved(parsed, scalar)
        return checked if len(self._findings) == before else None

    def _resolved(self, condition: Condition, at: ScalarNode) -> Condition:
        match condition:
            case And(parts) | Or(parts):
                return replace(condition, parts=tuple(self._resolved(p, at) for p in parts))
            case Not(part):
                return replace(condition, part=self._resolved(part, at))
            case Truth(term):
                return replace(condition, term=self._boolean(self._looked_up(term, at), at))
            case Missing(term) | Known(term):
                return replace(condition, term=self._fact(self._looked_up(term, at), at))
            case Comparison(left, operator, right):
                left, right = self._looked_up(left, at), self._looked_up(right, at)
                self._require_comparable(left, f"`{operator}`", right, at)
                return replace(condition, left=left, right=right)
            case Interval(term, low, high):
                term, low, high = (self._looked_up(each, at) for each in (term, low, high))
                self._require_comparable(term, "an interval", low, at)
                self._require_comparable(term, "an interval", high, at)
                self._require_forward(condition, at)
                return replace(condition, term=term, low=low, high=high)
            case OneOf(term, options):
                term = self._looked_up(term, at)
                found = tuple(self._looked_up(option, at) for option in options)
                for option in found:
                    self._require_comparable(term, "`=`", option, at)
                return replace(condition, term=term, options=found)

    def _looked_up(self, term: Term, at: ScalarNode) -> Term:
        if not isinstance(term, Name):
            return term
        if term.name in self._parameters:
            return ParameterTerm(term.name, term.span)
        if term.name not in self._vocabulary.facts:
            known = (*self._inputs, *self._parameters, *self._vocabulary.facts)
            help = did_you_mean(term.name, dict.fromkeys(known))
            if term.name in ("null", "none"):
                help = "write `is missing`"
            elif help is None:
                help = "texts and choices stand in double quotes"
            message = f"there is no fact or parameter `{term.name}`"
            self._add(at, term.span[0], "unknown-name", message, help)
        elif term.name not in self._inputs:
            message = f"`{term.name}` is not among the inputs of this policy"
            self._add(at, term.span[0], "not-an-input", message, f"add `{term.name}` to `inputs`")
        return FactTerm(term.name, term.span)

    def _boolean(self, term: Term, at: ScalarNode) -> Term:
        type = self._type(term)
        if type is not None and type is not FactType.BOOLEAN:
            kind = f"is {type.with_article}, which is neither true nor false by itself"
            message = f"`{_shown(term)}` {kind}"
            self._add(at, term.span[0], "not-a-boolean", message, "compare it with something")
        return term

    def _fact(self, term: Term, at: ScalarNode) -> Term:
        if not isinstance(term, FactTerm):
            self._add(at, term.span[0], "not-a-fact", "only a fact can be missing or known")
        return term

    def _require_comparable(self, left: Term, operator: str, right: Term, at: ScalarNode) -> None:
        left_type, right_type = self._type(left), self._type(right)
        if left_type is None or right_type is None:
            return
        if left_type is right_type and not self._same_scale(left, right):
            message = f"`{_shown(left)}` and `{_shown(right)}` have another number of decimals"
            same = "give both the same `scale` in the vocabulary"
            self._add(at, right.span[0], "different-types", message, same)
        elif not self._same_type(left, left_type, right, right_type):
            message = (
                f"`{_shown(left)}` is {left_type.with_article} and `{_shown(right)}` "
                f"{right_type.with_article}: they cannot be compared"
            )
            help = _writing_help(left_type) if isinstance(right, LiteralTerm) else None
            self._add(at, right.span[0], "different-types", message, help)
        elif operator not in ("`=`", "`!=`") and not left_type.ordered:
            message = f"{left_type.with_article} has no order: {operator} means nothing here"
            self._add(at, left.span[0], "no-order", message, "use `=`, `!=` or `in (…)`")
        else:
            self._require_in_domain(left, right, at)
            self._require_in_domain(right, left, at)

    def _same_scale(self, left: Term, right: Term) -> bool:
        facts = [term.name for term in (left, right) if isinstance(term, FactTerm)]
        return len({self._domain(name).scale for name in facts}) <= 1

    def _same_type(
        self, left: Term, left_type: FactType, right: Term, right_type: FactType
    ) -> bool:
        if isinstance(left, FactTerm) and isinstance(right, FactTerm):
            return left_type is right_type
        pair = {left_type, right_type}
        if len(pair) == 1:
            return True
        if pair == {FactType.CHOICE, FactType.TEXT}:
            return True
        written = left_type if isinstance(right, FactTerm) else right_type
        return pair == {FactType.NUMBER, FactType.INTEGER} and written is FactType.INTEGER

    def _require_in_domain(self, fact: Term, constant: Term, at: ScalarNode) -> None:
        """A constant that the fact can never hold is a slip of the pen: say so."""
        if not isinstance(fact, FactTerm) or isinstance(constant, FactTerm | Name):
            return
        domain = self._domain(fact.name)
        for value in self._values(constant):
            try:
                domain.read(to_json(value))
            except ValueRefused as refused:
                message = f"`{_shown(constant)}` can never be `{fact.name}`, which {refused.detail}"
                code = "unknown-choice" if domain.type is FactType.CHOICE else "outside-domain"
                self._add(at, constant.span[0], code, message, refused.help)
                return

    def _require_forward(self, interval: Interval, at: ScalarNode) -> None:
        low, high = interval.low, interval.high
        if not isinstance(low, LiteralTerm) or not isinstance(high, LiteralTerm):
            return
        if type(low.value) is type(high.value) and low.value > high.value:  # type: ignore[operator]  # same type
            message = "the interval ends before it begins: nothing lies in it"
            self._add(at, low.span[0], "empty-interval", message, "put the smaller value first")

    def _values(self, constant: Term) -> tuple[Value, ...]:
        if isinstance(constant, LiteralTerm):
            return (constant.value,)
        if isinstance(constant, ParameterTerm):
            parameter = self._parameters[constant.name]
            return (parameter.value, *(value for _, value in parameter.changes))
        return ()

    def _domain(self, name: str) -> Domain:
        return self._vocabulary.facts[name].domain

    def _type(self, term: Term) -> FactType | None:
        match term:
            case FactTerm(name):
                fact = self._vocabulary.facts.get(name)
                return fact.domain.type if fact else None
            case ParameterTerm(name):
                return type_of(self._parameters[name].value)
            case LiteralTerm(value):
                return type_of(value)
            case Name():
                return None

    def _add(
        self, at: ScalarNode, offset: int, code: str, message: str, help: str | None = None
    ) -> None:
        self._findings.add(at.source, at.index_of(offset), code, message, help)


def type_of(value: Value) -> FactType:
    """Return the type of a value that was written out."""
    if isinstance(value, bool):
        return FactType.BOOLEAN
    if isinstance(value, int):
        return FactType.INTEGER
    if isinstance(value, Decimal):
        return FactType.NUMBER
    return FactType.DATE if isinstance(value, date) else FactType.TEXT


def _shown(term: Term) -> str:
    if not isinstance(term, LiteralTerm):
        return term.name
    if isinstance(term.value, bool):
        return str(term.value).lower()
    return f'"{term.value}"' if isinstance(term.value, str) else str(term.value)


def _writing_help(expected: FactType) -> str:
    if expected is FactType.DATE:
        return 'write a date as `date("2027-01-31")`'
    if expected in (FactType.INTEGER, FactType.NUMBER):
        return "write a number without quotes"
    if expected is FactType.BOOLEAN:
        return "write `true` or `false` without quotes"
    return "put it in double quotes"
