"""Parts of services (SOP 02.2.1): what a service offers that can be added without a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from model.cases import Case, doubles_of
from model.catalogue_standing import Standing
from model.columns import Instant, JsonText, RowNumber
from model.database import Base
from model.locking import hold
from model.search_index import SearchText, Words, index_service_texts
from model.services import KEY, LONGEST_KEY, Service, lock_service
from model.texts import LONGEST_NAME, require_texts
from model.viable_cases import viable_case
from rules.errors import BadFields, BornAlready
from rules.field_problem import FieldProblem
from rules.values import LONGEST_TEXT

MISSED_AT_ONCE = 100


class Part(Base):
    """A part of a service, as SOP 02.2.1 knows it; `born_of`: the case that it came from.

    `cost`: what it costs those who provide it, beside what the service does.
    """

    __tablename__ = "parts"
    __table_args__ = (UniqueConstraint("service_id", "key"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    standing: Mapped[str] = mapped_column(String(20))
    cost: Mapped[object | None] = mapped_column(JsonText)
    changed_by: Mapped[str] = mapped_column(String(LONGEST_NAME))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    born_of_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)

    born_of: Mapped[Case | None] = relationship(lazy="joined")


@dataclass(frozen=True, slots=True)
class PartChange:
    """What a part is to be. `case`: the viable case that it comes from; that stays.

    `one_of_several`: it is known that the case bears more than this part.
    """

    name: str
    description: str | None
    standing: Standing
    case: str | None = None
    cost: object = None
    one_of_several: bool = False


@dataclass(frozen=True, slots=True)
class PartView:
    """A part as it stands."""

    key: str
    name: str
    description: str | None
    standing: Standing
    changed_by: str
    changed_at: datetime
    case: str | None
    cost: object


def put_part(
    session: Session, service_key: str, key: str, change: PartChange, by: str, now: datetime
) -> PartView:
    """Make a part of a service, or change it. Needs a `transaction()`.

    One that is so already stays with whom and when it last changed.

    Raises:
        UnknownRecord: there is no such service.
        BadFields: an unsound key or text; a case that is not there, that nobody has called
            viable, or another one than before.
        BornAlready: something else was born of that case.
    """
    if not KEY.fullmatch(key):
        raise BadFields([FieldProblem("/part", "must be letters, digits, `.`, `_` and `-`")])
    names = {"/name": (change.name, LONGEST_NAME), "/case": (change.case, LONGEST_NAME)}
    require_texts({**names, "/description": (change.description, LONGEST_TEXT)})
    service = lock_service(session, service_key)
    ours = (Part.service_id == service.id, Part.key == key)
    part = session.scalar(select(Part).where(*ours)) or Part(service_id=service.id, key=key)
    part.born_of, part.cost = _born_of(session, part, change), change.cost
    part.name, part.description, part.standing = change.name, change.description, change.standing
    if part.id and not session.is_modified(part):
        return _view(part)
    part.changed_by, part.changed_at = by, now
    session.add(part)
    session.flush()
    index_service(session, service)
    return _view(part)


def _born_of(session: Session, part: Part, change: PartChange) -> Case | None:
    if part.born_of is None:
        return case_to_bear(session, change.case, several=change.one_of_several)
    if viable_case(session, change.case) not in (None, part.born_of):
        detail = f"this part was born of the case `{part.born_of.ref}`"
        raise BadFields([FieldProblem("/case", detail)])
    return part.born_of


def case_to_bear(session: Session, ref: str | None, *, several: bool) -> Case | None:
    """Return the case of a ref, of which a service or a part is to be born; `None` for no ref.

    `several`: it is known that it bears more than one. Needs a `transaction()`.

    Raises:
        BadFields: there is no such case, or nobody has called it viable.
        BornAlready: it bore something before, and `several` is not said.
    """
    case = viable_case(session, ref)
    if case is not None and not several:
        # Of two that come at once, the second one sees the first.
        hold(session, f"born of {case.id}")
        if (first := _first_born(session, case)) is not None:
            raise BornAlready(f"of the case `{case.ref}` was born {first}")
    return case


def part_of(session: Session, service_id: int, key: str) -> PartView | None:
    """Return a part of a service as it stands, if there is one of that key."""
    ours = (Part.service_id == service_id, Part.key == key)
    part = session.scalar(select(Part).where(*ours))
    return _view(part) if part else None


def _first_born(session: Session, case: Case) -> str | None:
    family = [case.id, *(double.id for double in doubles_of(session, case))]
    services = select(Service.key).where(Service.born_of_id.in_(family)).order_by(Service.id)
    if (key := session.scalar(services.limit(1))) is not None:
        return f"the service `{key}`"
    ours = select(Part.key, Service.key).join(Service, Service.id == Part.service_id)
    parts = ours.where(Part.born_of_id.in_(family)).order_by(Part.id)
    row = session.execute(parts.limit(1)).first()
    return f"the part `{row[0]}` of the service `{row[1]}`" if row else None


def parts_of(session: Session, ids: Sequence[int]) -> Mapping[int, list[PartView]]:
    """Return the parts that are not retired, by the ids of their services."""
    found: dict[int, list[PartView]] = {}
    query = select(Part).where(Part.service_id.in_(ids), Part.standing != Standing.RETIRED)
    for part in session.scalars(query.order_by(Part.id)):
        found.setdefault(part.service_id, []).append(_view(part))
    return found


def index_service(session: Session, service: Service) -> None:
    """Have a service and its parts found by their words as they are now."""
    parts = parts_of(session, [service.id]).get(service.id, [])
    words = [Words(None, service.name, service.description)]
    words += [Words(part.key, part.name, part.description) for part in parts]
    index_service_texts(session, service.id, words)


def index_missed(session: Session, most: int = MISSED_AT_ONCE) -> int:
    """Have up to `most` services found that no search knows of; say how many.

    They were made by a version that had no search. Needs a `transaction()`.
    """
    unknown = ~exists().where(SearchText.service_id == Service.id)
    missed = select(Service.key).where(unknown).order_by(Service.id).limit(most)
    keys = session.scalars(missed).all()
    for key in keys:
        service = lock_service(session, key)
        # While we waited for the lock, somebody may have changed and so indexed it.
        if session.scalar(select(Service.id).where(Service.id == service.id, unknown)):
            index_service(session, service)
    return len(keys)


def _view(part: Part) -> PartView:
    standing = Standing(part.standing)
    case = part.born_of.ref if part.born_of else None
    return PartView(
        part.key,
        part.name,
        part.description,
        standing,
        part.changed_by,
        part.changed_at,
        case,
        part.cost,
    )
