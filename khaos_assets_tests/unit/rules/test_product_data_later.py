"""PIM-01, 02, 07 and 08: what an earlier night, the settings or a certificate change of them."""

from __future__ import annotations

from datetime import datetime

from khaos_assets.snapshots.certificate import Verdict
from khaos_assets.systems.read import Proof
from khaos_assets_tests.planted_night import (
    PlantedNight,
    level,
    minutes_ago,
    stock_item,
)
from khaos_assets_tests.planted_pimberly import PIMBERLY, pimberly_asked, pimberly_product
from khaos_assets_tests.planted_plytix import PLYTIX, plytix_asked, plytix_product
from khaos_assets_tests.unit.rules.conftest import Tonight
from khaos_assets_tests.unit.rules.products import DAY, PIMS, SAME, WHOLE, but, known, said, the


def test_a_difference_is_as_old_as_it_was_first_seen(nights: Tonight) -> None:
    """Editing a product again does not begin its lag anew; what has no change time begins when it is first seen. What
    is deleted is expected on the night it is missed and open on the next; renaming explains what looks live early."""

    def night(n: int) -> PlantedNight:
        return PlantedNight(
            [
                known("EDITED", short_description=f"text {n}", at=minutes_ago(1) if n else minutes_ago(2 * DAY)),
                known("NEW", short_description="new" if n else "", at=minutes_ago(DAY - 1)),
                [stock_item(sku, **SAME) for sku in ("TIMELESS", "LATER", "LEFT")],
                pimberly_product("LEFT", at=None, stage=["Live", "Live", "Withdrawn"][n], shows={"Weight (kg)": "0.5"}),
                [known("BOTH", weight_g=7, status="Archived"), known("BOTH TOO", status="Archived")],
                [pimberly_product(s, stage="Withdrawn", shows={"Weight (kg)": 7}) for s in ("BOTH", "BOTH TOO")],
                pimberly_product("TIMELESS", at=None, shows={"Weight (kg)": ["0.5", 1, 1][n]}),
                pimberly_product("LATER", at=None, shows={"Weight (kg)": ["0.5", "0.5", 1][n]}),
                stock_item("GONE", **SAME | {"web": True}),
                plytix_asked("GONE") if n else plytix_product("GONE", **WHOLE),
                stock_item(["OLD", "OLD", "FRESH"][n], stock_id="7", **SAME),
                plytix_product("OLD", live=True, **WHOLE),
            ],
            settings=PIMS | {"plytix": PLYTIX | {"carries_kinds": ["simple"]}},
        )

    found = nights(night(0), night(1), night(2))
    assert said(found, "PIM-02") == {
        ("EDITED", "description", "open"),
        ("NEW", "description", "open"),
        ("TIMELESS", "weight", "open"),
        ("LATER", "weight", "expected"),
        ("BOTH", "weight", "suppressed"),
        ("BOTH TOO", "weight", "suppressed"),
    }
    assert said(found, "PIM-07", "GONE") == {("GONE", "active", "open")}
    assert the(found, "PIM-07", "GONE")["reason"] == "deleted in the PIM"
    assert said(found, "PIM-07", "LEFT") == {("LEFT", "active", "expected")}, "withdrawn today, without a change time"
    both = [(r["systems"], r["state"]) for r in found.of("PIM-07") if r["record_key"].startswith("BOTH")]
    assert sorted(both) == [("pimberly>khaos", "open")] * 2 + [("plytix>khaos", "open")] * 2
    assert found.explained_by(the(found, "SKU-03", "GONE")) == "PIM-07"
    assert found.explained_by(the(found, "PIM-08", "OLD")) == "SKU-05"


def test_defaults_where_the_ownership_table_is_silent_and_flags_are_not_configured(tonight: Tonight) -> None:
    """PIMs own what describes, Khaos what costs; a cost that the PIM does not own is not mandatory. No item of Khaos
    has a height: it cannot be read from it. Leaving a channel is no deletion. A stale feed explains what differs."""
    found = tonight(
        known("MUG-1", weight_g=7, cost_price=9, rrp=9, vat_code="ZERO", height_mm=9, origin="PT", live=True),
        plytix_product("NEW-1", live=True, **but(cost_price=None)),
        plytix_product("STYLE-1", live=True, variants=1, **WHOLE),
        [stock_item("OLD-1"), pimberly_asked("OLD-1"), stock_item("CUP-1", **SAME)],
        pimberly_product("CUP-1", shows={"Weight (kg)": 7}),
        settings=PIMS
        | {
            "ownership": {},
            "plytix": PLYTIX | {"live_attribute": "", "mandatory": ["weight", "cost"], "carries_kinds": []},
            "pimberly": PIMBERLY | {"view": "channel"},
            "feeds": {"pimberly.products": {"moving": True}},
        },
    )
    assert said(found, "PIM-02") == {("MUG-1", "weight", "open"), ("CUP-1", "weight", "suppressed")}
    assert found.explained_by(the(found, "PIM-02", "CUP-1")) == "FEED-03"
    assert found.of("PIM-01") == found.of("PIM-07") == found.of("PIM-08") == []
    assert [r["record_key"] for r in found.of("SKU-01")] == ["NEW-1"]


def test_what_could_not_be_read_whole_proves_no_absence_and_values_nothing(tonight: Tonight) -> None:
    """Single reads prove a deletion even where a list may hide products; they do not prove that an item is missing."""
    found = tonight(
        [stock_item("GONE-1", **SAME | {"web": True}), plytix_asked("GONE-1"), pimberly_asked("GONE-1")],
        plytix_product("NEW-1", live=True),
        known("MUG-1", cost_price=9),
        level("MUG-1", 10),
        settings=PIMS | {"plytix": PLYTIX | {"carries_kinds": ["simple"]}},
        certificates={
            "plytix.products": {"proof": Proof.OVERLAP_ONLY},
            "pimberly.products": {"verdict": Verdict.INCOMPLETE},
            "khaos.stock_items": {"verdict": Verdict.INCOMPLETE},
            "khaos.order_lines": {"verdict": Verdict.INCOMPLETE},
        },
    )
    untested = {(code, systems) for code, systems in found.not_tested() if code in ("PIM-07", "PIM-08", "SKU-03")}
    assert untested >= {
        ("PIM-07", "pimberly>khaos"),
        ("PIM-08", "khaos>plytix"),
        ("PIM-08", "khaos>pimberly"),
        ("SKU-03", "khaos>plytix"),
    }
    assert [(r["systems"], r["record_key"]) for r in found.of("PIM-07")] == [("plytix>khaos", "GONE-1")]
    assert the(found, "PIM-02", "MUG-1", "cost")["amount_gbp"] is None


def test_instants_of_the_pim_stand_in_the_rows(tonight: Tonight) -> None:
    at: datetime = minutes_ago(5 * DAY)
    found = tonight(
        plytix_product("NEW-1", live=True, at=at), known("MUG-1", status="Archived", weight_g=1, at=at), settings=PIMS
    )
    rows = {r["code"]: r["observed_at"] for r in found.rows if r["code"].startswith("PIM")}
    assert rows == dict.fromkeys(("PIM-01", "PIM-02", "PIM-07", "PIM-08"), at)
