"""Numbers as callers write them: exact, whatever their decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields


class Number(fields.Decimal):
    """A number, read exactly, within `most` of nothing; never a text or a boolean."""

    default_error_messages = {  # noqa: RUF012 - the library's own way
        "required": "is required",
        "null": "must not be null",
        "invalid": "must be a number",
    }

    def __init__(self, most: int, **options: Any) -> None:
        self.most = most
        described = {"minimum": -most, "maximum": most, **options.pop("metadata", {})}
        super().__init__(metadata=described, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.make_error("invalid")
        if not -self.most <= value <= self.most:
            raise ValidationError(f"must be between {-self.most} and {self.most}")
        return value
