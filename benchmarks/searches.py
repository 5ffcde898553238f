"""Searches: what is meant, among ever more services, beside a bare look-up of one by its key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from random import Random
from statistics import quantiles
from time import perf_counter

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benchmarks import bulk, filled, growth
from benchmarks.measuring import Effort, rates
from benchmarks.report import Findings, compared
from model import migrating
from model.cases import Case
from model.catalogue_standing import SHOWN
from model.database import Database, table_of
from model.likeness import letter_groups, words_of
from model.search_index import SearchGroup, SearchText
from model.searching import search
from model.services import Service
from model.subjects import ref_of_service

SERVICES = 100_000
NOW = filled.NOON.now
_MANY_TURNS = 10
_TIMED = 400
_LEAST_FOUND = 0.9
_COMMON = ("service", "management", "data", "system", "support", "network", "office", "records")
_PARTS = (
    "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo yu za stra plen dor mint kel tor"
    " var sig net"
)


def measured(effort: Effort) -> Findings:
    """Measure on each kind of database; with few turns, a tenth of the services."""
    services = SERVICES if effort.turns >= _MANY_TURNS else SERVICES // 10
    found = Findings()
    with ExitStack() as stack:
        for kind in growth.kinds(stack):
            database = stack.enter_context(closing(Database(kind.made("searches"), patience=600)))
            migrating.upgrade(database)
            names = names_of(services)
            database.write(lambda session, names=names: fill(session, names))  # type: ignore[misc]
            with database.transaction() as session:
                # Both databases know how much there is, as they do after a night.
                session.execute(text("ANALYZE"))
            found += _compared(database, names, kind.name, effort)
    return found


def _compared(database: Database, names: Sequence[str], kind: str, effort: Effort) -> Findings:
    chance = Random(7)  # noqa: S311 - no secret
    missed: list[str] = []
    looked = _looking(database, names, chance)
    searched = _searching(database, names, chance, missed)
    taken: dict[Callable[[], int], list[float]] = {looked: [], searched: []}
    for _ in range(_TIMED):
        for run, times in taken.items():
            began = perf_counter()
            run()
            times.append(1e3 * (perf_counter() - began))
    share = 1 - len(missed) / _TIMED
    assert share > _LEAST_FOUND, missed
    note = f"{_percentiles(taken[searched])}, {share:.0%} found; "
    note += f"the look-up {_percentiles(taken[looked])}"
    figures = rates({"search": searched, "look-up": looked}, effort)
    what = f"a search with a slip among {len(names):,} services, {kind}"
    one = compared(what, figures["search"], "a look-up by key", figures["look-up"], None, note)
    return Findings(comparisons=(one,))


def _looking(database: Database, names: Sequence[str], chance: Random) -> Callable[[], int]:
    def run() -> int:
        key = f"s{chance.randrange(len(names))}"
        with database.reading() as session:
            assert session.execute(select(Service.name).where(Service.key == key)).one()
        return 1

    return run


def _searching(
    database: Database, names: Sequence[str], chance: Random, missed: list[str]
) -> Callable[[], int]:
    def run() -> int:
        name = chance.choice(names)
        with database.reading() as session:
            found = search(session, slipped(name, chance), SHOWN)
        if name not in [each.name for each in found]:
            missed.append(name)
        return 1

    return run


def _percentiles(times: Sequence[float]) -> str:
    hundredths = quantiles(times, n=100)
    return f"p50 {hundredths[49]:.1f} ms, p99 {hundredths[98]:.1f} ms"


def names_of(services: int) -> list[str]:
    """Return names of services: words that many of them have, and words that few have."""
    chance, parts = Random(services), _PARTS.split()  # noqa: S311 - no secret
    words = ["".join(chance.choices(parts, k=chance.randint(2, 4))) for _ in range(8_000)]
    return [
        f"{chance.choice(words)} {chance.choice(words)} {chance.choice(_COMMON)}"
        for _ in range(services)
    ]


def slipped(name: str, chance: Random) -> str:
    """Return a name as somebody writes it in haste: a letter of its first word is another."""
    at = chance.randrange(1, len(name.split(maxsplit=1)[0]))
    return f"{name[:at]}{chance.choice('bdfhk')}{name[at + 1 :]}"


def fill(session: Session, names: Sequence[str]) -> None:
    """Put services of these names into the catalogue, found by their words."""
    bulk.insert_rows(session, table_of(Case), _subjects(len(names)))
    bulk.insert_rows(session, table_of(Service), _services(names))
    told = (
        {"id": n, "service_id": n, "name": name, "words": " ".join(words_of(name))}
        for n, name in enumerate(names, 1)
    )
    bulk.insert_rows(session, table_of(SearchText), told)
    groups = (
        {"letters": letters, "text_id": n}
        for n, name in enumerate(names, 1)
        for letters in sorted({group for word in words_of(name) for group in letter_groups(word)})
    )
    bulk.insert_rows(session, table_of(SearchGroup), groups)


def _subjects(services: int) -> Iterator[bulk.Row]:
    for n in range(1, services + 1):
        ref = ref_of_service(f"s{n - 1}")
        yield {"id": n, "ref": ref, "version": 1, "created_at": NOW, "updated_at": NOW}


def _services(names: Sequence[str]) -> Iterator[bulk.Row]:
    for n, name in enumerate(names, 1):
        yield {
            "id": n, "subject_id": n, "key": f"s{n - 1}", "name": name, "phase": "operate",
            "rejected": False, "created_at": NOW,
        }  # fmt: skip
