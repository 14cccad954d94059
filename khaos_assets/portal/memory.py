"""What is costly to work out, kept until what it rests on has changed. One thread works it out, others wait for it."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass
class _Kept:
    lock: Lock = field(default_factory=Lock)
    made: bool = False
    version: Hashable = None
    value: Any = None
    at: float = 0.0
    being_made: bool = False


class Memory:
    """Values by name. Safe to use from several threads; the least used of many are forgotten."""

    def __init__(self, size: int = 200) -> None:
        self._size = size
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def get(self, name: Hashable, version: Hashable, make: Callable[[], T], *, seconds: float = 0.0) -> T:
        """What `make` gives for this version; that of one before is good enough while it is so many seconds old."""
        kept = self._entry(name)
        with kept.lock:
            if not kept.made or (kept.version != version and monotonic() - kept.at >= seconds):
                kept.value = make()
                kept.made, kept.version, kept.at = True, version, monotonic()
            return kept.value

    def get_meanwhile(self, name: Hashable, version: Hashable, make: Callable[[], T]) -> T:
        """The same, but nobody waits for a new version: it is made beside, and until then the one before is given."""
        kept = self._entry(name)
        if not kept.made:
            return self.get(name, version, make)
        with kept.lock:
            begin = kept.version != version and not kept.being_made
            kept.being_made = kept.being_made or begin
        if begin:
            Thread(target=self._remake, args=(kept, version, make), daemon=True).start()
        return kept.value

    def _remake(self, kept: _Kept, version: Hashable, make: Callable[[], Any]) -> None:
        try:
            value = make()
        except Exception:
            log.exception("what a page shows could not be brought up to date; it shows what it was")
        else:
            kept.value, kept.version, kept.at = value, version, monotonic()
        finally:
            kept.being_made = False

    def _entry(self, name: Hashable) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault(name, _Kept())
            self._kept.move_to_end(name)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
            return kept
