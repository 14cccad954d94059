"""The merchant's settings in the words of SQL: variables for figures, small tables for mappings and lists.

A rule then is only SQL. Graces are intervals, tolerances decimals, mappings two columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from khaos_assets.config import Night, Settings

SYSTEM_TABLES = {
    "back_orderable": "sku VARCHAR",
    "carried_kind": "system VARCHAR, kind VARCHAR",
    "picking_stage": "stage BIGINT",
    "pim_attribute": "system VARCHAR, field VARCHAR, attribute VARCHAR, unit VARCHAR",
    "pim_mandatory": "system VARCHAR, field VARCHAR",
    "terms_hold_stage": "stage BIGINT",
    "untracked_service": "carrier_service VARCHAR",
    "waiting_date_stage": "stage BIGINT",
}
"""Tables whose rows come from the sections of the systems (`SystemSettings.sql_tables`)."""

COLUMN = re.compile(r"(\w+) ([A-Z]+(?:\(\d+, \d+\))?(?:\[\])?)")


def load_configuration(db: duckdb.DuckDBPyConnection, settings: Settings, night: Night) -> None:
    """Make the configuration tables anew and set the variables (they live as long as the connection)."""
    graces = settings.graces
    variables: dict[str, tuple[str, Any]] = {
        "night": ("DATE", night.date.isoformat()),
        "as_of": ("TIMESTAMPTZ", night.as_of.isoformat()),
        "merchant": ("VARCHAR", settings.merchant.name),
        "home_country": ("VARCHAR", settings.merchant.home_country),
        "home_vat_percent": ("DECIMAL(9, 4)", settings.merchant.home_vat_percent),
        "order_grace": ("INTERVAL", f"{graces.order_minutes} minutes"),
        "dispatch_grace": ("INTERVAL", f"{graces.dispatch_minutes} minutes"),
        "tracking_grace": ("INTERVAL", f"{graces.tracking_minutes} minutes"),
        "stock_grace": ("INTERVAL", f"{graces.stock_minutes} minutes"),
        "latency_target": ("INTERVAL", f"{graces.latency_target_minutes} minutes"),
        "price_lag": ("INTERVAL", f"{graces.price_hours} hours"),
        "attribute_lag": ("INTERVAL", f"{graces.attribute_hours} hours"),
        "refund_grace": ("INTERVAL", f"{graces.refund_hours} hours"),
        "reservation_grace": ("INTERVAL", f"{graces.withheld_reservation_hours} hours"),
        "latency_window": ("INTERVAL", f"{settings.latency.days} days"),
        "stuck_nights": ("INTEGER", graces.stuck_nights),
        "feed_age": ("INTERVAL", f"{settings.tolerances.feed_age_hours} hours"),
        "stock_tolerance": ("DECIMAL(28, 5)", settings.tolerances.stock_units),
        "money_tolerance": ("DECIMAL(18, 4)", settings.tolerances.money),
        "withheld_percent": ("DECIMAL(9, 4)", settings.tolerances.withheld_percent),
        "withheld_units": ("DECIMAL(28, 5)", settings.tolerances.withheld_units),
        "backlog_records": ("BIGINT", settings.tolerances.backlog_records),
        "partial_sync_records": ("BIGINT", settings.tolerances.partial_sync_records),
        "partial_sync_inside_percent": ("DECIMAL(9, 4)", settings.tolerances.partial_sync_inside_percent),
        "partial_sync_outside_percent": ("DECIMAL(9, 4)", settings.tolerances.partial_sync_outside_percent),
        "credit_note_pattern": ("VARCHAR", settings.credit_notes.reference_pattern),
        "customer_identifier": ("VARCHAR", settings.customers.identifier),
        "drop_percent": ("DECIMAL(9, 4)", settings.tolerances.snapshot_drop_percent),
        **{f"{s}_from_gbp": ("DECIMAL(18, 2)", gbp) for s, gbp in settings.cases.severity_from_gbp.items()},
        "buffer_source": ("VARCHAR", settings.buffer.source),
        "buffer_default": ("DECIMAL(28, 5)", settings.buffer.default),
    }
    for section in settings.sections().values():
        variables |= section.sql_variables()
    for name, (kind, value) in variables.items():
        text = str(value).replace("'", "''")
        db.execute(f"SET VARIABLE {name} = CAST('{text}' AS {kind})")

    mapping = settings.mapping
    _table(db, "map_location", "location VARCHAR, site VARCHAR", mapping.locations.items())
    _table(db, "map_courier", "carrier_service VARCHAR, courier VARCHAR", mapping.couriers.items())
    _table(db, "map_size", "label VARCHAR, size VARCHAR", mapping.sizes.items())
    _table(
        db,
        "map_warehouse",
        "channel VARCHAR, warehouse VARCHAR, site VARCHAR",
        ((c, w, s) for c, warehouses in mapping.warehouses.items() for w, sites in warehouses.items() for s in sites),
    )
    _table(db, "map_unit", "unit VARCHAR, base_units DECIMAL(28, 5)", mapping.units.items())
    _table(db, "map_price_list", "price_list VARCHAR, khaos_list VARCHAR", mapping.price_lists.items())
    _table(db, "map_customer_group", "customer_group VARCHAR, khaos_list VARCHAR", mapping.customer_groups.items())
    _table(db, "map_payment_term", "payment_term VARCHAR, khaos_terms VARCHAR", mapping.payment_terms.items())
    _table(db, "map_tax_label", "label VARCHAR, percent DECIMAL(9, 4)", mapping.tax_labels.items())
    _table(db, "known_payment_type", "payment_type VARCHAR", ((x,) for x in mapping.payment_types))
    _table(db, "known_promotion_type", "promotion_type VARCHAR", ((x,) for x in mapping.promotion_types))
    _table(db, "known_delivery_method", "delivery_method VARCHAR", ((x,) for x in mapping.delivery_methods))
    _table(db, "tax_code", "tax_code VARCHAR, percent DECIMAL(9, 4)", settings.tax_codes.items())
    _table(
        db,
        "channel",
        "channel VARCHAR, start DATE, import_window_days INTEGER, prices_include_tax BOOLEAN",
        ((n, c.start, c.import_window_days, c.prices_include_tax) for n, c in settings.channels.items()),
    )
    _table(
        db,
        "market",
        "market VARCHAR, currency VARCHAR, company_class VARCHAR, price_list VARCHAR, delivery_tax_code VARCHAR",
        (
            (n, m.currency, m.company_class, m.price_list or None, m.delivery_tax_code)
            for n, m in settings.markets.items()
        ),
    )
    _table(
        db,
        "market_tax_code",
        "market VARCHAR, item_percent DECIMAL(9, 4), tax_code VARCHAR",
        ((n, percent, code) for n, m in settings.markets.items() for percent, code in m.tax_codes.items()),
    )
    _table(
        db,
        "account_branch",
        "family INTEGER, account VARCHAR",
        ((n, account) for n, family in enumerate(settings.customers.branches) for account in family),
    )
    _table(db, "ownership", "field VARCHAR, system VARCHAR", ((f, s) for f, o in settings.ownership.items() for s in o))
    _table(
        db,
        "backlog_age",
        "class VARCHAR, hours INTEGER",
        ((c, hours) for c, hours in settings.tolerances.backlog_hours.items()),
    )
    _table(db, "flow_target", "flow VARCHAR, minutes BIGINT", settings.flow_targets().items())
    _table(db, "non_stock_code", "sku VARCHAR", ((c,) for c in settings.non_stock_codes))
    _table(db, "non_commercial_class", "company_class VARCHAR", ((c,) for c in settings.classes.non_commercial))
    _table(db, "class_arithmetic", "company_class VARCHAR, method VARCHAR", settings.classes.arithmetic.items())
    _table(db, "buffer_per_code", "sku VARCHAR, units DECIMAL(28, 5)", settings.buffer.per_code.items())
    _table(db, "channel_prefix", "channel VARCHAR, prefix VARCHAR", settings.order_reference_prefixes.items())
    db.execute(
        """
        SET VARIABLE channel_prefixes = (
            SELECT list({'channel': channel, 'prefix': prefix} ORDER BY length(prefix) DESC) FROM channel_prefix
            WHERE prefix <> '')
        """
    )
    _table(
        db,
        "exchange_rate",
        "month VARCHAR, currency VARCHAR, rate DECIMAL(18, 6)",
        ((m, c, r) for m, rates in settings.exchange_rates.items() for c, r in rates.items()),
    )
    _table(
        db,
        "route",
        "place INTEGER, pattern VARCHAR, from_gbp DECIMAL(18, 2), owner VARCHAR, severity VARCHAR",
        ((n, c, r.from_gbp, r.owner, r.severity) for n, r in enumerate(settings.routing) for c in r.codes),
    )
    _table(
        db,
        "feed",
        "read VARCHAR, moving BOOLEAN, closed_weekdays INTEGER[], confirmed_drop VARCHAR",
        (
            (name, f.moving, f.closed_weekdays, f.confirmed_drops.get(night.date.isoformat()))
            for name, f in settings.feeds.items()
        ),
    )
    for name, columns in SYSTEM_TABLES.items():
        rows = [row for section in settings.sections().values() for row in section.sql_tables().get(name, [])]
        _table(db, name, columns, rows)


def _table(db: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    kinds = COLUMN.findall(columns)
    values = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in kinds]
    selected = ", ".join(f"unnest(?::{kind}[]) AS {column}" for column, kind in kinds)
    db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {selected}", values)
