"""Attributes that a customer made up: absent, null, empty, zero and false are five things, and digits are kept."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.systems.attributes import attribute_lists


def attributes_of(*objects: str) -> list[list[dict[str, Any]]]:
    """The lists of some JSON objects."""
    return attribute_lists([msgspec.json.decode(o, type=dict[str, msgspec.Raw]) for o in objects]).to_pylist()


def one(value: str) -> tuple[str, str | None]:
    ((entry,),) = attributes_of(f'{{"x": {value}}}')
    return entry["kind"], entry["value"]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ('"0.50"', "text", "0.50"),
        ("0.50", "number", "0.50"),
        ("-3", "number", "-3"),
        ("12345678901234567890.1", "number", "12345678901234567890.1"),
        ("0", "number", "0"),
        ('""', "text", ""),
        ("null", "null", None),
        ("true", "boolean", "true"),
        ("false", "boolean", "false"),
        ('["a", "b"]', "list", '["a", "b"]'),
        ('{"id": 1}', "object", '{"id": 1}'),
        ('"Gr\\u00f6\\u00dfe \\"L\\""', "text", 'Größe "L"'),
    ],
)
def test_each_kind_of_value_keeps_its_text(value: str, kind: str, text: str | None) -> None:
    assert one(value) == (kind, text)


def test_what_was_not_sent_is_not_there_and_names_are_in_order() -> None:
    """Two answers that name the same attributes in another order are one content."""
    assert attributes_of('{"b": 1, "a": "x"}', "{}", '{"a": "x", "b": 1}') == [
        [{"name": "a", "kind": "text", "value": "x"}, {"name": "b", "kind": "number", "value": "1"}],
        [],
        [{"name": "a", "kind": "text", "value": "x"}, {"name": "b", "kind": "number", "value": "1"}],
    ]


def value_of(entry: dict[str, Any]) -> Any:
    return entry["value"] if entry["kind"] in {"text", "null"} else json.loads(entry["value"])


@given(st.lists(st.dictionaries(st.text(max_size=8), st.one_of(st.text(), st.integers(), st.booleans(), st.none()))))
def test_any_object_comes_back(objects: list[dict[str, Any]]) -> None:
    """No text is mixed up with its neighbour, however many stand in a page."""
    read = attributes_of(*(json.dumps(o) for o in objects))
    back = [
        {e["name"]: e["value"] if e["kind"] in {"text", "null"} else json.loads(e["value"]) for e in r} for r in read
    ]
    assert back == objects
