"""Reviews that `reviews.yaml` names: of the catalogue and the like, and of each portfolio."""

from __future__ import annotations

from datetime import date

from model.database import Database
from model.portfolios import PortfolioChange, put_portfolio
from model.publishing import publish
from model.settings import HOME
from rules.rule_book import RuleFiles, read_files
from tests.model.reviewed import NOW
from tests.model.test_standing_reviews import keep

RULED = """\
standing:
  - review: portfolio
    kind: portfolio
    title: Which services are obsolete?
    role: Portfolio Manager
    first_on: 2027-01-31
    every: P1M
"""


def test_what_the_rules_name_is_reviewed_as_they_say(
    published: Database, rule_files: RuleFiles
) -> None:
    """On the days that they name, by whom they name; what they name no more has ended."""
    for written, expected in (
        (RULED, ("Portfolio Manager", date(2027, 1, 31), None)),
        (RULED.replace("Portfolio M", "Product M"), ("Product Manager", date(2027, 1, 31), None)),
        (RULED + "    escalate_to: Head\n", ("Portfolio Manager", date(2027, 1, 31), "Head")),
    ):
        with published.transaction() as session:
            publish(session, {**rule_files, "reviews.yaml": written}, "Pat", NOW)
        review = keep(published)["rules/portfolio"]
        assert (review.role, review.due_on, review.escalate_to) == expected
    with published.transaction() as session:
        publish(session, rule_files, "Pat", NOW)
    assert set(keep(published)) == {"intake", "routing"}


def test_each_portfolio_is_reviewed_by_itself(published: Database, rule_files: RuleFiles) -> None:
    """As often as the rules say, once there is one; its title names it and its owner of now."""
    with published.transaction() as session:
        publish(session, {**rule_files, "reviews.yaml": RULED}, "Pat", NOW)
    assert set(keep(published)) == {"intake", "routing", "rules/portfolio"}
    for name, owner in (("Office", "Pat"), ("The Office", "Kim")):
        with published.transaction() as session:
            put_portfolio(session, "office", PortfolioChange(name, None, owner, None), "Sam", NOW)
        there = keep(published)
        assert set(there) == {
            "intake",
            "routing",
            "rules/portfolio",
            "ruled-portfolios/portfolio/office",
        }
        review = there["ruled-portfolios/portfolio/office"]
        assert review.title == f"The portfolio “{name}” of {owner}: Which services are obsolete?"
        assert (review.kind, review.role) == ("portfolio", "Portfolio Manager")
        assert review.due_on == date(2027, 1, 31)
    with published.transaction() as session:
        put_portfolio(session, "lab", PortfolioChange("Lab", None, "Kim", None), "Sam", NOW)
    # It falls in with the others, and is not reviewed for days on which there was none.
    assert keep(published, date(2028, 3, 1))["ruled-portfolios/portfolio/lab"].due_on == date(
        2028, 3, 31
    )
    with published.transaction() as session:
        publish(session, rule_files, "Pat", NOW)
    assert set(keep(published)) == {"intake", "routing"}


def test_a_portfolio_is_asked_as_shipped_of_what_is_its_own(published: Database) -> None:
    """Viable cases that bore nothing are in no portfolio: they are asked of once, by themselves."""
    with published.transaction() as session:
        publish(session, read_files(HOME / "rules"), "Pat", NOW)
        for key in ("lab", "office"):
            change = PortfolioChange(key.title(), None, "Pat", None)
            put_portfolio(session, key, change, "Sam", NOW)
    titles = {subject: review.title for subject, review in keep(published).items()}
    question = "Which services are obsolete, and are to be retired?"
    of_office = titles["ruled-portfolios/portfolio/office"]
    assert of_office == f"The portfolio “Office” of Pat: {question}"
    assert titles["rules/portfolio"] == question
    assert [subject for subject, title in titles.items() if "viable" in title] == [
        "rules/viable-cases"
    ]


def test_a_ruled_review_that_is_changed_keeps_its_first_day(
    published: Database, rule_files: RuleFiles
) -> None:
    """Another period, or another first day, skips nothing that is still to come."""
    with published.transaction() as session:
        put_portfolio(session, "office", PortfolioChange("Office", None, "Pat", None), "Sam", NOW)
    for written, first in (
        (RULED, date(2027, 1, 31)),
        (RULED.replace("P1M", "P6M"), date(2027, 1, 31)),
        (RULED.replace("P1M", "P6M").replace("01-31", "03-31"), date(2027, 3, 31)),
    ):
        with published.transaction() as session:
            publish(session, {**rule_files, "reviews.yaml": written}, "Pat", NOW)
        there = keep(published)
        assert there["rules/portfolio"].due_on == first
        assert there["ruled-portfolios/portfolio/office"].due_on == first
