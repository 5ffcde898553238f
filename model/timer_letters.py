"""Who hears of a mark that a timer passed, and the letter: the case's present team, in time.

At a breach the service level manager hears of it too: whoever reviews the agreement whose promise
it was, if it was one. So they do where the case has no team yet, or one that nobody is in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import cast

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from model import json_text
from model.agreements import REVIEWER, Agreement
from model.case_letters import letter_of_timer
from model.cases import Case, case_id_of
from model.decisions import DecisionRecord
from model.events import Letter
from model.held_facts import CaseFact
from model.moment import Moment, in_letters
from model.quiet_hours import loud_from
from model.revisions import book_of, live_revision, review_rules
from model.roster import Roster
from model.rosters import current_roster
from model.scanning_timers import ToldMark
from model.telling_teams import AGENCY, Outcome, holders_of, team_of
from rules.clocks.timer import BREACH
from rules.review_rules import CaseLetter, Quiet

_NOBODY: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Route:
    """Where a case is: the outcome of its latest routing, if any, and which agency it is for."""

    outcome: Outcome | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class ToSend:
    """A letter to some addresses, which goes out at `since` or later; with `letter` none, to none.

    It waits for the end of the quiet hours, or it is one that they spare. Of one that waits
    letter and addresses are found anew when it wakes.
    """

    since: datetime
    letter: Letter | None = None
    people: Sequence[str] = _NOBODY


@dataclass(frozen=True, slots=True)
class TimerHearers:
    """Who hears of some marks, and from when on; with `roster` none, nobody does.

    `routes`: what is known of each case; `reviewers`: role and agency of those who review each
    agreement.
    """

    roster: Roster | None
    moment: Moment
    quiet: Quiet
    routes: Mapping[int, _Route]
    reviewers: Mapping[str, tuple[str, str | None]]

    def of(self, mark: ToldMark) -> ToSend:
        """Return the letter about a mark, and the addresses that it goes to."""
        kind = CaseLetter.BREACHED if mark.mark == BREACH else CaseLetter.NEARS_ITS_END
        since = loud_from(self.quiet, kind, self.moment)
        if self.roster is None:
            return ToSend(since)
        route = self.routes.get(mark.case_id, _Route())
        role, promised_to = self.reviewers.get(mark.agreement_id or "", (REVIEWER, None))
        outcome, agency = route.outcome, route.agency or promised_to
        today, zone = self.moment.today, self.moment.zone
        team = team_of(self.roster, outcome, today, agency) if outcome else _NOBODY
        unheld = () if team or outcome is None else (str(outcome["assign_to"]),)
        people = team
        if mark.mark == BREACH or not team:
            managers = holders_of(self.roster, role, today, agency)
            people, unheld = (*team, *managers), unheld if managers else (*unheld, role)
        letter = letter_of_timer(
            mark.case, mark.title, in_words(mark, zone), outcome, unheld, mark.timer_id
        )
        return ToSend(since, letter, people)


def hearers_of_marks(session: Session, marks: Sequence[ToldMark], moment: Moment) -> TimerHearers:
    """Return who hears of some marks; where no roster is, little is asked of the database."""
    roster, quiet = current_roster(session), review_rules(session).quiet
    routings = routings_told(session)
    if not roster.version or not all(routings.values()):
        return TimerHearers(None, moment, quiet, {}, {})
    routes = _routes(session, {mark.case_id for mark in marks}, tuple(routings))
    agreements = {mark.agreement_id for mark in marks if mark.agreement_id}
    reviewers = session.execute(
        select(Agreement.id, Agreement.role, Agreement.agency).where(Agreement.id.in_(agreements))
    )
    by_id = {row.id: (row.role, row.agency) for row in reviewers}
    return TimerHearers(roster.roster, moment, quiet, routes, by_id)


def in_words(mark: ToldMark, zone: tzinfo) -> str:
    """Return what a mark says, as a sentence without its end; `zone`: whose clocks it goes by."""
    kind, _, much = mark.mark.partition(":")
    named = "" if mark.name == mark.kind else f" “{mark.name}”"
    timer = f"The {mark.kind} timer{named}"
    due = f", due at {in_letters(mark.due_at, zone)}" if mark.due_at else ""
    if kind == "share":
        return f"{timer} has used {much} percent of its time{due}"
    if kind == "lead":
        return f"{timer} has {_span(int(much))} left{due}"
    return f"{timer} ran out at {in_letters(mark.reached_at, zone)}"


def routings_told(session: Session) -> dict[str, bool]:
    """Return the routings that are live, and whether each has people written to."""
    revision = live_revision(session)
    routings = book_of(session, revision).routings if revision else {}
    return {name: routing.letters for name, routing in routings.items()}


def agencies_of(session: Session, ids: set[int]) -> dict[int, str]:
    """Return for which agency each case is, of those that say so."""
    said = select(CaseFact.case_id, CaseFact.value)
    rows = session.execute(said.where(CaseFact.case_id.in_(ids), CaseFact.name == AGENCY))
    found = {row.case_id: json_text.loads(row.value) for row in rows}
    return {id: agency for id, agency in found.items() if isinstance(agency, str)}


def _routes(session: Session, case_ids: set[int], routings: Sequence[str]) -> dict[int, _Route]:
    """Return where each case is; a double is where the case is that it was merged into."""
    merged = select(Case.id, Case.ref).where(
        Case.id.in_(case_ids), Case.merged_into_id.is_not(None)
    )
    leads_to = {row.id: case_id_of(session, row.ref) or row.id for row in session.execute(merged)}
    wanted = {leads_to.get(id, id) for id in case_ids}
    outcomes, agencies = _outcomes(session, wanted, routings), agencies_of(session, wanted)
    there = {id: leads_to.get(id, id) for id in case_ids}
    return {id: _Route(outcomes.get(at), agencies.get(at)) for id, at in there.items()}


def _outcomes(session: Session, ids: set[int], routings: Sequence[str]) -> dict[int, Outcome]:
    case_id, version = DecisionRecord.case_id, DecisionRecord.case_version
    latest = (
        select(case_id, func.max(version).label("version"))
        .where(case_id.in_(ids), DecisionRecord.decision.in_(routings))
        .group_by(case_id)
        .subquery()
    )
    same = and_(case_id == latest.c.case_id, version == latest.c.version)
    rows = session.execute(select(case_id, DecisionRecord.answer).join(latest, same))
    return {row.case_id: _outcome(row.answer) for row in rows}


def _outcome(answer: str) -> Outcome:
    return cast("Mapping[str, Outcome]", json_text.loads(answer))["outcome"]


def _span(seconds: int) -> str:
    hours, rest = divmod(seconds, 3_600)
    minutes, rest = divmod(rest, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{many} {unit}" for many, unit in parts if many)
