"""A write to a system: one field of one record, set to a value, and read back.

Here: what a write is, how its answers are told apart, how the writes of all systems are found. Each system's own stand
in `systems/<name>/writes.py`: the wire calls and nothing else. Not here: whether, when and in which order anything is
written (`corrections/`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any, ClassVar, TypeVar

import msgspec

import khaos_assets.systems as systems_package
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import Answer, Halted, OriginRefused, Throttled, TransportError
from khaos_assets.systems.transport import Refused as RefusedByStatus


class Acked(msgspec.Struct, frozen=True):
    """The system says it did it. `seen`: the value now in force, where the answer itself tells it."""

    seen: str | None = None


class Refused(msgspec.Struct, frozen=True):
    """Nothing was changed, and the system said so."""

    why: str


class Indeterminate(msgspec.Struct, frozen=True):
    """It may have been applied or not: no answer came, or one that proves nothing."""

    why: str


Outcome = Acked | Refused | Indeterminate


class RecordGone(Exception):
    """The record that was to be written is not there."""


class Repeat(StrEnum):
    """What sending a write a second time would do."""

    ABSOLUTE = "absolute"
    """The same as once: it sets a value."""
    KEYED = "keyed"
    """Nothing: the system knows the key again."""
    NEVER = "never"
    """Add a second one. It is not sent again while it may have been applied."""


class Write(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of write; the fields of a subclass name the record, and the value is text as `current` gives it."""

    system: ClassVar[str]
    name: ClassVar[str]
    """`<system>.<what>`, as merchant.toml and plans name it."""
    says: ClassVar[str]
    """The call, for people."""
    repeat: ClassVar[Repeat] = Repeat.ABSOLUTE
    assumed: ClassVar[bool] = False
    """No vendor text documents it: refused against a real installation unless merchant.toml names it."""
    of_item: ClassVar[bool] = True
    """Its record is an item, of which caps count shares; else an order or an account."""
    money: ClassVar[bool] = False
    """The value is a price: never empty, zero or negative."""
    reversible: ClassVar[bool] = True
    """Whether the value from before can be written back."""
    batch: ClassVar[int] = 1
    """How many of them the system takes in one call. Only of writes that set a value: what a batch did shows late."""
    moves: ClassVar[str | None] = None
    """The source whose figure it sets, named by the same fields: what was made of that figure is then out of date."""

    async def current(self, client: Any) -> str | None:
        """The value now in force, None where it is empty. Raises RecordGone, ReadFailed, TransportError."""
        raise NotImplementedError

    async def put(self, client: Any, value: str, key: str) -> Outcome:
        """Send it once. `key` names this sending where the system keeps such keys. Raises nothing but Halted."""
        raise NotImplementedError

    async def put_with(self, client: Any, value: str, key: str, details: Mapping[str, str]) -> Outcome:
        """The same for a write that needs what no plan may hold. Raises nothing but Halted."""
        raise NotImplementedError

    @classmethod
    async def put_together(cls, client: Any, sendings: Sequence[Sending]) -> list[Outcome]:
        """Send several of its kind in one call, where `batch` allows it; what became of each, in their order.

        Raises Halted where nothing was sent.
        """
        raise NotImplementedError


class Sending(msgspec.Struct, frozen=True):
    """One write of a batch: what, to which value, under which key."""

    write: Any
    value: str
    key: str


LOOKS = (0.1, 0.2, 0.5, 1, 2, 5, 5, 10, 10, 20, 30, 30)
"""Seconds before each look at a batch that the system works off; after the last, nothing is known of it."""


T = TypeVar("T")


def read_as(answer: Answer, type_: type[T]) -> T:
    """The answer to a read of one record. Raises ReadFailed where it cannot be read."""
    try:
        return msgspec.json.decode(answer.body, type=type_)
    except msgspec.DecodeError as e:
        raise ReadFailed("unreadable", f"{answer.operation}: {e}") from e


def same(one: str | None, other: str | None) -> bool:
    """Whether two values are the same: numbers by value, text as it stands."""
    return one == other or (one is not None and other is not None and _number(one) == _number(other) is not None)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A figure that a value was made of, asked for again just before the value is written; fields name the figure."""

    system: ClassVar[str]
    name: ClassVar[str]

    @classmethod
    async def current(cls, client: Any, asked: Sequence[Any]) -> list[str | None]:
        """What these say now, in their order; None where there is nothing. Raises ReadFailed, TransportError."""
        raise NotImplementedError


class Details(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a write needs and nobody may keep: persons and addresses, asked of their owner just before it is sent."""

    system: ClassVar[str]
    name: ClassVar[str]

    async def fetch(self, client: Any) -> Mapping[str, str]:
        """Raises RecordGone, ReadFailed, TransportError; none of them quotes what was read."""
        raise NotImplementedError


async def answered(sending: Awaitable[Answer]) -> Answer | Refused | Indeterminate:
    """The answer to a request that was sent once, or what its failure means for a write.

    A status that the caller did not expect is a refusal; so are 429, and what never left. A lost connection, a deadline
    and 5xx prove nothing. Raises Halted.
    """
    try:
        return await sending
    except Halted:
        raise
    except (OriginRefused, RefusedByStatus, ReadFailed) as e:
        return Refused(str(e))
    except Throttled as e:
        return Refused(str(e)) if e.status == 429 else Indeterminate(str(e))
    except TransportError as e:
        return Indeterminate(str(e))


@cache
def installed_writes() -> Mapping[str, type[Write]]:
    """Every write of every folder below `systems/` that has a `writes.py`, by name."""
    return {w.name: w for module in _modules() for w in module.WRITES}


@cache
def installed_sources() -> Mapping[str, type[Source]]:
    """Every source that such a module has, by name."""
    return {s.name: s for module in _modules() for s in getattr(module, "SOURCES", ())}


@cache
def installed_details() -> Mapping[str, type[Details]]:
    """Every kind of details that such a module has, by name."""
    return {d.name: d for module in _modules() for d in getattr(module, "DETAILS", ())}


def _modules() -> list[Any]:
    names = sorted(m.name for m in iter_modules(systems_package.__path__) if m.ispkg)
    modules = (f"{systems_package.__name__}.{name}.writes" for name in names)
    return [import_module(m) for m in modules if find_spec(m) is not None]
