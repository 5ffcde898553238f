"""`flask decide`: decides every case of a file, one a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

from api.command_line.plain_words import PlainCommand, counted, explained
from api.decisions import decision_request
from api.json_body import parsed
from api.service import Service, current_service
from model import deciding
from model.access import Caller, Role, identify
from model.answers import Answer
from model.deciding import DecisionRequest
from rules.decision import Status
from rules.errors import DatabaseAway, NoLiveRevision, TollgateError

Ask = Callable[[DecisionRequest], Answer]


@dataclass(slots=True)
class Tally:
    """How many lines came to what."""

    refused: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    routes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, answer: Answer) -> None:
        """Add an answer."""
        outcome = cast("dict[str, str]", answer.body["outcome"])
        self.statuses[cast("str", answer.body["status"])] += 1
        self.routes[outcome["assign_to"], outcome["action"]] += 1

    def summary(self) -> str:
        """Return what there is to say at the end."""
        decided, waiting = self.statuses[Status.DECIDED], self.statuses[Status.AWAITING_FACTS]
        told = (f"{decided} decided", f"{waiting} awaiting facts", f"{self.refused} refused")
        total = decided + waiting + self.refused
        routes = (f"{n:>9}  {who}: {what}" for (who, what), n in self.routes.most_common())
        return "\n".join([f"{counted(total, 'case')}: {', '.join(told)}", *routes])


@click.command("decide", cls=PlainCommand)
@click.argument("file", type=click.File("rb"), metavar="FILE.jsonl")
@click.option(
    "--output",
    type=click.File("w", encoding="utf-8", lazy=False),
    default="-",
    help="Where the answers go; else standard output.",
)
@click.option("--preview", is_flag=True, help="Answer as if, and store nothing.")
@click.option(
    "--key",
    envvar="TOLLGATE_KEY",
    help="The API key (role ticketing) in whose name to decide; else TOLLGATE_KEY.",
)
@with_appcontext
@click.pass_context
def decide(
    context: click.Context, file: IO[bytes], output: IO[str], preview: bool, key: str | None
) -> None:
    """Decide every case of FILE.jsonl (`-` for standard input), one request a line.

    A line is what POST /api/v1/decisions takes, an answer what it gives. Each line is a
    transaction of its own: one that is refused is reported with its number, and the others are
    decided all the same. Exit status 1 when a line is refused.
    """
    service = current_service()
    ask = _previewing(service) if preview else _deciding(service, _caller(service, key))
    tally = Tally()
    console = Console(stderr=True, highlight=False, markup=False)
    with _progress(console, hidden=output.isatty()) as progress:
        for number, line in _lines(file, progress):
            try:
                answer = ask(decision_request(parsed(line)))
            except (DatabaseAway, NoLiveRevision) as error:
                detail = f"stopped at line {number}, which is not decided: {error.detail}"
                raise click.ClickException(detail) from error
            except TollgateError as error:
                tally.refused += 1
                console.print(f"line {number}: {explained(error)}", soft_wrap=True)
            else:
                tally.count(answer)
                output.write(f"{answer.text}\n")
    console.print(tally.summary(), soft_wrap=True)
    context.exit(1 if tally.refused else 0)


def _lines(file: IO[bytes], progress: Progress) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, with their numbers, and move the bar on."""
    path = Path(getattr(file, "name", "-"))
    size = path.stat().st_size if path.is_file() else None
    task = progress.add_task("deciding", total=size)
    for number, line in enumerate(file, start=1):
        if line.strip():
            yield number, line
        progress.advance(task, len(line))


def _progress(console: Console, *, hidden: bool) -> Progress:
    # Answers that go to the same terminal would tear the bar.
    columns = ("deciding", BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    shown = console.is_terminal and not hidden
    return Progress(*columns, console=console, transient=True, disable=not shown)


def _caller(service: Service, key: str | None) -> Caller:
    if not key:
        raise click.UsageError("say in whose name with --key or TOLLGATE_KEY, or use --preview")
    now = service.moment().now
    caller = identify(service.database, key, service.settings.secret, now)
    if not caller.may(Role.TICKETING):
        raise click.ClickException(f"the API key `{caller.name}` lacks the role `ticketing`")
    return caller


def _deciding(service: Service, caller: Caller) -> Ask:
    def ask(request: DecisionRequest) -> Answer:
        moment, new_id = service.moment(), service.new_id()
        return service.database.write(
            lambda session: deciding.decide(session, request, caller, moment, new_id)
        )

    return ask


def _previewing(service: Service) -> Ask:
    def ask(request: DecisionRequest) -> Answer:
        with service.database.reading() as session:
            return Answer.of(deciding.preview(session, request, service.moment()))

    return ask
