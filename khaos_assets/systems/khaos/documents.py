"""Parsing XML that a server sent: no DOCTYPE, no entities, no network, capped depth, known encodings.

Not here: what the elements mean. Raises NotXml, whose text names what is wrong and never quotes the document.
"""

from __future__ import annotations

import re
from typing import cast

from lxml import etree

from khaos_assets.systems.khaos.fields import Element

MAX_DEPTH = 48
"""Deepest nesting taken: a style tree of four levels inside an envelope needs about twenty."""

_ENCODINGS = {"utf-8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "latin-1"}
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_ENCODING = re.compile(rb"""<\?xml\b[^>]*\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_PROLOG = r"\ufeff?(?:\s|<!--.*?-->|<\?.*?\?>)*+(<!DOCTYPE)?"
_PROLOG_STR = re.compile(_PROLOG, re.DOTALL)
_PROLOG_BYTES = re.compile(_PROLOG.replace(r"\ufeff?", "(?:\xef\xbb\xbf)?").encode("latin-1"), re.DOTALL)
_TOO_DEEP = "boolean(/" + "/".join("*" * (MAX_DEPTH + 1)) + ")"


class NotXml(ValueError):
    """Not a whole, plain XML document."""


def parse(document: bytes | str) -> Element:
    """The root of a document. Comments and processing instructions are gone, CDATA is text. NotXml otherwise."""
    # The characters of a string are decoded already, whatever the declaration inside it claims.
    document = _checked_bytes(document) if isinstance(document, bytes) else _DECLARATION.sub("", document, count=1)
    if not document.strip():
        raise NotXml("the document is empty")
    _refuse_doctype(document)
    try:
        root = etree.fromstring(document, _parser())
    except (etree.XMLSyntaxError, ValueError) as e:
        where = f" (line {e.position[0]}, column {e.position[1]})" if isinstance(e, etree.XMLSyntaxError) else ""
        raise NotXml(f"not well-formed XML, or cut off{where}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotXml("has a DOCTYPE, which is refused")
    if cast(bool, root.xpath(_TOO_DEEP)):
        raise NotXml(f"is nested deeper than {MAX_DEPTH} elements")
    return root


def _parser() -> etree.XMLParser:
    # huge_tree only lifts the 10 MB limit of one text: an export comes as a single string inside the envelope. The
    # transport caps the body, and without a DOCTYPE there are no entities to expand.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )


def _checked_bytes(document: bytes) -> bytes | str:
    if document[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return _DECLARATION.sub("", document.decode("utf-16"), count=1)
        except UnicodeDecodeError:
            raise NotXml("is not readable as UTF-16") from None
    found = _ENCODING.match(document.removeprefix(b"\xef\xbb\xbf").lstrip())
    if found is not None and found[1].decode().lower() not in _ENCODINGS:
        raise NotXml("declares an encoding that is not taken")
    return document


def _refuse_doctype(document: bytes | str) -> None:
    """Looked for before the parser sees it: entities in attributes are expanded while parsing."""
    found = _PROLOG_STR.match(document) if isinstance(document, str) else _PROLOG_BYTES.match(document)
    if found is not None and found[1]:
        raise NotXml("has a DOCTYPE, which is refused")
