"""What callers may write into the roster, and what they read of it."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from api.response_schemas import INSTANT, many, maybe, text
from api.strict_schema import Day, DayText, Flag, Parts, StrictSchema, Text
from model.texts import LONGEST_NAME

MOST = 500
# One mailbox at a host with a domain: a letter to anything else would be lost in silence.
_WORD = r"[^@\s.,:;<>()\[\]]+"
ADDRESS = rf"^[^@\s,:;<>()\[\]]+@{_WORD}(\.{_WORD})+$"
_SINCE = {"description": "The first day that counts; if absent, from ever on"}
_UNTIL = {"description": "The first day that no longer counts; if absent, for ever"}
_FOR_MANAGERS = {"description": "their address; only for service managers and administrators"}
_CALLED = {"description": "by address; by name for those to whom no address is shown"}
_HELD_BY = {"description": "A group, by its name; or a person: by address, or by name, as above"}
_DEPUTY = {"description": "Asked when none of those is there who are no deputies"}


def address(**options: Any) -> Text:
    """Return an e-mail address."""
    told = validate.Regexp(ADDRESS, error="must be an address such as `ann@agency.example`")
    return Text(254, validate=told, metadata={"pattern": ADDRESS}, **options)


class PersonSchema(StrictSchema):
    """Somebody who can be reminded."""

    name = Text(LONGEST_NAME, required=True)
    email = address(required=True)


class TermSchema(StrictSchema):
    """For which days something counts."""

    since = DayText(metadata=_SINCE)
    until = DayText(metadata=_UNTIL)


class MemberSchema(TermSchema):
    """Somebody who is in a group."""

    person = address(required=True)
    deputy = Flag(metadata=_DEPUTY)


class GroupSchema(StrictSchema):
    """People who hold roles together."""

    name = Text(LONGEST_NAME, required=True)
    members = Parts(MemberSchema, MOST, required=True)


class HeldRoleSchema(TermSchema):
    """A role and who holds it."""

    role = Text(LONGEST_NAME, required=True)
    agency = Text(
        LONGEST_NAME, metadata={"description": "For this agency; if absent, wherever nobody else"}
    )
    held_by = Text(
        254, required=True, metadata={"description": "A person's address, or a group's name"}
    )
    deputy = Flag(metadata=_DEPUTY)


class AbsenceSchema(TermSchema):
    """Days on which somebody is away."""

    person = address(required=True)


class RosterSchema(StrictSchema):
    """The whole roster: it takes the place of the one before."""

    people = Parts(PersonSchema, MOST, required=True)
    groups = Parts(GroupSchema, MOST, load_default=list)
    roles = Parts(HeldRoleSchema, MOST, required=True)
    absences = Parts(AbsenceSchema, MOST, load_default=list)


class PersonShownSchema(StrictSchema):
    """Somebody who can be reminded."""

    name = text()
    email = fields.String(metadata=_FOR_MANAGERS)


class MemberShownSchema(MemberSchema):
    """Somebody who is in a group."""

    person = Text(254, required=True, metadata=_CALLED)


class GroupShownSchema(StrictSchema):
    """People who hold roles together."""

    name = text()
    members = many(MemberShownSchema)


class HeldRoleShownSchema(HeldRoleSchema):
    """A role and who holds it."""

    held_by = Text(254, required=True, metadata=_HELD_BY)


class AbsenceShownSchema(AbsenceSchema):
    """Days on which somebody is away."""

    person = Text(254, required=True, metadata=_CALLED)


class RosterShownSchema(StrictSchema):
    """The roster that counts now."""

    people = many(PersonShownSchema)
    groups = many(GroupShownSchema)
    roles = many(HeldRoleShownSchema)
    absences = many(AbsenceShownSchema)
    version = fields.Integer(required=True, metadata={"minimum": 0})
    changed_by = maybe()
    changed_at = maybe(**INSTANT)


class HoldersQuerySchema(StrictSchema):
    """Whose place it is, where and when."""

    role = Text(LONGEST_NAME, required=True)
    agency = Text(LONGEST_NAME)
    day = Day(metadata={"description": "If absent, today"})


class HolderSchema(StrictSchema):
    """Somebody who holds the role."""

    name = text()
    email = fields.String(metadata=_FOR_MANAGERS)
    stands_in = fields.Boolean(
        required=True, metadata={"description": "a deputy, for those who are away"}
    )


class HoldersSchema(StrictSchema):
    """Who holds a role on a day; an empty list: nobody does."""

    role = text()
    agency = maybe()
    day = text(format="date")
    holders = many(HolderSchema)
