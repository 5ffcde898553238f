"""Settings that nobody reads: most likely one of the others, misspelt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from model.settings import Settings
from rules.spelling import did_you_mean

_ELSEWHERE = frozenset(
    {
        "TOLLGATE_KEY",
        "TOLLGATE_URL",
        "TOLLGATE_REF_PREFIX",
        "TOLLGATE_DIFFERENTIAL_FACTS",
    }
)
"""What commands, integrations and tests read for themselves."""


class _Noting(Mapping[str, str]):
    """An environment in which nothing is set, and which notes what is looked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def misspelt_settings(environ: Mapping[str, str]) -> list[str]:
    """Return a sentence for each `TOLLGATE_…` variable that is no setting."""
    noting = _Noting()
    Settings.from_environment(noting)
    known = noting.names | _ELSEWHERE
    unknown = sorted(name for name in environ if name.startswith("TOLLGATE_") and name not in known)
    return [_said(name, did_you_mean(name, known)) for name in unknown]


def _said(name: str, meant: str | None) -> str:
    return f"there is no setting `{name}`" + (f": {meant}" if meant else "")
