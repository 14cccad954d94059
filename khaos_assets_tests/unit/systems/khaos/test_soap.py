"""Calls are written in full; answers are read whatever their dress, and only when they are whole."""

from __future__ import annotations

import base64
import bz2
import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from khaos_assets.systems.khaos import calls
from khaos_assets.systems.khaos.documents import NotXml, parse
from khaos_assets.systems.khaos.soap import (
    Call,
    SoapFault,
    Unreadable,
    document_of,
    items,
    member,
    properties,
    read_answer,
    write_call,
)

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def answer(content: str, *, prefix: str = "SOAP-ENV") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{prefix}:Envelope '
        f'xmlns:{prefix}="http://schemas.xmlsoap.org/soap/envelope/" {XSI}>'
        f"<{prefix}:Body>{content}</{prefix}:Body></{prefix}:Envelope>"
    ).encode()


def returned(content: str) -> bytes:
    return answer(f'<NS1:XResponse xmlns:NS1="urn:K"><return xsi:type="xsd:string">{content}</return></NS1:XResponse>')


def test_every_argument_is_sent_in_its_order() -> None:
    call = calls.order_window(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC))
    method = etree.fromstring(write_call(call, "urn:KosWebIntf-IKosWeb"))[0][0]
    assert method.tag == "{urn:KosWebIntf-IKosWeb}ExportOrderStatusEx"
    assert [(e.tag, e.text or "") for e in method] == [
        ("IDs", ""), ("MappingType", "1"), ("WebOnly", "false"), ("ConfirmedOnly", "false"),
        ("IncludeTracking", "false"), ("IncludeCancelled", "true"), ("DateFrom", "2026-07-01T01:00:00"),
        ("DateTo", "2026-07-02T01:00:00"), ("InvoiceStageIDs", ""), ("ShowItems", "true"),
    ]  # fmt: skip


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=","), min_size=1).filter(str.strip))
def test_any_code_arrives_as_it_is(code: str) -> None:
    method = etree.fromstring(write_call(calls.stock_export([code]), "urn:K"))[0][0]
    assert method[0].text == code


def test_a_code_with_a_comma_is_never_sent() -> None:
    with pytest.raises(ValueError, match="cannot be asked for"):
        calls.stock_export(["A", "B,C"])
    with pytest.raises(ValueError, match="cannot be asked for"):
        calls.stock_export([""])


@pytest.mark.parametrize("prefix", ["SOAP-ENV", "soap", "S"])
def test_prefixes_are_the_servers_business(prefix: str) -> None:
    body = answer(
        "<m:GetVersionResponse xmlns:m='urn:x'><m:return>8.173</m:return></m:GetVersionResponse>", prefix=prefix
    )
    assert (read_answer(body).tag, read_answer(body).text) == ("return", "8.173")


def test_a_document_is_read_escaped_in_cdata_or_with_another_declaration() -> None:
    for text in (
        "&lt;A&gt;&lt;B&gt;x &amp;amp; y&lt;/B&gt;&lt;/A&gt;",
        "<![CDATA[<?xml version='1.0' encoding='ISO-8859-1'?><A><B>x &amp; y</B></A>]]>",
        "<![CDATA[<A><!-- comment --><B>x <![CDATA[& y]]]]><![CDATA[></B></A>]]>",
        "<![CDATA[<n:A xmlns:n='urn:z'><n:B>x &amp; y</n:B></n:A>]]>",
    ):
        root = document_of(read_answer(returned(text)))
        assert (root.tag, root[0].tag, root[0].text) == ("A", "B", "x & y")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "empty_return"),
        ("  ", "empty_return"),
        ("Access violation", "non_xml_return"),
        ("&lt;A&gt;&lt;B&gt;", "truncated_xml"),
        ("&lt;A/&gt;&lt;B/&gt;", "truncated_xml"),
        ("&lt;!DOCTYPE A [&lt;!ENTITY x 'y'&gt;]&gt;&lt;A&gt;&amp;x;&lt;/A&gt;", "truncated_xml"),
    ],
)
def test_what_is_no_whole_document_is_told(content: str, fault: str) -> None:
    with pytest.raises(Unreadable) as told:
        document_of(read_answer(returned(content)))
    assert told.value.fault == fault


DETAILS = {
    "EIntfCastError": '<detail><NS1:ERemotableException xmlns:NS1="urn:InvokeRegistry"/></detail>',
    "EMyError": '<detail><e:EWebServiceError xmlns:e="urn:WebServiceP">'
    '<ExceptionClassName xsi:type="xsd:string">EMyError</ExceptionClassName>'
    "<ExceptionInheritance>EMyError,Exception</ExceptionInheritance></e:EWebServiceError></detail>",
}


@pytest.mark.parametrize("name", DETAILS)
def test_a_fault_names_its_exception_class_in_either_shape(name: str) -> None:
    fault = (
        "<SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring>Fault of the day</faultstring>"
        f"<faultactor>EIntfCastError</faultactor>{DETAILS[name]}</SOAP-ENV:Fault>"
    )
    with pytest.raises(SoapFault) as told:
        read_answer(answer(fault))
    assert (told.value.fault, told.value.exception_class) == ("soap_fault", name)
    assert "of the day" not in str(told.value)


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>503</body></html>", b"<html><br></html>", answer(""), b"\x1f\x8b\x00"]
)
def test_what_is_no_envelope_is_told(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_answer(body)


def test_typed_lists_are_read_inline_and_by_reference() -> None:
    inline = answer(
        "<R><return xsi:type='NS1:TStockList'><Count xsi:type='xsd:int'>1</Count>"
        "<List><item><StockCode>A</StockCode><ParentCode xsi:nil='true'/></item></List></return></R>"
    )
    referred = answer(
        "<R><return href='#1'/></R><m id='1'><Count>1</Count><List href='#2'/></m>"
        "<m id='2'><item href='#3'/></m><m id='3'><StockCode>A</StockCode><ParentCode/></m>"
    )
    for body in (inline, referred):
        result = read_answer(body)
        listed = member(result, "List")
        assert listed is not None
        assert properties(result) == {"Count": "1"}
        assert [properties(i) for i in items(listed)] == [{"StockCode": "A", "ParentCode": None}]


def packed(document: bytes, *, method: str = "ZIP", size: int = 0, cut: int = 0) -> bytes:
    if method == "ZIP":
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("Stock.xml", document)
            archive.writestr("Other.xml", b"<OTHER/>")
        data = file.getvalue()
    else:
        data = bz2.compress(document)
    data = data[: len(data) - cut]
    parts = {"Method": method, "FileName": "", "Data": base64.b64encode(data).decode(),
             "OriginalSize": len(document) + size, "CompressedSize": len(data),
             "PasswordProtected": "false"}  # fmt: skip
    return returned("".join(f"<{k}>{v}</{k}>" for k, v in parts.items()))


@pytest.mark.parametrize("method", ["ZIP", "BZIP2"])
def test_a_compressed_document_is_unpacked_and_its_sizes_checked(method: str) -> None:
    document = '<?xml version="1.0" encoding="ISO-8859-1"?><A>é</A>'.encode("latin-1")
    assert document_of(read_answer(packed(document, method=method))).text == "é"
    for broken in (packed(document, method=method, size=1), packed(document, method=method, size=-1),
                   packed(document, method=method, cut=20)):  # fmt: skip
        with pytest.raises(Unreadable) as told:
            document_of(read_answer(broken))
        assert told.value.fault == "bad_size"


def test_entities_and_depth_cannot_hurt() -> None:
    bomb = b"<!DOCTYPE a [<!ENTITY x 'y'>]><a b='&x;'/>"
    for prolog in (b"", b"<?xml version='1.0'?>\n", b"\xef\xbb\xbf<!-- harmless -->"):
        with pytest.raises(NotXml, match="DOCTYPE"):
            parse(prolog + bomb)
    with pytest.raises(NotXml, match="deeper"):
        parse(b"<a>" * 60 + b"</a>" * 60)
    with pytest.raises(NotXml, match="encoding"):
        parse(b"<?xml version='1.0' encoding='UTF-7'?><a/>")
    with pytest.raises(NotXml):
        parse(b"<a>" * 5000)


def test_a_text_of_many_megabytes_is_read_and_a_description_may_speak_of_doctypes() -> None:
    assert len(parse(b"<a>" + b"x" * 12_000_000 + b"</a>").text or "") == 12_000_000
    assert parse("<a><![CDATA[<!DOCTYPE html>]]></a>").text == "<!DOCTYPE html>"


def test_a_call_without_an_argument_still_names_it() -> None:
    body = write_call(Call("X", {"DateFrom": None, "SiteID": 0}), "urn:K")
    assert [(e.tag, e.text) for e in etree.fromstring(body)[0][0]] == [("DateFrom", None), ("SiteID", "0")]
