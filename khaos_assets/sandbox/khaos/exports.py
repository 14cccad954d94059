"""From records to what a method returns: an XML document as text, typed rows, or either one compressed."""

from __future__ import annotations

import base64
import bz2
import io
import zipfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any
from xml.sax.saxutils import quoteattr

from khaos_assets.sandbox.khaos.installation import Installation, Record
from khaos_assets.sandbox.khaos.markup import at, element
from khaos_assets.sandbox.khaos.soap import Fragment, KhaosFault, typed

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ZIP_TIME = (2020, 1, 1, 0, 0, 0)


def document(
    khaos: Installation,
    method: str,
    root: str,
    records: list[Record],
    *,
    entity: str,
    name: str,
    key: str,
    shape: Callable[[Record], Record] | None = None,
    variant: str = "",
    attributes: Mapping[str, str] | None = None,
) -> str:
    """`<root><name>…</name>…</root>` of the records. `shape` makes the record that goes out from the one in the world;
    `variant` names that shape, so that its text can be kept."""
    cdata = khaos.switches.take("cdata", method=method) is not None
    records = khaos.switches.rows(method, records, lambda r: at(r, key))
    spoilt = khaos.switches.spoilt(method, [at(r, key) for r in records])

    def text(record: Record) -> str:
        return element(name, shape(record) if shape else record, cdata=cdata)

    kept_as = f"{name}:{variant}:{cdata}"
    parts = [
        element(name, _with(shape(r) if shape else r, spoilt[at(r, key)]), cdata=cdata)
        if at(r, key) in spoilt
        else khaos.fragment(entity, r, kept_as, text)
        for r in records
    ]
    return wrap(khaos, method, root, "".join(parts), attributes)


def wrap(khaos: Installation, method: str, root: str, inner: str, attributes: Mapping[str, str] | None = None) -> str:
    """A whole document, with the switches that spoil whole documents."""
    head = "".join(f" {k}={quoteattr(v)}" for k, v in (attributes or {}).items())
    return khaos.switches.document(method, f"{DECLARATION}<{root}{head}>{inner}</{root}>")


def typed_rows(
    khaos: Installation,
    method: str,
    kind: str,
    records: list[Record],
    *,
    entity: str,
    key: str,
    shape: Callable[[Record], Record],
) -> list[Fragment]:
    """The `<item>` elements of a typed list."""
    records = khaos.switches.rows(method, records, lambda r: at(r, key))
    spoilt = khaos.switches.spoilt(method, [at(r, key) for r in records])

    def item(record: Record) -> str:
        return typed("item", kind, shape(record))

    return [
        Fragment(
            typed("item", kind, _with(shape(r), spoilt[at(r, key)]))
            if at(r, key) in spoilt
            else khaos.fragment(entity, r, kind, item)
        )
        for r in records
    ]


def compressed(khaos: Installation, method: str, xml: str, mode: int, file_name: str) -> dict[str, Any]:
    """TCompressedResult: mode 0 a ZIP file of one entry, 1 a BZip2 stream. Switch `bad_size`: OriginalSize is off."""
    raw = xml.encode()
    if mode == 0:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo(file_name, _ZIP_TIME), raw, zipfile.ZIP_DEFLATED)
        data = packed.getvalue()
    elif mode == 1:
        data = bz2.compress(raw)
    else:
        raise KhaosFault(f"{method}: CompressionMethod {mode} is not known", actor="EWebServiceError")
    off = khaos.switches.take("bad_size", method=method)
    return {
        "Method": "ZIP" if mode == 0 else "BZIP2",
        "FileName": file_name if mode == 0 else "",
        "Data": base64.b64encode(data).decode(),
        "OriginalSize": len(raw) + (int(off.get("by", 1)) if off is not None else 0),
        "CompressedSize": len(data),
        "PasswordProtected": False,
    }


def _with(record: Record, texts: Mapping[str, str]) -> Record:
    """A copy in which the elements at these paths have other texts; attributes beside a text stay."""
    copy = deepcopy(record)
    for path, text in texts.items():
        *parents, last = path.split("/")
        place = copy
        for step in parents:
            place = place.setdefault(step, {})
        if isinstance(place.get(last), dict):
            place[last]["#text"] = text
        else:
            place[last] = text
    return copy
