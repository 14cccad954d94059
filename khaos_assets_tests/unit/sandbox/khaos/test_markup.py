"""Records in wire shape become XML and come back as they were."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from khaos_assets.sandbox.khaos.markup import as_list, at, element, record_of

names = st.sampled_from(["STOCK_CODE", "LEVEL", "A", "B"])
# What XML 1.0 can hold; ends are trimmed on reading, as Khaos does on saving.
texts = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"))
)
records: st.SearchStrategy[Any] = st.dictionaries(
    names, st.recursive(texts, lambda inner: st.dictionaries(names, inner, min_size=1), max_leaves=6), min_size=1
)


@given(records, st.booleans())
def test_a_record_survives_the_wire(record: dict[str, Any], cdata: bool) -> None:
    assert record_of(etree.fromstring(element("R", record, cdata=cdata))) == record


def test_flags_decimals_and_nothing_are_written_as_khaos_writes_them() -> None:
    record = {"YES": True, "NO": False, "QTY": Decimal("1E+2"), "PRICE": Decimal("6.80"), "EMPTY": "", "NULL": None}
    assert element("R", record) == (
        "<R><YES>-1</YES><NO>0</NO><QTY>100</QTY><PRICE>6.80</PRICE><EMPTY></EMPTY><NULL></NULL></R>"
    )


def test_attributes_stand_beside_the_text_and_private_keys_stay_at_home() -> None:
    record = {"@CODE": 'a"b', "@NONE": None, "_site": "Main", "#text": "1 < 2", "ROW": [{"X": "1"}, {"X": "2"}]}
    node = etree.fromstring(element("R", record))
    assert (node.get("CODE"), node.text) == ('a"b', "1 < 2")
    assert dict(node.attrib) == {"CODE": 'a"b'}
    assert [e.findtext("X") for e in node] == ["1", "2"]


def test_a_path_reads_texts_and_attributes_and_is_empty_where_there_is_nothing() -> None:
    record = {"PRICE": {"@IS_NET": "-1", "#text": Decimal("2.50")}, "LIST": ""}
    assert (at(record, "PRICE"), at(record, "PRICE/@IS_NET"), at(record, "LIST/ROW/X")) == ("2.50", "-1", "")
    assert (as_list(None), as_list(""), as_list({"X": 1}), as_list([1])) == ([], [], [{"X": 1}], [1])
