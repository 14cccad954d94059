"""Whole nights: real simulators, a real Dagster instance, real DuckDB and Great Expectations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from dagster import AssetCheckKey, AssetCheckSeverity, AssetKey, DagsterInstance, DagsterRunStatus

from khaos_assets.cases.ledger import open_ledger
from khaos_assets.config import Night, Store
from khaos_assets.config.portal import PORTAL_URL
from khaos_assets.definitions import build_defs
from khaos_assets.expectations import TieOutError
from khaos_assets.orchestration import NightOutcome, run_night
from khaos_assets.orchestration.assets import EXPECTATIONS
from khaos_assets.orchestration.instance import open_instance
from khaos_assets.orchestration.resources import MerchantResource
from khaos_assets.warehouse import open_warehouse
from khaos_assets_tests.integration.orchestration import small_world
from khaos_assets_tests.real_postgresql import running_postgresql
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox

NIGHT = Night.of("2026-11-20")
DRIFT = AssetCheckKey(AssetKey("exceptions"), "STK_01_stock_drift")
LATE = AssetCheckKey(AssetKey("exceptions"), "STK_07_stock_update_late")


@dataclass(frozen=True)
class Ground:
    """A world that is served, and the night that was run on it."""

    sandbox: Sandbox
    config: Path
    data: Path
    outcome: NightOutcome

    @property
    def merchant(self) -> MerchantResource:
        return MerchantResource(config_file=str(self.config), data_dir=str(self.data))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("night")
    world = small_world.make(folder / "world")
    config, data = world / "merchant.toml", folder / "data"
    with running_sandbox(world) as sandbox, pytest.MonkeyPatch.context() as environment:
        environment.setenv(PORTAL_URL, "https://recon.example.com")
        yield Ground(sandbox, config, data, run_night(config, NIGHT, sandbox.ready_file, data))


def test_a_night_leaves_certificates_checks_reports_evidence_and_a_published_copy(ground: Ground) -> None:
    outcome = ground.outcome
    assert outcome.incomplete == []
    assert len(outcome.certificates) == 12
    assert {"exceptions.xlsx", "exceptions.csv", "index.html"} <= set(outcome.reports)
    assert outcome.data_docs.exists()
    assert outcome.published.exists()
    drift = next(c for c in outcome.checks if c.subject == "STK-01")
    assert (drift.passed, drift.count, drift.open_gbp, drift.sample) == (False, 1, Decimal("4.00"), ("B",))


def test_the_run_succeeds_although_a_check_failed_and_stands_in_the_instance(ground: Ground) -> None:
    with open_instance(ground.data) as instance:
        run = instance.get_run_by_id(ground.outcome.run_id)
        assert run is not None
        assert run.status is DagsterRunStatus.SUCCESS
        assert run.tags["dagster/partition"] == "2026-11-20"
        materialised = instance.get_materialized_partitions(AssetKey(["wair", "stock"]))
        assert materialised == {"2026-11-20"}
        records = instance.event_log_storage.get_latest_asset_check_execution_by_key([DRIFT, LATE])
        drift = records[DRIFT].event.dagster_event.asset_check_evaluation_data  # pyright: ignore
        late = records[LATE].event.dagster_event.asset_check_evaluation_data  # pyright: ignore
    assert drift.passed is False
    assert drift.metadata["pounds"].value == "£4.00"
    assert drift.metadata["night"].value == "2026-11-20"
    assert (late.passed, late.severity) == (False, AssetCheckSeverity.WARN)
    assert late.metadata["status"].value == "NOT TESTED"


def test_assets_link_to_the_pages_of_the_portal_that_show_the_same(ground: Ground) -> None:
    pages = {
        AssetKey(["wair", "stock"]): "/certificates/2026-11-20/wair/stock",
        AssetKey("exceptions"): "/exceptions",
        AssetKey("cases"): "/exceptions",
        AssetKey("nightly_report"): "/downloads",
    }
    with open_instance(ground.data) as instance:
        events = {key: instance.get_latest_materialization_event(key) for key in pages}
    links = {k: e.asset_materialization.metadata["in the portal"].value for k, e in events.items()}  # pyright: ignore
    assert links == {key: f"https://recon.example.com{path}" for key, path in pages.items()}


def test_each_difference_is_a_case_once_though_the_night_is_run_again(ground: Ground) -> None:
    with DagsterInstance.ephemeral() as instance:
        run_night(ground.config, NIGHT, ground.sandbox.ready_file, ground.data, instance=instance)
        found = instance.get_latest_materialization_event(AssetKey("cases"))
    with open_ledger(Store(ground.data)) as ledger:
        drift = ledger.cases(code="STK-01")
        assert [(c.state.value, c.record_key, c.amount_gbp, c.occurrences) for c in drift] == [
            ("open", "B", Decimal("4.00"), 1)
        ]
        assert [e.kind.value for e in ledger.events(drift[0].case_key)] == ["opened"]
        ledger.verify()
    assert found is not None
    assert found.asset_materialization is not None
    figures = found.asset_materialization.metadata
    assert (figures["cases carried forward"].value, figures["movement ties"].value) == (1, True)
    moved = str(figures["movement (cases · pounds)"].value)
    assert "| basis | side | opened | carried forward |" in moved
    assert "| over | 1 · 4.00 | 1 · 4.00 |" in moved


def test_a_night_keeps_its_cases_in_postgresql_where_it_is_told_to(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_postgresql() as address:
        monkeypatch.setenv("KHAOS_LEDGER_URL", address)
        run_night(ground.config, NIGHT, ground.sandbox.ready_file, tmp_path)
        with open_ledger(Store(tmp_path)) as ledger:
            assert [c.record_key for c in ledger.cases(code="STK-01")] == ["B"]
            ledger.verify()
    assert not Store(tmp_path).ledger.exists()


def test_running_a_night_again_gives_the_same_conclusions(ground: Ground) -> None:
    before = (ground.outcome.reports["exceptions.csv"].read_bytes(), ground.outcome.checks)
    with DagsterInstance.ephemeral() as instance:
        again = run_night(ground.config, NIGHT, ground.sandbox.ready_file, ground.data, instance=instance)
    assert (again.reports["exceptions.csv"].read_bytes(), again.checks) == before
    assert again.published == ground.outcome.published


def test_one_snapshot_can_be_taken_alone_and_everything_behind_it_follows(ground: Ground) -> None:
    attempts = len(Store(ground.data).raw_attempts("khaos", "sites", NIGHT.date))
    with DagsterInstance.ephemeral() as instance:
        run_night(ground.config, NIGHT, ground.sandbox.ready_file, ground.data, instance=instance, reads=["wair/stock"])
        taken = {k.to_user_string() for k in instance.all_asset_keys()}
    assert {"wair/stock", "warehouse", "nightly_report"} <= taken
    assert not any(k.startswith("khaos/") for k in taken)
    assert len(Store(ground.data).raw_attempts("khaos", "sites", NIGHT.date)) == attempts


def test_a_read_that_does_not_exist_is_refused_by_name(ground: Ground) -> None:
    with pytest.raises(ValueError, match="no such read: wair/stok"):
        run_night(ground.config, NIGHT, ground.sandbox.ready_file, ground.data, reads=["wair/stok"])


def test_simulators_that_stand_at_another_night_are_not_kept_under_this_one(ground: Ground) -> None:
    with DagsterInstance.ephemeral() as instance, pytest.raises(Exception, match="simulators stand at the night 2026"):
        run_night(ground.config, Night.of("2026-11-21"), ground.sandbox.ready_file, ground.data, instance=instance)
    assert Store(ground.data).raw_attempts("wair", "stock", Night.of("2026-11-21").date) == []


def test_a_tie_out_that_fails_fails_the_run_and_nothing_behind_it_is_made(ground: Ground) -> None:
    store = Store(ground.data)
    with open_warehouse(store) as db:
        kept = db.sql("SELECT * FROM exception").to_arrow_table()
        db.execute("DELETE FROM exception WHERE code = 'STK-01'")
    try:
        job = build_defs(merchant=ground.merchant, night=NIGHT.date).resolve_job_def("reconcile")
        with DagsterInstance.ephemeral() as instance:
            with pytest.raises(TieOutError, match="STK-01 wair>khaos: the population has 1 rows that do not hold"):
                job.execute_in_process(
                    instance=instance,
                    partition_key=str(NIGHT),
                    asset_selection=[EXPECTATIONS, AssetKey("nightly_report")],
                )
            (run,) = instance.get_runs()
            assert run.status is DagsterRunStatus.FAILURE
            assert instance.get_latest_materialization_event(AssetKey("nightly_report")) is None
    finally:
        with open_warehouse(store) as db:
            db.register("kept", kept)
            db.execute("DELETE FROM exception; INSERT INTO exception SELECT * FROM kept")


def test_a_night_can_be_concluded_again_without_asking_any_system(ground: Ground) -> None:
    before = ground.outcome.reports["exceptions.csv"].read_bytes()
    job = build_defs(merchant=ground.merchant, night=NIGHT.date).resolve_job_def("reconcile")
    with DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, partition_key=str(NIGHT))
    assert result.success
    assert ground.outcome.reports["exceptions.csv"].read_bytes() == before


def test_a_system_that_cannot_be_read_yields_incomplete_snapshots_and_a_run_that_succeeds(tmp_path: Path) -> None:
    world = small_world.make(tmp_path / "world")
    fault = {"system": "wair", "switch": "bad_json", "path": "/api/v1/Stock"}
    with running_sandbox(world, [fault]) as sandbox, DagsterInstance.ephemeral() as instance:
        outcome = run_night(world / "merchant.toml", NIGHT, sandbox.ready_file, tmp_path / "data", instance=instance)
        run = instance.get_run_by_id(outcome.run_id)
    assert run is not None
    assert run.status is DagsterRunStatus.SUCCESS
    assert outcome.incomplete == ["wair/stock"]
    checks = {c.name: c for c in outcome.checks}
    assert checks["wair/stock"].passed is False
    assert checks["STK-01 wair>khaos"].passed is not True
    assert checks["FEED-01 wair"].passed is False
