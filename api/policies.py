"""Policies as they are live: what decides, who owns it, and its text."""

from __future__ import annotations

from datetime import date

from flask import Response

from api import examples
from api.authentication import ANY_KEY
from api.noun import Answers, Noun, ok
from api.rule_schemas import PoliciesSchema, PolicySchema
from api.service import current_service
from model import json_text
from model.revisions import live_book
from rules.edition import worded
from rules.errors import NoLiveRevision, UnknownRecord
from rules.policy import Parameter, Policy, Routing, Rule
from rules.rule_book import RuleBook
from rules.spelling import did_you_mean
from rules.values import to_json

policies = Noun("policies", "The policies that decide, as they are live")


@policies.route(
    "GET",
    "/api/v1/policies",
    access=ANY_KEY,
    answers=Answers(200, PoliciesSchema, examples.POLICIES),
    fails=(NoLiveRevision,),
)
def list_policies() -> Response:
    """List everything that `decision` may name."""
    with current_service().database.reading() as session:
        book = live_book(session)
    body = {
        "policy_revision": book.revision,
        "routings": [_routing(routing) for routing in book.routings.values()],
        "policies": [_summary(policy) for policy in book.policies.values()],
    }
    return ok(json_text.dumps(body))


@policies.route(
    "GET",
    "/api/v1/policies/<name:name>",
    access=ANY_KEY,
    answers=Answers(200, PolicySchema, examples.POLICY),
    fails=(NoLiveRevision, UnknownRecord),
)
def read_policy(name: str) -> Response:
    """Read a policy: its parameters, its rules, the clauses they rest on, and its text."""
    with current_service().database.reading() as session:
        book = live_book(session)
    policy = book.policies.get(name)
    if policy is None:
        help = did_you_mean(name, book.policies)
        raise UnknownRecord(f"there is no policy `{name}`" + (f"; {help}" if help else ""))
    return ok(json_text.dumps(_whole(policy, book, current_service().moment().today)))


def _routing(routing: Routing) -> dict[str, object]:
    return {
        "name": routing.name,
        "title": routing.title,
        "owner": routing.owner,
        "review": routing.review,
        "stages": list(routing.stages),
    }


def _summary(policy: Policy) -> dict[str, object]:
    return {
        "name": policy.name,
        "title": policy.title,
        "owner": policy.owner,
        "review": policy.review,
        "hit": policy.hit.value,
        "after": list(policy.after),
        "inputs": list(policy.inputs),
        "outputs": list(policy.outputs),
    }


def _whole(policy: Policy, book: RuleBook, today: date) -> dict[str, object]:
    parameters = [_parameter(parameter) for parameter in policy.parameters.values()]
    cited = [policy.sources, *(rule.sources for rule in policy.rules)]
    cited += [parameter.sources for parameter in policy.parameters.values()]
    clauses = dict.fromkeys(clause for sources in cited for clause in sources)
    return {
        **_summary(policy),
        "policy_revision": book.revision,
        "sources": list(policy.sources),
        "parameters": parameters,
        "rules": [_rule(rule) for rule in worded(policy, today)],
        "clauses": {clause: book.sources.clauses[clause] for clause in clauses},
        "path": policy.path,
        "text": book.files[policy.path],
    }


def _parameter(parameter: Parameter) -> dict[str, object]:
    return {
        "name": parameter.name,
        "value": to_json(parameter.value),
        "unit": parameter.unit,
        "meaning": parameter.meaning,
        "changes": [
            {"from": day.isoformat(), "value": to_json(value)} for day, value in parameter.changes
        ],
        "sources": list(parameter.sources),
    }


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "label": rule.label,
        "sources": list(rule.sources),
        "assumption": rule.assumption,
        "from": rule.since.isoformat() if rule.since else None,
        "until": rule.until.isoformat() if rule.until else None,
    }
