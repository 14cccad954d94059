"""Style parents (SCS) and their children on export: flat items of their own, or nested in their parent (contract 3.3).

A parent nests its children with the switch `nested_scs`, or where its record has `_nested` or an SCS tree already. A
nested child that is asked for by its own code goes out inside its parent, whole tree and all.
"""

from __future__ import annotations

from typing import Any

from khaos_assets.sandbox.khaos.installation import Installation, Record
from khaos_assets.sandbox.khaos.markup import at

_NOT_ON_CHILDREN = {"MANUFACTURER", "BARS", "SCS", "STOCK_DESC"}


def nests(khaos: Installation, parent: Record) -> bool:
    """Whether this style parent goes out with its children inside."""
    return "SCS" in parent or bool(parent.get("_nested")) or khaos.switches.on("nested_scs") is not None


def with_parents(khaos: Installation, items: list[Record]) -> list[Record]:
    """The items with each nested child replaced by its parent, every item once."""
    out: dict[int, Record] = {}
    for item in items:
        parent = khaos.find("stock_items", "STOCK_CODE", item["_parent_code"]) if item.get("_parent_code") else None
        if parent is not None and nests(khaos, parent):
            out[id(parent)] = parent
        else:
            out[id(item)] = item
    return list(out.values())


def with_children(khaos: Installation, item: Record) -> Record:
    """The record as it goes out: a nesting parent with its SCS tree, any other item as it is."""
    if "SCS" in item:
        return item
    children = khaos.by("stock_items", "_parent_code").get(at(item, "STOCK_CODE").casefold(), [])
    if not children or not nests(khaos, item):
        return item
    headings: dict[int, str] = {}
    tree: Record = {}
    for child in children:
        steps = child.get("_style_values") or [{"level": 1, "heading": "Style", "value": at(child, "STOCK_DESC")}]
        place: Record = tree
        for step in steps:
            headings.setdefault(int(step["level"]), str(step.get("heading") or ""))
            styles: list[Record] = place.setdefault("STYLE", [])
            style = next((s for s in styles if s["DESCRIPTION"] == step["value"]), None)
            if style is None:
                style = Record({"DESCRIPTION": step["value"], "SCS_CODE_SUFFIX": step.get("suffix", "")})
                styles.append(style)
            place = style
        place.setdefault("SCS_ITEM", []).append(_nested_item(child))
    rows: list[dict[str, Any]] = [{"@LEVEL": level, "#text": name} for level, name in sorted(headings.items())]
    return {**item, "SCS": {"HEADING": rows, **tree}}


def _nested_item(child: Record) -> Record:
    """SCS_ITEM has the item's fields, but DESCRIPTION for STOCK_DESC, no MANUFACTURER, no BARS, no IS_NET on prices."""
    out: Record = {}
    for name, value in child.items():
        if name == "STOCK_DESC":
            out["DESCRIPTION"] = value
        elif name not in _NOT_ON_CHILDREN:
            is_price = name in ("BUY_PRICE", "SELL_PRICE") and isinstance(value, dict)
            out[name] = value.get("#text", "") if is_price else value
    return out
