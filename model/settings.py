"""What the operator set: read once from the environment, never changed after."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from model.locations import RUNNING, SCHEME
from model.secret_file import SHORTEST_SECRET, kept_secret
from rules.errors import Refused
from rules.spelling import did_you_mean

HOME = Path(__file__).resolve().parent.parent
SHORTEST_KEY = 20
PERIOD = "(second|minute|hour|day|month|year)s?"
RATE = re.compile(rf"\d+ ?(/|per) ?(\d+ ?)?{PERIOD}", re.IGNORECASE)
Read = TypeVar("Read")

# Every request needs it.
_read_once = cache(kept_secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, checked."""

    database_url: str = field(repr=False)
    secret_source: bytes | Path = field(repr=False)
    rules: Path
    host: str = "127.0.0.1"
    port: int = 8000
    bootstrap_key: str | None = field(default=None, repr=False)
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    rate_limit: str | None = None
    workers: int = 1
    threads: int = 8
    most_rulesets: int = 400
    document_schemes: tuple[str, ...] = ()

    @property
    def secret(self) -> bytes:
        """The secret that was given, or the one in its file, which is made on first use.

        Raises:
            Refused: the file cannot be read or made, or holds no secret.
        """
        source = self.secret_source
        return source if isinstance(source, bytes) else _read_once(source)

    @property
    def address(self) -> str:
        """Host and port as they stand in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], home: Path = HOME) -> Settings:
        """Read the `TOLLGATE_…` variables; an empty one counts as not set.

        A secret that is not given is kept in `var/secret` under `home`.

        Raises:
            Refused: with a line for each variable that cannot be used.
        """
        read = _Reader(environ)
        host = read("TOLLGATE_HOST", "127.0.0.1", _one_word)
        port = read("TOLLGATE_PORT", "8000", _number_from(0, 65_535))
        url = read("TOLLGATE_DATABASE_URL", f"sqlite:///{home / 'var/tollgate.db'}", _database_url)
        key = read("TOLLGATE_BOOTSTRAP_KEY", "", _bootstrap_key)
        zone = read("TOLLGATE_TIMEZONE", "UTC", _zone)
        rate = read("TOLLGATE_RATE_LIMIT", "", _rate_limit)
        workers = read("TOLLGATE_WORKERS", "1", _number_from(1, 64))
        threads = read("TOLLGATE_THREADS", "8", _number_from(1, 256))
        rules = read("TOLLGATE_RULES", str(home / "rules"), _folder)
        rulesets = read("TOLLGATE_RULESETS", "400", _number_from(1, 100_000))
        schemes = read("TOLLGATE_DOCUMENT_SCHEMES", "", _schemes)
        secret = read("TOLLGATE_SECRET", "", _secret) or home / "var" / "secret"
        read.refuse_problems()
        return cls(
            url, secret, rules, host, port, key, zone, rate, workers, threads, rulesets, schemes
        )


class _Reader:
    """Reads variables and gathers what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._problems: list[str] = []

    def __call__(self, name: str, default: str, read: Callable[[str], Read]) -> Read:
        try:
            return read(self._environ.get(name, "").strip() or default)
        except ValueError as error:
            self._problems.append(f"{name}: {error}")
            # Never used: `refuse_problems` comes before any setting is.
            return None  # type: ignore[return-value]

    def refuse_problems(self) -> None:
        if self._problems:
            raise Refused("\n".join(self._problems))


def _one_word(text: str) -> str:
    if any(character.isspace() for character in text):
        raise ValueError(f"must be a host name or an address, it is `{text}`")
    return text


def _number_from(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,6}", text) and low <= int(text) <= high:
            return int(text)
        raise ValueError(f"must be a whole number from {low} to {high}, it is `{text}`")

    return read


def _database_url(text: str) -> str:
    # The text is not shown back: it may hold a password.
    example = "such as sqlite:////srv/tollgate.db or postgresql://user@host/tollgate"
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise ValueError(f"must be a database URL, {example}") from None
    if backend not in ("sqlite", "postgresql"):
        raise ValueError(f"must name a SQLite or a PostgreSQL database, {example}")
    if url.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg"):
        raise ValueError("must leave the driver out, or name psycopg for PostgreSQL")
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise ValueError("must name a file, since every thread opens the database anew")
    return text


def _bootstrap_key(text: str) -> str | None:
    if text and len(text) < SHORTEST_KEY:
        raise ValueError(f"must have {SHORTEST_KEY} characters or more, it has {len(text)}")
    return text or None


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        help = did_you_mean(text, available_timezones())
        hint = f"\n  {help}" if help else ""
        detail = f"must be a time zone such as Europe/Paris, it is `{text}`"
        raise ValueError(detail + hint) from None


def _rate_limit(text: str) -> str | None:
    if text and not all(RATE.fullmatch(part.strip()) for part in re.split("[,;|]", text)):
        raise ValueError(f"must be a rate such as `100 per minute`, it is `{text}`")
    return text or None


def _schemes(text: str) -> tuple[str, ...]:
    schemes = tuple(word.strip().removesuffix(":") for word in text.split(",") if word.strip())
    for scheme in schemes:
        if not SCHEME.fullmatch(scheme) or scheme in RUNNING:
            raise ValueError(f"must be schemes of document stores, such as `smb`, not `{scheme}`")
    return schemes


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise ValueError(f"must be a folder of rule files, there is none at `{text}`")
    return folder


def _secret(text: str) -> bytes:
    if text and len(text) < SHORTEST_SECRET:
        raise ValueError(f"must have {SHORTEST_SECRET} characters or more")
    return text.encode("utf-8", "surrogateescape")
