"""The kept secret: made once, the same ever after, for its owner's eyes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from model.secret_file import kept_secret
from rules.errors import Refused


def test_the_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    """The second start finds the secret of the first, in a file that only the owner reads."""
    path = tmp_path / "var" / "secret"
    secret = kept_secret(path)
    assert len(secret) == 64
    assert kept_secret(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_start_together_share_one_secret(tmp_path: Path) -> None:
    """Of several that find no secret, one makes it and all use it."""
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(kept_secret, [tmp_path / "var" / "secret"] * 8))
    assert len(secrets) == 1


def test_a_file_without_a_secret_is_not_used(tmp_path: Path) -> None:
    """An emptied file is reported, instead of hashing keys with nothing."""
    path = tmp_path / "secret"
    path.write_text("\n")
    with pytest.raises(Refused, match="holds no secret; remove the file"):
        kept_secret(path)


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A folder in its place is reported with the variable to set instead."""
    with pytest.raises(Refused, match=r"TOLLGATE_SECRET: is not set, and .* cannot be used"):
        kept_secret(tmp_path)
