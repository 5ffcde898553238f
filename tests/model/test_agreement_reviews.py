"""Reviews of agreements: they come with them, and with what happens to them, each once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from model.agreement_reviews import keep_agreement_reviews
from model.agreements import REVIEWER, Agreement, AgreementKind
from model.apart import Failed
from model.database import Database
from model.reminding import remind_due
from model.review_feed import held_in_feed, reviews_in_feed
from model.reviews import Review, reviews_due
from tests.model.agreed import AVAILABLE, START, agreed, awaited, changed, looked, measured
from tests.model.reviewed import NEW, at, held, made
from tests.model.telling import subscribed

TODAY = date(2026, 11, 22)
ENDS = date(2027, 3, 31)


def review_of(database: Database, agreement: Agreement, what: str = "") -> Review:
    """Return the review of an agreement, or of something that happened to it."""
    subject = f"agreements/{agreement.id}{what}"
    with database.reading() as session:
        return session.scalars(select(Review).where(Review.subject == subject)).one()


def test_each_agreement_in_force_is_reviewed_from_its_first_day_on(database: Database) -> None:
    """By whoever was agreed on; monthly from the 31st it is the 30th of November."""
    agreement = agreed(database, role="Desk Lead", agency="Finance")
    agreed(database, name="Not yet", starts_on=TODAY + timedelta(days=1))
    agreed(database, name="No more", ends_on=TODAY - timedelta(days=1))
    for _ in range(2):
        assert looked(database, TODAY) == [("", date(2026, 11, 30))]
    review = review_of(database, agreement)
    assert (review.role, review.agency, review.anchor) == ("Desk Lead", "Finance", START)
    assert review.title == "The service level agreement “Mail”"


def test_on_its_first_day_there_is_nothing_to_look_back_on(database: Database) -> None:
    """The first review falls one period later."""
    agreed(database, starts_on=TODAY)
    assert looked(database, TODAY) == [("", date(2026, 12, 22))]


def test_another_period_moves_the_awaited_day(database: Database) -> None:
    """It falls from the first day still; what was held keeps its number, and no two share one."""
    agreement = agreed(database)
    looked(database, TODAY)
    review = review_of(database, agreement)
    for due_on in (date(2026, 11, 30), date(2026, 12, 31)):
        held(database, review, due_on, due_on)
    changed(database, agreement, review_every="P1Y", role="Head of IT")
    assert looked(database, date(2027, 1, 10)) == [("", date(2027, 1, 31))]
    assert review_of(database, agreement).role == "Head of IT"
    assert held(database, review, date(2027, 1, 31), date(2027, 1, 31)).due_on == date(2028, 1, 31)
    changed(database, agreement, review_every="P1M")
    assert looked(database, date(2027, 2, 1)) == [("", date(2027, 2, 28))]
    held(database, review, date(2027, 2, 28), date(2027, 2, 28))


def test_what_is_overdue_stays_overdue_when_the_days_change(database: Database) -> None:
    """Nobody puts off a review by agreeing on other days for it."""
    agreement = agreed(database)
    looked(database, TODAY)
    changed(database, agreement, review_every="P5M")
    assert looked(database, date(2026, 12, 15)) == [("", date(2026, 11, 30))]


def test_what_has_ended_is_reviewed_no_more_until_it_goes_on(database: Database) -> None:
    """On its last day it is in force; prolonged, it is reviewed again under the same id."""
    agreement = agreed(database, ends_on=TODAY)
    looked(database, TODAY)
    review = review_of(database, agreement)
    assert looked(database, TODAY + timedelta(days=1)) == []
    changed(database, agreement, ends_on=ENDS)
    assert looked(database, date(2027, 1, 15)) == [("", date(2027, 1, 31))]
    assert review_of(database, agreement).id == review.id


def test_reviews_that_were_set_up_by_hand_stay(database: Database) -> None:
    """Those of agreements come and go, and touch no other, whatever it is called."""
    by_hand = [made(database).id, made(database, replace(NEW, subject="agreements/x/end/soon")).id]
    looked(database, TODAY)
    with database.reading() as session:
        there = reviews_due(session, None, None, 10).reviews
    assert sorted(each.id for each in there) == sorted(by_hand)


def test_what_was_missed_is_reviewed_within_a_week(database: Database) -> None:
    """Once for each metric and period, however often it was missed, and whoever looks."""
    agreement = agreed(database)
    measured(database, agreement, date(2026, 10, 29), 99.5)
    assert awaited(database) == []
    measured(database, agreement, date(2026, 10, 30), 99.4, TODAY)
    for _ in range(2):
        measured(database, agreement, date(2026, 10, 30), 99.3, TODAY)
    expected = [("breach/availability/2026-09-30", TODAY + timedelta(days=7))]
    assert awaited(database) == expected
    measured(database, agreement, date(2026, 10, 31), 99, TODAY)
    assert [what for what, _ in awaited(database)] == [
        "breach/availability/2026-09-30", "breach/availability/2026-10-31",
    ]  # fmt: skip
    review = review_of(database, agreement, "/breach/availability/2026-09-30")
    assert review.title == (
        "The service level agreement “Mail”: availability was missed: 99.3 on 2026-10-30,"
        " and >= 99.5 percent is agreed"
    )


def test_what_is_about_to_be_missed_is_reviewed_ahead(database: Database) -> None:
    """Once for each period, while all of it is attained and the line leads beyond."""
    agreement = agreed(database, starts_on=date(2026, 1, 1))
    for month, value in ((7, 99.9), (8, 99.7)):
        measured(database, agreement, date(2026, month, 31), value, TODAY)
    assert awaited(database) == []
    for day in (29, 30):
        measured(database, agreement, date(2026, 9, day), 99.5, TODAY)
        assert awaited(database) == [("risk/availability/2026-09-01", TODAY + timedelta(days=7))]
    review = review_of(database, agreement, "/risk/availability/2026-09-01")
    assert review.title.endswith(
        "availability is at risk: its line leads to 99.302369 on 2026-10-29,"
        " and >= 99.5 percent is agreed"
    )
    measured(database, agreement, date(2026, 10, 31), 99.5, TODAY)
    assert [what for what, _ in looked(database, TODAY)] == [
        "", "risk/availability/2026-09-01", "risk/availability/2026-10-01",
    ]  # fmt: skip


def test_what_was_missed_is_not_at_risk_as_well(database: Database) -> None:
    """It has its review already; and what was measured long ago foretells nothing."""
    agreement = agreed(database, starts_on=date(2026, 1, 1))
    for month, value in ((1, 100), (3, 99.8), (8, 99.7), (10, 99.4)):
        measured(database, agreement, date(2026, month, 31), value, TODAY)
    assert [what for what, _ in awaited(database)] == ["breach/availability/2026-10-01"]
    changed(database, agreement, targets=(replace(AVAILABLE, value=Decimal(99)),))
    measured(database, agreement, date(2026, 11, 20), 99.1, TODAY)
    assert [what for what, _ in awaited(database)][1:] == ["risk/availability/2026-11-01"]


def test_a_review_of_what_happened_is_held_once(database: Database) -> None:
    """Held, it comes no more, whatever else is at risk; a calendar shows it as held."""
    agreement = agreed(database, starts_on=date(2026, 1, 1))
    for month, value in ((7, 99.9), (8, 99.7), (9, 99.5)):
        measured(database, agreement, date(2026, month, 30), value, TODAY)
    review = review_of(database, agreement, "/risk/availability/2026-09-01")
    held(database, review, review.due_on, TODAY)
    measured(database, agreement, date(2026, 9, 29), 99.6, TODAY)
    assert awaited(database) == []
    with database.reading() as session:
        assert reviews_in_feed(session) == []
        assert [each.number for _, each in held_in_feed(session)] == [0]


def test_a_last_day_for_notice_is_told_ahead(database: Database) -> None:
    """30 days before it there is a review, due in a week; with another term it comes again."""
    agreement = agreed(database, ends_on=ENDS, renewal_term="P1Y", notice="P3M", review_every="P5Y")
    standing = [("", date(2031, 1, 31))]
    assert looked(database, date(2026, 11, 30)) == standing
    told = ("notice/2026-12-31", date(2026, 12, 8))
    for day in (1, 2, 31):
        assert looked(database, date(2026, 12, day)) == [*standing, told]
    review = review_of(database, agreement, "/notice/2026-12-31")
    assert "the last day for notice is 2026-12-31, and it renews itself on" in review.title
    held(database, review, told[1], date(2026, 12, 8))
    assert looked(database, date(2027, 4, 1)) == standing
    assert looked(database, date(2027, 12, 1))[1:] == [("notice/2027-12-31", date(2027, 12, 8))]


def test_what_was_put_off_is_not_to_be_reviewed(database: Database) -> None:
    """When the dates change, the review of the day that comes no more ends, and may come back."""
    agreement = agreed(database, ends_on=ENDS, notice="P3M")
    assert [what for what, _ in looked(database, date(2026, 12, 5))][1:] == ["notice/2026-12-31"]
    changed(database, agreement, ends_on=date(2027, 6, 30))
    assert [what for what, _ in looked(database, date(2026, 12, 6))] == [""]
    changed(database, agreement, ends_on=ENDS)
    expected = ["", "notice/2026-12-31"]
    assert [what for what, _ in looked(database, date(2026, 12, 7))] == expected
    changed(database, agreement, ends_on=date(2027, 6, 30))
    assert [what for what, _ in looked(database, date(2026, 12, 8))] == [""]
    assert [what for what, _ in looked(database, date(2027, 3, 1))][1:] == ["notice/2027-03-30"]


def test_what_is_found_late_is_reviewed_before_it_is_too_late(database: Database) -> None:
    """Three days before the last day for notice, the review is due on that day."""
    agreed(database, ends_on=ENDS, notice="P3M")
    found = looked(database, date(2026, 12, 28))[1:]
    assert found == [("notice/2026-12-31", date(2026, 12, 31))]


def test_a_day_that_has_passed_is_told_as_passed(database: Database) -> None:
    """Of an agreement that nobody looked at in time, and of a review that nobody has held yet."""
    agreement = agreed(database, ends_on=ENDS, notice="P3M", review_every="P5Y")
    told = {}
    for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 10)):
        looked(database, day)
        review = review_of(database, agreement, "/notice/2026-12-31")
        told[day.day] = (review.title.split(": ")[1], review.version)
    assert told == {
        31: ("the last day for notice is 2026-12-31, and it ends on 2027-03-31", 1),
        1: ("the last day for notice was 2026-12-31, and it ends on 2027-03-31", 2),
        10: ("the last day for notice was 2026-12-31, and it ends on 2027-03-31", 2),
    }


def test_the_end_of_a_contract_beneath_is_reviewed(database: Database) -> None:
    """Ahead, or, where nobody looked in time, today; one that renews itself does not end."""
    ends = agreed(database, AgreementKind.CONTRACT, name="Hosting", ends_on=ENDS)
    renews = agreed(
        database, AgreementKind.CONTRACT, name="Lines", ends_on=ENDS, renewal_term="P1Y"
    )
    agreement = agreed(database, beneath=(ends.id, renews.id))
    end = f"end/{ends.id}/{ENDS}"
    ahead = ENDS - timedelta(days=30)
    assert end not in dict(looked(database, ahead - timedelta(days=1)))
    late = ENDS + timedelta(days=40)
    for _ in range(2):
        found = looked(database, late)
        assert [each for each in found if each[0].startswith("end/")] == [(end, late)]
    title = review_of(database, agreement, f"/{end}").title
    assert title.endswith("“Mail”: beneath it, “Hosting” ended on 2027-03-31")


def test_however_many_look_at_once_there_is_one_review_of_each(database: Database) -> None:
    """Of four that look, and four that report the same breach, nobody fails or does it twice."""
    agreement = agreed(database, ends_on=date(2026, 12, 31), notice="P1M", targets=(AVAILABLE,))

    def look(_: int) -> None:
        looked(database, TODAY)
        measured(database, agreement, date(2026, 11, 20), 90, TODAY)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, range(4)))
    assert [what for what, _ in awaited(database)] == [
        "", "breach/availability/2026-10-31", "notice/2026-11-30",
    ]  # fmt: skip


def test_whoever_is_to_review_it_hears_of_it(database: Database) -> None:
    """The review of what happened is reminded of like any other, once for each step."""
    subscribed(database)
    measured(database, agreed(database), date(2026, 10, 31), 90, TODAY)
    told = []
    for day in range(9):
        with database.transaction() as session:
            told.append(remind_due(session, at(TODAY + timedelta(days=day))).told)
    assert told == [1, 0, 0, 0, 0, 0, 0, 1, 0]


def test_another_name_or_role_is_another_version_of_the_review(database: Database) -> None:
    """Whoever has it in a calendar, or its ETag, learns of it; looked at again it stays so."""
    agreement = agreed(database)
    looked(database, TODAY)
    before = review_of(database, agreement)
    changed(database, agreement, name="Post", role="Desk Lead")
    for _ in range(2):
        looked(database, TODAY + timedelta(days=1))
        review = review_of(database, agreement)
        assert (review.title, review.role) == ("The service level agreement “Post”", "Desk Lead")
        assert (review.version, review.due_on) == (before.version + 1, before.due_on)
        assert review.changed_at == at(TODAY + timedelta(days=1)).now


def test_blanks_that_were_taken_for_a_role_are_the_default_one(database: Database) -> None:
    """Versions before took them: what comes by itself is set up all the same."""
    agreement = agreed(database)
    with database.transaction() as session:
        session.execute(update(Agreement).values(role="  "))
    assert looked(database, TODAY) == [("", date(2026, 11, 30))]
    assert review_of(database, agreement).role == REVIEWER


def test_an_agreement_that_cannot_be_kept_up_stops_no_other(database: Database) -> None:
    """It is named; without anybody to note that, it is raised."""
    broken, other = agreed(database), agreed(database, name="Other")
    with database.transaction() as session:
        ours = update(Agreement).where(Agreement.id == broken.id)
        session.execute(ours.values(review_every="often"))
    failed: Failed = {}
    with database.transaction() as session:
        keep_agreement_reviews(session, at(TODAY), failed)
    assert list(failed) == [f"agreements/{broken.id}"]
    assert review_of(database, other).due_on == date(2026, 11, 30)
    with pytest.raises(ValueError, match="`often` is not a period"):
        looked(database, TODAY)
