"""Reviews over HTTP: what is due, setting one up, recording that one was held, and a calendar."""

from __future__ import annotations

from hashlib import sha256

from flask import Response, request

from api import review_examples as examples
from api.authentication import ANY_KEY, ANY_KEY_BY_ADDRESS, TOKEN, current_caller, only
from api.decisions import READERS
from api.json_body import read_json
from api.noun import Answers, Noun, Takes, ok
from api.query import read_query
from api.review_calendar import MEDIA_TYPE, feed
from api.review_schemas import (
    FeedAddressSchema,
    HeldSchema,
    NewPreparationSchema,
    NewReviewSchema,
    ReviewPageSchema,
    ReviewSchema,
    ReviewsQuerySchema,
    ReviewWithHistorySchema,
)
from api.service import current_service
from api.strict_schema import load
from model import completing_reviews, json_text, preparing_reviews
from model.access import Role
from model.completing_reviews import Held
from model.database import Session
from model.moment import rfc3339
from model.preparing_reviews import Preparation, Prepared, prepared_for
from model.private_addresses import token_for
from model.review_feed import held_in_feed, left_out_of_feed, reviews_in_feed
from model.review_subjects import require_free
from model.reviews import (
    HeldReview,
    NewReview,
    Review,
    find_review,
    held_of,
    reviews_due,
    set_up,
)
from rules.errors import ReviewedAtGate, ReviewHeldAlready, UnknownRecord
from rules.review_rules import ReviewKind

_CALENDAR = "/api/v1/reviews.ics"
HOLDERS = only(Role.SERVICE_MANAGER, Role.POLICY_OWNER)

reviews = Noun("reviews", "What is to be reviewed, by whom, and when")


@reviews.route(
    "GET",
    "/api/v1/reviews",
    access=READERS,
    takes=Takes(query=ReviewsQuerySchema),
    answers=Answers(200, ReviewPageSchema, examples.REVIEW_PAGE),
)
def list_reviews() -> Response:
    """List the reviews that go on, the soonest first."""
    query = read_query(request, ReviewsQuerySchema)
    with current_service().database.reading() as session:
        page = reviews_due(session, query.get("due_before"), query.get("after"), query["limit"])
    return ok(json_text.dumps({"reviews": [_review(r) for r in page.reviews], "next": page.next}))


@reviews.route(
    "POST",
    "/api/v1/reviews",
    access=only(Role.SERVICE_MANAGER),
    takes=Takes(NewReviewSchema, examples.NEW_REVIEWS),
    answers=Answers(200, ReviewSchema, examples.REVIEW),
)
def set_up_review() -> Response:
    """Set up a review. One of that kind and subject that there is already stays as it is."""
    service, asked = current_service(), load(NewReviewSchema, read_json(request))
    words = {name: each for name, each in asked.items() if name not in ("kind", "first_on")}
    new = NewReview(ReviewKind(asked["kind"]), anchor=asked["first_on"], **words)
    require_free(new.subject)
    new_id, now = service.new_id(), service.clock()
    made = service.database.write(lambda session: _review(set_up(session, new, new_id, now)))
    return ok(json_text.dumps(made))


@reviews.route(
    "GET",
    "/api/v1/reviews/<id:review_id>",
    access=READERS,
    answers=Answers(200, ReviewWithHistorySchema, examples.REVIEW_WITH_HISTORY),
    fails=(UnknownRecord,),
)
def get_review(review_id: str) -> Response:
    """Read a review, with every time that it was held."""
    with current_service().database.reading() as session:
        return ok(json_text.dumps(_with_history(session, find_review(session, review_id))))


@reviews.route(
    "POST",
    "/api/v1/reviews/<id:review_id>/prepare",
    access=HOLDERS,
    takes=Takes(NewPreparationSchema, examples.PREPARATIONS),
    answers=Answers(200, ReviewWithHistorySchema, examples.REVIEW_WITH_HISTORY),
    fails=(UnknownRecord, ReviewHeldAlready),
)
def prepare_review(review_id: str) -> Response:
    """Lay something before those who will hold the review; reminders say where it is."""
    service, said = current_service(), load(NewPreparationSchema, read_json(request))
    by, now = said.get("by") or current_caller().name, service.clock()
    schemes = service.settings.document_schemes
    prepared = Prepared(said["due_on"], said["location"], said.get("note"), schemes)

    def work(session: Session) -> dict[str, object]:
        return _with_history(
            session, preparing_reviews.prepare_review(session, review_id, prepared, by, now)
        )

    return ok(json_text.dumps(service.database.write(work)))


@reviews.route(
    "POST",
    "/api/v1/reviews/<id:review_id>/complete",
    access=HOLDERS,
    takes=Takes(HeldSchema, examples.HOLDINGS),
    answers=Answers(200, ReviewWithHistorySchema, examples.REVIEW_WITH_HISTORY),
    fails=(UnknownRecord, ReviewHeldAlready, ReviewedAtGate),
)
def complete_review(review_id: str) -> Response:
    """Record that a review was held, and what came of it; the next falls from the anchor."""
    service, said = current_service(), load(HeldSchema, read_json(request))
    by, moment = said.get("by") or current_caller().name, service.moment()
    held = Held(said["due_on"], said["outcome"], said.get("note"))

    def work(session: Session) -> dict[str, object]:
        return _with_history(
            session, completing_reviews.complete_review(session, review_id, held, by, moment)
        )

    return ok(json_text.dumps(service.database.write(work)))


@reviews.route(
    "GET",
    "/api/v1/reviews/feed",
    access=ANY_KEY,
    answers=Answers(200, FeedAddressSchema, examples.FEED_ADDRESS),
)
def read_feed_address() -> Response:
    """Tell the private address of the calendar: who has it reads it as you, until your key ends."""
    settings, caller = current_service().settings, current_caller()
    token = token_for(_CALENDAR, caller.key_id, settings.secret)
    return ok(json_text.dumps({"address": f"{settings.public_url}{_CALENDAR}?{TOKEN}={token}"}))


@reviews.route(
    "GET",
    _CALENDAR,
    access=ANY_KEY_BY_ADDRESS,
    answers=Answers(
        200, {"type": "string"}, examples.FEED, MEDIA_TYPE, headers={"ETag": "of this feed"}
    ),
)
def read_review_calendar() -> Response:
    """Read the reviews as a calendar, for a calendar program.

    The key may be its password, or stand in the address: `/api/v1/reviews/feed` tells which.
    """
    service = current_service()
    with service.database.reading() as session:
        text = feed(reviews_in_feed(session), held_in_feed(session), left_out_of_feed(session))
    answer = Response(text, content_type=f"{MEDIA_TYPE}; charset=utf-8")
    answer.set_etag(sha256(text).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


def _with_history(session: Session, review: Review) -> dict[str, object]:
    prepared = [_prepared(each) for each in prepared_for(session, review)]
    held = [_held(each) for each in held_of(session, review)]
    return {**_review(review), "prepared": prepared, "held": held}


def _review(review: Review) -> dict[str, object]:
    return {
        "id": review.id,
        "kind": review.kind,
        "subject": review.subject,
        "title": review.title,
        "role": review.role,
        "agency": review.agency,
        "escalate_to": review.escalate_to,
        "every": None if review.once else review.every,
        "due_on": review.due_on.isoformat(),
    }


def _prepared(prepared: Preparation) -> dict[str, object]:
    return {
        "location": prepared.location,
        "note": prepared.note,
        "by": prepared.by,
        "at": rfc3339(prepared.at),
    }


def _held(held: HeldReview) -> dict[str, object]:
    return {
        "due_on": held.due_on.isoformat(),
        "held_at": rfc3339(held.held_at),
        "outcome": held.outcome,
        "note": held.note,
        "by": held.by,
    }
