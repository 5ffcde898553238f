"""Erasing what is said of a case in free words, in whatever they were copied to.

A case's title and the names of its timers are whatever its ticketing system sends: they may be
about a person. Its ref is what everybody finds it by, and stays; only a review does not quote it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from model.case_letters import without_title
from model.cases import Case
from model.events import OutboxEvent
from model.review_subjects import OF_AGREEMENTS
from model.reviews import Review
from model.timers import Timer
from rules.review_rules import ReviewKind


def forget_free_words(session: Session, cases: Sequence[Case]) -> None:
    """Forget the title and the timers' names of some cases, and what repeats them.

    A timer is called by its id from then on. What was told to somebody is theirs; what waits to
    be told says it no more. Needs a `transaction()`.
    """
    ids = [case.id for case in cases]
    ours = or_(Case.id.in_(ids), Case.renamed_to_id.in_(ids))
    refs = session.scalars(select(Case.ref).where(ours).order_by(Case.id)).all()
    timers = session.scalars(
        select(Timer).where(Timer.case_id.in_(ids)).order_by(Timer.id).with_for_update()
    ).all()
    for case in cases:
        case.title = None
    _forget_in_events(session, refs)
    _forget_in_reviews(session, timers, refs)
    for timer in timers:
        timer.name = timer.id
    session.flush()


def _forget_in_events(session: Session, refs: Sequence[str]) -> None:
    told = select(OutboxEvent).where(OutboxEvent.subject.in_([f"cases/{ref}" for ref in refs]))
    for event in session.scalars(told.order_by(OutboxEvent.id).with_for_update()):
        data = cast("Mapping[str, Any]", event.data)
        if event.text is not None:
            nameless = without_title(event.subject.removeprefix("cases/"), event.text)
            event.title, event.text = nameless.title, nameless.text
        if "timer" in data:
            timer = data["timer"]
            event.data = {**data, "timer": {**timer, "name": timer["id"]}}
            event.text = event.text and event.text.replace(f"“{timer['name']}”", timer["id"])


def _forget_in_reviews(session: Session, timers: Sequence[Timer], refs: Sequence[str]) -> None:
    """Have reviews of breaches say which timer it was by its id, as those of today do.

    The reviews of an agreement are looked through once, whatever the number of its timers.
    """
    for agreement_id in sorted({each.agreement_id for each in timers if each.agreement_id}):
        ours = [each for each in timers if each.agreement_id == agreement_id]
        quotes = {
            f"the timer “{timer.name}” of {ref} ran out": f"the timer {timer.id} ran out"
            for timer in ours
            for ref in refs
        }
        for review in session.scalars(_quoting(agreement_id).with_for_update()).all():
            for quoted, by_id in quotes.items():
                if quoted in review.title:
                    review.title = review.title.replace(quoted, by_id)
                    _forget_in_letters(session, review, quoted, by_id)


def _quoting(agreement_id: str) -> Select[Review]:
    """Return the query of an agreement's reviews of breaches that quote a timer's name.

    They are between two subjects, in whatever order a database has its letters: so they are
    found by the index of kind and subject, by which most look up no prefix.
    """
    about = f"{OF_AGREEMENTS}{agreement_id}/"
    return (
        select(Review)
        .where(Review.kind == ReviewKind.SERVICE_LEVEL)
        .where(Review.subject >= f"{about}b", Review.subject < f"{about}c")
        .where(Review.subject.startswith(f"{about}breach/", autoescape=True))
        .where(Review.title.contains("the timer “"))
        .order_by(Review.id)
    )


def _forget_in_letters(session: Session, review: Review, quoted: str, by_id: str) -> None:
    told = select(OutboxEvent).where(OutboxEvent.subject == f"reviews/{review.id}")
    for event in session.scalars(told.order_by(OutboxEvent.id).with_for_update()):
        data = cast("Mapping[str, Any]", event.data)
        event.data = {**data, "title": str(data["title"]).replace(quoted, by_id)}
        event.title = event.title and event.title.replace(quoted, by_id)
        event.text = event.text and event.text.replace(quoted, by_id)
