"""What callers may ask of a case's timers, and how these are shown."""

from __future__ import annotations

from marshmallow import fields, validate

from api.case_ref import CaseRef
from api.response_schemas import INSTANT, many, maybe, text, texts
from api.strict_schema import Instant, Parts, StrictSchema, Text, WholeNumber
from model.agreement_targets import LONGEST_METRIC
from model.counting_timers import NOT_STARTED
from model.texts import LONGEST_NAME
from model.timers import Kind
from model.timing import MOST_EVENTS, MOST_THRESHOLDS
from rules.clocks.timeline import Happening
from rules.clocks.timer import LONGEST_TARGET, State, Verdict

_LONGEST = LONGEST_TARGET.days * 24 * 60 * 60
_KINDS = [kind.value for kind in Kind]
_HAPPENINGS = [what.value for what in Happening]
_STATES = [NOT_STARTED, *(state.value for state in State)]


def _one_of(words: list[str]) -> Text:
    told = validate.OneOf(words, error=f"must be one of {', '.join(words)}")
    return Text(20, required=True, validate=told, metadata={"enum": words})


class ThresholdSchema(StrictSchema):
    """A point on the way, of which one is told: one of the two."""

    share = WholeNumber(1, 99, metadata={"description": "Percent of the target"})
    lead_seconds = WholeNumber(
        1,
        _LONGEST,
        metadata={"description": "Before the due instant, on the timer's own clock"},
    )


class TimerEventSchema(StrictSchema):
    """Something that happened to a timer."""

    id = Text(
        LONGEST_NAME,
        required=True,
        metadata={"description": "Its source's own id: an event counts once"},
    )
    what = _one_of(_HAPPENINGS)
    at = Instant(
        required=True, metadata={"description": "When it happened, RFC 3339 with its offset"}
    )
    sequence = WholeNumber(
        0,
        2**31 - 1,
        load_default=0,
        metadata={"description": "What came first of several at one instant"},
    )


class TimerEventsSchema(StrictSchema):
    """Events, in any order."""

    events = Parts(TimerEventSchema, MOST_EVENTS, required=True)


class NewTimerSchema(StrictSchema):
    """A timer to open."""

    case = CaseRef(required=True, metadata={"description": "The case's `ref`"})
    kind = _one_of(_KINDS)
    name = Text(
        LONGEST_NAME,
        metadata={"description": "One of its own among the case's timers; if absent, its kind"},
    )
    calendar = Text(
        LONGEST_NAME,
        metadata={"description": "By which business time counts; if absent, all time does"},
    )
    target_seconds = WholeNumber(
        1,
        _LONGEST,
        metadata={"description": "How much time there is, unless it was agreed"},
    )
    agreement = Text(
        36,
        metadata={
            "description": "The id of an agreement, which says the target and the calendar; both"
            " stay as they are then"
        },
    )
    metric = Text(
        LONGEST_METRIC,
        metadata={"description": "Of which metric the target is: a time, agreed as `<=`"},
    )
    thresholds = Parts(ThresholdSchema, MOST_THRESHOLDS, load_default=list)
    events = Parts(TimerEventSchema, MOST_EVENTS, load_default=list)


class TimersQuerySchema(StrictSchema):
    """Whose timers."""

    case = CaseRef(required=True, metadata={"description": "The case's `ref`"})


class IntervalSchema(StrictSchema):
    """A stretch in which the clock ran, or was paused."""

    since = text(**INSTANT)
    until = maybe(description="null: it goes on", **INSTANT)
    paused = fields.Boolean(required=True)
    counted_seconds = fields.Decimal(required=True)


class CycleSchema(StrictSchema):
    """The timer from its start, or a reopening, to its end; ended, it is as it was then."""

    cycle = fields.Integer(required=True, metadata={"minimum": 1})
    state = text(enum=[state.value for state in State])
    verdict = text(enum=[verdict.value for verdict in Verdict])
    target_seconds = fields.Integer(required=True)
    elapsed_seconds = fields.Decimal(required=True)
    remaining_seconds = fields.Decimal(required=True)
    due_at = maybe(description="null while paused: then only what remains is known", **INSTANT)
    breached_at = maybe(**INSTANT)
    ended_at = maybe(**INSTANT)
    intervals = many(IntervalSchema)
    without_effect = texts(description="ids of events that changed nothing")


class TimerEventShownSchema(StrictSchema):
    """An event as it came."""

    id = text()
    what = text(enum=_HAPPENINGS)
    at = text(**INSTANT)
    sequence = fields.Integer(required=True)
    received_at = text(**INSTANT)
    by = text()


class MarkSchema(StrictSchema):
    """A mark that the timer has passed, and that was told."""

    cycle = fields.Integer(required=True)
    mark = text(description="`breach`, `share:80`, or `lead:1800` (seconds)")
    reached_at = text(**INSTANT)
    found_at = text(**INSTANT)
    undone_at = maybe(
        **INSTANT,
        description="when it was found to be so no more: a breach that was none, by an event that "
        "came late or by another calendar, or that was cancelled afterwards; null: it is so",
    )


class TimerSchema(StrictSchema):
    """A timer, with everything that it rests on."""

    id = text()
    case = text(description="the ref of the case")
    kind = text(enum=_KINDS)
    name = text()
    calendar = maybe(description="null: all time counts")
    target_seconds = fields.Integer(required=True)
    agreement = maybe(description="the id of the agreement that the target is from")
    metric = maybe()
    thresholds = many(ThresholdSchema)
    state = text(enum=_STATES)
    cycles = many(CycleSchema)
    marks = many(MarkSchema)
    events = many(TimerEventShownSchema)
    without_effect = texts(description="ids of events before the start, which changed nothing")


class TimersSchema(StrictSchema):
    """The timers of a case, oldest first."""

    timers = many(TimerSchema)
