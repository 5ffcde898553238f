"""Reviews that come by themselves: of each policy, and of each service's business case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, timedelta
from threading import Barrier
from time import sleep

import pytest
from sqlalchemy import event as listen
from sqlalchemy import text

from model.database import Database
from model.holding_reviews import held_of, hold_review
from model.publishing import publish
from model.review_round import go_round
from model.reviews import Review, reviews_due
from model.services import find_service
from model.standing_reviews import keep_standing_reviews
from rules.errors import Unable
from rules.rule_book import RuleFiles
from tests.model.offered import offer
from tests.model.reviewed import NOW, at, new_id, was_published

TODAY = date(2026, 11, 22)


def keep(database: Database, day: date = TODAY) -> dict[str, Review]:
    """See to it that what is to be reviewed has its review; return those that go on."""
    with database.transaction() as session:
        keep_standing_reviews(session, at(day), new_id, UTC)
        return {r.subject: r for r in reviews_due(session, None, None, 200).reviews}


def test_each_policy_is_reviewed_as_often_as_its_file_says(
    published: Database, rule_files: RuleFiles
) -> None:
    """By its owner; another period moves the day, and a policy that is gone is reviewed no more."""
    review = keep(published)["intake"]
    assert (review.role, review.due_on) == ("Director", date(2027, 11, 22))
    assert keep(published, date(2027, 1, 1))["intake"].due_on == date(2027, 11, 22)
    sooner = rule_files["policies/intake.yaml"].replace("review: P1Y", "review: P6M")
    with published.transaction() as session:
        publish(session, {**rule_files, "policies/intake.yaml": sooner}, "Pat", NOW)
    assert keep(published, date(2027, 1, 1))["intake"].due_on == date(2027, 5, 22)
    other = rule_files["policies/intake.yaml"].replace("policy: intake", "policy: entry")
    files = {name: text for name, text in rule_files.items() if not name.startswith("policies/")}
    files["routing.yaml"] = files["routing.yaml"].replace("[intake]", "[entry]")
    with published.transaction() as session:
        publish(session, {**files, "policies/entry.yaml": other}, "Pat", NOW)
    assert set(keep(published)) == {"entry", "routing"}


def test_a_service_in_operation_comes_to_toll_gate_5_again_and_again(published: Database) -> None:
    """As often as was agreed, and where nobody agreed on anything, each year; retired it ends."""
    with published.transaction() as session:
        offer(session, "mail", "Mail").review_every = "P6M"
        offer(session, "idea", "Idea", phase="design").review_every = "P6M"
        offer(session, "free", "Free")
    reviews = keep(published)
    assert set(reviews) == {"intake", "routing", "mail", "free"}
    assert (reviews["mail"].role, reviews["mail"].due_on) == (
        "Service Line Manager", date(2027, 5, 22),
    )  # fmt: skip
    assert reviews["free"].due_on == date(2027, 11, 22)
    with published.transaction() as session:
        find_service(session, "mail").phase = "retire"
    assert set(keep(published)) == {"intake", "routing", "free"}


def test_no_service_in_operation_gets_out_of_its_review(
    published: Database, rule_files: RuleFiles
) -> None:
    """Whose frequency is taken away is reviewed as often as the rules say, whatever they say."""
    with published.transaction() as session:
        offer(session, "mail", "Mail").review_every = "P6M"
    assert keep(published)["mail"].due_on == date(2027, 5, 22)
    with published.transaction() as session:
        find_service(session, "mail").review_every = None
    assert keep(published)["mail"].due_on == date(2027, 11, 22)
    with published.transaction() as session:
        text = "business_cases:\n  every: P3M\n"
        publish(session, {**rule_files, "reviews.yaml": text}, "Pat", NOW)
    assert keep(published)["mail"].due_on == date(2027, 2, 22)


def test_several_who_see_to_it_at_once_set_up_each_review_once(published: Database) -> None:
    """Nobody fails, and nothing is there twice."""
    together = Barrier(4)

    def keep_with_others(_: int) -> set[str]:
        together.wait()
        return {review.id for review in keep(published).values()}

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(keep_with_others, range(4)))
    assert len(found[0]) == 2
    assert found == [found[0]] * 4


def test_what_is_held_meanwhile_stays_held(
    postgresql_database: Database, rule_files: RuleFiles
) -> None:
    """Another period comes while somebody records the review: the next one is awaited by both."""
    database = postgresql_database
    with database.transaction() as session:
        publish(session, rule_files, "Pat", NOW)
    review = keep(database)["intake"]
    sooner = rule_files["policies/intake.yaml"].replace("review: P1Y", "review: P6M")
    with database.transaction() as session:
        publish(session, {**rule_files, "policies/intake.yaml": sooner}, "Pat", NOW)
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session, database.looking() as looker:
            hold_review(session, review.id, review.due_on, "good", None, "Sam", at(review.due_on))
            kept = pool.submit(keep, database, review.due_on)
            while not (kept.done() or looker.scalar(waits)):
                sleep(0.01)
        found = kept.result()["intake"]
    with database.reading() as session:
        (held,) = held_of(session, found)
    assert (held.number, held.due_on) == (1, date(2027, 11, 22))
    assert (found.number, found.due_on, found.version) == (2, date(2028, 5, 22), 3)


@pytest.mark.parametrize(
    ("said", "instead"),
    [("owner: Director", f"owner: {'D' * 201}"), ("review: P1Y", "review: P0D"),
     ("review: P1Y", "review: P900Y")],
)  # fmt: skip
def test_one_that_cannot_be_kept_stops_no_other(
    published: Database, rule_files: RuleFiles, said: str, instead: str
) -> None:
    """What was published once and would be refused today leaves the others reviewed.

    A long name of a service is cut.
    """
    intake = rule_files["policies/intake.yaml"].replace(said, instead)
    was_published(published, {**rule_files, "policies/intake.yaml": intake})
    with published.transaction() as session:
        offer(session, "mail", "M" * 1_990).review_every = "P6M"
    assert set(keep(published)) == {"routing", "mail"}
    with pytest.raises(Unable, match="intake"):
        go_round(published, at(TODAY), UTC, new_id)


@pytest.mark.parametrize("most", [1, 2, 1_000])
def test_a_few_at_a_time_come_to_the_same(published: Database, most: int) -> None:
    """Set up, changed and ended: nobody waits for all of them, and each is seen to once."""
    keys = [f"service-{number}" for number in range(4)]
    with published.transaction() as session:
        for key in keys:
            offer(session, key, key)
    assert keep_few(published, most) == -(-6 // most)
    before = keep(published)
    assert set(before) == {"intake", "routing", *keys}
    with published.transaction() as session:
        find_service(session, keys[0]).phase = "retire"
        find_service(session, keys[1]).name = "Another"
        find_service(session, keys[2]).review_every = "P6M"
        offer(session, "new", "New")
    assert keep_few(published, most) == -(-4 // most)
    after = keep(published)
    assert set(after) == {"intake", "routing", "new", *keys[1:]}
    assert "Another" in after[keys[1]].title
    assert after[keys[2]].due_on == date(2027, 5, 22)
    assert after[keys[3]].version == before[keys[3]].version == 1


def keep_few(database: Database, most: int) -> int:
    """See to so many at a time until there are no more; return how many transactions that took."""
    transactions, more = 0, True
    while more:
        transactions += 1
        more = database.write(
            lambda session: keep_standing_reviews(session, at(TODAY), new_id, UTC, most).more
        )
    return transactions


def test_thousands_are_set_up_in_a_few_statements(published: Database) -> None:
    """Their number makes no statement more, as long as one transaction takes them on."""
    counts, seen = [], []
    listen.listen(published.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    for keys in (["mail"], [f"other-{number}" for number in range(9)]):
        with published.transaction() as session:
            for key in keys:
                offer(session, key, key)
        seen.clear()
        keep_few(published, 1_000)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_process_that_is_to_end_sets_up_no_more(published: Database) -> None:
    """The next one goes on."""
    go_round(published, at(TODAY), UTC, new_id, goes_on=lambda: False)
    with published.reading() as session:
        assert reviews_due(session, None, None, 200).reviews == ()
    go_round(published, at(TODAY), UTC, new_id)
    assert set(keep(published)) == {"intake", "routing"}


def test_what_is_as_it_should_be_costs_no_statement(published: Database) -> None:
    """Others wait meanwhile: ten services are looked at in as many statements as one."""
    counts, seen = [], []
    listen.listen(published.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    for keys in (["mail"], [f"other-{number}" for number in range(9)]):
        with published.transaction() as session:
            for key in keys:
                offer(session, key, key)
        keep(published)
        seen.clear()
        keep(published)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_another_name_of_a_service_is_another_version_of_its_review(published: Database) -> None:
    """Whoever has it in a calendar learns of it, once."""
    with published.transaction() as session:
        offer(session, "mail", "Mail")
    before = keep(published)["mail"]
    with published.transaction() as session:
        find_service(session, "mail").name = "Post"
    tomorrow = TODAY + timedelta(days=1)
    for _ in range(2):
        review = keep(published, tomorrow)["mail"]
        assert (review.version, review.changed_at) == (before.version + 1, at(tomorrow).now)
        assert "Post" in review.title
