"""A batch, as callers send it and as it is answered, line by line."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from api.idempotency import PATTERN
from api.problem_responses import ProblemSchema
from api.request_schemas import DecisionRequestSchema
from api.response_schemas import DecisionSchema
from api.strict_schema import OF_LIST, StrictSchema, Text
from model.kept_answers import LONGEST_KEY

MOST_ITEMS = 1_000


class Items(fields.List[Any]):
    """A list of 1 to `most` items, which are read later, one by one."""

    default_error_messages = OF_LIST

    def __init__(self, schema: type[Schema], most: int) -> None:
        self.most = most
        bounds = {"minItems": 1, "maxItems": most}
        super().__init__(fields.Nested(schema), required=True, metadata=bounds)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if not 1 <= len(value) <= self.most:
            raise ValidationError(f"must have 1 to {self.most} items")
        return value


class BatchItemSchema(DecisionRequestSchema):
    """A case to decide, as `POST /api/v1/decisions` takes it."""

    idempotency_key = Text(
        LONGEST_KEY,
        validate=validate.Regexp(PATTERN, error="must be visible ASCII characters"),
        metadata={
            "pattern": PATTERN,
            "description": (
                "What the header Idempotency-Key is to a single decision; the two are the same"
            ),
        },
    )


class BatchSchema(StrictSchema):
    """Cases to decide one after the other, each by itself."""

    decisions = Items(BatchItemSchema, MOST_ITEMS)


class BatchLineSchema(StrictSchema):
    """The answer to one item: its decision, or the problem with it."""

    index = fields.Integer(
        required=True, metadata={"minimum": 0, "description": "the item's place, from 0"}
    )
    status = fields.Integer(
        required=True, metadata={"description": "what the answer would be to a single decision"}
    )
    retry_after = fields.Integer(
        metadata={"minimum": 1, "description": "seconds to wait before the item is sent again"}
    )
    replayed = fields.Boolean(
        metadata={"description": "true when it was answered before under the same key"}
    )
    decision = fields.Nested(DecisionSchema)
    problem = fields.Nested(ProblemSchema)
