"""Texts as values, whole columns at a time: exact decimals, instants with their zone, dates. Never through a float."""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from khaos_assets.systems.json_layout import Texts
from khaos_assets.systems.wire import arrow_type, places_of, unwrapped

INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
WHOLE_DIGITS = 28
"""Digits of a DECIMAL(28, places), decimals included."""
PLAIN = frozenset({str, bool, int, Decimal, datetime, date})
"""Types of fields whose values are one text each."""


class FieldBroken(ValueError):
    """A value breaks the rule of its field."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def column_of_texts(found: Texts, annotation: Any, field: str) -> pa.Array:
    """The values of a field of one of the PLAIN types. Raises FieldBroken, also where only a parser can tell."""
    inner, optional = unwrapped(annotation)
    texts = found.texts
    if optional and not found.quoted:
        texts = pc.if_else(pc.equal(texts, "null"), pa.scalar(None, pa.string()), texts)
    if inner is Decimal:
        return decimals(texts, places_of(annotation), field)
    if inner in (bool, int) and not found.quoted:
        return booleans(texts, field) if inner is bool else integers(texts, field)
    if inner in (bool, int) or not (found.quoted or texts.null_count == len(texts)):
        raise FieldBroken(field, "of another type")
    if inner is datetime:
        return instants(texts, field)
    return dates(texts, field) if inner is date else texts


def decimals(texts: pa.Array, places: int, field: str) -> pa.Array:
    """Numbers, quoted or not, as DECIMAL(28, places). Zeros at the end are no more decimals. Raises FieldBroken."""
    # Few figures differ from each other: each is checked and cast once.
    encoded = texts.dictionary_encode()
    different = pc.utf8_trim(encoded.dictionary, '"')
    grammar = rf"^-?[0-9]{{1,{WHOLE_DIGITS - places}}}" + (rf"(\.[0-9]{{1,{places}}}0*)?$" if places else "$")
    what = f"a number of at most {places} decimals"
    return _cast(different, grammar, pa.decimal128(WHOLE_DIGITS, places), field, what).take(encoded.indices)


def instants(texts: pa.Array, field: str) -> pa.Array:
    """Times with their zone, as UTC microseconds. Raises FieldBroken."""
    return _cast(texts, INSTANT, arrow_type(datetime), field, "an instant with its zone")


def dates(texts: pa.Array, field: str) -> pa.Array:
    """Dates yyyy-mm-dd. Raises FieldBroken."""
    return _cast(texts, DAY, pa.date32(), field, "a date yyyy-mm-dd")


def booleans(texts: pa.Array, field: str) -> pa.Array:
    """`true` and `false`. Raises FieldBroken."""
    return _cast(texts, "^(true|false)$", pa.bool_(), field, "true or false")


def integers(texts: pa.Array, field: str) -> pa.Array:
    """Whole numbers of at most 18 digits, without a point or an exponent. Raises FieldBroken."""
    return _cast(texts, "^-?(0|[1-9][0-9]{0,17})$", pa.int64(), field, "a whole number")


def _cast(array: pa.Array, grammar: str, kind: pa.DataType, field: str, what: str) -> pa.Array:
    """Texts that fit the grammar, as values. Raises FieldBroken with the first text that does not."""
    fits = pc.match_substring_regex(array, grammar)
    if pc.all(fits).as_py() is False:
        found = array.filter(pc.invert(fits))[0].as_py()
        raise FieldBroken(field, f"{found[:40]!r} is not {what}")
    try:
        return array.cast(kind)
    except pa.ArrowInvalid as e:
        shown = array[0].as_py() if len(array) == 1 else "a value"
        raise FieldBroken(field, f"{str(shown)[:40]!r} is not {what}") from e
