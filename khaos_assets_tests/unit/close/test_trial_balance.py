"""A trial balance is taken as it is or not at all: what is wrong is told by line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from khaos_assets.close.trial_balance import TrialBalanceError, agreements, bring, kept, read
from khaos_assets.config import Settings, Store

GOOD = "account,name,debit,credit\n1100,Stock,120.50,\n2200,VAT,,20.50\n4000,Sales,,100.00\n"


def test_debits_are_positive_and_credits_negative() -> None:
    assert [a.balance for a in read(GOOD.encode(), "tb.csv")] == [Decimal("120.50"), Decimal("-20.50"), -100]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_a_byte_order_mark_and_a_single_balance_are_read(delimiter: str) -> None:
    lines = ["Account,Balance", "1100,5.00", "4000,-5.00"]
    text = "\ufeff" + "\r\n".join(line.replace(",", delimiter) for line in lines)
    assert [a.code for a in read(text.encode(), "tb.csv")] == ["1100", "4000"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("120.50", "120.505"), r'line 2, column 3 \(debit\): "120.505" is no amount'),
        (GOOD.replace("2200", "1100"), r"line 3, column 1 \(account\): account 1100 stands in line 2 already"),
        (GOOD.replace("2200", ""), r"line 3, column 1 \(account\): an account without a code"),
        (GOOD.replace("2200,VAT,,20.50", "2200,VAT,20.50"), "line 3: 3 columns, where the header has 4"),
        (GOOD.replace("2200,VAT", "2200,Tax, VAT"), "line 3: 5 columns"),
        (GOOD.replace(",,20.50", ",,2,0.50"), "line 3: 5 columns"),
        (GOOD.replace(",,20.50", ',,"2,0.50"'), r'line 3, column 4 \(credit\): "2,0.50" is no amount'),
        (GOOD.replace(",,20.50", ",,٢٠.٥٠"), r"column 4 \(credit\)"),
        (GOOD.replace(",,20.50", ",,=20.5"), r"column 4 \(credit\)"),
        (GOOD.replace(",,20.50", ",,1e3"), r"column 4 \(credit\)"),
        (GOOD.replace(",,20.50", ",,NaN"), r"column 4 \(credit\)"),
        (GOOD.replace("VAT", "V\0T"), r"column 2 \(name\)"),
        (GOOD.replace("VAT", "V" * 201), r"column 2 \(name\): is longer"),
        (GOOD.replace("VAT", '"V"AT'), "line 3: cannot be read as CSV"),
        (GOOD.replace("VAT", '"VAT'), "cannot be read as CSV"),
        (GOOD.replace("VAT", "V" * 200_000), "line 3"),
        (GOOD.replace("name", "debit"), "line 1: column debit stands there twice"),
        ("account,name,debit,credit\n\n", "no account stands below the header"),
        (GOOD.replace("100.00", "99.99"), "differ by 0.01"),
        ("number,amount\n1,2\n", "its header has number, amount"),
        ("", "its header has nothing"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_nothing_is_taken(tmp_path: Path, text: str, told: str) -> None:
    month = Store(tmp_path / "data").month("2026-10")
    with pytest.raises(TrialBalanceError, match=told):
        bring(month, text.encode(), "tb.csv")
    assert kept(month) == []


def test_thousands_and_blank_lines_are_read_as_people_write_them() -> None:
    text = 'account,name,balance\n\n1100,"Stock, bought","1,234.50"\n,,\n4000,Sales,-1234.50\n'
    assert [(a.name, a.balance) for a in read(text.encode(), "tb.csv")] == [
        ("Stock, bought", Decimal("1234.50")), ("Sales", Decimal("-1234.50")),
    ]  # fmt: skip


def test_a_file_in_another_encoding_is_refused_with_what_to_do() -> None:
    with pytest.raises(TrialBalanceError, match="CSV UTF-8"):
        read("account,name,balance\n1,Café,0\n".encode("latin-1"), "tb.csv")


def test_accounts_of_one_kind_are_added_up_and_an_absent_one_is_unknown_not_nil() -> None:
    settings = Settings.of_merchant(
        {
            "merchant": {"name": "Test"},
            "close": {"control_accounts": {"stock": ["1100", "1101"], "vat": ["2200"], "debtors": ["1200"]}},
        }
    )
    accounts = read(b"account,balance\n1100,7.00\n1101,3.00\n2200,-10.00\n", "tb.csv")
    figures = {
        "stock": (Decimal("9.50"), "stock"), "vat": (Decimal("-10.00"), "VAT"), "debtors": (None, "not read"),
        "deferred_income": (Decimal(0), ""),
    }  # fmt: skip
    found = {a.what: a.difference for a in agreements(settings, accounts, figures)}  # type: ignore[arg-type]
    assert found == {"stock": Decimal("0.50"), "vat": Decimal("0.00"), "debtors": None}
