"""The style-colour-size tree inside a style parent: `SCS/HEADING@LEVEL, STYLE … SCS_ITEM` (contract 3.3)."""

from __future__ import annotations

from collections.abc import Iterator

from khaos_assets.systems.khaos.fields import Element, Row, own_text
from khaos_assets.systems.khaos.records import StyleValue


def nested_items(tree: Element) -> Iterator[tuple[Element, list[StyleValue]]]:
    """Each SCS_ITEM below `SCS`, with the steps from the parent down to it."""
    headings = {
        int(h.get("LEVEL", "")): _heading(h) for h in tree.iter() if h.tag == "HEADING" and h.get("LEVEL", "").isdigit()
    }
    yield from _descend(tree, [], headings)


def _heading(heading: Element) -> str | None:
    child = Row(heading).text("DESCRIPTION") if len(heading) else None
    return child or heading.get("DESCRIPTION") or own_text(heading)


def _descend(
    node: Element, path: list[StyleValue], headings: dict[int, str | None]
) -> Iterator[tuple[Element, list[StyleValue]]]:
    for child in node:
        name = child.tag
        if name == "SCS_ITEM":
            yield child, path
        elif name == "STYLE":
            level = len(path) + 1
            value = Row(child).text("DESCRIPTION") or child.get("DESCRIPTION") or ""
            yield from _descend(
                child, [*path, StyleValue(level=level, heading=headings.get(level), value=value)], headings
            )
        elif name == "HEADING":
            # Some versions hang the styles below their heading: the step is the style, not the heading.
            yield from _descend(child, path, headings)
