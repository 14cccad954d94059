"""Records in wire shape (element names as keys, `@NAME` attributes, `#text`) as XML, and XML documents as such records.

Flags go out as 0 and -1, decimals with the digits they came with; keys that begin with `_` never go out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

Node = etree._Element  # pyright: ignore[reportPrivateUsage]


def text_of(value: Any) -> str:
    """The text of a plain value; None is empty."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "-1" if value else "0"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def element(name: str, value: Any, *, cdata: bool = False) -> str:
    """One element, or one per entry where `value` is a list. None and "" are an empty element."""
    if isinstance(value, str):
        return f"<{name}>{_content(value, cdata)}</{name}>" if value else f"<{name}></{name}>"
    if isinstance(value, dict):
        return _structure(name, value, cdata)
    if isinstance(value, list):
        return "".join(element(name, v, cdata=cdata) for v in value)
    text = text_of(value)
    return f"<{name}>{text}</{name}>"


def _structure(name: str, value: Mapping[str, Any], cdata: bool) -> str:
    head: list[str] = [name]
    inner: list[str] = []
    for key, v in value.items():
        first = key[:1]
        if first == "@":
            if v is not None:
                head.append(f" {key[1:]}={_quoted(text_of(v))}")
        elif key == "#text":
            inner.append(_content(text_of(v), cdata and isinstance(v, str)))
        elif first != "_":
            inner.append(element(key, v, cdata=cdata))
    return f"<{''.join(head)}>{''.join(inner)}</{name}>"


# Most texts have nothing to escape, and a night asks for millions of them.
_SPECIAL = re.compile(r"[&<>\"\r\n\t]")


def _quoted(text: str) -> str:
    return quoteattr(text) if _SPECIAL.search(text) else f'"{text}"'


def _content(text: str, cdata: bool) -> str:
    if cdata and text:
        return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return escape(text) if _SPECIAL.search(text) else text


def record_of(node: Node) -> Any:
    """An element in wire shape: text where it has nothing else, else a mapping; repeated children become lists."""
    children = list(node)
    if not children and not node.attrib:
        return (node.text or "").strip()
    record: dict[str, Any] = {f"@{etree.QName(str(k)).localname}": str(v) for k, v in node.attrib.items()}
    for child in children:
        name, value = etree.QName(child).localname, record_of(child)
        if name not in record:
            record[name] = value
        elif isinstance(record[name], list):
            record[name].append(value)
        else:
            record[name] = [record[name], value]
    if not children and (node.text or "").strip():
        record["#text"] = (node.text or "").strip()
    return record


def as_list(value: Any) -> list[Any]:
    """The entries of a child that may be absent, empty, single or repeated."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def at(record: Mapping[str, Any], path: str) -> str:
    """The text at a path (`COMPANY_NAME/@COMPANY_CODE`); empty where there is none."""
    value: Any = record
    for step in path.split("/"):
        if not isinstance(value, Mapping):
            return ""
        value = value.get(step)
    return text_of(value.get("#text") if isinstance(value, Mapping) else value)
