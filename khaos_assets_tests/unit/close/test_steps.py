"""From prepared to sealed: who may do what and when, what a moved figure undoes, what a seal notices a year later."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from khaos_assets.close import steps
from khaos_assets.close.ground import CloseError
from khaos_assets.close.manifest import manifest_hash, read
from khaos_assets.close.preparing import Prepared, folder_of, known_closes
from khaos_assets.close.states import Close
from khaos_assets.close.steps import RefusedStep, bring_trial_balance
from khaos_assets.config import Retention, Store
from khaos_assets.snapshots.retention import purge
from khaos_assets_tests.unit.close.conftest import copied
from khaos_assets_tests.unit.close.months_by_hand import LATER, Books
from khaos_assets_tests.unit.close.october import CLOSES, CLOSING, NEVER_SENT, OPENING, OPENS


def sign(b: Books, by: str = "ann", note: str = "") -> Close:
    return steps.sign(b.store, b.period(), by=by, note=note, at=LATER)


def review(b: Books, by: str = "bob") -> Close:
    return steps.review(b.store, b.period(), by=by, note="agreed", at=LATER)


def seal(b: Books, by: str = "bob") -> Close:
    return steps.seal(b.settings, b.store, b.period(), by=by, at=LATER)


def status(b: Books, key: str = "2026-10") -> str:
    return known_closes(b.store)[key].status


def verify(b: Books) -> list[str]:
    return steps.verify(b.settings, b.store, b.period())


@pytest.fixture(scope="module")
def _sealed(_october: tuple[Books, Prepared], tmp_path_factory: pytest.TempPathFactory) -> Books:
    made = copied(_october[0], tmp_path_factory.mktemp("sealed") / "data")
    sign(made)
    review(made)
    seal(made)
    return made


@pytest.fixture
def sealed(_sealed: Books, tmp_path: Path) -> Books:
    """A copy in which October is sealed."""
    return copied(_sealed, tmp_path / "data")


def without(things: object, gone: object) -> list[object]:
    return [t for t in things if t is not gone]  # type: ignore[attr-defined]


def test_a_month_is_signed_reviewed_by_another_person_and_sealed(october: Books) -> None:
    with pytest.raises(RefusedStep, match="not reviewed"):
        seal(october)
    with pytest.raises(RefusedStep, match="not signed"):
        review(october)
    assert sign(october).status == "signed"
    with pytest.raises(RefusedStep, match="ann signed it: another person reviews"):
        steps.review(october.store, october.period(), by=" Ann", note="", at=LATER)
    with pytest.raises(RefusedStep, match="ann signed it: another person reviews"):
        review(october, by="ann")
    assert review(october).status == "reviewed"
    sealed = seal(october)
    assert (sealed.status, len(sealed.versions)) == ("sealed", 1)
    folder = folder_of(october.store, "2026-10", 1)
    assert manifest_hash(read(folder)) == sealed.manifest
    assert (folder / "seal.json").exists()
    assert verify(october) == []
    for step in (sign, review, seal):
        with pytest.raises(RefusedStep, match="it is sealed"):
            step(october)


def test_the_same_figures_again_are_no_new_version_and_lost_files_come_back(october: Books) -> None:
    sign(october)
    folder = folder_of(october.store, "2026-10", 1)
    (folder / "month-end-2026-10.xlsx").unlink()
    again = october.prepare()
    assert (again.version, again.new) == (1, False)
    assert again.workbook.exists()
    assert status(october) == "signed"


def test_a_figure_that_moves_makes_a_new_version_and_the_signature_falls_away(october: Books) -> None:
    sign(october)
    review(october)
    october.add_night(CLOSES, without(CLOSING, NEVER_SENT), again=True)
    with pytest.raises(RefusedStep, match="figures have moved since the review; version 2"):
        seal(october)
    assert status(october) == "prepared"
    changes = october.prepare().changes
    assert changes is not None
    moved = {(m.sheet, m.column): (m.was, m.now) for m in changes.totals}
    assert moved["invoiced_not_dispatched", "net_gbp"] == (50, 40)
    assert {r.sheet: (r.gone, r.came) for r in changes.rows}["invoiced_not_dispatched"] == (1, 0)
    assert any("khaos/sales_orders" in cause for cause in changes.causes)


def test_a_sealed_month_is_not_overwritten_but_shows_what_changed(sealed: Books) -> None:
    was = known_closes(sealed.store)["2026-10"].manifest
    before = (folder_of(sealed.store, "2026-10", 1) / "manifest.json").read_bytes()
    sealed.add_night(CLOSES, without(CLOSING, NEVER_SENT), again=True)
    prepared = sealed.prepare()
    assert (prepared.version, prepared.new, status(sealed)) == (2, True, "sealed")
    assert prepared.changes
    assert (folder_of(sealed.store, "2026-10", 1) / "manifest.json").read_bytes() == before
    assert known_closes(sealed.store)["2026-10"].manifest == was
    reopened = steps.reopen(sealed.store, sealed.period(), by="cleo", reason="an invoice was missed", at=LATER)
    assert reopened.status == "prepared"
    sign(sealed)
    review(sealed)
    assert seal(sealed).sealed.version == 2  # type: ignore[union-attr]


def test_a_line_that_says_check_is_only_signed_with_a_reason(october: Books) -> None:
    bring_trial_balance(october.store, october.period(), b"account,balance\n1100,9.00\n4000,-9.00\n", "tb.csv")
    october.prepare()
    with pytest.raises(RefusedStep, match="2 control lines say CHECK"):
        sign(october)
    assert sign(october, note="stock is booked at standard cost").signed.note  # type: ignore[union-attr]


def test_a_sealed_month_takes_no_other_trial_balance(sealed: Books) -> None:
    body = b"account,balance\n1100,9.00\n4000,-9.00\n"
    with pytest.raises(RefusedStep, match="it is sealed"):
        bring_trial_balance(sealed.store, sealed.period(), body, "tb.csv")
    assert not sealed.store.month("2026-10").trial_balance.exists()
    steps.reopen(sealed.store, sealed.period(), by="cleo", reason="the accounts came late", at=LATER)
    assert len(bring_trial_balance(sealed.store, sealed.period(), body, "tb.csv")) == 2


def test_files_that_are_not_the_prepared_version_are_not_signed(october: Books) -> None:
    sheet = folder_of(october.store, "2026-10", 1) / "manifest.json"
    sheet.write_text(sheet.read_text().replace('"net_gbp": "60.00"', '"net_gbp": "61.00"'))
    with pytest.raises(RefusedStep, match="not the version that was prepared"):
        sign(october)


def test_a_changed_byte_of_a_snapshot_a_sheet_a_rule_or_the_configuration_is_named(
    sealed: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = sealed.store.snapshot("wair", "stock", CLOSES) / "certificate.json"
    body = certificate.read_bytes()
    certificate.write_bytes(body.replace(b'"pages":[]', b'"pages": []'))
    assert [line.split(":")[0] for line in verify(sealed)] == ["snapshots/wair/stock/files/certificate.json"]
    certificate.write_bytes(body)
    sheet = folder_of(sealed.store, "2026-10", 1) / "vat.parquet"
    kept = sheet.read_bytes()
    sheet.write_bytes(kept[:100] + bytes([kept[100] ^ 1]) + kept[101:])
    assert any(f"{sheet}: is not what was sealed" in line for line in verify(sealed))
    sheet.write_bytes(kept)
    material = sealed.settings.close.model_copy(update={"slow_moving_days": 181})
    changed = sealed.settings.model_copy(update={"close": material})
    told = steps.verify(changed, sealed.store, sealed.period())
    assert [line.split(":")[0] for line in told] == ["configuration/close"]
    from khaos_assets.close import manifest

    real = manifest.rules
    monkeypatch.setattr(manifest, "rules", lambda: real() | {"rules/STK-01.sql": "other"})
    assert [line.split(":")[0] for line in verify(sealed)] == ["rules/rules/STK-01.sql"]


def test_a_seal_is_signed_with_a_key_where_there_is_one(october: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHAOS_SEAL_KEY", "of the finance director")
    sign(october)
    review(october)
    assert len(seal(october).signature) == 64
    assert verify(october) == []
    monkeypatch.setenv("KHAOS_SEAL_KEY", "of somebody else")
    assert verify(october) == ["the seal's signature does not fit KHAOS_SEAL_KEY"]


def test_another_folder_with_the_same_snapshots_and_ledger_seals_the_same(sealed: Books, tmp_path: Path) -> None:
    shutil.copytree(sealed.store.root, tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "elsewhere" / "reports")
    other = replace(sealed, store=Store(tmp_path / "elsewhere"))
    made = other.prepare(by="somebody")
    assert (made.version, made.new) == (1, False)
    assert manifest_hash(read(made.folder)) == known_closes(sealed.store)["2026-10"].manifest


def test_pages_that_a_sealed_month_rests_on_outlive_their_retention(october: Books) -> None:
    pages = [october.store.raw_attempt("wair", "stock", day, 1) for day in (OPENS, CLOSES)]
    later = october.store.raw_attempt("wair", "stock", date(2026, 11, 2), 1)
    for folder in (*pages, later):
        folder.mkdir(parents=True)
        (folder / "00000.json").write_text("[]")
    october.add_night(date(2026, 11, 2), OPENING)
    sign(october)
    review(october)
    seal(october)
    spared = steps.sealed_pages(october.store)
    purge(Retention(raw_days=1), october.store, date(2027, 6, 1), sealed=spared)
    assert [folder.exists() for folder in (*pages, later)] == [False, True, True]


def test_months_are_sealed_in_their_order_and_an_opening_is_the_last_closing(october: Books) -> None:
    november = [*OPENING, NEVER_SENT]
    october.add_night(date(2026, 11, 2), november)
    october.add_night(date(2026, 12, 1), november)
    made = october.prepare("2026-11")
    assert made.pack.opening_source == "the closing stock of the pack before"
    assert made.pack.checks == []
    period = october.period("2026-11")
    steps.sign(october.store, period, by="ann", note="", at=LATER)
    steps.review(october.store, period, by="bob", note="", at=LATER)
    with pytest.raises(RefusedStep, match="2026-10 comes first, and is prepared"):
        steps.seal(october.settings, october.store, period, by="bob", at=LATER)
    sign(october)
    review(october)
    seal(october)
    steps.seal(october.settings, october.store, period, by="bob", at=LATER)
    steps.reopen(october.store, october.period(), by="cleo", reason="a late invoice", at=LATER)
    assert status(october, "2026-11") == "sealed, an earlier month was reopened"


def test_a_month_that_has_not_ended_is_a_preview_and_nothing_to_sign(october: Books) -> None:
    made = october.prepare("2026-11")
    assert (made.version, made.pack.preview) == (None, True)
    assert made.workbook.exists()
    with pytest.raises(RefusedStep, match="no pack was made"):
        steps.sign(october.store, october.period("2026-11"), by="ann", note="", at=LATER)


def test_a_month_of_which_no_night_was_run_says_what_to_do(october: Books) -> None:
    with pytest.raises(CloseError, match="run nightly"):
        october.prepare("2027-03")


def test_nobody_signs_without_a_name(october: Books) -> None:
    with pytest.raises(RefusedStep, match="--as"):
        sign(october, by=" ")
