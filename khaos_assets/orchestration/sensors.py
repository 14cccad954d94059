"""Sensors: what happens because something else happened.

Here: after a night, each owner is told what is new for them. Only the latest night alerts, whatever is run again.
Not here: what is told and to whom (`alerts.py`).
See https://docs.dagster.io/guides/automate/sensors.
"""

from dagster import DefaultSensorStatus, SensorDefinition, SensorEvaluationContext, SkipReason, sensor

from khaos_assets.orchestration.alerts import latest_night, published_file, tell
from khaos_assets.orchestration.resources import MerchantResource


def build_sensors() -> list[SensorDefinition]:
    @sensor(
        name="alerts",
        minimum_interval_seconds=60,
        default_status=DefaultSensorStatus.RUNNING,
        description="Tells each owner once what is new in the latest night: in the log, and by webhook where set.",
    )
    def alerts(context: SensorEvaluationContext, merchant: MerchantResource) -> SkipReason:
        if not merchant.configured:
            return SkipReason(f"{merchant.config_file}: there is no such file")
        settings, store = merchant.settings(), merchant.store()
        night = latest_night(store)
        published = published_file(store, night) if night else None
        if night is None or published is None:
            return SkipReason("no night is finished yet")
        # The name of the published copy is a hash of its content: the same content tells nothing new.
        if context.cursor == published.name:
            return SkipReason(f"night {night} was told")
        told = tell(settings, store, night)
        context.update_cursor(published.name)
        for digest in told:
            context.log.info(digest.text)
        return SkipReason(" · ".join(f"{d.owner}: {len(d.keys)} new" for d in told) or f"night {night}: nothing new")

    return [alerts]
