"""Keys are made, rotated and revoked, each time with a word in the audit and never the key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from model.access import NewKey, Role, authenticate, list_keys
from model.administration import Act, Actor, Via, acts_before
from model.database import Database
from model.keys import keys_after, make_key, revoke_key, rotate_key
from rules.errors import (
    BadFields,
    LastAdministrator,
    NotAuthenticated,
    Refused,
    TollgateError,
    UnknownRecord,
)

SECRET = b"a secret made up for the tests"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
KIM = Actor("Kim", Via.HTTP, "the-id-of-her-key")


def make(
    database: Database, *roles: Role, name: str = "x", until: datetime | None = None
) -> NewKey:
    """Make a key with some roles."""
    with database.transaction() as session:
        return make_key(session, KIM, name, roles, SECRET, NOW, until)


def rotate(database: Database, key_id: str, grace: timedelta = HOUR) -> NewKey:
    """Replace a key."""
    with database.transaction() as session:
        return rotate_key(session, KIM, key_id, SECRET, NOW, grace)


def works(database: Database, key: str, now: datetime) -> bool:
    """Whether a key opens anything at that time."""
    try:
        with database.reading() as session:
            authenticate(session, key, SECRET, now)
    except NotAuthenticated:
        return False
    return True


def test_after_a_rotation_both_keys_work_until_the_grace_ends(database: Database) -> None:
    """A system can be given its new key while the old one still answers, and no longer."""
    old = make(database, Role.TICKETING)
    new = rotate(database, old.id)
    assert works(database, old.key, NOW + HOUR - timedelta(seconds=1))
    assert not works(database, old.key, NOW + HOUR)
    assert works(database, new.key, NOW + HOUR)


def test_a_rotated_key_has_the_name_the_roles_and_the_end_of_the_old(database: Database) -> None:
    """Rotating gives nobody more than they had."""
    until = NOW + 50 * HOUR
    old = make(database, Role.TICKETING, Role.AUDITOR, name="Roundup", until=until)
    new = rotate(database, old.id)
    with database.reading() as session:
        views = {view.id: view for view in list_keys(session)}
        caller = authenticate(session, new.key, SECRET, NOW)
    assert (views[new.id].name, views[new.id].roles) == ("Roundup", views[old.id].roles)
    assert views[new.id].expires_at == until
    assert views[old.id].expires_at == NOW + HOUR
    assert caller.family == old.id


def test_a_grace_never_prolongs_a_key(database: Database) -> None:
    """A key that would end before its grace does ends when it was to."""
    old = make(database, Role.TICKETING, until=NOW + HOUR)
    rotate(database, old.id, 24 * HOUR)
    assert not works(database, old.key, NOW + HOUR)


def test_a_family_of_keys_keeps_its_first(database: Database) -> None:
    """However often a key is rotated, it stays one caller's."""
    first = make(database, Role.TICKETING)
    third = rotate(database, rotate(database, first.id).id)
    with database.reading() as session:
        assert authenticate(session, third.key, SECRET, NOW).family == first.id


def test_a_key_that_has_ended_is_not_rotated(database: Database) -> None:
    """A revoked key does not come back as a new one."""
    key = make(database, Role.TICKETING)
    with database.transaction() as session:
        revoke_key(session, KIM, key.id, NOW, keep_one=True)
    with pytest.raises(Refused, match="has ended"):
        rotate(database, key.id)
    with pytest.raises(UnknownRecord):
        rotate(database, "nope")


@pytest.mark.parametrize("grace", [timedelta(days=91), -HOUR])
def test_a_grace_is_at_most_ninety_days(database: Database, grace: timedelta) -> None:
    """An old key does not stay for ever by a slip of the hand."""
    key = make(database, Role.TICKETING)
    with pytest.raises(BadFields, match="/grace"):
        rotate(database, key.id, grace)


def test_a_key_is_not_made_to_have_expired(database: Database) -> None:
    """An end in the past is refused, and named."""
    with pytest.raises(BadFields, match="/expires_at"):
        make(database, Role.ADMIN, until=NOW)


def test_the_last_administrator_cannot_be_revoked(database: Database) -> None:
    """Neither an expired nor a revoked nor another role's key counts as another administrator."""
    last = make(database, Role.ADMIN)
    make(database, Role.TICKETING)
    make(database, Role.ADMIN, until=NOW + HOUR)
    gone = make(database, Role.ADMIN)
    later = NOW + 2 * HOUR
    with database.transaction() as session:
        revoke_key(session, KIM, gone.id, later, keep_one=True)
    with pytest.raises(LastAdministrator), database.transaction() as session:
        revoke_key(session, KIM, last.id, later, keep_one=True)
    assert works(database, last.key, later)
    with database.transaction() as session:
        revoke_key(session, KIM, last.id, later, keep_one=False)
    assert not works(database, last.key, later)


def test_two_administrators_cannot_revoke_each_other_at_once(database: Database) -> None:
    """However their requests meet, one of the two keys still works."""
    both = [make(database, Role.ADMIN) for _ in range(2)]

    def revoke(key: NewKey) -> bool:
        try:
            with database.transaction() as session:
                revoke_key(session, KIM, key.id, NOW, keep_one=True)
        except TollgateError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(revoke, both)) == [False, True]
    assert sorted(works(database, key.key, NOW + HOUR) for key in both) == [False, True]


def test_every_act_on_a_key_is_recorded_without_the_key(database: Database) -> None:
    """The audit names the keys by their ids, and could be published."""
    old = make(database, Role.ADMIN)
    new = rotate(database, old.id)
    with database.transaction() as session:
        revoke_key(session, KIM, old.id, NOW, keep_one=True)
        revoke_key(session, KIM, old.id, NOW, keep_one=True)
    with database.reading() as session:
        acts = acts_before(session, None, 10).acts
    assert [(act.act, act.on) for act in acts] == [
        (Act.KEY_REVOKED, old.id),
        (Act.KEY_ROTATED, old.id),
        (Act.KEY_CREATED, old.id),
    ]
    assert acts[1].details["new_key"] == new.id
    assert not any(key.key in str(act) for key in (old, new) for act in acts)


def test_keys_come_oldest_first_page_by_page(database: Database) -> None:
    """Each key is on one page, also when several were made in the same instant."""
    ids = {make(database, Role.TICKETING).id for _ in range(5)}
    seen: list[str] = []
    after = None
    while True:
        with database.reading() as session:
            page = keys_after(session, after, 2)
        seen += [view.id for view in page.keys]
        if (after := page.next) is None:
            break
    assert len(seen) == 5
    assert set(seen) == ids
    for cursor in ("nope", "\x00", "0" * 36):
        with database.reading() as session, pytest.raises(BadFields, match="/after"):
            keys_after(session, cursor, 2)
