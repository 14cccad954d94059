"""One fault, one exception: the pairs of codes that the catalogue lets explain one another, on one night."""

from __future__ import annotations

from pathlib import Path

import pytest

from khaos_assets_tests.planted_explanations import SETTINGS, two_nights
from khaos_assets_tests.planted_night import Results, evaluate, merged


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return evaluate(tmp_path_factory.mktemp("explained"), *two_nights())


def explained(found: Results) -> list[str]:
    """ "victim, pair and record < survivor", of everything that something else explains."""
    by_case = {r["case_key"]: f"{r['code']} {r['record_key']}" for r in found.rows}
    hidden = [r for r in found.rows if r["suppressed_by"]]
    return [f"{r['code']} {r['systems']} {r['record_key']} < {by_case[r['suppressed_by']]}" for r in hidden]


def test_each_victim_names_the_exception_that_a_person_works_on(found: Results) -> None:
    assert explained(found) == EXPLAINED


def test_what_nothing_explains_stands(found: Results) -> None:
    assert [f"{r['code']} {r['record_key']}" for r in found.rows if not r["suppressed_by"]] == STANDS


def test_the_order_of_rows_changes_nothing(tmp_path: Path, found: Results) -> None:
    assert evaluate(tmp_path, *two_nights(), seed=1).rows == found.rows


def test_old_figures_explain_what_differs_from_them(tmp_path: Path) -> None:
    """Of stock, prices, attributes and profiles; not who exists, nor orders and their money."""
    stale = ("khaos.stock_items", "khaos.customers", "wair.stock")
    moving = merged(SETTINGS, {"feeds": {r: {"moving": True} for r in stale}})
    old = {r: {"newest_change": "2026-11-01T00:00:00+00:00"} for r in stale}
    night = evaluate(tmp_path, *two_nights(settings=moving, certificates=old))
    by_feed = {line.split(" ")[0] for line in explained(night) if "< FEED-03" in line}
    assert by_feed == {"CUS-04", "FEED-05", "FIN-07", "PIM-02", "PIM-03"} | {f"STK-0{n}" for n in range(1, 9)}
    against = {f"{r['code']} {r['systems']}" for r in night.rows if r["state"] == "open" and r["code"][:3] == "STK"}
    assert against == {"STK-06 khaos", "STK-06 scayle"}


EXPLAINED = [
    "CUS-03 orocommerce>khaos wrong account < CUS-01 KEEP-1",
    "FIN-01 scayle>khaos amended < ORD-11 amended",
    "FIN-01 scayle>khaos class < FIN-02 class",
    "FIN-01 scayle>khaos currency < FIN-06 currency",
    "FIN-02 scayle>khaos amended < ORD-11 amended",
    "FIN-02 scayle>khaos currency < FIN-06 currency",
    "FIN-03 scayle>khaos amended < ORD-11 amended",
    "FIN-03 scayle>khaos currency < FIN-06 currency",
    "FIN-04 scayle>khaos amended < ORD-11 amended",
    "FIN-04 scayle>khaos currency < FIN-06 currency",
    "FIN-05 scayle>khaos currency < FIN-06 currency",
    "FIN-06 orocommerce>khaos other account < CUS-03 other account",
    "FIN-06 orocommerce>khaos wrong account < CUS-01 KEEP-1",
    "FIN-07 khaos>orocommerce trade-1 < SKU-02 trade-1",
    "FIN-09 scayle>khaos currency < FIN-06 currency",
    "FIN-10 scayle>khaos amended < ORD-11 amended",
    "FIN-10 scayle>khaos currency < FIN-06 currency",
    "ORD-05 wair>khaos W3 < ORD-10 W3",
    "ORD-05 wair>khaos W4 < ORD-14 W4",
    "ORD-05 wair>khaos W5 < ORD-14 W5",
    "ORD-07 khaos>scayle W1 < ORD-05 W1",
    "ORD-12 scayle>khaos W2 < ORD-09 W2",
    "ORD-12 scayle>khaos W3 < ORD-10 W3",
    "ORD-12 scayle>khaos W7 < ORD-01 W7",
    "ORD-12 scayle>khaos W8 < ORD-02 W8",
    "ORD-13 khaos>scayle W11 < ORD-05 W11",
    "ORD-13 khaos>scayle W12 < ORD-10 W12",
    "ORD-13 khaos>scayle W13 < ORD-09 W13",
    "ORD-15 wair>khaos W5 < ORD-14 W5",
    "ORD-15 wair>khaos W6 < ORD-14 W6",
    "ORD-16 khaos>wair D10-b < ORD-02 W10",
    "ORD-16 khaos>wair D9-b < ORD-01 W9",
    "ORD-18 khaos>scayle W7 < ORD-01 W7",
    "ORD-18 khaos>scayle W8 < ORD-02 W8",
    "PIM-02 pimberly>khaos LACKS-1 < PIM-01 LACKS-1",
    "PIM-02 plytix>khaos AMOUNT-1 < PIM-03 AMOUNT-1",
    "PIM-02 plytix>khaos OUT-1 < PIM-07 OUT-1",
    "PIM-02 plytix>khaos ROW-0 < FEED-06 khaos/stock_items",
    "PIM-02 plytix>khaos ROW-1 < FEED-06 khaos/stock_items",
    "PIM-02 plytix>khaos ROW-2 < FEED-06 khaos/stock_items",
    "PIM-02 plytix>khaos ROW-3 < FEED-06 khaos/stock_items",
    "PIM-02 plytix>khaos ROW-4 < FEED-06 khaos/stock_items",
    "PIM-02 plytix>khaos ROW-5 < FEED-06 khaos/stock_items",
    "PIM-04 khaos>plytix TEE-M < SKU-05 OLD-TEE",
    "PIM-05 khaos>plytix GONE-M < PIM-04 GONE-M",
    "PIM-05 khaos>plytix STYLE-M < PIM-04 STYLE-M",
    "PIM-05 khaos>plytix TEE-M < SKU-05 OLD-TEE",
    "PIM-06 khaos>plytix SET-1 < SKU-05 OLD",
    "PIM-08 khaos>plytix OLD < SKU-05 OLD",
    "PIM-08 khaos>plytix STRANGE < PIM-04 STYLE-M",
    "PIM-08 khaos>plytix cup-9 < SKU-02 cup-9",
    "SKU-01 khaos>plytix EARLY-1 < PIM-08 EARLY-1",
    "SKU-01 khaos>plytix STRANGE < PIM-04 STYLE-M",
    "SKU-03 khaos>plytix CUP-9 < SKU-02 cup-9",
    "SKU-03 khaos>plytix NEW < SKU-05 OLD",
    "SKU-03 khaos>wair NEW < SKU-05 OLD",
    "SKU-04 wair twin-1 < SKU-02 TWIN-1 ",
    "STK-01 wair>khaos DOUBLE-1 < SKU-04 double-1",
    "STK-01 wair>khaos LATE-1 < STK-02 LATE-1",
    "STK-01 wair>khaos LATE-2 < STK-07 LATE-2",
    "STK-01 wair>khaos LATE-3 < STK-07 LATE-3",
    "STK-01 wair>khaos LATE-4 < STK-06 LATE-4",
    "STK-01 wair>khaos LATE-5 < ORD-05 R7",
    "STK-01 wair>khaos MOVED-1 < ORD-05 R6",
    "STK-01 wair>khaos NEG-1 < STK-06 NEG-1",
    "STK-01 wair>khaos NEG-2 < STK-06 NEG-2",
    "STK-01 wair>khaos NEG-5 < STK-06 NEG-5",
    "STK-01 wair>khaos OLD < SKU-05 OLD",
    "STK-01 wair>khaos WRONG-1 < STK-02 WRONG-1",
    "STK-01 wair>khaos WRONG-2 < STK-02 WRONG-2",
    "STK-01 wair>khaos double-1 < SKU-04 double-1",
    "STK-02 khaos>scayle END-FIGURE < PIM-09 END-FIGURE",
    "STK-02 khaos>wair MOVED-1 < ORD-05 R6",
    "STK-02 khaos>wair NEG-2 < STK-06 NEG-2",
    "STK-04 khaos>scayle BUILD-1 < STK-03 BUILD-1",
    "STK-04 khaos>scayle END-FIGURE < PIM-09 END-FIGURE",
    "STK-04 khaos>scayle END-MORE < PIM-09 END-MORE",
    "STK-04 khaos>scayle FULL-1 < STK-02 FULL-1",
    "STK-04 khaos>scayle LESS-2 < STK-06 LESS-2",
    "STK-04 khaos>scayle web-1 < SKU-02 web-1",
    "STK-05 khaos>scayle END-LESS < PIM-09 END-LESS",
    "STK-05 khaos>scayle LESS-1 < STK-06 LESS-1",
    "STK-06 khaos NEG-1 < STK-06 NEG-1",
    "STK-06 khaos NEG-2 < STK-06 NEG-2",
    "STK-06 khaos NEG-3 < STK-06 NEG-3",
    "STK-06 wair CAP < STK-03 CAP",
    "STK-06 wair NOBODY-1 < SKU-01 NOBODY-1",
    "STK-07 wair>khaos LATE-1 < STK-02 LATE-1",
    "STK-07 wair>khaos LATE-4 < STK-06 LATE-4",
    "STK-07 wair>khaos LATE-5 < ORD-05 R7",
    "STK-08 khaos>wair LATE-3 < STK-07 LATE-3",
    "STK-08 khaos>wair NEG-3 < STK-06 NEG-3",
    "STK-08 khaos>wair NEG-4 < STK-06 NEG-4",
    "STK-08 khaos>wair NEG-5 < STK-06 NEG-5",
    "STK-08 khaos>wair WRONG-2 < STK-02 WRONG-2",
]
STANDS = [
    "CUS-01 KEEP-1",
    "CUS-02 new",
    "CUS-03 other account",
    "CUS-04 held",
    "FEED-05 khaos>orocommerce/stock",
    "FEED-05 khaos>scayle/stock",
    "FEED-05 khaos>wair/stock",
    "FEED-05 pimberly>khaos/description",
    "FEED-05 plytix>khaos/description",
    "FEED-05 scayle>khaos/order",
    "FEED-05 wair>khaos/stock",
    "FEED-06 khaos/stock_items",
    "FIN-02 class",
    "FIN-06 class",
    "FIN-06 currency",
    "FIN-11 N-2",
    "ORD-01 W7",
    "ORD-01 W9",
    "ORD-02 W10",
    "ORD-02 W8",
    "ORD-03 W1",
    "ORD-05 R6",
    "ORD-05 R7",
    "ORD-05 W1",
    "ORD-05 W11",
    "ORD-09 W13",
    "ORD-09 W2",
    "ORD-10 W12",
    "ORD-10 W3",
    "ORD-11 amended",
    "ORD-14 W4",
    "ORD-14 W5",
    "ORD-14 W6",
    "PIM-01 LACKS-1",
    "PIM-02 LACKS-1",
    "PIM-02 AMOUNT-1",
    "PIM-02 LACKS-1",
    "PIM-03 AMOUNT-1",
    "PIM-04 GONE-M",
    "PIM-04 STYLE-M",
    "PIM-07 OUT-1",
    "PIM-08 EARLY-1",
    "PIM-08 GONE-P",
    "PIM-09 END-FIGURE",
    "PIM-09 END-LESS",
    "PIM-09 END-MORE",
    "SKU-01 NOBODY-1",
    "SKU-02 trade-1",
    "SKU-02 cup-9",
    "SKU-02 web-1",
    "SKU-02 TWIN-1 ",
    "SKU-02 twin-1",
    "SKU-03 CUP-9",
    "SKU-04 double-1",
    "SKU-04 double-1",
    "SKU-05 OLD",
    "SKU-05 OLD-TEE",
    "SKU-05 OLD",
    "STK-02 FULL-1",
    "STK-02 LATE-1",
    "STK-02 WRONG-1",
    "STK-02 WRONG-2",
    "STK-03 BUILD-1",
    "STK-03 CAP",
    "STK-05 LESS-1",
    "STK-06 NEG-4",
    "STK-06 LESS-1",
    "STK-06 LESS-2",
    "STK-06 LATE-4",
    "STK-06 NEG-1",
    "STK-06 NEG-2",
    "STK-06 NEG-3",
    "STK-06 NEG-5",
    "STK-07 LATE-2",
    "STK-07 LATE-3",
]
