"""How callers name a case: by a text of their own, which may be whatever they please."""

from __future__ import annotations

from typing import Any, ClassVar

from api.strict_schema import Text
from model.texts import LONGEST_NAME


class CaseRef(Text):
    """The ref of a case: 1 to 200 characters, no control character, be they blanks."""

    may_be_blank: ClassVar[bool] = True

    def __init__(self, **options: Any) -> None:
        super().__init__(LONGEST_NAME, **options)
