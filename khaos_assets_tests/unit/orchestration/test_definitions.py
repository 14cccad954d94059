"""What Dagster shows: a rename of an asset, check, job, schedule or sensor loses its history, so it is a decision."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from dagster import AssetKey, DefaultScheduleStatus, Definitions

from khaos_assets.config import ConfigurationError
from khaos_assets.definitions import build_defs
from khaos_assets.orchestration.resources import MerchantResource

KHAOS = {
    "khaos/company_info", "khaos/customers", "khaos/order_lines", "khaos/price_lists", "khaos/sales_orders",
    "khaos/sites", "khaos/stock_items", "khaos/stock_levels",
}  # fmt: skip
WAIR = {"wair/dispatches", "wair/items", "wair/stock", "wair/transfers"}
MONTH_END = {"month_end_count", "month_end_pack"}
CORRECTIONS = {"correction_plan", "applied_corrections", "verified_corrections"}
STEPS = {"warehouse", "exceptions", "expectations", "cases", "nightly_report", "published_copy"}
CODES = {
    "CUS_01_duplicate_account",
    "CUS_02_account_not_matched",
    "CUS_03_order_on_the_wrong_account",
    "CUS_04_account_profile_out_of_date",
    "FEED_01_pagination_gap",
    "FEED_02_snapshot_dropped",
    "FEED_03_stale_feed",
    "FEED_04_quarantined_record",
    "FEED_05_sync_backlog",
    "FEED_06_partial_sync",
    "FIN_01_tax_differs",
    "FIN_02_shipping_differs",
    "FIN_03_discount_differs",
    "FIN_04_total_differs",
    "FIN_05_vat_treatment_wrong",
    "FIN_06_company_or_currency_wrong",
    "FIN_07_customer_price_differs",
    "FIN_08_base_price_differs",
    "FIN_09_credit_note_differs",
    "FIN_10_line_price_differs",
    "FIN_11_credit_note_without_refund",
    "MAP_01_value_without_a_mapping",
    "ORD_01_order_not_in_khaos",
    "ORD_02_order_blocked_by_sku",
    "ORD_03_duplicate_order",
    "ORD_04_order_only_in_khaos",
    "ORD_05_open_but_dispatched",
    "ORD_06_dispatch_incomplete",
    "ORD_07_dispatch_not_on_the_channel",
    "ORD_08_tracking_differs",
    "ORD_09_cancellation_not_applied",
    "ORD_10_cancelled_while_being_picked",
    "ORD_11_amendment_differs",
    "ORD_12_refund_without_credit_note",
    "ORD_13_stuck_order",
    "ORD_14_non_commercial_record_leaked",
    "ORD_15_dispatched_quantity_differs",
    "ORD_16_dispatch_without_order",
    "ORD_17_sent_in_khaos_not_dispatched",
    "ORD_18_channel_shows_shipped_nothing_sent",
    "PIM_01_mandatory_attribute_missing",
    "PIM_02_attribute_out_of_date",
    "PIM_03_protected_field_overwritten",
    "PIM_04_orphan_variant",
    "PIM_05_variant_under_the_wrong_parent",
    "PIM_06_bundle_structure_differs",
    "PIM_07_archived_but_active",
    "PIM_08_live_before_the_erp_knows_it",
    "PIM_09_discontinued_but_sellable",
    "PIM_10_body_map_mismatch",
    "SKU_01_sku_unknown_to_khaos",
    "SKU_02_sku_near_match",
    "SKU_03_khaos_item_missing_from_a_system",
    "SKU_04_duplicate_sku",
    "SKU_05_stock_code_renamed",
    "STK_01_stock_drift",
    "STK_02_wrong_figure_used",
    "STK_03_sub_item_double_count",
    "STK_04_oversell_risk",
    "STK_05_stock_withheld",
    "STK_06_impossible_quantity",
    "STK_07_stock_update_late",
    "STK_08_allocation_differs",
}  # fmt: skip


def merchant(folder: Path, text: str = "[khaos]\n[wair]\n") -> MerchantResource:
    (folder / "merchant.toml").write_text(f'[merchant]\nname = "Test"\n{text}')
    return MerchantResource(config_file=str(folder / "merchant.toml"))


@pytest.fixture(scope="module")
def defs(tmp_path_factory: pytest.TempPathFactory) -> Definitions:
    return build_defs(merchant=merchant(tmp_path_factory.mktemp("merchant")), night=date(2026, 11, 20))


def keys(defs: Definitions) -> set[str]:
    return {k.to_user_string() for k in defs.resolve_asset_graph().get_all_asset_keys()}


def test_asset_keys_stay_what_they_are(defs: Definitions) -> None:
    assert keys(defs) == KHAOS | WAIR | STEPS | CORRECTIONS | MONTH_END


def codes(defs: Definitions) -> set[str]:
    return {k.name for k in defs.resolve_asset_graph().asset_check_keys if k.asset_key.to_user_string() == "exceptions"}


def test_there_is_one_check_per_snapshot_and_one_per_code_and_none_blocks(tmp_path: Path) -> None:
    all_six = "".join(f"[{s}]\n" for s in ("khaos", "wair", "scayle", "orocommerce", "plytix", "pimberly"))
    defs = build_defs(merchant=merchant(tmp_path, all_six))
    graph = defs.resolve_asset_graph()
    contracts = {k.asset_key.to_user_string() for k in graph.asset_check_keys if k.name == "contract"}
    assert contracts == keys(defs) - STEPS - CORRECTIONS - MONTH_END
    assert codes(defs) == CODES
    assert not any(graph.get_check_spec(k).blocking for k in graph.asset_check_keys)


def test_a_code_that_needs_a_system_that_is_switched_off_is_not_checked(defs: Definitions) -> None:
    assert {"STK_01_stock_drift", "FEED_01_pagination_gap"} <= codes(defs) <= CODES
    assert not codes(defs) & {"CUS_02_account_not_matched", "PIM_03_protected_field_overwritten"}


def test_with_khaos_and_plytix_alone_everything_else_is_gone(tmp_path: Path) -> None:
    """One system without its table, another one switched off in it."""
    defs = build_defs(merchant=merchant(tmp_path, "[khaos]\n[plytix]\n[wair]\nenabled = false\n"))
    snapshots = {key for key in keys(defs) - STEPS if "/" in key}
    assert {key.split("/")[0] for key in snapshots} == {"khaos", "plytix"}
    contracts = {
        k.asset_key.to_user_string() for k in defs.resolve_asset_graph().asset_check_keys if k.name == "contract"
    }
    assert contracts == snapshots
    assert {"PIM_03_protected_field_overwritten", "SKU_01_sku_unknown_to_khaos"} <= codes(defs)
    assert not {name for name in codes(defs) if name.startswith(("STK_01", "ORD_01", "ORD_05", "CUS_02", "PIM_10"))}


def test_jobs_schedules_and_sensors_stay_what_they_are(defs: Definitions) -> None:
    repository = defs.get_repository_def()
    jobs = {j.name for j in repository.get_all_jobs() if not j.name.startswith("__")}
    assert jobs == {
        "apply_corrections", "close_month", "count_stock", "intraday", "nightly", "plan_corrections", "reconcile",
    }  # fmt: skip
    schedules = {s.name: (s.cron_schedule, s.default_status) for s in repository.schedule_defs}
    off = DefaultScheduleStatus.STOPPED
    assert schedules == {
        "nightly_at_two": ("0 2 * * *", off),
        "intraday_every_quarter": ("*/15 * * * *", off),
        "month_end_count_after_midnight": ("5 0 * * *", off),
        "month_end_pack_at_four": ("0 4 * * *", off),
    }
    assert [s.name for s in repository.sensor_defs] == ["alerts"]


def test_every_asset_says_what_it_is_whose_it_is_and_where_it_belongs(defs: Definitions) -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description
        assert node.owners
        assert node.kinds
        groups = {"khaos", "wair", "warehouse", "rules", "cases", "corrections", "reports", "month_end"}
        assert node.group_name in groups


def test_a_night_again_asks_no_system(defs: Definitions) -> None:
    selected = defs.resolve_job_def("reconcile").asset_layer.executable_asset_keys
    assert {k.to_user_string() for k in selected} == STEPS


def test_a_system_that_is_switched_off_is_not_shown(tmp_path: Path) -> None:
    assert not keys(build_defs(merchant=merchant(tmp_path, "[khaos]\n[wair]\nenabled = false"))) & WAIR


def test_without_a_configuration_everything_is_shown_and_a_run_says_what_to_do(tmp_path: Path) -> None:
    nobody = MerchantResource(config_file=str(tmp_path / "merchant.toml"))
    assert keys(build_defs(merchant=nobody)) >= KHAOS | WAIR | STEPS
    with pytest.raises(ConfigurationError, match="KHAOS_ASSETS_CONFIG"):
        nobody.settings()


def test_a_configuration_with_a_mistake_does_not_hide_the_product(tmp_path: Path) -> None:
    wrong = merchant(tmp_path, "nonsense = 1")
    assert keys(build_defs(merchant=wrong)) >= KHAOS | WAIR | STEPS
    with pytest.raises(ConfigurationError, match="nonsense"):
        wrong.settings()


def test_definitions_are_made_afresh_each_time(tmp_path: Path) -> None:
    first, second = build_defs(merchant=merchant(tmp_path)), build_defs(merchant=merchant(tmp_path))
    assert first is not second
    assert first.resolve_asset_graph().get(AssetKey("warehouse")) is not second.resolve_asset_graph().get(
        AssetKey("warehouse")
    )


def test_loading_definitions_imports_neither_great_expectations_nor_charts(tmp_path: Path) -> None:
    code = (
        "import sys; import khaos_assets.definitions; "
        "print([m for m in ('great_expectations', 'vl_convert', 'xlsxwriter') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
