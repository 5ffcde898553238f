"""Trouble: blows that are dealt at random, one after the other, while the work goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from threading import Event
from types import TracebackType

Blow = Callable[[], None]


@dataclass(slots=True)
class Trouble:
    """Deals every kind of blow, in an order and at moments that `chance` says, again and again.

    Each is dealt once at least: what ends earlier is held up for that.
    """

    blows: Mapping[str, Blow]
    chance: Random
    longest_pause: float
    dealt: Counter[str] = field(default_factory=Counter)
    _over: Event = field(default_factory=Event)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _dealing: Future[None] | None = None

    def __enter__(self) -> Trouble:
        self._dealing = self._pool.submit(self._deal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._pool.shutdown()
        if self._dealing is not None and error is None:
            self._dealing.result()

    def require_going(self) -> None:
        """Fail with what a blow failed with."""
        if self._dealing is not None and self._dealing.done():
            self._dealing.result()

    def _deal(self) -> None:
        while not self._over.is_set() or len(self.dealt) < len(self.blows):
            for name in self.chance.sample(sorted(self.blows), len(self.blows)):
                if self._over.wait(self.chance.uniform(0, self.longest_pause)) and self.dealt[name]:
                    continue
                self.blows[name]()
                self.dealt[name] += 1
