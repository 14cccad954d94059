"""Raw paths: what is named by one encoded segment arrives as it was meant."""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.sandbox.scayle.calls import Call, Identifier, Refused
from khaos_assets.sandbox.scayle.routes import TABLE

REFERENCES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(REFERENCES)
def test_any_reference_key_survives_as_one_encoded_segment(reference: str) -> None:
    for encode in (quote_plus, lambda text: quote(text, safe="")):
        call = Call.to("GET", f"/variants/{encode(f'key={reference}')}/stocks")
        assert call is not None
        assert call.identifier(0) == Identifier(reference=reference)


@pytest.mark.parametrize("operation", TABLE)
def test_every_operation_is_found_by_its_own_path(operation: str) -> None:
    method, path = operation.split(" ")
    segments = [str(n) for n in range(path.count("{}"))]
    call = Call.to(method, path.format(*segments))
    assert call is not None
    assert (call.operation, call.segments, call.scope) == (operation, tuple(segments), TABLE[operation])
    assert Call.to(method, f"{path.format(*segments)}/x/y/z") is None


def test_an_empty_segment_names_nothing() -> None:
    assert Call.to("GET", "/variants//stocks") is None


@pytest.mark.parametrize("text", ["SKU-1", "", "-1", "1.0", "KEY=A", "٣"])
def test_what_is_neither_a_number_nor_a_key_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=re.escape("neither a number nor key=")):
        Identifier.of(text)


def test_filters_and_parts_are_read_from_the_query() -> None:
    call = Call.to("GET", "/products", b"with=a,b&filters[state]=live&filters%5BupdatedAt%5D%5Bgte%5D=x&limit=3")
    assert call is not None
    assert call.parts() == {"a", "b"}
    assert call.filters() == {("state", ""): "live", ("updatedAt", "gte"): "x"}
