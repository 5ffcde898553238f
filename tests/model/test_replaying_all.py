"""Replaying everything: thousands of decisions under several revisions, each to the letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from model.access import Caller
from model.database import Database
from model.deciding import DecisionRequest, Moment, decide, replay
from model.decisions import DecisionRecord
from model.publishing import publish
from model.settings import HOME
from rules.rule_book import RuleBook, RuleFiles, load, read_files
from rules.values import Domain, FactType
from tests.model.recorded import found

SEED = 20_261_122
EACH_ON_SQLITE, EACH_ON_POSTGRESQL = 501, 50
FACT_ADDED = """\
  requested_for:
    type: text
    personal: true
    default: ""
    question: Who is it for?
    asked_of: Agency IT Strategist
    action: analyze-request
    sources: [OMES 04.3.1 §4.1]

outcomes:
"""


def revisions() -> Iterator[RuleFiles]:
    """Yield the bundled rules: as they are, with another period, another label, a fact more."""
    files = dict(read_files(HOME / "rules"))
    yield files
    expedite = files["policies/expedite.yaml"]
    days = "{from: 2027-03-01, value: 45}, {from: 2027-08-01, value: 90}"
    later = f"    value: 90\n    changes: [{days}]\n"
    files["policies/expedite.yaml"] = expedite.replace("    value: 90\n", later, 1)
    yield dict(files)
    intake = files["policies/intake.yaml"]
    label = next(line for line in intake.splitlines() if line.strip().startswith("label:"))
    files["policies/intake.yaml"] = intake.replace(label, f"{label}, as it is said now", 1)
    yield dict(files)
    vocabulary = files["vocabulary.yaml"]
    files["vocabulary.yaml"] = vocabulary.replace("\noutcomes:\n", f"\n{FACT_ADDED}", 1)
    yield files


def drawn(chance: Random, domain: Domain) -> object:
    """Return a value that a fact may have, in JSON's types."""
    match domain.type:
        case FactType.BOOLEAN:
            return chance.random() < 0.5
        case FactType.CHOICE:
            return chance.choice(domain.choices)
        case FactType.DATE:
            return (date(2026, 6, 1) + timedelta(days=chance.randrange(400))).isoformat()
        case FactType.TEXT:
            return chance.choice(["", "Ann", "½ 🎫", '"quoted"'])
        case FactType.NUMBER:
            return Decimal(chance.randrange(10_000)).scaleb(-domain.scale)
        case FactType.INTEGER:
            return chance.randrange(-10, 400)


def drawn_request(chance: Random, book: RuleBook) -> DecisionRequest:
    """Return a request about one of some cases, on a few facts and any day."""
    facts = [fact for fact in book.vocabulary.facts.values() if not fact.derived_from]
    some = chance.sample(facts, chance.randrange(5))
    raw = {fact.name: drawn(chance, fact.domain) for fact in some}
    if "in_catalog" in raw and chance.random() < 0.8:
        raw["in_catalog"] = False
    if chance.random() < 0.05:
        raw = dict.fromkeys(raw)
    day = date(2026, 11, 1) + timedelta(days=chance.randrange(300))
    as_of = chance.choice([None, day])
    decision = chance.choice([*["routing"] * 9, *book.policies])
    return DecisionRequest(f"case {chance.randrange(60)}", None, None, None, raw, decision, as_of)


def decide_many(
    database: Database, caller: Caller, moment: Moment, chance: Random, book: RuleBook, count: int
) -> None:
    """Decide on random requests, in one transaction."""
    with database.transaction() as session:
        for number in range(count):
            id = f"{book.revision[7:17]}-{number}"
            decide(session, drawn_request(chance, book), caller, moment, id)


def test_every_stored_decision_replays_to_the_letter(
    database: Database, caller: Caller, moment: Moment
) -> None:
    """Whatever was decided under whichever revision, its record alone gives the same answer."""
    each = EACH_ON_SQLITE if database.is_sqlite else EACH_ON_POSTGRESQL
    chance = Random(SEED)  # noqa: S311  # draws facts, keeps no secret
    for files in revisions():
        with database.transaction() as session:
            publish(session, files, "Pat", moment.now)
        decide_many(database, caller, moment, chance, load(files), each)
    with database.reading() as session:
        made = session.execute(select(DecisionRecord.id, DecisionRecord.revision)).all()
        assert len(made) == 4 * each
        assert len({revision for _, revision in made}) == 4
        assert [id for id, _ in made if replay(session, id).same is not True] == []
    assert found(database) == []
