"""What the sections of product information systems share in merchant.toml: where our fields stand, and states.

Not here: what a field means in Khaos (`warehouse/`), or whose it is (the ownership table).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from khaos_assets.config.settings import Section, SystemSettings

CARRIED = ("simple", "build", "style_child", "pack", "style_parent")


class AttributeOf(Section):
    """Where one of our fields stands: the attribute's name there, and what its figure counts."""

    attribute: str
    unit: Literal["g", "kg", "mm", "cm", "m"] | None = Field(default=None, description="what a measure counts")
    basis: Literal["net", "gross"] | None = Field(default=None, description="whether an amount includes VAT")


class ProductData(SystemSettings):
    """The keys that every product information system has."""

    carries_kinds: list[str] = Field(default=list(CARRIED))
    attributes: dict[str, AttributeOf] = Field(default={}, description="our field → where it stands")
    mandatory: list[str] = Field(
        default=["weight", "commodity_code", "description", "tax_code", "cost"],
        description="our fields that a product ready for Khaos must have; cost only where this system owns it",
    )

    def product_tables(self, system: str) -> dict[str, list[tuple[object, ...]]]:
        """Rows for `carried_kind`, `pim_attribute` (its unit: of a measure, or net, gross) and `pim_mandatory`."""
        return {
            "carried_kind": [(system, kind) for kind in self.carries_kinds],
            "pim_attribute": [
                (system, field, a.attribute, a.unit or a.basis or "") for field, a in self.attributes.items()
            ],
            "pim_mandatory": [(system, field) for field in self.mandatory],
        }


def as_json(values: Sequence[str]) -> tuple[str, object]:
    """A list of texts as an SQL variable: `getvariable(…)::VARCHAR[]`."""
    return "JSON", json.dumps(list(values), ensure_ascii=False)
