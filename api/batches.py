"""Many cases decided by one request: each by itself, answered line by line as it is decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any

from flask import Response, request, stream_with_context

from api import examples_of_batches as examples
from api.asking import current_caller
from api.authentication import only
from api.batch_schemas import BatchItemSchema, BatchLineSchema, BatchSchema
from api.decisions import request_in
from api.idempotency import HEADER as IDEMPOTENCY_KEY
from api.idempotency import once_with
from api.json_body import read_json, require_sound
from api.noun import Answers, Noun, Takes
from api.problems import OF_STATUSES, Kind, body_of, fields_of, kind_of
from api.service import Service, current_service
from api.strict_schema import load
from model import json_text
from model.access import Caller, Role
from model.keeping import Given, decide_once
from model.likely_services import MOST_SEARCHES, LikelySearches
from rules.errors import BadFields, DatabaseAway, TollgateError, Unable
from rules.field_problem import FieldProblem

MEDIA_TYPE = "application/x-ndjson"
_WAITS = 2

batches = Noun("batches", "Many decisions at once")


@batches.route(
    "POST",
    "/api/v1/decisions/batch",
    access=only(Role.TICKETING),
    takes=Takes(BatchSchema, examples.BATCHES),
    answers=Answers(200, BatchLineSchema, examples.LINE, media_type=MEDIA_TYPE),
)
def decide_batch() -> Response:
    """Decide up to 1,000 cases, one after the other, each in a transaction of its own.

    The answer is a line of JSON (NDJSON) for each item, in their order, sent as soon as it is
    decided: a decision, or the problem with this item, whose pointers start at the item. What
    is wrong with one item stops no other; what is wrong with the whole is a problem document,
    and nothing is decided. A caller who goes away leaves the rest undecided: with an
    `idempotency_key` in each item, the whole batch can be sent again. Services that are likely
    to fit are searched for the first 20 items that ask for them.
    """
    if IDEMPOTENCY_KEY in request.headers:
        help = "send each item its own `idempotency_key`"
        raise BadFields([FieldProblem(f"/{IDEMPOTENCY_KEY}", "is not for a whole batch", help)])
    asked = load(BatchSchema, read_json(request, unchecked="decisions"))
    lines = _lines(asked["decisions"], current_service(), current_caller())
    # A proxy that collects the answer first would make the caller wait for the last line.
    headers = {"X-Accel-Buffering": "no"}
    return Response(stream_with_context(lines), headers=headers, content_type=MEDIA_TYPE)


def _lines(items: Sequence[Any], service: Service, caller: Caller) -> Iterator[bytes]:
    """Yield the answer to each item; no transaction is open meanwhile.

    Once the database has let a second item wait in vain, the rest are not tried.
    """
    waits, searches = 0, LikelySearches(service.database, MOST_SEARCHES)
    for index, item in enumerate(items):
        try:
            if waits == _WAITS:
                raise DatabaseAway("the database was away for items before this one")
            began = perf_counter()
            given = _decided(item, service, caller, searches)
            service.metrics.time_decision("decision", perf_counter() - began)
            line = _decision_line(index, given)
        except DatabaseAway as error:
            waits = min(waits + 1, _WAITS)
            line = _known(index, error, service)
        except TollgateError as error:
            line = _known(index, error, service)
        except Exception as error:  # noqa: BLE001  # the other items are to be decided
            service.log.unexpected(error)
            line = _problem_line(index, OF_STATUSES[500], "the operator finds it in the log", ())
        yield f"{line}\n".encode("utf-8", "backslashreplace")


def _decided(item: object, service: Service, caller: Caller, searches: LikelySearches) -> Given:
    require_sound(item)
    read = load(BatchItemSchema, item)
    once = None
    if isinstance(item, dict) and "idempotency_key" in read:
        body = {name: value for name, value in item.items() if name != "idempotency_key"}
        # The same request as a single decision, so that it may be sent as either.
        once = once_with(read["idempotency_key"], "POST /api/v1/decisions", body)
    moment, new_id = service.moment(), service.new_id()
    asked = request_in(read)
    return decide_once(service.database, asked, caller, moment, new_id, once, searches)


def _decision_line(index: int, given: Given) -> str:
    # The decision's text is the one that is kept, word for word.
    replayed = ', "replayed": true' if given.replayed else ""
    start = f'{{"index": {index}, "status": {given.status}{replayed}'
    return f'{start}, "decision": {given.text}}}'


def _known(index: int, error: TollgateError, service: Service) -> str:
    if isinstance(error, Unable):
        service.metrics.count_unable(error.code)
    return _problem_line(index, kind_of(error), error.detail, fields_of(error))


def _problem_line(index: int, kind: Kind, detail: str, problems: Sequence[FieldProblem]) -> str:
    later = {} if kind.retry_after is None else {"retry_after": kind.retry_after}
    problem = body_of(kind, detail, problems)
    return json_text.dumps({"index": index, "status": kind.status, **later, "problem": problem})
