"""`flask record`: verifying, sealing and exporting the record, and erasing personal values."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import IO

import click

from api.command_line.operator import operator
from api.command_line.plain_words import PlainGroup, counted
from api.service import Service, current_service
from model.acts_by_id import CASE, id_of_case, place_of
from model.administration import Act, record_act
from model.cases import case_id_of, no_such_case
from model.checkpoints import seal_record
from model.database import Session
from model.erasing import Erased, clear_from_disk, erase
from model.exporting import export
from model.record_walks import begin_anew
from model.subjects import ref_of_service, shown
from model.verifications import Verification
from model.verifying import Tally, verify
from rules.errors import DatabaseAway, Refused


@click.group(cls=PlainGroup)
def record() -> None:
    """Verify, seal and export the record of decisions; erase personal values."""


@record.command("verify")
@click.pass_context
def check(context: click.Context) -> None:
    """Check every decision, checkpoint and personal value; print each that is not as recorded.

    Exit status 1 when there is one; the metric tollgate_record_broken says how many there were.
    """
    at, tally = current_service(), Tally()
    with at.database.reading() as session:
        for finding in verify(session, at.settings.secret, tally):
            click.echo(str(finding))
    _note(at, tally)
    click.echo(_summary(tally))
    context.exit(1 if tally.findings else 0)


@record.command("seal")
def seal() -> None:
    """Seal every decision that is not sealed yet.

    The service does so by itself, when a thousand wait or an hour has passed.
    """
    at, count = current_service(), 0
    while True:
        sealed = at.database.write(
            lambda session: seal_record(session, at.settings.secret, at.moment().now)
        )
        if sealed is None:
            break
        count += sealed.count
        click.echo(f"checkpoint {sealed.seq} seals {counted(sealed.count, 'decision')}")
    if not count:
        click.echo("every decision is sealed already")


@record.command("export")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only what was decided from this day on, in the service's time zone.",
)
@click.option("--case", "ref", help="Only the decisions of the case with this ref.")
@click.option("--service", "key", help="Only the decisions of the service with this key.")
@click.option(
    "--output",
    type=click.File("w", encoding="utf-8", lazy=False, atomic=True),
    default="-",
    help="Where the lines go; else standard output.",
)
def write(since: datetime | None, ref: str | None, key: str | None, output: IO[str]) -> None:
    """Write the record as JSON lines, for an auditor to verify as docs/record.md says.

    Personal values are left out: salted hashes stand in for them.
    """
    if ref and key:
        raise click.UsageError("say --case or --service, not both")
    ref = ref_of_service(key) if key else ref
    at = current_service()
    first = since.replace(tzinfo=at.settings.timezone) if since else None
    _note_export(at, ref, since, output.name)
    with at.database.reading() as session:
        for line in export(session, at.moment().now, first, ref):
            output.write(f"{line}\n")


@record.command("erase")
@click.argument("ref")
@click.option("--service", "of_service", is_flag=True, help="REF is the key of a service.")
@click.option("--fact", "facts", multiple=True, help="A fact to erase; may be given several times.")
@click.option("--all-personal", is_flag=True, help="Erase every personal fact of the case.")
@click.option("--by", default="command line", show_default=True, help="Who has it erased.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(
    ref: str,
    facts: tuple[str, ...],
    by: str,
    *,
    of_service: bool,
    all_personal: bool,
    yes: bool,
) -> None:
    """Erase the values of personal facts of the case REF, now and in all of its history.

    Its decisions stay, and verify as before; where a value stood, they show null. That it was
    done, by whom and when, is recorded.
    """
    if bool(facts) == all_personal:
        raise click.UsageError("say what to erase: --fact NAME, or --all-personal")
    ref = ref_of_service(ref) if of_service else ref
    subject, at = shown(ref), current_service()
    with at.database.reading() as session:
        if case_id_of(session, ref) is None:
            raise no_such_case(ref)
    if not yes:
        what = ", ".join(facts) if facts else "every personal fact"
        click.confirm(f"Erase {what} of {subject}? It cannot be undone.", abort=True)
    moment = at.moment()

    def take_out(session: Session) -> Erased:
        erased = erase(session, ref, facts or None, by, moment)
        told = {"by": by, "facts": list(erased.facts)}
        which = {} if of_service else id_of_case(session, ref)
        on = subject if of_service else place_of(CASE)
        record_act(session, operator(), Act.FACTS_ERASED, on, moment.now, **told, **which)
        return erased

    erased = at.database.write(take_out)
    clear_from_disk(at.database)
    what = ", ".join(erased.facts) or "it held no fact to erase"
    click.echo(f"erased from {subject} and {counted(erased.decisions, 'decision')}: {what}")
    if erased.words:
        click.echo(f"and the words of {counted(erased.words, 'answer')} about satisfaction")
    if erased.people:
        click.echo(f"and who gave {counted(erased.people, 'answer')} about satisfaction")
    if erased.still_recorded:
        raise Refused(
            "these decisions were recorded before the facts were marked personal, and still hold"
            f" values: {', '.join(erased.still_recorded)}"
        )


def _note_export(at: Service, ref: str | None, since: datetime | None, file: str) -> None:
    """Record that the record is taken out, before the first line of it is.

    Raises:
        DatabaseAway: it could not be recorded; nothing is to leave then.
    """
    told = {"since": since.date().isoformat() if since else None, "file": file}
    on = shown(ref) if ref else "the whole record"
    at.database.write(
        lambda session: record_act(
            session, operator(), Act.RECORD_EXPORTED, on, at.moment().now, **told
        )
    )


def _note(at: Service, tally: Tally) -> None:
    """Keep what was found, for the metric that an operator is alarmed by."""
    with suppress(DatabaseAway), at.database.transaction() as session:
        counted = {"decisions": tally.decisions, "findings": tally.findings}
        session.add(Verification(at=at.moment().now, **counted))
        begin_anew(session)


def _summary(tally: Tally) -> str:
    looked_at = (
        counted(tally.decisions, "decision"),
        counted(tally.cases, "case"),
        counted(tally.checkpoints, "checkpoint"),
        counted(tally.revisions, "revision"),
    )
    found = counted(tally.findings, "finding") if tally.findings else "nothing is wrong"
    lines = [
        f"looked at   {', '.join(looked_at)}",
        f"sealed      {tally.sealed} decisions, {tally.waiting} waiting to be",
        f"personal    {counted(tally.personal_values, 'value')}, {tally.erased} of them erased",
    ]
    if tally.unchained:
        lines.append(f"unchained   {tally.unchained} from before the record was chained")
    return "\n".join([*lines, found])
