"""`flask policy`: check rule files, try them on their cases, list them, make them live."""

from __future__ import annotations

from pathlib import Path

import click

from api.command_line.operator import operator
from api.command_line.plain_words import PlainGroup, counted, show_table
from api.command_line.rule_folders import book_in, folders_of, shown
from api.service import current_service
from model.administration import Act, record_act
from model.database import Session
from model.publishing import publish as make_live
from model.revisions import live_revision
from rules.errors import RuleFilesRefused, TollgateError
from rules.policy_cases import run_cases
from rules.problems import Problem
from rules.problems import report as written
from rules.rule_book import RuleBook

_any_paths = click.argument(
    "paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[FILES|FOLDERS]..."
)
_one_folder = click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)


@click.group(cls=PlainGroup)
def policy() -> None:
    """Check, test, list and publish the rule files (the folder `rules`, or TOLLGATE_RULES)."""


@policy.command("check")
@_any_paths
@click.pass_context
def check(context: click.Context, paths: tuple[Path, ...]) -> None:
    """Report every problem of the rule files, each with its place; needs no database.

    A file is checked with all others of its rules folder. Exit status 1 when there is a problem.
    """
    problems: list[Problem] = []
    for folder in _folders(*paths):
        try:
            click.echo(f"{shown(folder)}: {_size(book_in(folder))}, no problem")
        except RuleFilesRefused as refused:
            problems += refused.problems
    if problems:
        click.echo(written(problems))
        click.echo(f"\n{counted(len(problems), 'problem')}")
        context.exit(1)


@policy.command("test")
@_any_paths
@click.pass_context
def test(context: click.Context, paths: tuple[Path, ...]) -> None:
    """Try the rules on their own cases and list the rules that no case reaches.

    Needs no database. Exit status 1 when a case fails.
    """
    failed = sum(_try_cases(book_in(folder)) for folder in _folders(*paths))
    if failed:
        context.exit(1)


@policy.command("list")
@_one_folder
def show(folder: Path | None) -> None:
    """List the policies of the rule files, and say whether these are the ones that decide."""
    book = book_in(_folder(folder))
    show_table(
        ("policy", "title", "owner", "review", "hit", "rules", "cases"),
        [
            (p.name, p.title, p.owner, p.review, p.hit, str(len(p.rules)), str(len(p.cases)))
            for p in book.policies.values()
        ],
    )
    click.echo(f"these files  {book.revision}")
    click.echo(f"live         {_live(book)}")


@policy.command("publish")
@_one_folder
@click.option("--by", default="command line", show_default=True, help="Who publishes.")
def publish(folder: Path | None, by: str) -> None:
    """Check the rule files, try them on their cases, and make them live.

    From then on every process decides by them. Files with a problem, or a case that fails,
    leave live what was live.
    """
    book = book_in(_folder(folder))
    if _try_cases(book):
        raise click.ClickException("not published: a case fails")
    service = current_service()
    now = service.moment().now

    def go_live(session: Session) -> tuple[str | None, str]:
        before = live_revision(session)
        revision = make_live(session, book.files, by, now)
        if revision != before:
            record_act(session, operator(), Act.RULES_PUBLISHED, revision, now, by=by)
        return before, revision

    before, revision = service.database.write(go_live)
    click.echo(f"{'live already' if before == revision else 'live now'}: {revision}")


def _folders(*paths: Path) -> tuple[Path, ...]:
    return folders_of(paths, current_service().settings.rules)


def _folder(folder: Path | None) -> Path:
    return _folders(folder)[0] if folder else _folders()[0]


def _size(book: RuleBook) -> str:
    policies = book.policies.values()
    rules = sum(len(policy.rules) for policy in policies)
    cases = sum(len(table.cases) for table in policies)
    cases += sum(len(routing.cases) for routing in book.routings.values())
    return ", ".join(
        (counted(len(policies), "policy"), counted(rules, "rule"), counted(cases, "case"))
    )


def _try_cases(book: RuleBook) -> int:
    """Run the cases of a book, say how they went, and return how many failed."""
    report = run_cases(book)
    for result in report.failed:
        click.echo(f"failed: {result.policy}: {result.name}\n  {result.detail}\n")
    if report.unreached:
        click.echo("rules that no case reaches:")
        click.echo("".join(f"  {policy}: {rule}\n" for policy, rule in report.unreached))
    click.echo(f"{counted(len(report.results), 'case')}, {len(report.failed)} failed")
    return len(report.failed)


def _live(book: RuleBook) -> str:
    try:
        with current_service().database.reading() as session:
            live = live_revision(session)
    except TollgateError as error:
        return f"not known: {error.detail}"
    if live is None:
        return "nothing has been published yet"
    return "these files" if live == book.revision else f"{live} (other files)"
