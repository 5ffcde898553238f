"""The vocabulary as it is live: every fact a case may hold, every word an outcome is made of."""

from __future__ import annotations

from flask import Response

from api import examples
from api.authentication import ANY_KEY
from api.noun import Answers, Noun, ok
from api.rule_schemas import VocabularySchema
from api.service import current_service
from model import json_text
from model.revisions import live_book
from rules.errors import NoLiveRevision
from rules.values import Domain, FactType, to_json
from rules.vocabulary import Fact, KeptArtifact, Outcome

vocabulary = Noun("vocabulary", "The facts and outcomes that the live policies speak of")


@vocabulary.route(
    "GET",
    "/api/v1/vocabulary",
    access=ANY_KEY,
    answers=Answers(200, VocabularySchema, examples.VOCABULARY),
    fails=(NoLiveRevision,),
)
def read_vocabulary() -> Response:
    """List every fact and every member of an outcome."""
    with current_service().database.reading() as session:
        book = live_book(session)
    body = {
        "policy_revision": book.revision,
        "facts": [_fact(fact) for fact in book.vocabulary.facts.values()],
        "outcomes": [_outcome(outcome) for outcome in book.vocabulary.outcomes.values()],
        "artifacts": [_artifact(kept) for kept in book.vocabulary.artifacts.values()],
    }
    return ok(json_text.dumps(body))


def _fact(fact: Fact) -> dict[str, object]:
    return {
        "name": fact.name,
        **_domain(fact.domain),
        "unit": fact.unit,
        "question": fact.question,
        "asked_of": fact.asked_of,
        "action": fact.action,
        "group": fact.group,
        "default": to_json(fact.default),
        "derived": {"days_until": fact.derived_from} if fact.derived_from else None,
        "sources": list(fact.sources),
        "personal": fact.personal,
    }


def _outcome(outcome: Outcome) -> dict[str, object]:
    return {
        "name": outcome.name,
        **_domain(outcome.domain),
        "many": outcome.many,
        "kept": outcome.kept,
    }


def _artifact(kept: KeptArtifact) -> dict[str, object]:
    return {"name": kept.name, "meaning": kept.meaning, "sources": list(kept.sources)}


def _domain(domain: Domain) -> dict[str, object]:
    described: dict[str, object] = {"type": domain.type.value}
    if domain.type is FactType.CHOICE:
        described["choices"] = list(domain.choices)
    if domain.low is not None and domain.high is not None:
        described["range"] = [to_json(domain.low), to_json(domain.high)]
    if domain.type is FactType.NUMBER:
        described["scale"] = domain.scale
    return described
