"""What tests of an order's money plant again and again, and how they look at it."""

from __future__ import annotations

from typing import Any

from khaos_assets_tests.planted_night import Results, line
from khaos_assets_tests.planted_scayle import unit

MONEY = ("FIN-01", "FIN-02", "FIN-03", "FIN-04", "FIN-05", "FIN-06", "FIN-10")
MUGS = [unit("MUG-1", "12.00"), unit("MUG-1", "12.00")]
TWO_MUGS = [line("MUG-1", 2, "12.00")]
FOR_TWO = ("20.00", "24.00")


def rows(found: Results, word: str, *codes: str) -> list[tuple[Any, ...]]:
    """(code, reference, field, amount, state) of the money codes, of orders whose reference begins with a word."""
    wanted = [r for r in found.rows if r["code"] in (codes or MONEY) and r["record_key"].startswith(word)]
    return [(r["code"], r["record_key"], r["field"], str(r["amount_gbp"]), r["state"]) for r in wanted]


def explained(found: Results, word: str) -> dict[tuple[str, str], str | None]:
    """(code, reference) of what another code explains, and by which."""
    hidden = [r for r in found.rows if r["state"] == "suppressed" and r["record_key"].startswith(word)]
    return {(r["code"], r["record_key"]): found.explained_by(r) for r in hidden}


def compared(found: Results, word: str) -> set[str]:
    return {r["code"] for r in found.population if r["code"] in MONEY and r["record_key"].startswith(word)}
