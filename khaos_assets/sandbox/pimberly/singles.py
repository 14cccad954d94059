"""One product and its kin: parents, items, classes. Contract 3.2 to 3.4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from khaos_assets.sandbox.pimberly import answers
from khaos_assets.sandbox.pimberly.answers import nothing_found
from khaos_assets.sandbox.pimberly.faces import EVERYTHING, Face
from khaos_assets.sandbox.pimberly.hierarchy import CLASSES, values
from khaos_assets.sandbox.pimberly.holdings import Holdings
from khaos_assets.sandbox.pimberly.rows import Row


class Singles:
    """What can be asked of one product, by its `primaryId` or internal id."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings

    def product(self, key: str, asked: Mapping[str, str], face: Face) -> Response:
        """One product, flat; without `attributes` its identifiers only."""
        return answers.flat(face.show([self._row(key)], asked.get("attributes"))[0])

    def attributes(self, key: str, face: Face) -> Response:
        """One product with all its attributes, flat."""
        return answers.flat(face.show([self._row(key)], EVERYTHING)[0])

    def classes(self, key: str) -> Response:
        """Its category paths."""
        paths = values(self._row(key).record().get(CLASSES))
        if not paths:
            raise nothing_found("No classes found")
        return answers.data(msgspec.json.encode({"path": p}) for p in paths)

    def kin(self, key: str, attribute: str, asked: Mapping[str, str], face: Face) -> Response:
        """Its parents or items. Attributes only with both parameters; one that is nowhere is named all the same."""
        keys = values(self._row(key).record().get(attribute))
        if not keys:
            raise nothing_found(f"No {attribute.lower()} found")
        full = asked.get("attributes") if asked.get("extendResponse") == "1" else None
        return answers.data([self._named(k, full or None, face) for k in keys])

    def _named(self, key: Any, attributes: str | None, face: Face) -> bytes:
        row = self.holdings.shown.get(str(key)) if attributes else None
        if row is None:
            return msgspec.json.encode({face.key: key})
        return face.show([row], attributes)[0]

    def _row(self, key: str) -> Row:
        found = self.holdings.shown.get(key)
        if found is None:
            raise nothing_found("Product not found")
        return found
