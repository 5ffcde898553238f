"""Every version of an agreement or an improvement: what was written, what of it anew, by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import cast

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from model.agreements import AgreementVersion, find_agreement
from model.cursors import LONGEST_PAGE, number_in
from model.improvements import ImprovementVersion, find_improvement

Written = Select[int, object, str, datetime]


@dataclass(frozen=True, slots=True)
class Version:
    """What counted from `at` on, as JSON. `changed`: the members that were otherwise before."""

    number: int
    written: Mapping[str, object]
    changed: tuple[str, ...]
    by: str
    at: datetime


VersionPage = tuple[tuple[Version, ...], str | None]
"""Some versions, the latest first, and the cursor of those before them."""


def versions_of_agreement(
    session: Session, agreement_id: str, after: str | None, limit: int
) -> VersionPage:
    """Return up to `limit` (at most 200) versions of an agreement.

    Raises:
        UnknownRecord: there is no such agreement.
        BadFields: `after` is not a cursor.
    """
    find_agreement(session, agreement_id)
    table = AgreementVersion
    query = select(table.version, table.terms, table.by, table.at)
    ours = query.where(table.agreement_id == agreement_id)
    return _page(session, ours, table.version, after, limit)


def versions_of_improvement(
    session: Session, improvement_id: str, after: str | None, limit: int
) -> VersionPage:
    """Return up to `limit` (at most 200) versions of an improvement.

    Raises:
        UnknownRecord: there is no such improvement.
        BadFields: `after` is not a cursor.
    """
    find_improvement(session, improvement_id)
    table = ImprovementVersion
    query = select(table.version, table.plan, table.by, table.at)
    ours = query.where(table.improvement_id == improvement_id)
    return _page(session, ours, table.version, after, limit)


def _page(
    session: Session,
    query: Written,
    version: InstrumentedAttribute[int],
    after: str | None,
    limit: int,
) -> VersionPage:
    limit = max(1, min(limit, LONGEST_PAGE))
    if after is not None:
        query = query.where(version < number_in(after))
    found = session.execute(query.order_by(version.desc()).limit(limit + 1)).all()
    read = [
        Version(number, cast("Mapping[str, object]", written), (), by, at)
        for number, written, by, at in found
    ]
    told = [_since(later, earlier) for later, earlier in pairwise(read)]
    if len(found) > limit:
        return tuple(told), str(told[-1].number)
    return (*told, *read[-1:]), None


def _since(later: Version, earlier: Version) -> Version:
    changed = tuple(
        name for name, said in later.written.items() if said != earlier.written.get(name)
    )
    return Version(later.number, later.written, changed, later.by, later.at)
