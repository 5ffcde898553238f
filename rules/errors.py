"""The one tree of errors.

    TollgateError
    ├── Refused                     what was asked cannot be done as it was asked
    │   ├── BadRequestBody          malformed-body            the body is not JSON at all
    │   ├── BadFields               invalid-fields            JSON, but not what is asked for
    │   ├── UnknownRecord           not-found                 no such case, decision, policy
    │   ├── NotAuthenticated        not-authenticated         no key, or one that is not valid
    │   ├── NotAllowed              not-allowed               the key lacks the role
    │   ├── CaseMovedOn             case-moved-on             if_version or If-Match is behind
    │   ├── DependencyCycle         dependency-cycle          a service would rest on itself
    │   ├── ReviewHeldAlready       review-held-already       another occurrence is awaited
    │   ├── ReviewFollowsRule       review-follows-rule       it is changed where its rule is
    │   ├── ReviewEnded             review-ended              there is nothing to change
    │   ├── ReviewMovedOn           review-moved-on           If-Match is behind
    │   ├── RosterMovedOn           roster-moved-on           If-Match is behind
    │   ├── CaseNotEnded            case-not-ended            only a final answer can be reopened
    │   ├── RefTaken                ref-taken                 another case has or had that ref
    │   ├── ServiceExists           service-exists            another service has that key
    │   ├── BornAlready             born-already              a case bears a second service or part
    │   ├── ServiceMovedOn          service-moved-on          if_version or If-Match is behind
    │   ├── AlreadyMerged           already-merged            the case was merged into another
    │   ├── PreconditionRequired    precondition-required     If-Match is needed and absent
    │   ├── KeyUsedForAnother       idempotency-key-reused    same key, another body
    │   ├── RequestStillRunning     request-still-running     same key, not answered yet
    │   ├── LastAdministrator       last-administrator        nobody could administer any more
    │   ├── RuleFilesRefused        rule-files-refused        a rule file has problems
    │   ├── EmptyCalendar           empty-calendar            a calendar is never open
    │   ├── CalendarMovedOn         calendar-moved-on         not at the version the caller saw
    │   ├── AgreementMovedOn        agreement-moved-on        If-Match is behind
    │   ├── ImprovementMovedOn      improvement-moved-on      If-Match is behind
    │   ├── AlreadyPlanned          already-planned           the same maintenance, once more
    │   ├── NameTaken               name-taken                another has the name already
    │   └── EventDiffers            event-differs             same event id, another event
    └── Unable                      nothing wrong with the request: the service cannot answer now
        ├── DatabaseAway            database-away
        ├── NoLiveRevision          no-live-revision          nothing has been published yet
        ├── InferenceNotConfirmed   inference-not-confirmed   the two readings of a rule differ
        ├── NoRuleApplies           no-rule-applies           an error of the policy
        └── RulesConflict           rules-conflict            an error of the policy

Codes are stable: callers may match on them. `api/problems.py` knows the HTTP status of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rules.field_problem import FieldProblem

if TYPE_CHECKING:
    from rules.problems import Problem


class TollgateError(Exception):
    """The root: every error that this product raises on purpose."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Refused(TollgateError):
    """What was asked cannot be done as it was asked; asking again the same way will not help."""

    code = "refused"


class BadRequestBody(Refused):
    """The body could not be read as JSON."""

    code = "malformed-body"


class BadFields(Refused):
    """The body is JSON, but some of its members are not what is asked for."""

    code = "invalid-fields"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__("; ".join(f"{p.pointer or '/'}: {p.detail}" for p in problems))
        self.problems = tuple(problems)


class UnknownRecord(Refused):
    """There is no such case, decision, policy or revision."""

    code = "not-found"


class NotAuthenticated(Refused):
    """No API key came with the request, or it is unknown, expired or revoked."""

    code = "not-authenticated"


class NotAllowed(Refused):
    """The API key is valid and does not carry a role that may do this."""

    code = "not-allowed"


class CaseMovedOn(Refused):
    """The case has a newer version than the one the caller saw."""

    code = "case-moved-on"


class DependencyCycle(Refused):
    """A service would, in the end, rest on itself."""

    code = "dependency-cycle"


class ReviewHeldAlready(Refused):
    """The occurrence of a review that is to be recorded is not the one that is awaited."""

    code = "review-held-already"


class ReviewedAtGate(Refused):
    """The review is a session of a toll-gate: it is held there, not recorded by hand."""

    code = "reviewed-at-gate"


class ReviewFollowsRule(Refused):
    """The review was not set up by hand: it is changed where what it follows is."""

    code = "review-follows-rule"


class ReviewEnded(Refused):
    """The review has ended: there is nothing to change."""

    code = "review-ended"


class ReviewMovedOn(Refused):
    """The review has a newer version than the one the caller saw."""

    code = "review-moved-on"


class RosterMovedOn(Refused):
    """The roster has a newer version than the one the caller saw."""

    code = "roster-moved-on"


class CaseNotEnded(Refused):
    """The case has no final answer that it could be reopened after."""

    code = "case-not-ended"


class RefTaken(Refused):
    """The ref that a case is to have belongs, or once belonged, to another."""

    code = "ref-taken"


class ServiceExists(Refused):
    """There is a service of that key already."""

    code = "service-exists"


class AlreadyPlanned(Refused):
    """The same maintenance of the service is planned already."""

    code = "already-planned"


class BornAlready(Refused):
    """A service, or a part of one, was born of the case already."""

    code = "born-already"


class ServiceMovedOn(Refused):
    """The service has a newer version than the one the caller saw."""

    code = "service-moved-on"


class AlreadyMerged(Refused):
    """The case has been merged into another one, which stands for it."""

    code = "already-merged"


class PreconditionRequired(Refused):
    """The request changes a case and must say in If-Match which version it saw."""

    code = "precondition-required"


class KeyUsedForAnother(Refused):
    """The Idempotency-Key already stands for a request with another body."""

    code = "idempotency-key-reused"


class RequestStillRunning(Refused):
    """A request under this Idempotency-Key has not been answered yet."""

    code = "request-still-running"


class LastAdministrator(Refused):
    """The last administrator's key that works cannot be revoked."""

    code = "last-administrator"


class RuleFilesRefused(Refused):
    """The rule files have problems; all of them are listed, sorted by place."""

    code = "rule-files-refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len(problems)
        super().__init__(f"{count} problem{'' if count == 1 else 's'} in the rule files")
        self.problems = tuple(problems)


class EmptyCalendar(Refused):
    """A business calendar is never open: no time would ever pass by it."""

    code = "empty-calendar"


class CalendarMovedOn(Refused):
    """The calendar has a newer version than the one the caller saw."""

    code = "calendar-moved-on"


class AgreementMovedOn(Refused):
    """The agreement has a newer version than the one the caller saw."""

    code = "agreement-moved-on"


class ImprovementMovedOn(Refused):
    """The improvement has a newer version than the one the caller saw."""

    code = "improvement-moved-on"


class NameTaken(Refused):
    """Another calendar or agreement, or another timer of the case, has the name already."""

    code = "name-taken"


class EventDiffers(Refused):
    """The timer has an event of this id, which says something else."""

    code = "event-differs"


class Unable(TollgateError):
    """Nothing is wrong with the request: the service cannot give a right answer now."""

    code = "unable"


class DatabaseAway(Unable):
    """The database did not answer in time."""

    code = "database-away"


class NoLiveRevision(Unable):
    """No revision of the rule files has been published to this database."""

    code = "no-live-revision"


class InferenceNotConfirmed(Unable):
    """The engine and the three-valued evaluation disagree: the answer is withheld."""

    code = "inference-not-confirmed"


class NoRuleApplies(Unable):
    """An error of the policy: none of its rules is true for a case that has every fact."""

    code = "no-rule-applies"


class RulesConflict(Unable):
    """An error of the policy: two of its rules are true and their outcomes exclude each other."""

    code = "rules-conflict"
