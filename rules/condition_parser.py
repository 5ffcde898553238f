"""Text to tree: parses one condition with the grammar in `condition.lark`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken, VisitError
from lark.tree import Meta

from rules.condition import (
    And,
    Comparison,
    Condition,
    Interval,
    Known,
    LiteralTerm,
    Missing,
    Name,
    Not,
    OneOf,
    Or,
    Span,
    Term,
    Truth,
)
from rules.values import LARGEST_INTEGER

LONGEST_CONDITION = 4_000
DEEPEST_NESTING = 40
KEYWORDS = ("and", "or", "not", "in", "between", "is", "missing", "known", "true", "false", "date")

_QUOTED = re.compile(r'"(\\.|[^"\\])*"')
_BRACKET = re.compile(r"(\(|\bin\s*[\[\]])|[)\[\]]")
"""A bracket, with a group for one that opens: an interval may open with `]` and close with `[`."""

_FOREIGN_WORDS: dict[str, str] = {
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not(…)` or `!=`",
    "'": "put texts in double quotes",
    '"': 'close the text with another `"`',
    "\N{NO-BREAK SPACE}": "write an ordinary space",
    "“": "put texts in straight double quotes",
    "”": "put texts in straight double quotes",
    "+": "conditions compare; they do not calculate",
    "*": "conditions compare; they do not calculate",
    "/": "conditions compare; they do not calculate",
}


class ConditionRefused(ValueError):
    """The text is not a condition; `offset` is where it stops being one."""

    def __init__(self, offset: int, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
        self.help = help


def parse_condition(text: str) -> Condition:
    """Return the tree of a condition whose names have not been looked up yet.

    Raises:
        ConditionRefused: with the offset of the first character that does not fit.
    """
    _require_moderate(text)
    try:
        tree: Condition = _TO_TREE.transform(_PARSER.parse(text))
    except UnexpectedInput as error:
        raise _explained(error, text) from None
    except VisitError as error:
        if isinstance(error.orig_exc, ConditionRefused):
            raise error.orig_exc from None
        raise
    return tree


def _require_moderate(text: str) -> None:
    if len(text) > LONGEST_CONDITION:
        message = f"the condition is over {LONGEST_CONDITION:,} characters long"
        raise ConditionRefused(0, message, "split it into several rules")
    depth = 0
    for bracket in _BRACKET.finditer(_QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)):
        depth += 1 if bracket[1] else -1
        if depth > DEEPEST_NESTING:
            message = f"parentheses are nested deeper than {DEEPEST_NESTING}"
            raise ConditionRefused(bracket.end() - 1, message, "split it into several rules")


def _explained(error: UnexpectedInput, text: str) -> ConditionRefused:
    if isinstance(error, UnexpectedCharacters):
        offset: int = vars(error)["pos_in_stream"]
        return _unexpected(text[offset], offset, text)
    token = error.token if isinstance(error, UnexpectedToken) else None
    if isinstance(error, UnexpectedEOF) or token is None or token.type == "$END":
        open = text.count("(") > text.count(")")
        help = "close the parenthesis with `)`" if open else None
        return ConditionRefused(max(len(text) - 1, 0), "the condition ends too early", help)
    return _unexpected(str(token), token.start_pos or 0, text)


def _unexpected(found: str, offset: int, text: str) -> ConditionRefused:
    help = _FOREIGN_WORDS.get(found)
    before = text[:offset].rstrip()
    if found == "=" and before.endswith("="):
        help = "write a single `=`"
    elif found == ">" and before.endswith("<"):
        help = "write `!=`"
    elif found.lower() in KEYWORDS and found not in KEYWORDS:
        help = f"write `{found.lower()}`"
    elif found == "not" and before.endswith(" is"):
        help = "write `is known` or `is missing`"
    elif found == "not":
        help = "write `not(…)` around the whole comparison"
    elif re.search(r"\bin$", before):
        help = "write a list, `in (…)`, or an interval, `in [a..b]`"
    elif re.search(r"\bnot$", before):
        help = "write `not(…)`, with parentheses"
    elif found == "(" and re.search(r"\w$", before):
        help = 'the only functions are `not(…)` and `date("…")`'
    elif found.lower() in ("null", "none"):
        help = "write `is missing`"
    return ConditionRefused(offset, f"`{found}` is not expected here", help)


def _span(meta: Meta) -> Span:
    return meta.start_pos, meta.end_pos


def _interval(low_open: bool, high_open: bool) -> Callable[..., Interval]:
    def build(_self: object, meta: Meta, term: Term, low: Term, high: Term) -> Interval:
        return Interval(term, low, high, low_open, high_open, _span(meta))

    return build


@v_args(meta=True, inline=True)
class _ToTree(Transformer[Token, Any]):
    """Turns the parser's productions into the nodes of `rules.condition`."""

    closed = _interval(low_open=False, high_open=False)
    high_open = _interval(low_open=False, high_open=True)
    low_open = _interval(low_open=True, high_open=False)
    both_open = _interval(low_open=True, high_open=True)

    def either(self, meta: Meta, *parts: Condition) -> Or:
        return Or(parts, _span(meta))

    def every(self, meta: Meta, *parts: Condition) -> And:
        return And(parts, _span(meta))

    def negate(self, meta: Meta, part: Condition) -> Not:
        return Not(part, _span(meta))

    def truth(self, meta: Meta, term: Term) -> Truth:
        return Truth(term, _span(meta))

    def comparison(self, meta: Meta, left: Term, operator: Token, right: Term) -> Comparison:
        return Comparison(left, str(operator), right, _span(meta))  # type: ignore[arg-type]  # OPERATOR

    def one_of(self, meta: Meta, term: Term, *options: Term) -> OneOf:
        return OneOf(term, options, _span(meta))

    def missing(self, meta: Meta, term: Term) -> Missing:
        return Missing(term, _span(meta))

    def known(self, meta: Meta, term: Term) -> Known:
        return Known(term, _span(meta))

    def name(self, meta: Meta, word: Token) -> Name:
        return Name(str(word), _span(meta))

    def number(self, meta: Meta, digits: Token) -> LiteralTerm:
        if len(digits) > 40:
            raise ConditionRefused(meta.start_pos, "the number does not fit into 64 bits")
        number = Decimal(digits)
        if abs(number) > LARGEST_INTEGER:
            raise ConditionRefused(meta.start_pos, "the number does not fit into 64 bits")
        return LiteralTerm(number if "." in digits else int(number), _span(meta))

    def text(self, meta: Meta, quoted: Token) -> LiteralTerm:
        return LiteralTerm(_unquoted(quoted, meta), _span(meta))

    def true(self, meta: Meta) -> LiteralTerm:
        return LiteralTerm(True, _span(meta))

    def false(self, meta: Meta) -> LiteralTerm:
        return LiteralTerm(False, _span(meta))

    def date(self, meta: Meta, quoted: Token) -> LiteralTerm:
        written = _unquoted(quoted, meta)
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
                raise ValueError
            return LiteralTerm(date.fromisoformat(written), _span(meta))
        except ValueError:
            message = f"`{written}` is not a date"
            raise ConditionRefused(
                meta.start_pos, message, 'write it as in `date("2027-01-31")`'
            ) from None


def _unquoted(quoted: Token, meta: Meta) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        message = "the text has an escape that is not known"
        raise ConditionRefused(
            meta.start_pos, message, 'use `\\"`, `\\\\`, `\\n`, `\\t` or `\\u…`'
        ) from None


_PARSER = Lark(
    Path(__file__).with_name("condition.lark").read_text(encoding="utf-8"),
    parser="lalr",
    lexer="basic",
    propagate_positions=True,
    maybe_placeholders=False,
)
_TO_TREE = _ToTree()
