"""Settings: defaults that run, and a kind word about every variable that cannot be used."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from model.mail_server import Encryption, MailServer
from model.settings import Settings
from rules.errors import Refused


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A checkout with a folder of rules."""
    (tmp_path / "rules").mkdir()
    return tmp_path


def test_nothing_needs_to_be_set(home: Path) -> None:
    """With an empty environment the service runs on SQLite, on loopback, in UTC."""
    settings = Settings.from_environment({}, home)
    assert settings.database_url == f"sqlite:///{home}/var/tollgate.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.timezone == ZoneInfo("UTC")
    assert settings.rules == home / "rules"
    assert settings.bootstrap_key is None
    assert settings.rate_limit is None


def test_what_is_set_is_used(home: Path) -> None:
    """Each variable sets what it is named for."""
    settings = Settings.from_environment(
        {
            "TOLLGATE_DATABASE_URL": "postgresql://tollgate@db/tollgate",
            "TOLLGATE_HOST": "0.0.0.0",  # noqa: S104  # only read, nothing listens
            "TOLLGATE_PORT": "9000",
            "TOLLGATE_BOOTSTRAP_KEY": "k" * 20,
            "TOLLGATE_TIMEZONE": "America/Chicago",
            "TOLLGATE_SECRET": "s" * 16,
            "TOLLGATE_RATE_LIMIT": "100 per minute; 5/second",
            "TOLLGATE_WORKERS": "3",
            "TOLLGATE_THREADS": "4",
            "TOLLGATE_RULES": str(home / "rules"),
        },
        home,
    )
    assert settings == Settings(
        database_url="postgresql://tollgate@db/tollgate",
        secret_source=b"s" * 16,
        rules=home / "rules",
        host="0.0.0.0",  # noqa: S104  # as above
        port=9000,
        bootstrap_key="k" * 20,
        timezone=ZoneInfo("America/Chicago"),
        rate_limit="100 per minute; 5/second",
        workers=3,
        threads=4,
    )
    assert not (home / "var").exists()


def test_how_others_are_told_is_set(home: Path) -> None:
    """The address that they know, the private hosts among them, and the mail server."""
    settings = Settings.from_environment(
        {
            "TOLLGATE_PUBLIC_URL": "https://tollgate.example.org/",
            "TOLLGATE_PRIVATE_HOSTS": "desk.internal, [FD00::1]",
            "TOLLGATE_SMTP_HOST": "mail.internal",
            "TOLLGATE_SMTP_PORT": "465",
            "TOLLGATE_SMTP_FROM": "tollgate@example.org",
            "TOLLGATE_SMTP_ENCRYPTION": "tls",
            "TOLLGATE_SMTP_USER": "tollgate",
            "TOLLGATE_SMTP_PASSWORD": "p",
        },
        home,
    )
    assert settings.public_url == "https://tollgate.example.org"
    assert settings.private_hosts == {"desk.internal", "fd00::1"}
    assert settings.mail_server == MailServer(
        "mail.internal", 465, "tollgate@example.org", Encryption.TLS, "tollgate", "p"
    )
    assert Settings.from_environment({}, home).mail_server is None


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("TOLLGATE_PORT", "http", "must be a whole number from 0 to 65535, it is `http`"),
        ("TOLLGATE_PORT", "65536", "must be a whole number"),
        ("TOLLGATE_PORT", "-1", "must be a whole number"),
        ("TOLLGATE_PORT", "٣", "must be a whole number"),
        ("TOLLGATE_WORKERS", "0", "must be a whole number from 1 to 64"),
        ("TOLLGATE_THREADS", "many", "must be a whole number from 1 to 256"),
        ("TOLLGATE_HOST", "two words", "must be a host name or an address"),
        ("TOLLGATE_DATABASE_URL", "tollgate.db", "must be a database URL"),
        ("TOLLGATE_DATABASE_URL", "postgresql://h:port/x", "must be a database URL"),
        ("TOLLGATE_DATABASE_URL", "mysql://host/x", "must name a SQLite or a PostgreSQL"),
        ("TOLLGATE_DATABASE_URL", "postgresql+psycopg2://host/x", "must leave the driver out"),
        ("TOLLGATE_DATABASE_URL", "sqlite://", "must name a file"),
        ("TOLLGATE_DATABASE_URL", "sqlite:///:memory:", "must name a file"),
        ("TOLLGATE_BOOTSTRAP_KEY", "short", "must have 20 characters or more, it has 5"),
        ("TOLLGATE_SECRET", "short", "must have 16 characters or more"),
        ("TOLLGATE_TIMEZONE", "Europe/Pariss", "did you mean `Europe/Paris`?"),
        ("TOLLGATE_TIMEZONE", "../etc/passwd", "must be a time zone"),
        ("TOLLGATE_TIMEZONE", "America", "must be a time zone"),
        ("TOLLGATE_RATE_LIMIT", "fast", "must be a rate such as `100 per minute`"),
        ("TOLLGATE_RULES", "/no/such/folder", "must be a folder of rule files"),
        ("TOLLGATE_PUBLIC_URL", "tollgate.example.org", "must be an address such as https://"),
        ("TOLLGATE_PUBLIC_URL", "https://user@example.org", "must be an address such as https://"),
        ("TOLLGATE_SMTP_HOST", "two words", "must be a host name or an address"),
        ("TOLLGATE_SMTP_PORT", "0", "must be a whole number from 1 to 65535"),
        ("TOLLGATE_SMTP_FROM", "Tollgate", "must be an e-mail address"),
        ("TOLLGATE_SMTP_ENCRYPTION", "ssl", "must be one of none, starttls, tls, it is `ssl`"),
    ],
)
def test_a_bad_value_is_named_with_its_variable(
    home: Path, name: str, value: str, says: str
) -> None:
    """A value that cannot be used is refused with the variable's name and what to write."""
    with pytest.raises(Refused) as refused:
        Settings.from_environment({name: value}, home)
    assert refused.value.detail.startswith(f"{name}: ")
    assert says in refused.value.detail


def test_all_bad_values_are_told_at_once(home: Path) -> None:
    """An operator does not have to start the service once for every mistake."""
    with pytest.raises(Refused) as refused:
        Settings.from_environment({"TOLLGATE_PORT": "x", "TOLLGATE_TIMEZONE": "y"}, home)
    assert [line.split(":")[0] for line in refused.value.detail.splitlines()] == [
        "TOLLGATE_PORT",
        "TOLLGATE_TIMEZONE",
    ]


def test_no_secret_is_shown(home: Path) -> None:
    """What is printed of settings holds no key, no secret and no password."""
    url = "postgresql://u:hidden-password@db/x"
    shown = repr(
        Settings.from_environment(
            {
                "TOLLGATE_DATABASE_URL": url,
                "TOLLGATE_BOOTSTRAP_KEY": "hidden-bootstrap-key",
                "TOLLGATE_SECRET": "hidden-secret-of-mine",
                "TOLLGATE_SMTP_HOST": "mail.internal",
                "TOLLGATE_SMTP_PASSWORD": "hidden-password-too",
            },
            home,
        )
    )
    assert "hidden" not in shown
    with pytest.raises(Refused) as refused:
        Settings.from_environment({"TOLLGATE_DATABASE_URL": "u:hidden@h"}, home)
    assert "hidden" not in refused.value.detail


@pytest.mark.parametrize(
    ("host", "address"), [("127.0.0.1", "127.0.0.1:8000"), ("::1", "[::1]:8000")]
)
def test_the_address_is_one_to_click_on(home: Path, host: str, address: str) -> None:
    """What is printed at the start can be opened, with either kind of address."""
    settings = Settings.from_environment({"TOLLGATE_HOST": host}, home)
    assert settings.address == address
    assert settings.public_url == f"http://{address}"


def test_an_empty_variable_counts_as_not_set(home: Path) -> None:
    """`TOLLGATE_PORT=` in a start script means the default."""
    assert Settings.from_environment({"TOLLGATE_PORT": " "}, home).port == 8000
