"""Schemas that coerce nothing: a member is of its type, known and sound, or it is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, NamedTuple, NoReturn, TypeGuard

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.types import UnknownOption

from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.spelling import did_you_mean
from rules.values import Domain, FactType, ValueRefused, has_control_character
from rules.vocabulary import escaped

_MESSAGES: dict[str, Any] = {"required": "is required", "null": "must not be null"}
_OF_TEXT = {**_MESSAGES, "invalid": "must be text"}
_OF_NUMBER = {**_MESSAGES, "invalid": "must be a whole number"}
_OF_FLAG = {**_MESSAGES, "invalid": "must be true or false"}
_OF_OBJECT = {**_MESSAGES, "invalid": "must be a JSON object", "type": "must be a JSON object"}
OF_LIST = {**_MESSAGES, "invalid": "must be a list"}
_BLANK = r"\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_PLAIN = r"^[^\x00-\x1f\x7f-\x9f]*$"
_SAYING = rf"^[{_BLANK}]*[^{_BLANK}\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
_NO_SUCH_MEMBER = "there is no such member"
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
# What is below zero is a number, too: it is told between what and what one has to be.
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_DAYS = Domain(FactType.DATE)


class _Refusal(NamedTuple):
    detail: str
    help: str | None = None


class StrictSchema(Schema):
    """A schema that refuses what it does not know."""

    class Meta:
        unknown: ClassVar[UnknownOption] = RAISE

    error_messages = {  # noqa: RUF012 - the library's own way
        "unknown": _NO_SUCH_MEMBER,
        "type": "must be a JSON object",
    }


class Text(fields.String):
    """A text of 1 to `longest` characters, no control character, and not blanks only."""

    default_error_messages = _OF_TEXT
    may_be_blank: ClassVar[bool] = False

    def __init__(self, longest: int, **options: Any) -> None:
        self.longest = longest
        pattern = _PLAIN if self.may_be_blank else _SAYING
        bounds = {"minLength": 1, "maxLength": longest, "pattern": pattern}
        described = {**bounds, **options.pop("metadata", {})}
        super().__init__(metadata=described, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not 1 <= len(value) <= self.longest:
            raise ValidationError(f"must be 1 to {self.longest} characters long")
        if has_control_character(value):
            raise ValidationError("must not contain control characters")
        if value.isspace() and not self.may_be_blank:
            raise ValidationError("must not be blanks only")
        return value


def _is_whole(value: object) -> TypeGuard[Decimal]:
    return isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value()


class WholeNumber(fields.Integer):
    """A number without a fraction, from `low` to `high`; never a text or a boolean."""

    default_error_messages = _OF_NUMBER

    def __init__(self, low: int, high: int, **options: Any) -> None:
        self.low, self.high = low, high
        described = {"minimum": low, "maximum": high, **options.pop("metadata", {})}
        super().__init__(metadata=described, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> int:
        if _is_whole(value) and self.low <= value <= self.high:
            _refuse("must be a whole number", f"write it as {int(value)}, without a point")
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        if not self.low <= value <= self.high:
            raise ValidationError(f"must be between {self.low} and {self.high}")
        return value


class WholeNumberInQuery(WholeNumber):
    """A whole number where everything is text: in a query."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> int:
        if not (isinstance(value, str) and _WHOLE.fullmatch(value)):
            raise self.make_error("invalid")
        return super()._deserialize(int(value), attr, data, **options)


class Day(fields.Date):
    """A calendar day, written as 2027-01-31."""

    default_error_messages = _MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> date:
        try:
            day = _DAYS.read(value)
        except ValueRefused as refused:
            _refuse(refused.detail, refused.help)
        assert isinstance(day, date)
        return day


class DayText(Day):
    """A calendar day that stays the text it is."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        return super()._deserialize(value, attr, data, **options).isoformat()


class Instant(fields.AwareDateTime):
    """An instant (RFC 3339), written with its offset from UTC."""

    default_error_messages = _OF_TEXT

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not _INSTANT.fullmatch(value):
            example = "send it with its offset, as in `2026-11-20T10:00:00Z`"
            _refuse("must be an instant (RFC 3339)", example)
        try:
            instant = datetime.fromisoformat(value.upper())
            # At the ends of the calendar an offset leads out of it.
            instant.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError("is not an instant of the calendar") from None
        return instant


class Flag(fields.Boolean):
    """True or false, and nothing that might stand for them."""

    default_error_messages = _OF_FLAG

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class RawFacts(fields.Dict):
    """Facts by name as JSON has them; what each may be is the vocabulary's to say."""

    default_error_messages = _OF_OBJECT


class TextsByName(fields.Dict):
    """Up to `most` texts, each under a name of its own; both are plain, a name is short."""

    default_error_messages = _OF_OBJECT

    def __init__(self, longest_name: int, longest: int, most: int, **options: Any) -> None:
        self.names, self.texts, self.most = Text(longest_name), Text(longest), most
        metadata = {"maxProperties": most, **options.pop("metadata", {})}
        super().__init__(Text(longest_name), Text(longest), metadata=metadata, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> dict[Any, Any]:
        if not isinstance(value, Mapping):
            raise self.make_error("invalid")
        if len(value) > self.most:
            raise ValidationError(f"must have at most {self.most} members")
        wrong: dict[str, list[str | list[Any] | dict[Any, Any]]] = {}
        for name, text in value.items():
            try:
                self.names.deserialize(name)
                self.texts.deserialize(text)
            except ValidationError as error:
                wrong[name] = [*error.messages]
        if wrong:
            raise ValidationError(wrong)
        return dict(value)


class _Few(fields.List[Any]):
    """A list of up to `most` items."""

    default_error_messages = OF_LIST

    def __init__(self, item: fields.Field[Any], most: int, **options: Any) -> None:
        self.most = most
        described = {"maxItems": most, **options.pop("metadata", {})}
        super().__init__(item, metadata=described, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) > self.most:
            raise ValidationError(f"must have at most {self.most} items")
        return super()._deserialize(value, attr, data, **options)


class Names(_Few):
    """A list of up to `most` texts, each of 1 to `longest` plain characters."""

    def __init__(self, longest: int, most: int, **options: Any) -> None:
        super().__init__(Text(longest), most, **options)


class WholeNumbers(_Few):
    """A list of up to `most` whole numbers, each from `low` to `high`."""

    def __init__(self, low: int, high: int, most: int, **options: Any) -> None:
        super().__init__(WholeNumber(low, high), most, **options)


class Part(fields.Nested):
    """An object within the object."""

    default_error_messages = _OF_OBJECT


class Parts(_Few):
    """A list of up to `most` objects."""

    def __init__(self, schema: type[Schema], most: int, **options: Any) -> None:
        self.schema = schema
        super().__init__(Part(schema), most, **options)


@cache
def made(schema: type[Schema]) -> Schema:
    """Return the one instance of a schema: making one takes longer than reading with it."""
    return schema()


def load(schema: type[Schema], raw: object) -> Mapping[str, Any]:
    """Return what `raw` says, as `schema` reads it.

    Raises:
        BadFields: with every problem, each under the pointer of its member.
    """
    if not isinstance(raw, Mapping):
        raise BadFields([FieldProblem("", "must be a JSON object")])
    try:
        loaded: Mapping[str, Any] = made(schema).load(raw)
    except ValidationError as error:
        raise BadFields(list(_problems("", error.messages, made(schema)))) from None
    return loaded


def _refuse(detail: str, help: str | None) -> NoReturn:
    raise ValidationError([_Refusal(detail, help)])


def _problems(pointer: str, messages: Any, schema: Schema) -> Iterator[FieldProblem]:
    for name, told in messages.items():
        at = pointer if name == "_schema" else f"{pointer}/{escaped(str(name))}"
        field = schema.fields.get(name)
        if isinstance(told, Mapping) and isinstance(field, Part):
            yield from _problems(at, told, field.schema)
            continue
        if isinstance(told, Mapping) and isinstance(field, Parts):
            yield from _of_items(at, told, made(field.schema))
            continue
        if isinstance(told, Mapping):
            # What is wrong with items of a list, by their places in it.
            yield from _problems(at, told, schema)
            continue
        for one in told:
            refusal = one if isinstance(one, _Refusal) else _Refusal(str(one))
            unknown = refusal.detail == _NO_SUCH_MEMBER
            help = did_you_mean(str(name), schema.fields) if unknown else refusal.help
            yield FieldProblem(at, refusal.detail, help)


def _of_items(pointer: str, messages: Mapping[int, Any], schema: Schema) -> Iterator[FieldProblem]:
    for number, told in messages.items():
        of_whole = not isinstance(told, Mapping)
        yield from _problems(f"{pointer}/{number}", {"_schema": told} if of_whole else told, schema)
