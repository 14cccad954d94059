"""In what an amount is counted. Amounts on different bases (cost, selling price, order value …) are never added up."""

from __future__ import annotations

from enum import StrEnum


class Basis(StrEnum):
    """What pounds of a code mean. All are net of VAT unless the name says otherwise."""

    COST = "cost (indicative)"
    PRICE = "selling price, net"
    LINE = "order lines, net"
    ORDER = "orders, net"
    GROSS = "gross"
    VAT = "VAT"
    FIELD = "the field that differs"
    MEMBERS = "sum of its members"
    NONE = "no amount"


# The catalogue's own words, the more particular first.
_WORDS = (
    ("vat difference", Basis.VAT),
    ("khaos vat", Basis.VAT),
    ("line net", Basis.LINE),
    ("order net", Basis.ORDER),
    ("net value of open orders", Basis.ORDER),
    ("gross", Basis.GROSS),
    ("price", Basis.PRICE),
    ("cost", Basis.COST),
    ("unit difference", Basis.PRICE),
    ("sum over the lines", Basis.LINE),
    ("sum of its members", Basis.MEMBERS),
    ("signed difference", Basis.FIELD),
    ("new − old", Basis.FIELD),
)


def basis_of(amount: str, systems: str) -> Basis:
    """The basis for one pair, from the catalogue's text ("|units| × price on channels, × cost in WAIR")."""
    if amount.startswith("none"):
        return Basis.NONE
    names = systems.replace("<", "").replace(">", " ").split()
    for clause in amount.lower().split(", "):
        if any(f"in {name}" in clause for name in names) and (found := _basis_in(clause)):
            return found
    return _basis_in(amount.lower()) or Basis.NONE


def is_signed(amount: str) -> bool:
    """Whether rows of the code lie over or under the expected figure, so that the two must be shown apart."""
    return "|units|" in amount or "signed" in amount


def _basis_in(text: str) -> Basis | None:
    return next((basis for word, basis in _WORDS if word in text), None)
