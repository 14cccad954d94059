"""`Asking`: the calls of one read. An answer is checked, freed of personal data, landed; an unusable one asked again.

A chunk whose answer stays unusable is asked in halves: big answers are what stops, times out or is cut off.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from lxml import etree

from khaos_assets.systems.khaos import soap
from khaos_assets.systems.khaos.client import KhaosClient
from khaos_assets.systems.khaos.fields import Element, Row
from khaos_assets.systems.khaos.scrub import Scrub
from khaos_assets.systems.read import LandedPage, ReadContext, ReadFailed, WalkNotes
from khaos_assets.systems.transport import DeadlineExceeded, TransportError, current_budget

T = TypeVar("T")

ATTEMPTS = 3
"""How often one call is made while its answers arrive but cannot be used."""
MOST_UNUSABLE = 40
"""Unusable answers in one read after which it gives up: the server is not well, and asking on would not help it."""
SHOWN = 5
"""Codes named in a reason; the rest is counted."""


class AnswerUnusable(ReadFailed):
    """One call brought no usable answer; fewer codes may."""


class Asking:
    """The calls of one read, with its notes."""

    def __init__(self, context: ReadContext) -> None:
        self.context = context
        self.client: KhaosClient = context.client
        self.notes = WalkNotes()
        self._removed: Counter[str] = Counter()
        self._unusable = 0
        self._repeated = 0
        self._unknown: Counter[str] = Counter()

    async def ask(
        self,
        call: soap.Call,
        *,
        selector: str,
        asked: Mapping[str, Any],
        keys: Callable[[Element], Sequence[str]],
        root: str | None = None,
        scrub: Scrub | None = None,
        total: Callable[[Element], int | None] = lambda result: None,  # noqa: ARG005
    ) -> tuple[Element, LandedPage]:
        """The checked answer and its page. `root` names the document that is due inside; None for a typed result.

        `keys` gives the keys of its rows in their order and raises Unreadable for an answer that is not acceptable.
        Raises AnswerUnusable, or ReadFailed where the system cannot be reached.
        """
        problem: soap.Unreadable | None = None
        for attempt in range(ATTEMPTS):
            if attempt:
                self.notes.rereads += 1
            body = await self._send(call, selector)
            try:
                result = soap.read_answer(body)
                content = result if root is None else _document(result, root)
                codes = keys(content)
            except soap.Unreadable as e:
                problem = e
                self._unusable += 1
                self.context.landing.land_unreadable(body, operation=call.method, selector=selector, why=e.fault)
                if self._unusable > MOST_UNUSABLE or not _may_retry():
                    raise ReadFailed(
                        e.fault, f"{call.method} ({selector}): {e}; {self._unusable} unusable answers"
                    ) from e
                continue
            kept, received = body, None
            if scrub is not None:
                self._removed.update(scrub(content))
                kept, received = etree.tostring(content, encoding="UTF-8", with_tail=False), body
            page = self.context.landing.land(
                kept,
                operation=call.method,
                selector=selector,
                asked=asked,
                suffix="xml",
                received=received,
                rows=len(codes),
                first_key=codes[0] if codes else None,
                last_key=codes[-1] if codes else None,
                total=total(content),
            )
            if repeats := len(codes) - len(set(codes)):
                self._repeated += repeats
            self.context.progress(len(codes))
            return content, page
        assert problem is not None
        detail = f"{call.method} ({selector}): {problem}; asked {ATTEMPTS} times"
        raise AnswerUnusable(problem.fault, detail) from problem

    async def _send(self, call: soap.Call, selector: str) -> bytes:
        try:
            return await self.client.send(call)
        except DeadlineExceeded as e:
            raise AnswerUnusable(e.fault, f"{call.method} ({selector}): {e.detail}") from e
        except TransportError as e:
            raise ReadFailed(e.fault, f"{call.method} ({selector}): {e.detail}") from e

    async def in_chunks(self, codes: Sequence[str], size: int, ask: Callable[[list[str]], Awaitable[None]]) -> None:
        """Call `ask` for every chunk, side by side as the transport allows; halve a chunk that stays unusable."""
        chunks = [list(codes[i : i + size]) for i in range(0, len(codes), size)]
        await self.side_by_side(chunks, lambda chunk: self._halving(chunk, ask))

    async def side_by_side(self, things: Sequence[T], do: Callable[[T], Awaitable[None]]) -> None:
        """Do one thing for each, a few at a time; the first failure stops the rest."""
        waiting = iter(things)

        async def worker() -> None:
            for thing in waiting:
                await do(thing)

        tasks = [
            asyncio.create_task(worker())
            for _ in range(min(len(things), self.client.transport.politeness.concurrency + 1))
        ]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _halving(self, codes: list[str], ask: Callable[[list[str]], Awaitable[None]]) -> None:
        try:
            await ask(codes)
        except AnswerUnusable:
            if len(codes) == 1:
                raise
            self.notes.rereads += 1
            half = len(codes) // 2
            await self._halving(codes[:half], ask)
            await self._halving(codes[half:], ask)

    def meet(self, row: Row, known: frozenset[str]) -> None:
        """Count elements that no contract names: they are ignored, but a person should hear of them."""
        self._unknown.update(row.unknown(known))

    def finish(self) -> WalkNotes:
        """The notes, with what only the end knows."""
        self.notes.clock_offset_ms = self.client.transport.clock_offset_ms
        unknown = self._unknown + self._removed
        if unknown:
            self.notes.facts["unknown_elements"] = dict(sorted(unknown.items()))
        if self._repeated:
            self.notes.facts["repeated_rows"] = self._repeated
        if self._unusable:
            self.notes.facts["unusable_answers"] = self._unusable
        budget = current_budget()
        if budget is not None:
            self.notes.requests = budget.requests
        return self.notes


def shown(codes: Sequence[str]) -> str:
    """A few codes and how many more there are."""
    more = f" and {len(codes) - SHOWN} more" if len(codes) > SHOWN else ""
    return ", ".join(codes[:SHOWN]) + more


def _document(result: Element, root: str) -> Element:
    content = soap.document_of(result)
    if content.tag != root:
        raise soap.Unreadable("wrong_document", f"the document is <{content.tag}> where <{root}> is due")
    return content


def _may_retry() -> bool:
    budget = current_budget()
    return budget is None or budget.spend_retry()
