"""Reading the query of a URL as strictly as a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Request
from marshmallow import Schema

from api.strict_schema import load
from rules.errors import BadFields
from rules.field_problem import FieldProblem
from rules.vocabulary import escaped


def read_query(request: Request, schema: type[Schema]) -> Mapping[str, Any]:
    """Return what the query says.

    Raises:
        BadFields: a parameter is unknown, unsound, or given more than once.
    """
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        detail = "is given more than once"
        raise BadFields([FieldProblem(f"/{escaped(name)}", detail) for name in repeated])
    return load(schema, request.args.to_dict())
