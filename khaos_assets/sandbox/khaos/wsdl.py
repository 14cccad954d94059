"""The WSDL of IKosWeb, written from the signatures: SOAP 1.1, RPC/encoded, one part per argument.

The SOAP encoding schema is imported by a relative schemaLocation and served beside it: loading both needs no network.
"""

from __future__ import annotations

from importlib.resources import files
from xml.sax.saxutils import quoteattr

from khaos_assets.sandbox.khaos.signatures import (
    SERVICE_NAMESPACE,
    SIGNATURES,
    TYPES,
    TYPES_NAMESPACE,
    Signature,
    array_of,
    arrays,
)

ENCODING_SCHEMA_NAME = "soap-encoding.xsd"
_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"


def encoding_schema() -> bytes:
    """The part of the SOAP encoding schema that the WSDL imports."""
    return files("khaos_assets.sandbox.khaos").joinpath(ENCODING_SCHEMA_NAME).read_bytes()


def qualified(kind: str, types_prefix: str = "types") -> str:
    """The QName of a type: `xsd:int`, `types:TStockList`; an exported XML document is a string."""
    if kind == "xml":
        return "xsd:string"
    return f"{types_prefix}:{kind}" if kind in TYPES or array_of(kind) else f"xsd:{kind}"


def wsdl(endpoint: str, *, extension: bool) -> str:
    """The whole document; `endpoint` is the address calls go to. Without the extension its methods are not named."""
    offered = {name: s for name, s in SIGNATURES.items() if extension or not s.extension}
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
            f'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soapenc="{_ENCODING}" '
            f'xmlns:tns="{SERVICE_NAMESPACE}" xmlns:types="{TYPES_NAMESPACE}" name="IKosWebservice" '
            f'targetNamespace="{SERVICE_NAMESPACE}">',
            "<types>",
            _schema(),
            "</types>",
            *(_messages(name, s) for name, s in offered.items()),
            '<portType name="IKosWeb">',
            *(
                f'<operation name="{n}"><input message="tns:{n}Request"/>'
                f'<output message="tns:{n}Response"/></operation>'
                for n in offered
            ),
            "</portType>",
            '<binding name="IKosWebbinding" type="tns:IKosWeb">',
            '<soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>',
            *(_binding(name) for name in offered),
            "</binding>",
            '<service name="IKosWebservice"><port name="IKosWebPort" binding="tns:IKosWebbinding">',
            f"<soap:address location={quoteattr(endpoint)}/></port></service>",
            "</definitions>",
        ]
    )


def _schema() -> str:
    parts = [
        f'<xsd:schema targetNamespace="{TYPES_NAMESPACE}">',
        f'<xsd:import namespace="{_ENCODING}" schemaLocation="{ENCODING_SCHEMA_NAME}"/>',
    ]
    for name, fields in TYPES.items():
        parts.append(f'<xsd:complexType name="{name}"><xsd:sequence>')
        # Everything may be missing: a real server's objects grow and shrink with its version.
        parts += [f'<xsd:element name="{f}" type="{qualified(k)}" minOccurs="0"/>' for f, k in fields.items()]
        parts.append("</xsd:sequence></xsd:complexType>")
    for name in arrays():
        item = qualified(array_of(name) or "")
        parts.append(
            f'<xsd:complexType name="{name}"><xsd:complexContent><xsd:restriction base="soapenc:Array"><xsd:sequence>'
            f'<xsd:element name="item" type="{item}" minOccurs="0" maxOccurs="unbounded"/></xsd:sequence>'
            f'<xsd:attribute ref="soapenc:arrayType" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" '
            f'wsdl:arrayType="{item}[]"/></xsd:restriction></xsd:complexContent></xsd:complexType>'
        )
    return "\n".join([*parts, "</xsd:schema>"])


def _messages(name: str, signature: Signature) -> str:
    parts = "".join(f'<part name="{a}" type="{qualified(kind)}"/>' for a, kind in signature.arguments)
    return (
        f'<message name="{name}Request">{parts}</message>\n'
        f'<message name="{name}Response"><part name="return" type="{qualified(signature.result)}"/></message>'
    )


def _binding(name: str) -> str:
    body = f'<soap:body use="encoded" encodingStyle="{_ENCODING}" namespace="{SERVICE_NAMESPACE}"/>'
    return (
        f'<operation name="{name}"><soap:operation soapAction="{SERVICE_NAMESPACE}#{name}" style="rpc"/>'
        f"<input>{body}</input><output>{body}</output></operation>"
    )
