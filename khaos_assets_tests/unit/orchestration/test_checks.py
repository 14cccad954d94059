"""How a result becomes a check in the UI."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetCheckKey, AssetCheckSeverity, AssetKey

from khaos_assets.config import Night, Store
from khaos_assets.expectations.result import CheckKind, CheckResult
from khaos_assets.orchestration.checks import belongs, check_result, code_name
from khaos_assets.orchestration.metadata import markdown_table, pounds

NIGHT = Night.of("2026-11-20")
KEY = AssetCheckKey(AssetKey("exceptions"), "STK_06_impossible_quantity")


def result(**changes: Any) -> CheckResult:
    about: dict[str, Any] = {
        "kind": CheckKind.CODE,
        "subject": "STK-06",
        "systems": "wair",
        "title": "Impossible quantity",
        "passed": True,
        "owner": "operations",
        "severity": "medium",
        "count": 0,
        "compared": 10,
        "night": str(NIGHT),
    }
    return CheckResult(**about | changes)


def shown(tmp_path: Path, *results: CheckResult) -> tuple[bool, AssetCheckSeverity, str, str]:
    check = check_result(KEY, results, Store(tmp_path), NIGHT)
    return check.passed, check.severity, check.description or "", str(check.metadata["status"].value)


def test_what_was_not_tested_is_a_warning_and_says_so(tmp_path: Path) -> None:
    check = shown(tmp_path, result(passed=None, reason="wair/stock is INCOMPLETE"))
    assert check == (False, AssetCheckSeverity.WARN, "NOT TESTED: wair/stock is INCOMPLETE", "NOT TESTED")


def test_a_check_without_any_result_is_not_tested_either(tmp_path: Path) -> None:
    passed, severity, _, status = shown(tmp_path)
    assert (passed, severity, status) == (False, AssetCheckSeverity.WARN, "NOT TESTED")


def test_one_pair_that_passed_does_not_hide_another_that_was_not_tested(tmp_path: Path) -> None:
    check = shown(tmp_path, result(), result(systems="khaos", passed=None, compared=None, reason="no certificate"))
    assert check == (False, AssetCheckSeverity.WARN, "NOT TESTED: khaos: no certificate", "NOT TESTED")


@pytest.mark.parametrize(
    ("severity", "shown_as"),
    [
        ("critical", AssetCheckSeverity.ERROR),
        ("high", AssetCheckSeverity.ERROR),
        ("medium", AssetCheckSeverity.WARN),
        ("low", AssetCheckSeverity.WARN),
    ],
)
def test_critical_and_high_are_errors_the_rest_are_warnings(
    tmp_path: Path, severity: str, shown_as: AssetCheckSeverity
) -> None:
    passed, found, _, status = shown(tmp_path, result(passed=False, count=1, severity=severity))
    assert (passed, found, status) == (False, shown_as, "FAILED")


def test_the_figures_of_all_pairs_are_summed(tmp_path: Path) -> None:
    pairs = [
        result(passed=False, count=1, open_gbp=Decimal("1000.10")),
        result(systems="khaos", passed=False, count=2, open_gbp=Decimal("-0.05"), compared=20),
        result(systems="scayle", passed=None, compared=None, reason="off"),
    ]
    check = check_result(KEY, pairs, Store(tmp_path), NIGHT)
    assert check.description == "3 open, £1,000.05, for operations"
    assert check.metadata["compared"].value == 30
    assert check.metadata["percentage"].value == "10.00 %"
    assert check.metadata["night"].value == "2026-11-20"
    assert check.metadata["list"].value == "khaos-assets exceptions --night 2026-11-20 --code STK-06"


def test_a_result_belongs_to_the_check_of_its_code_or_of_its_snapshot() -> None:
    read = result(kind=CheckKind.READ, subject="wair/stock")
    contract = AssetCheckKey(AssetKey(["wair", "stock"]), "contract")
    assert belongs(result(), KEY)
    assert not belongs(read, KEY)
    assert belongs(read, contract)
    assert not belongs(result(), contract)
    assert code_name("STK-06", "Impossible quantity") == KEY.name


def test_text_of_a_record_does_not_become_markup() -> None:
    table = markdown_table(["key"], [["<img src=x>|![a](http://b)\nnext"]])
    assert table.count("\n") == 2
    assert not set("<>![]()") & set(table.splitlines()[2].replace("&#", ""))


def test_pounds_are_text_with_two_places() -> None:
    assert pounds(Decimal("1234567.8")) == "£1,234,567.80"
    assert pounds(Decimal("-0.5")) == "−£0.50"
    assert pounds(None) == "—"
