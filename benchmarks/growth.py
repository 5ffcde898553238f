"""Growth: what one operation takes as rules, facts, a case's history and cases become more."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from uuid import uuid4

from benchmarks import bulk, filled, postgresql
from benchmarks.measuring import Effort, Pass, Spread, growing, rates
from benchmarks.report import Findings, Growth
from benchmarks.routing_cases import DAY, RoutingCase, bundled_book, routing_cases
from benchmarks.servers import HOME
from benchmarks.sized_book import middle_case, sized_book
from model.access import Caller
from model.database import Database
from model.deciding import decide
from rules.errors import RuleFilesRefused

ALLOWED = 1.5
"""How many times the smallest step's time still counts as flat."""
RULES = (10, 100, 400)
MORE_RULES = (1_000, 5_000)
FACTS = (2, 10, 50, 200)
HISTORY = (1, 10, 100, 1_000, 10_000)
CASES = (1_000, 10_000, 100_000, 1_000_000)
_MANY_TURNS = 10


def measured(effort: Effort) -> Findings:
    """Measure all four; with few turns, only up to a tenth of the history and the cases."""
    whole = effort.turns >= _MANY_TURNS
    limit = _refused(MORE_RULES if whole else MORE_RULES[:1])
    in_process = Findings(
        growths=(
            _grown(f"a decision made anew{limit}", "rules", RULES, _with_rules, effort),
            _grown("what to ask, nothing known, asked before", "rules", RULES, _asking, effort),
            _grown("a decision made anew", "facts of the case", FACTS, _with_facts, effort),
        )
    )
    return in_process + _in_sql(whole, effort)


def _in_sql(whole: bool, effort: Effort) -> Findings:
    history, cases = (HISTORY, CASES) if whole else (HISTORY[:-1], CASES[:-2])
    found = Findings()
    with ExitStack() as stack:
        for kind in kinds(stack):
            what = f"a stored decision, {kind.name}"
            behind, beside = _with_history(stack, kind, history), _with_cases(stack, kind, cases)
            found += Findings(
                growths=(
                    told(what, "earlier decisions of the case", history, behind, effort),
                    told(what, "cases", cases, beside, effort),
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of database, and how to make an empty one by name."""

    name: str
    made: Callable[[str], str]


def kinds(stack: ExitStack) -> Iterator[Kind]:
    """Yield SQLite, and PostgreSQL where it is installed; both live as long as the stack."""
    scratch = HOME / "var"
    scratch.mkdir(exist_ok=True)
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=scratch))
    home = Path(folder)
    home.chmod(0o755)
    yield Kind("SQLite", lambda name: f"sqlite:///{home}/{name}.db")
    sockets = stack.enter_context(postgresql.running_postgresql(home))
    if sockets is not None:

        def made(name: str) -> str:
            postgresql.administer(sockets, f"CREATE DATABASE {name}")
            return postgresql.url_of(sockets, name)

        yield Kind("PostgreSQL", made)


def _grown(
    what: str, unit: str, steps: Sequence[int], of: Callable[[int], Pass], effort: Effort
) -> Growth:
    return told(what, unit, steps, {step: of(step) for step in steps}, effort)


def told(
    what: str,
    unit: str,
    steps: Sequence[int],
    passes: Mapping[int, Pass],
    effort: Effort,
    allowed: float = ALLOWED,
) -> Growth:
    """Measure a pass for each step, and say whether the cost grows beyond what is allowed."""
    figures = rates({str(step): passes[step] for step in steps}, effort)
    micros = tuple(Spread.of([1e6 / rate for rate in figures[str(step)]]) for step in steps)
    verdict = growing([each.median for each in micros], steps, allowed)
    return Growth(what, unit, tuple(steps), micros, verdict)


def _refused(steps: Sequence[int]) -> str:
    """Say from how many rules on a table is refused when it is loaded, if one is."""
    for step in steps:
        try:
            sized_book(step)
        except RuleFilesRefused as refused:
            return f" ({step:,} rules are refused: {refused.problems[0].message})"
    return ""


def _asking(rules: int) -> Pass:
    book = sized_book(rules)
    assert len(book.decide("routing", {}, DAY).needs) == 2

    def run() -> int:
        book.decide("routing", {}, DAY)
        return 1

    return run


def _with_rules(rules: int) -> Pass:
    return _deciding(rules, 0)


def _with_facts(facts: int) -> Pass:
    return _deciding(RULES[0], facts - 2)


def _deciding(rules: int, notes: int) -> Pass:
    book = sized_book(rules, notes, remembered=0)
    held = book.vocabulary.read_changes(middle_case(rules, notes), DAY)
    fired = book.decide("routing", held, DAY).because[-1].rule
    assert fired == f"rule-{rules // 2}", fired

    def run() -> int:
        book.decide("routing", held, DAY)
        return 1

    return run


def _with_history(stack: ExitStack, kind: Kind, steps: Sequence[int]) -> dict[int, Pass]:
    """One database; in it a case for each step, with that many decisions behind it."""
    database, caller = _database(stack, kind.made("history"))
    passes = {}
    for step in steps:
        run = _storing(database, caller, lambda ref=f"H-{step}": ref)  # type: ignore[misc]
        run()
        bulk.lengthen_history(database, f"H-{step}", step - 1)
        passes[step] = run
    return passes


def _with_cases(stack: ExitStack, kind: Kind, steps: Sequence[int]) -> dict[int, Pass]:
    """A database for each step, with that many cases; each decision is of another one."""
    passes = {}
    for step in steps:
        database, caller = _database(stack, kind.made(f"cases_{step}"))
        _storing(database, caller, lambda: "C-0")()
        bulk.multiply_case(database, "C-0", "C-", step)
        # A step that shares no factor with the number of cases visits all of them.
        places = count(0, 7_919)
        passes[step] = _storing(
            database,
            caller,
            lambda places=places, step=step: f"C-{next(places) % step}",  # type: ignore[misc]
        )
    return passes


def _database(stack: ExitStack, url: str) -> tuple[Database, Caller]:
    database = stack.enter_context(closing(Database(url)))
    return database, filled.fill(database)


def _storing(database: Database, caller: Caller, ref: Callable[[], str]) -> Pass:
    case = _example()

    def run() -> int:
        with database.transaction() as session:
            decide(session, filled.request_of(case, ref()), caller, filled.NOON, str(uuid4()))
        return 1

    return run


def _example() -> RoutingCase:
    return max(routing_cases(bundled_book()), key=lambda case: len(case.raw))
