"""Sensors: what happens because something else happened.

Here: whenever the ledger has new events, each owner is told what they mean for them. Not here: what is told and to whom
(`alerts.py`).
See https://docs.dagster.io/guides/automate/sensors.
"""

from dagster import DefaultSensorStatus, SensorDefinition, SensorEvaluationContext, SkipReason, sensor

from khaos_assets.orchestration.alerts import tell, text
from khaos_assets.orchestration.resources import MerchantResource


def build_sensors() -> list[SensorDefinition]:
    @sensor(
        name="alerts",
        minimum_interval_seconds=60,
        default_status=DefaultSensorStatus.RUNNING,
        description=(
            "Tells each owner once what opened, came back, grew severe or is late: in the log, by webhook and by mail."
        ),
    )
    def alerts(context: SensorEvaluationContext, merchant: MerchantResource) -> SkipReason:
        from khaos_assets.cases.ledger import open_ledger

        if not merchant.configured:
            return SkipReason(f"{merchant.config_file}: there is no such file")
        settings, store = merchant.settings(), merchant.store()
        with open_ledger(store) as ledger:
            head = str(ledger.head())
        if head == "0":
            return SkipReason("no night is finished yet")
        if context.cursor == head:
            return SkipReason("nothing happened since")
        told = tell(settings, merchant.credentials(), store)
        context.update_cursor(head)
        for digest in told:
            context.log.info(text(settings, digest))
        return SkipReason(" · ".join(f"{d.owner}: {d.count}" for d in told) or "nothing new for anybody")

    return [alerts]
