"""The assets: one per read of each system, then the few steps that follow from them.

Here: what an asset is called, what it depends on, and which stage makes it. Few, fat steps: a step costs more than what
it does, so one subsettable multi-asset takes all snapshots side by side. Not here: the work of a stage, checks.
See https://docs.dagster.io/guides/build/assets.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    DataVersion,
    Failure,
    MaterializeResult,
    MetadataValue,
    PartitionsDefinition,
    asset,
    multi_asset,
)

from khaos_assets import snapshots as snapshots_stage
from khaos_assets.config import Night
from khaos_assets.orchestration.links import in_portal
from khaos_assets.orchestration.metadata import (
    certificate_metadata,
    column_schema,
    files,
    markdown_table,
    movement_figures,
    night_figures,
    report_pictures,
    validation_figures,
)
from khaos_assets.orchestration.partitions import night_of
from khaos_assets.orchestration.resources import CheckingResource, MerchantResource
from khaos_assets.systems.read import Read, System

WAREHOUSE = AssetKey("warehouse")
EXCEPTIONS = AssetKey("exceptions")
EXPECTATIONS = AssetKey("expectations")
CASES = AssetKey("cases")
NIGHTLY_REPORT = AssetKey("nightly_report")
PUBLISHED_COPY = AssetKey("published_copy")

TEAM = "team:integration"


def snapshot_key(system: str, entity: str) -> AssetKey:
    return AssetKey([system, entity])


def snapshot_spec(system: System, read: Read, nights: PartitionsDefinition[Any]) -> AssetSpec:
    """What the UI says of one read before it was ever taken."""
    stay = " Records once seen stay: one that vanished makes it INCOMPLETE." if read.never_deleted else ""
    return AssetSpec(
        snapshot_key(system.name, read.entity),
        description=(
            f"{system.title}: {read.title}. Raw pages as received, a certificate, Parquet. A read that could not be "
            "proven complete materialises too: its verdict is INCOMPLETE, its contract check fails, and nothing is "
            f"concluded from it.{stay}"
        ),
        group_name=system.name,
        owners=[TEAM],
        kinds={"http", "parquet"},
        tags={"system": system.name},
        partitions_def=nights,
        metadata={
            "key": "/".join(read.key),
            "tables": ", ".join(read.tables),
            "columns": column_schema(next(iter(read.tables.values()))),
        },
    )


def build_snapshots(systems: Mapping[str, System], nights: PartitionsDefinition[Any]) -> AssetsDefinition:
    """All reads of all systems as one step, from which any subset can be taken."""
    specs = [snapshot_spec(s, read, nights) for s in systems.values() for read in s.reads]

    @multi_asset(
        name="snapshots",
        specs=specs,
        can_subset=True,
        description="Takes the chosen snapshots of all systems side by side, with a limit per host.",
    )
    def snapshots(
        context: AssetExecutionContext, merchant: MerchantResource, checking: CheckingResource
    ) -> Iterator[MaterializeResult[Any]]:
        settings, store, night = merchant.settings(), merchant.store(), night_of(context)
        refuse_other_night(merchant, night)
        enabled = settings.enabled_systems()
        # The configuration may have changed since these definitions were loaded.
        chosen = sorted(k for k in context.selected_asset_keys if k.path[0] in enabled)
        if not chosen:
            raise Failure(f"none of the chosen systems is switched on in {merchant.config_file}", allow_retries=False)
        names = ["/".join(k.path) for k in chosen]
        certificates = snapshots_stage.take(
            settings, merchant.credentials(), store, night, names, beside=checking.process
        )
        late = datetime.now(UTC) - night.as_of
        for key in chosen:
            system, entity = key.path
            certificate = certificates[f"{system}/{entity}"]
            parquet = store.snapshot(system, entity, night.date) / f"{entity}.parquet"
            shown = certificate_metadata(certificate, parquet, settings.reports.preview_rows)
            if late > timedelta(hours=24) and not merchant.ready_file:
                shown["taken late"] = f"{late.days} days after its night: it shows the system as it is now"
            shown |= in_portal(settings, "certificates", str(night), system, entity)
            if not certificate.complete:
                context.log.warning("%s/%s is INCOMPLETE: %s", system, entity, certificate.reasons)
            yield MaterializeResult(
                asset_key=key, metadata=shown, data_version=DataVersion(certificate.snapshot or "empty")
            )

    return snapshots


def refuse_other_night(merchant: MerchantResource, night: Night) -> None:
    """Simulators stand at one night; its records must not be kept under the name of another."""
    stands = merchant.simulated_night()
    if stands is not None and stands != str(night):
        raise Failure(
            f"the simulators stand at the night {stands}, not {night}: choose the partition {stands}, or go on with "
            "`khaos-assets sandbox advance`",
            allow_retries=False,
        )


def build_steps(systems: Mapping[str, System], nights: PartitionsDefinition[Any]) -> list[AssetsDefinition]:
    """Everything that follows from the snapshots, in order."""
    snapshot_keys = [snapshot_key(s.name, r.entity) for s in systems.values() for r in s.reads]

    @asset(
        key=WAREHOUSE,
        deps=snapshot_keys,
        partitions_def=nights,
        group_name="warehouse",
        owners=[TEAM],
        kinds={"duckdb", "sql"},
        description=(
            "The snapshots of the night as conformed tables: the same columns for every system, with quantities "
            "derived. What needs an INCOMPLETE snapshot is not tested."
        ),
    )
    def warehouse(
        context: AssetExecutionContext, merchant: MerchantResource, checking: CheckingResource
    ) -> MaterializeResult[Any]:
        from khaos_assets import warehouse as stage

        settings, store, night = merchant.settings(), merchant.store(), night_of(context)
        checking.check_snapshots(settings, store, night)
        result = stage.build(settings, store, night)
        rows = markdown_table(["table", "rows"], sorted(result.rows.items()))
        return MaterializeResult(
            metadata={
                "dagster/row_count": sum(result.rows.values()),
                "rows": MetadataValue.md(rows),
                "night": str(night),
                "file": MetadataValue.path(str(store.warehouse)),
            }
        )

    @asset(
        key=EXCEPTIONS,
        deps=[WAREHOUSE],
        partitions_def=nights,
        group_name="rules",
        owners=[TEAM],
        kinds={"duckdb", "sql"},
        description=(
            "Every difference of the night, one row each, with code, owner, age and pounds. Open: somebody has to "
            "act. Expected: inside its grace, or explained by what is on its way. Suppressed: another code explains "
            "it. One check per code."
        ),
    )
    def exceptions(context: AssetExecutionContext, merchant: MerchantResource) -> MaterializeResult[Any]:
        from khaos_assets import rules as stage
        from khaos_assets.warehouse import open_warehouse

        settings, store, night = merchant.settings(), merchant.store(), night_of(context)
        result = stage.evaluate(settings, store, night)
        with store.writing(), open_warehouse(store, read_only=True) as db:
            shown = night_figures(db, night)
        if result.not_tested:
            table = markdown_table(["code and systems", "why it was not tested"], sorted(result.not_tested.items()))
            shown["NOT TESTED"] = MetadataValue.md(table)
        return MaterializeResult(metadata=shown | in_portal(settings, "exceptions"))

    @asset(
        key=EXPECTATIONS,
        deps=[EXCEPTIONS],
        partitions_def=nights,
        group_name="rules",
        owners=[TEAM],
        kinds={"greatexpectations", "duckdb"},
        description=(
            "The contract suite of every snapshot and one expectation per code over its population, kept as Data Docs. "
            "Fails the run where two counts of the same differences disagree (tie-out)."
        ),
    )
    def expectations(
        context: AssetExecutionContext, merchant: MerchantResource, checking: CheckingResource
    ) -> MaterializeResult[Any]:
        store, night = merchant.store(), night_of(context)
        results = checking.check_night(merchant.settings(), store, night)
        return MaterializeResult(
            metadata={
                **validation_figures(results),
                "night": str(night),
                "Data Docs": MetadataValue.path(str(store.data_docs(night.date) / "index.html")),
            }
        )

    @asset(
        key=CASES,
        deps=[EXPECTATIONS],
        partitions_def=nights,
        group_name="cases",
        owners=["team:finance"],
        kinds={"sql"},
        description=(
            "The ledger: every difference is one case, from the night that first shows it to the evidence, the "
            "correction or the person that closes it. An older night run again leaves it as it is."
        ),
    )
    def cases(context: AssetExecutionContext, merchant: MerchantResource) -> MaterializeResult[Any]:
        from khaos_assets.cases.ledger import open_ledger
        from khaos_assets.cases.movement import of_night
        from khaos_assets.cases.recording import record_night

        settings, store, night = merchant.settings(), merchant.store(), night_of(context)
        made = record_night(settings, store, night)
        if made is None:
            told = {"night": str(night), "ledger": "it had gone on to later nights: unchanged"}
            return MaterializeResult(metadata=told | in_portal(settings, "exceptions"))
        with open_ledger(store) as ledger:
            figures = movement_figures(of_night(ledger, night.date))
        return MaterializeResult(metadata={"night": str(night), **figures, **in_portal(settings, "exceptions")})

    @asset(
        key=NIGHTLY_REPORT,
        deps=[CASES],
        partitions_def=nights,
        group_name="reports",
        owners=["team:finance"],
        kinds={"excel", "csv", "parquet"},
        description=(
            "What people open in the morning: a page (`index.html`, with a runbook page per code), the workbook, "
            "Parquet, and CSV in two forms: exact, and safe to open in a spreadsheet."
        ),
    )
    def nightly_report(context: AssetExecutionContext, merchant: MerchantResource) -> MaterializeResult[Any]:
        from khaos_assets import reports as stage

        night = night_of(context)
        settings, store = merchant.settings(), merchant.store()
        written = stage.write_nightly(settings, store, night)
        pictures = report_pictures(settings, store, night)
        link = in_portal(settings, "downloads")
        return MaterializeResult(metadata={"night": str(night), **link, **files(written), **pictures})

    @asset(
        key=PUBLISHED_COPY,
        deps=[EXPECTATIONS],
        partitions_def=nights,
        group_name="reports",
        owners=[TEAM],
        kinds={"duckdb"},
        description="A read-only copy of the results under a new name: it can be read while runs write.",
    )
    def published_copy(context: AssetExecutionContext, merchant: MerchantResource) -> MaterializeResult[Any]:
        from khaos_assets import warehouse as stage

        night = night_of(context)
        return MaterializeResult(
            metadata={"night": str(night), **files({"copy": stage.publish(merchant.store(), night)})}
        )

    return [warehouse, exceptions, expectations, cases, nightly_report, published_copy]
