"""The SOAP 1.1 envelope: reading a call, writing its answer or its Fault (contract khaos, sections 2 and 6).

Arguments are read with or without `xsi:type`, by name or, where the names are not ours, by position. Not here: HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from lxml import etree

from khaos_assets.sandbox.khaos.markup import Node
from khaos_assets.sandbox.khaos.signatures import SERVICE_NAMESPACE, SIGNATURES, TYPES, TYPES_NAMESPACE, array_of

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_LONDON = ZoneInfo("Europe/London")
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{ENVELOPE}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/">'
)
_ENCODING_STYLE = 'SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'

Arguments = Mapping[str, Any]


class KhaosFault(Exception):
    """The call is refused with a SOAP Fault. `inheritance` given = the detail shape EWebServiceError, else the empty
    ERemotableException; both are documented (section 6)."""

    def __init__(self, text: str, *, actor: str = "Exception", inheritance: str | None = None) -> None:
        super().__init__(text)
        self.actor = actor
        self.inheritance = inheritance


class Fragment(str):
    """Markup that is rendered already (an `<item>` of a long list)."""

    __slots__ = ()


@dataclass(frozen=True)
class Call:
    """One call as read from the wire."""

    method: str
    arguments: Arguments


def read_call(body: bytes, action: str) -> Call:
    """The method and its arguments. Raises KhaosFault where envelope, method or argument is not understood."""
    root = parse_xml(body, "the request")
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise KhaosFault(f"Unknown envelope {root.tag}; SOAP 1.1 is spoken here", actor="ESOAPDomConvertError")
    envelope_body = root.find(f"{{{ENVELOPE}}}Body")
    asked = next(iter(envelope_body), None) if envelope_body is not None else None
    if asked is None:
        raise KhaosFault("The SOAP body is empty", actor="ESOAPDomConvertError")
    name = etree.QName(asked)
    method = name.localname
    if name.namespace != SERVICE_NAMESPACE or method not in SIGNATURES:
        raise KhaosFault(f"No such method: {method}", actor="EInvokableNotFound")
    action = action.strip().strip('"')
    if action and action != f"{SERVICE_NAMESPACE}#{method}":
        raise KhaosFault(f"SOAPAction {action} does not fit the method {method}", actor="ESOAPDomConvertError")
    return Call(method, _arguments(method, list(asked)))


def parse_xml(text: bytes | str, what: str) -> Node:
    """A document without DOCTYPE, entities or network. Raises KhaosFault naming `what`."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode() if isinstance(text, str) else text, parser)
    except (etree.XMLSyntaxError, ValueError) as e:
        raise KhaosFault(f"{what} is not well-formed XML: {e}", actor="EDOMParseError") from e
    if root.getroottree().docinfo.internalDTD is not None:
        raise KhaosFault(f"{what} has a DOCTYPE", actor="EDOMParseError")
    return root


def _arguments(method: str, parts: list[Node]) -> dict[str, Any]:
    wanted = SIGNATURES[method].arguments
    names = {name.casefold(): name for name, _ in wanted}
    given = {names.get(etree.QName(p).localname.casefold()): p for p in parts}
    if None in given or len(given) < len(parts):  # names that are not ours: arguments are positional
        given = {name: part for (name, _), part in zip(wanted, parts, strict=False)}
    return {name: _value(method, name, kind, given.get(name)) for name, kind in wanted}


def _value(method: str, name: str, kind: str, part: Node | None) -> Any:
    """An argument that is left out reaches the method as 0, empty or no date (section 2)."""
    left_out = part is None or part.get(_NIL) in ("true", "1")
    text = "" if part is None or left_out else "".join(str(t) for t in part.itertext())
    try:
        if kind == "int":
            return int(text.strip() or 0)
        if kind == "boolean":
            return _boolean(text.strip().lower())
        if kind == "dateTime":
            return _london(text.strip())
    except ValueError as e:
        raise KhaosFault(f"{method}: {name} = {text!r} is not a valid {kind}", actor="EConvertError") from e
    return text


def _boolean(text: str) -> bool:
    if text in ("true", "1", "-1"):
        return True
    if text in ("false", "0", ""):
        return False
    raise ValueError(text)


def _london(text: str) -> datetime | None:
    """London local time; an offset, which the guide does not know, is converted."""
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is None else at.astimezone(_LONDON).replace(tzinfo=None)


def answer(method: str, result: Any) -> bytes:
    """The envelope of a normal answer."""
    body = typed("return", SIGNATURES[method].result, result)
    return (
        f'{_HEAD}<SOAP-ENV:Body {_ENCODING_STYLE}><NS1:{method}Response xmlns:NS1="{SERVICE_NAMESPACE}" '
        f'xmlns:NS2="{TYPES_NAMESPACE}">{body}</NS1:{method}Response></SOAP-ENV:Body></SOAP-ENV:Envelope>'
    ).encode()


def typed(name: str, kind: str, value: Any) -> str:
    """One typed part or property. None goes out as an empty element; an absent property is left out by `_object`."""
    if (item := array_of(kind)) is not None:
        return _array(name, item, value)
    if kind in TYPES:
        return f'<{name} xsi:type="NS2:{kind}">{_object(kind, value)}</{name}>'
    xsd = "string" if kind == "xml" else kind
    return f'<{name} xsi:type="xsd:{xsd}">{_text(value)}</{name}>'


def _array(name: str, item: str, values: Iterable[Any] | None) -> str:
    items = [v if isinstance(v, Fragment) else typed("item", item, v) for v in values or ()]
    prefix = "NS2" if item in TYPES else "xsd"
    kind = f'xsi:type="SOAP-ENC:Array" SOAP-ENC:arrayType="{prefix}:{item}[{len(items)}]"'
    return f"<{name} {kind}>{''.join(items)}</{name}>"


def _object(kind: str, value: Mapping[str, Any]) -> str:
    return "".join(typed(f, k, value[f]) for f, k in TYPES[kind].items() if f in value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return escape(str(value))


def fault(error: KhaosFault) -> bytes:
    """A Fault: unqualified children, faultactor the exception's class, one of the two documented detail shapes."""
    actor = escape(error.actor)
    if error.inheritance is None:
        detail = (
            '<NS1:ERemotableException xmlns:NS1="urn:InvokeRegistry" xsi:type="NS1:ERemotableException">'
            "</NS1:ERemotableException>"
        )
    else:
        detail = (
            '<NS1:EWebServiceError xmlns:NS1="urn:WebServiceP" xsi:type="NS1:EWebServiceError">'
            f'<ExceptionClassName xsi:type="xsd:string">{actor}</ExceptionClassName>'
            f'<ExceptionInheritance xsi:type="xsd:string">{escape(error.inheritance)}</ExceptionInheritance>'
            "</NS1:EWebServiceError>"
        )
    return (
        f"{_HEAD}<SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode>"
        f"<faultstring>{escape(str(error))}</faultstring><faultactor>{actor}</faultactor>"
        f"<detail>{detail}</detail></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode()
