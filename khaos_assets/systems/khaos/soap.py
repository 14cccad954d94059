"""SOAP 1.1 in RPC/encoded style: writing a call, reading its answer (contract khaos, sections 2 and 6).

Style, namespace and action are configuration. A Fault is told by its element, never by its text.
Not here: sending (`client.py`), what a method's answer means (`decode/`).
"""

from __future__ import annotations

import base64
import binascii
import bz2
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from lxml import etree

from khaos_assets.systems.khaos.documents import NotXml, parse
from khaos_assets.systems.khaos.fields import Element, integer, local_name, to_london, without_namespaces

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_MAX_UNPACKED = 1024 * 1024 * 1024

Argument = str | int | bool | datetime | None


class Unreadable(ValueError):
    """An answer that cannot be used. `fault` is a stable word for certificates, the text is for people."""

    def __init__(self, fault: str, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault


class SoapFault(Unreadable):
    """The server refused or failed. `exception_class` may be logged and counted; the message decides nothing."""

    def __init__(self, exception_class: str, message: str) -> None:
        super().__init__("soap_fault", f"Khaos answered with a Fault ({exception_class or 'no class named'})")
        self.exception_class = exception_class
        self.message = message


@dataclass(frozen=True)
class Call:
    """One call: method and arguments in the contract's order. None is sent as an empty argument, never left out."""

    method: str
    arguments: Mapping[str, Argument]


def write_call(call: Call, namespace: str) -> bytes:
    """The envelope of a call. Booleans are true/false, instants London local time without offset."""
    parts = "".join(
        f'<{name} xsi:type="xsd:{_TYPES[type(value)]}">{_write(value)}</{name}>'
        for name, value in call.arguments.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{ENVELOPE}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<SOAP-ENV:Body SOAP-ENV:encodingStyle="{_ENCODING}">'
        f'<NS1:{call.method} xmlns:NS1="{escape(namespace, {chr(34): "&quot;"})}">{parts}</NS1:{call.method}>'
        "</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode()


_TYPES: dict[type, str] = {
    str: "string",
    int: "int",
    bool: "boolean",
    datetime: "dateTime",
    type(None): "string",
}


def _write(value: Argument) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return to_london(value)
    return escape(str(value))


def read_answer(body: bytes) -> Element:
    """The `return` element of an answer. Unreadable where there is none, SoapFault for a Fault of either shape."""
    if not body.strip():
        raise Unreadable("empty_return", "Khaos answered with an empty body")
    try:
        envelope = parse(body)
    except NotXml as e:
        raise Unreadable("not_soap", f"the answer is not a SOAP envelope: {e}") from e
    return result_of(envelope)


def result_of(envelope: Element) -> Element:
    """The `return` element of a parsed envelope, named without namespaces."""
    if local_name(envelope) != "Envelope":
        raise Unreadable("not_soap", f"the answer is a <{local_name(envelope)}>, not a SOAP envelope")
    bodies = [e for e in envelope if local_name(e) == "Body"]
    if len(bodies) != 1 or len(bodies[0]) == 0:
        raise Unreadable("not_soap", "the envelope has no body")
    answer = bodies[0][0]
    if local_name(answer) == "Fault":
        raise _fault(answer)
    _resolve(bodies[0])
    if len(answer) != 1:
        raise Unreadable("not_soap", f"<{local_name(answer)}> holds {len(answer)} results where one is due")
    return without_namespaces(answer[0])


def _fault(fault: Element) -> SoapFault:
    found = {local_name(e): (e.text or "").strip() for e in fault.iter()}
    return SoapFault(found.get("ExceptionClassName") or found.get("faultactor", ""), found.get("faultstring", ""))


def _resolve(body: Element) -> None:
    """Put what `href="#id"` points to in its place: some encoders write each object once, beside the answer."""
    targets = {e.get("id"): e for e in body if e.get("id")}
    if not targets:
        return
    for _ in range(8):
        pointers = [e for e in body[0].iter() if (e.get("href") or "").startswith("#")]
        if not pointers:
            return
        for pointer in pointers:
            target = targets.get(str(pointer.attrib.pop("href"))[1:])
            if target is None:
                raise Unreadable("not_soap", "the answer points to a part that is not there")
            pointer.text = target.text
            pointer.extend([_copy(child) for child in target])
    raise Unreadable("not_soap", "the answer points to itself")


def _copy(element: Element) -> Element:
    return etree.fromstring(etree.tostring(element, with_tail=False))


def document_of(result: Element) -> Element:
    """The root of the XML document that stands as a string in a result (escaped or CDATA), or packed in it."""
    if len(result):
        return _unpacked(result)
    text = result.text
    if text is None or not text.strip():
        raise Unreadable("empty_return", "Khaos returned an empty string where an XML document is due")
    try:
        return _plain(parse(text), text)
    except NotXml as e:
        fault = "truncated_xml" if text.lstrip().startswith("<") else "non_xml_return"
        raise Unreadable(fault, f"the document inside the answer is unusable: {e}") from e


def _plain(root: Element, document: str | bytes) -> Element:
    """The root without namespaces; most documents have none, so they are not searched for."""
    named = "xmlns" in document if isinstance(document, str) else b"xmlns" in document
    return without_namespaces(root) if named else root


def _unpacked(result: Element) -> Element:
    """The document in a TCompressedResult: base64 and both sizes checked, and the checksum of the zip or bz2 stream."""
    part = {local_name(e): e.text or "" for e in result}
    try:
        packed = base64.b64decode(part["Data"], validate=False)
        sizes = integer(part["CompressedSize"].strip()), integer(part["OriginalSize"].strip())
        method = part["Method"].strip().upper()
    except (KeyError, ValueError, binascii.Error) as e:
        raise Unreadable("not_soap", "the answer holds neither a document nor a compressed one") from e
    if len(packed) != sizes[0]:
        raise Unreadable("bad_size", f"the packed document has {len(packed)} bytes, CompressedSize says {sizes[0]}")
    if sizes[1] > _MAX_UNPACKED:
        raise Unreadable("bad_size", f"OriginalSize {sizes[1]} is above what is taken")
    try:
        document = _unzip(packed, sizes[1]) if method == "ZIP" else _unbzip(packed, sizes[1])
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, IndexError) as e:
        raise Unreadable("bad_size", f"the packed document cannot be unpacked ({type(e).__name__})") from e
    if len(document) != sizes[1]:
        raise Unreadable("bad_size", f"the document has {len(document)} bytes or more, OriginalSize says {sizes[1]}")
    try:
        return _plain(parse(document), document)
    except NotXml as e:
        raise Unreadable("truncated_xml", f"the document inside the answer is unusable: {e}") from e


def _unzip(packed: bytes, size: int) -> bytes:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive, archive.open(archive.infolist()[0]) as first:
        # One byte more than promised is enough to see a lie; reading to the end also checks the CRC.
        return first.read(size + 1)


def _unbzip(packed: bytes, size: int) -> bytes:
    unpacker = bz2.BZ2Decompressor()
    document = unpacker.decompress(packed, max_length=size + 1)
    if len(document) <= size and not unpacker.eof:
        raise EOFError
    return document


def text_of(result: Element) -> str | None:
    """A simple result's text; None where it is empty or nil."""
    text = result.text
    return None if result.get(_NIL) in ("true", "1") or text is None or not text.strip() else text


def properties(result: Element) -> dict[str, str | None]:
    """A typed object's simple properties by name; None where empty or nil. Prefixes and xsi:type do not matter."""
    return {local_name(e): text_of(e) for e in result if len(e) == 0}


def items(result: Element) -> list[Element]:
    """The members of an array, whatever its members are called."""
    return list(result)


def member(result: Element, name: str) -> Element | None:
    return next((e for e in result if local_name(e) == name), None)
