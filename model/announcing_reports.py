"""What a report of an agreement announces, and to whom it is written."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from model.moment import Moment
from model.outbox import Event, EventType, Letter, announce
from model.performance import Performance, TargetPerformance
from model.roster import BUSINESS_RELATIONS, Roster
from rules.attainment import Standing

_IN_WORDS = {
    Standing.NOT_MEASURED: "not measured",
    Standing.MET: "met",
    Standing.AT_RISK: "at risk",
    Standing.BREACHED: "breached",
}


def announce_report(
    session: Session, kept: Performance, first: date, last: date, roster: Roster, moment: Moment
) -> None:
    """Tell subscribers, and write to who cares for the business and who reviews the agreement."""
    agreement = kept.agreement
    roles = (BUSINESS_RELATIONS, agreement.role)
    holders = [h for role in roles for h in roster.holders(role, agreement.agency, moment.today)]
    data = {
        "agreement": {"id": agreement.id, "kind": agreement.kind, "name": agreement.name},
        "first_on": first.isoformat(),
        "last_on": last.isoformat(),
        "standing": kept.standing.value,
        "targets": [_told(each) for each in kept.targets],
    }
    subject = f"agreements/{agreement.id}"
    key = f"{EventType.AGREEMENT_REPORTED}/{agreement.id}/{first}/{last}"
    letter = _letter(kept, first, last)
    event = Event(EventType.AGREEMENT_REPORTED, key, subject, data, moment.now, letter)
    announce(session, event, [holder.person.email for holder in holders])


def _told(kept: TargetPerformance) -> dict[str, object]:
    return {
        "metric": kept.target.metric,
        "standing": kept.standing.value,
        "attainment": kept.attainment,
        "deviation": kept.deviation,
    }


def _letter(kept: Performance, first: date, last: date) -> Letter:
    title = f"{kept.agreement.title}: {_IN_WORDS[kept.standing]} from {first} to {last}"
    return Letter(
        title,
        "\n\n".join(
            (
                f"{kept.agreement.title}: what was attained from {first} to {last}.",
                *(_paragraph(each) for each in kept.targets),
                f"All reports: GET /api/v1/agreements/{kept.agreement.id}/reports.",
            )
        ),
    )


def _paragraph(kept: TargetPerformance) -> str:
    said = f"{kept.target.metric}: {_IN_WORDS[kept.standing]}. Agreed: {kept.target.in_words}."
    if kept.counted:
        said += f" As agreed {kept.attained} of {kept.counted} times ({kept.attainment} percent)."
    if kept.measurements:
        latest = kept.measurements[-1]
        said += (
            f" The latest, of {latest.day}: {latest.number} {latest.unit},"
            f" {latest.deviation:+} from what was agreed."
        )
    return said if kept.trend is None else f"{said} Trend: {kept.trend}."
