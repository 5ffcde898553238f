"""Reviews over HTTP: what is due, setting one up, recording that one was held, and a calendar."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import Any, cast

from flask import Response, request

from api import review_examples as examples
from api.asking import current_caller
from api.authentication import TOKEN, Access, only
from api.idempotency import once_under
from api.json_body import read_json
from api.noun import Answers, Header, Noun, Takes, ok
from api.preconditions import HEADER as IF_MATCH
from api.preconditions import PATTERN, etag, read_match
from api.query import read_query
from api.review_calendar import MEDIA_TYPE, feed
from api.review_schemas import (
    FeedAddressSchema,
    HeldSchema,
    NewPreparationSchema,
    NewReviewSchema,
    ReviewChangeSchema,
    ReviewPageSchema,
    ReviewSchema,
    ReviewsQuerySchema,
    ReviewWithHistorySchema,
)
from api.service import current_service
from api.services import KEY_FAILS, ONCE, REPLAYED
from api.strict_schema import load
from model import completing_reviews, json_text, preparing_reviews
from model.access import Role
from model.changing_reviews import change_review, end_by_hand
from model.completing_reviews import Held
from model.database import Session
from model.holding_reviews import HeldReview, held_of
from model.keeping import do_once
from model.moment import rfc3339
from model.preparing_reviews import Preparation, Prepared, prepared_for
from model.private_addresses import token_for
from model.review_feed import held_in_feed, left_out_of_feed, reviews_in_feed
from model.reviews import NewReview, Review, find_review, reviews_due
from model.setting_up_reviews import set_up_by_hand
from model.sight import INSIDE
from rules.errors import (
    NameTaken,
    PreconditionRequired,
    ReviewedAtGate,
    ReviewEnded,
    ReviewFollowsRule,
    ReviewHeldAlready,
    ReviewMovedOn,
    UnknownRecord,
)
from rules.review_rules import ReviewKind

_CALENDAR = "/api/v1/reviews.ics"
_ETAG = {"ETag": "the review's version, for If-Match"}
_SAYS = "the ETag of the review that this is for, or `*`"
_SEEN = Header(IF_MATCH, _SAYS, PATTERN, True)
HOLDERS = only(Role.SERVICE_MANAGER, Role.POLICY_OWNER)

reviews = Noun("reviews", "What is to be reviewed, by whom, and when")


@reviews.route(
    "GET",
    "/api/v1/reviews",
    access=only(*INSIDE),
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
    takes=Takes(NewReviewSchema, examples.NEW_REVIEWS, headers=[ONCE]),
    answers=Answers(
        201,
        ReviewSchema,
        examples.REVIEW,
        headers={"Location": "where the review is", **_ETAG, **REPLAYED},
    ),
    fails=(NameTaken, *KEY_FAILS),
)
def set_up_review() -> Response:
    """Set up a review. One of that kind and subject that has ended goes on, as it is asked now."""
    service, raw = current_service(), read_json(request)
    asked = load(NewReviewSchema, raw)
    words = {name: each for name, each in asked.items() if name not in ("kind", "first_on")}
    new = NewReview(ReviewKind(asked["kind"]), anchor=asked["first_on"], **words)
    once = once_under(request, "POST /api/v1/reviews", raw)
    caller, moment, new_id = current_caller(), service.moment(), service.new_id()

    def work(session: Session) -> str:
        return json_text.dumps(_review(set_up_by_hand(session, new, new_id, moment)))

    given = do_once(service.database, caller, moment, once, work)
    made = cast("dict[str, Any]", json_text.loads(given.text))
    headers = {"Location": f"/api/v1/reviews/{made['id']}", "ETag": etag(made["version"])}
    replayed = {"Idempotency-Replayed": "true"} if given.replayed else {}
    return ok(given.text, given.status, {**headers, **replayed})


@reviews.route(
    "GET",
    "/api/v1/reviews/<id:review_id>",
    access=only(*INSIDE),
    answers=Answers(200, ReviewWithHistorySchema, examples.REVIEW_WITH_HISTORY, headers=_ETAG),
    fails=(UnknownRecord,),
)
def get_review(review_id: str) -> Response:
    """Read a review, with every time that it was held."""
    with current_service().database.reading() as session:
        review = find_review(session, review_id)
        tag = {"ETag": etag(review.version)}
        return ok(json_text.dumps(_with_history(session, review)), headers=tag)


@reviews.route(
    "PATCH",
    "/api/v1/reviews/<id:review_id>",
    access=only(Role.SERVICE_MANAGER),
    takes=Takes(ReviewChangeSchema, examples.CHANGES, headers=[_SEEN]),
    answers=Answers(200, ReviewSchema, examples.REVIEW, headers=_ETAG),
    fails=(UnknownRecord, ReviewMovedOn, ReviewFollowsRule, ReviewEnded, PreconditionRequired),
)
def patch_review(review_id: str) -> Response:
    """Change a review that was set up by hand: its title, whose it is, or its days.

    With another `due_on` what was on its way is taken back, and people are reminded of that day.
    """
    service, match = current_service(), read_match(request)
    changes = load(ReviewChangeSchema, read_json(request))
    require = partial(match.require, what="review", moved_on=ReviewMovedOn)
    moment = service.moment()
    return service.database.write(
        lambda session: _shown(change_review(session, review_id, changes, require, moment))
    )


@reviews.route(
    "DELETE",
    "/api/v1/reviews/<id:review_id>",
    access=only(Role.SERVICE_MANAGER),
    takes=Takes(headers=[Header(IF_MATCH, f"{_SAYS}; may be left out", PATTERN)]),
    answers=Answers(200, ReviewSchema, examples.REVIEW_ENDED, headers=_ETAG),
    fails=(UnknownRecord, ReviewMovedOn, ReviewFollowsRule),
)
def delete_review(review_id: str) -> Response:
    """End a review that was set up by hand: nobody is reminded of it, and calendars cancel it.

    That it was held stays to be read. Set up again, it goes on.
    """
    service, match = current_service(), read_match(request, needed=False)
    require, now = partial(match.require, what="review", moved_on=ReviewMovedOn), service.clock()
    return service.database.write(
        lambda session: _shown(end_by_hand(session, review_id, require, now))
    )


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
    access=only(*INSIDE),
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
    access=Access(frozenset(INSIDE), from_browsers=True, by_address=True),
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


def _shown(review: Review) -> Response:
    return ok(json_text.dumps(_review(review)), headers={"ETag": etag(review.version)})


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
        "version": review.version,
        "ended_at": rfc3339(review.ended_at) if review.ended_at else None,
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
