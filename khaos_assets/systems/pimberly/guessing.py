"""Where the very first walk may begin, when no earlier night tells ids of the list.

Ids rise, so what follows any number is the row with the next greater id, whether or not that number is one. How far
they reach is felt for in two rounds of requests for one row each, from very near to very far; the way up to there is
then cut evenly, into as many stretches as it has pages if ids lie as close as in the first.

A guess decides how much is asked side by side, never what is believed: the walk of full rows begins at ids that were
seen, and a row that guessing had skipped shows up there.
"""

from __future__ import annotations

from collections.abc import Sequence

from khaos_assets.systems.concurrency import side_by_side
from khaos_assets.systems.pimberly.asking import Pages
from khaos_assets.systems.pimberly.listing import PEEK, id_at, is_hexadecimal
from khaos_assets.systems.pimberly.pages import CursorRefused, PageWrong, ProductPage

PROBES = 16


async def guessed_cuts(pages: Pages, first: ProductPage, workers: int) -> list[str]:
    """Ids between the end of the first page and about the end of the list; none where Pimberly takes no such cursors.

    Raises ReadFailed and TransportError.
    """
    if not all(map(is_hexadecimal, (*first.ids, first.max_id))):
        return []
    width, base = len(first.max_id), int(first.max_id, 16)
    near = max(1, base - int(first.ids[0], 16))
    far = 16**width - base
    try:
        reached, beyond = await _felt(pages, base, _steps(near, far), width)
        reached, _ = await _felt(pages, base, _steps(max(reached - base, near), beyond - base), width)
    except (CursorRefused, PageWrong):
        return []
    workers = max(1, min(workers, (reached - base) // near))
    points = [base + (reached - base) * n // workers for n in range(1, workers)]
    return sorted({found for point in points if point > base and (found := id_at(point, width)) is not None})


def _steps(low: int, high: int) -> list[int]:
    """Distances from low to below high, each as many times the one before."""
    return sorted({min(high - 1, round(low * (high / low) ** (n / PROBES))) for n in range(PROBES)})


async def _felt(pages: Pages, base: int, steps: Sequence[int], width: int) -> tuple[int, int]:
    """The greatest id that a row was found at, and the least number behind which nothing is."""
    asked = [(base + step, cursor) for step in steps if (cursor := id_at(base + step, width)) is not None]
    answers = await side_by_side(pages.ask(PEEK, cursor) for _, cursor in asked)
    found = [int(page.max_id, 16) for page in answers if page.rows]
    empty = [number for (number, _), page in zip(asked, answers, strict=True) if not page.rows]
    return max(found, default=base), min(empty, default=16**width)
