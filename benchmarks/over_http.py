"""Over HTTP: previews and stored decisions beside the same routes with less in them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import filled, peers, postgresql
from benchmarks.answers import require_equal
from benchmarks.load import MARK, Figures, Task
from benchmarks.measuring import Effort
from benchmarks.report import Comparison, Findings, compared
from benchmarks.routing_cases import RoutingCase, bundled_book, growing_case, routing_cases
from benchmarks.servers import GRANIAN, GUNICORN, HOME, call, serving

PREVIEW, DECIDE = "/api/v1/decisions/preview", "/api/v1/decisions"
CONNECTIONS = (8, 64)
_CONSTANT = 20

Measured = dict[tuple[str, str], list[Figures]]
"""The figures of each turn, by application (`ours`, `routes`, `bare`) and server."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of database, with the URLs of ours and of the peer's."""

    name: str
    ours: str
    peers: str


def measured(effort: Effort) -> Findings:
    """Measure on SQLite and, where it is installed, on PostgreSQL."""
    cases = routing_cases(bundled_book())
    scratch = HOME / "var"
    scratch.mkdir(exist_ok=True)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=scratch))
        home = Path(folder)
        home.chmod(0o755)
        sqlite = Kind("SQLite", f"sqlite:///{home}/ours.db", f"sqlite:///{home}/peers.db")
        found = _on(sqlite, cases, effort, home)
        sockets = stack.enter_context(postgresql.running_postgresql(home))
        if sockets:
            postgresql.administer(sockets, "CREATE DATABASE ours", "CREATE DATABASE peers")
            urls = (postgresql.url_of(sockets, name) for name in ("ours", "peers"))
            found += _on(Kind("PostgreSQL", *urls), cases, effort, home)
    return found


def _on(kind: Kind, cases: Sequence[RoutingCase], effort: Effort, home: Path) -> Findings:
    answers = filled.prepare(kind.ours, cases)
    filled.prepare(kind.peers, cases)
    (home / "answer.json").write_text(answers[_CONSTANT].text, encoding="utf-8")
    comparisons: list[Comparison] = []
    with _served(kind, home) as ports:
        for server in (GUNICORN, GRANIAN):
            require_equal(ports["ours", server], PREVIEW, cases, answers)
        for connections in CONNECTIONS:
            previews = _turns(ports, _preview(cases, connections, effort.seconds), effort.turns)
            comparisons += _of_previews(kind.name, connections, previews)
            before = filled.stored(kind.ours)
            decisions = _turns(ports, _decide(cases, connections, effort.seconds), effort.turns)
            comparisons += _of_decisions(kind.name, connections, decisions)
            acknowledged = sum(
                one.answers for (who, _), all in decisions.items() if who == "ours" for one in all
            )
            assert filled.stored(kind.ours) - before == acknowledged, "a decision is missing"
    return Findings(tuple(comparisons))


@contextmanager
def _served(kind: Kind, home: Path) -> Iterator[dict[tuple[str, str], int]]:
    common = {"TOLLGATE_SECRET": filled.SECRET, peers.ANSWER: str(home / "answer.json")}
    applications = {
        "ours": ("app:create_app", kind.ours),
        "routes": ("benchmarks.peers:routes", kind.peers),
        "bare": ("benchmarks.peers:bare", kind.peers),
    }
    with ExitStack() as stack:
        yield {
            (name, server): stack.enter_context(
                serving(
                    server,
                    application,
                    {**common, "TOLLGATE_DATABASE_URL": url},
                    home / f"{name}-{server}.log",
                )
            )
            for server in (GUNICORN, GRANIAN)
            for name, (application, url) in applications.items()
        }


def _preview(cases: Sequence[RoutingCase], connections: int, seconds: float) -> Task:
    bodies = [filled.body_of(case, MARK) for case in cases]
    return Task(0, PREVIEW, filled.KEY, bodies, filled.PREVIEWED, connections, seconds, 200)


def _decide(cases: Sequence[RoutingCase], connections: int, seconds: float) -> Task:
    """A case grows step by step to the example with the most facts, then the next begins."""
    steps = [filled.body_of(step, MARK) for step in growing_case(cases)]
    return Task(0, DECIDE, filled.KEY, steps, "", connections, seconds, 201, len(steps))


def _turns(ports: Mapping[tuple[str, str], int], task: Task, turns: int) -> Measured:
    measured: Measured = {}
    for turn in range(turns):
        for (name, server), port in ports.items():
            if name == "bare" and task.path == DECIDE:
                continue
            path, expect = ("/", 200) if name == "bare" else (task.path, task.expect)
            prefix = task.prefix or f"D-{server}-{task.connections}-{turn}-"
            own = Task(port, path, task.key, task.bodies, prefix, task.connections,
                       task.seconds, expect, task.in_a_row)  # fmt: skip
            measured.setdefault((name, server), []).append(call(own))
    return measured


def _of_previews(database: str, connections: int, found: Measured) -> list[Comparison]:
    what = f"preview, {database}, {connections} connections"
    ours, granian = ("ours", GUNICORN), ("ours", GRANIAN)
    bare, fast = ("bare", GUNICORN), ("bare", GRANIAN)
    pairs = [
        (f"{what}, gunicorn", ours, ("routes", GUNICORN), "a constant answer", 0.7),
        (f"{what}, gunicorn", ours, bare, "a bare no-op", 0.35),
        (f"{what}, granian", granian, ("routes", GRANIAN), "a constant answer", None),
        (f"{what}, granian", granian, ours, "gunicorn", None),
        (f"bare no-op, {connections} connections, granian", fast, bare, "gunicorn", None),
    ]
    return [_compared(found, *pair) for pair in pairs]


def _of_decisions(database: str, connections: int, found: Measured) -> list[Comparison]:
    what = f"stored decision, {database}, {connections} connections"
    ours, granian = ("ours", GUNICORN), ("ours", GRANIAN)
    insert = "one INSERT"
    pairs = [
        (f"{what}, gunicorn", ours, ("routes", GUNICORN), insert, 0.6),
        (f"{what}, granian", granian, ("routes", GRANIAN), insert, None),
        (f"{what}, granian", granian, ours, "gunicorn", None),
    ]
    return [_compared(found, *pair) for pair in pairs]


def _compared(
    found: Measured,
    what: str,
    ours: tuple[str, str],
    theirs: tuple[str, str],
    peer: str,
    target: float | None,
) -> Comparison:
    mine, others = found[ours], found[theirs]
    note = f"p50/p99 {_times(mine)} ms, peer's {_times(others)} ms"
    rates = ([one.rate for one in mine], [one.rate for one in others])
    return compared(what, rates[0], peer, rates[1], target, note)


def _times(figures: Sequence[Figures]) -> str:
    return f"{median(f.p50 for f in figures):.1f}/{median(f.p99 for f in figures):.1f}"
