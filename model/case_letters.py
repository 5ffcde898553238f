"""Letters about a case, in words: who does what next and why, and how its time goes.

No value of a fact is in them: whoever may read those reads them from the case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import cast
from urllib.parse import quote

from model.events import Letter

Json = Mapping[str, object]

BY_TIME = "No answer moved it: the day did."


def letter_of_move(
    ref: str,
    title: str | None,
    body: Json,
    before: Json | None,
    unheld: Collection[str],
    *,
    by_time: bool,
) -> Letter:
    """Return the letter about a decision that moved a case.

    `body`: the decision's answer; `before`: the outcome that the case had, if any; `unheld`:
    roles that nobody in the roster holds.
    """
    now = cast("Json", body["outcome"])
    paragraphs = (
        _named(ref, title),
        BY_TIME if by_time else "",
        _next(now),
        _others(now, unheld),
        _listed("What is asked:", map(_question, cast("Sequence[Json]", body["needs"]))),
        _listed("Why:", map(_reason, cast("Sequence[Json]", body["because"]))),
        _listed("What is assumed:", cast("Sequence[str]", body["assumptions"])),
        _came_from(before, now),
        _where(ref, body),
    )
    return Letter(
        f"{_named(ref, title)}: {in_words(now['action'])} ({now['assign_to']})",
        "\n\n".join(each for each in paragraphs if each),
    )


def letter_of_timer(
    ref: str,
    title: str | None,
    says: str,
    outcome: Json | None,
    unheld: Collection[str],
    timer_id: str,
) -> Letter:
    """Return the letter about a mark that a timer passed; `says`: in a sentence, without its end.

    `outcome`: that of the case's latest routing, if it has one; `unheld`: roles that nobody holds.
    """
    there = "The case has not been decided: nobody is asked to do anything yet."
    paragraphs = (
        _named(ref, title),
        f"{says}.",
        _next(outcome) if outcome else there,
        _nobody(unheld),
        f"All about the case: GET {_address(ref)}; about the timer: GET /api/v1/timers/{timer_id}.",
    )
    return Letter(
        f"{_named(ref, title)}: {says[0].lower()}{says[1:]}",
        "\n\n".join(each for each in paragraphs if each),
    )


def without_title(ref: str, text: str) -> Letter:
    """Return a letter of the two kinds above as it is once the title of its case was erased."""
    return Letter(ref, "\n\n".join([ref, *text.split("\n\n")[1:]]))


def in_words(action: object) -> str:
    """Return an action as a person says it: `submit-options` is to submit options."""
    return str(action).replace("-", " ")


def _named(ref: str, title: str | None) -> str:
    return f"{ref}, {title}" if title else ref


def _next(outcome: Json) -> str:
    group = f", {outcome['group']}" if outcome.get("group") else ""
    lines = [f"What is to be done: {in_words(outcome['action'])}."]
    lines += [f"It is for: {outcome['assign_to']}{group}."]
    lines += [f"{said}: {_list(outcome, name)}." for name, said in _BESIDE if outcome.get(name)]
    if outcome.get("final"):
        lines.append("With this the case is over.")
    return "\n".join(lines)


_BESIDE = (
    ("submit_to", "It is to be submitted to"),
    ("references", "See"),
    ("portfolios", "It is in the portfolios"),
)


def _others(outcome: Json, unheld: Collection[str]) -> str:
    said = (("cc", "Copied"), ("notify", "To be told"))
    lines = [f"{each}: {_list(outcome, name)}." for name, each in said if outcome.get(name)]
    return "\n".join([*lines, *([_nobody(unheld)] if unheld else [])])


def _nobody(unheld: Collection[str]) -> str:
    if not unheld:
        return ""
    return f"The roster names nobody for {', '.join(unheld)}: whoever knows them tells them."


def _list(outcome: Json, name: str) -> str:
    value = outcome[name]
    return value if isinstance(value, str) else ", ".join(cast("Sequence[str]", value))


def _listed(head: str, lines: Iterable[str]) -> str:
    said = [f"- {line}" for line in lines]
    return "\n".join([head, *said]) if said else ""


def _question(need: Json) -> str:
    asked = (f"for {need['asked_of']}", *cast("Sequence[str]", need["sources"]))
    return f"{need['question']} ({', '.join(asked)})"


def _reason(reason: Json) -> str:
    return f"{reason['label']} ({', '.join(cast('Sequence[str]', reason['sources']))})"


def _came_from(before: Json | None, now: Json) -> str:
    if before is None or before.get("assign_to") == now.get("assign_to"):
        return ""
    return f"Before, it was with {before['assign_to']}: {in_words(before['action'])}."


def _where(ref: str, body: Json) -> str:
    return (
        f"Answer in the ticket {ref}, or with POST /api/v1/decisions."
        f" All about the case: GET {_address(ref)};"
        f" about this decision: GET /api/v1/decisions/{body['id']}."
    )


def _address(ref: str) -> str:
    return f"/api/v1/cases/{quote(ref, safe='')}"
