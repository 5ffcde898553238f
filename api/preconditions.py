"""ETag and If-Match: a change says which version of a thing it was made for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Request

from rules.errors import BadFields, CaseMovedOn, PreconditionRequired, Refused
from rules.field_problem import FieldProblem

HEADER = "If-Match"
PATTERN = r'^(\*|"[0-9]{1,18}"( *, *"[0-9]{1,18}")*)$'
_TAG = re.compile(r'"([0-9]{1,18})"')


@dataclass(frozen=True, slots=True)
class Match:
    """What If-Match says: any of `versions`, or (`None`) whatever version there is."""

    versions: frozenset[int] | None

    def require(
        self, version: int, what: str = "case", moved_on: type[Refused] = CaseMovedOn
    ) -> None:
        """Refuse a case (or what else it is) that is at another version.

        Raises:
            moved_on: it is.
        """
        if self.versions is not None and version not in self.versions:
            seen = " or ".join(str(each) for each in sorted(self.versions))
            raise moved_on(f"the {what} is at version {version}, not {seen}")


def etag(version: int) -> str:
    """Return the ETag of what is at a version."""
    return f'"{version}"'


def read_match(request: Request, *, needed: bool = True) -> Match:
    """Return what the request's If-Match says; where it is not `needed`, absent means `*`.

    Raises:
        PreconditionRequired: there is none.
        BadFields: it is neither `*` nor ETags.
    """
    given = request.headers.get(HEADER)
    if given is None and not needed:
        return Match(None)
    if given is None:
        raise PreconditionRequired("say in If-Match which version this changes")
    if given.strip() == "*":
        return Match(None)
    tags = [_TAG.fullmatch(tag.strip()) for tag in given.split(",")]
    versions = [int(tag[1]) for tag in tags if tag]
    if len(versions) != len(tags):
        detail = "must be `*` or the ETag of what this changes"
        raise BadFields([FieldProblem(f"/{HEADER}", detail, 'send it in quotes, as in `"3"`')])
    return Match(frozenset(versions))
