"""What a night hands on to later ones: one Parquet file per table and night, read back as `history_<name>`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from khaos_assets.config import Store
from khaos_assets.config.store import replacing

HISTORY = {
    "stock_codes": "stock_id VARCHAR, stock_code VARCHAR, first_seen TIMESTAMPTZ",
    "invoice_stages": "order_key VARCHAR, invoice VARCHAR, stage BIGINT, nights BIGINT",
    "amounts_shown": "pim VARCHAR, sku VARCHAR, field VARCHAR, khaos VARCHAR, shown VARCHAR",
    "stock_agreed": "sku VARCHAR, site VARCHAR, figure DECIMAL(28, 5), agreed_on DATE, agreed_as_of TIMESTAMPTZ",
}


def load_history(db: duckdb.DuckDBPyConnection, store: Store, night: date) -> set[str]:
    """What earlier nights handed on, as tables `history_<name>`; returns the names that exist."""
    known: set[str] = set()
    for name, columns in HISTORY.items():
        db.execute(f"CREATE OR REPLACE TEMP TABLE history_{name} ({columns})")
        path = _newest_before(store, name, night)
        if path is not None:
            rows = "SELECT * FROM read_parquet(?, hive_partitioning = false)"
            db.execute(f"INSERT INTO history_{name} BY NAME {rows}", [str(path)])
            known.add(name)
    db.execute(
        """
        CREATE OR REPLACE TEMP TABLE stock_codes_now AS
        SELECT stock_id, stock_code, min(first_seen) AS first_seen
        FROM (
            SELECT * FROM history_stock_codes
            UNION ALL
            SELECT item_id, sku,
                CASE WHEN (SELECT count(*) FROM history_stock_codes) > 0
                          AND EXISTS (FROM read_before AS b WHERE b.system = 'khaos' AND b.entity = 'stock_items')
                     THEN getvariable('as_of') ELSE 'epoch'::TIMESTAMPTZ END
            FROM item WHERE system = 'khaos'
        )
        GROUP BY stock_id, stock_code
        """
    )
    # How many nights running an invoice of which nothing is sent has stood at its stage, tonight included
    db.execute(
        """
        CREATE OR REPLACE TEMP TABLE invoice_stage_now AS
        SELECT i.order_key, i.invoice, i.stage, any_value(i.stage_name) AS stage_name,
            1 + coalesce(max(h.nights), 0) AS nights
        FROM invoice AS i
        LEFT JOIN history_invoice_stages AS h USING (order_key, invoice, stage)
        WHERE i.system = 'khaos' AND i.units_sent = 0 AND i.stage IS NOT NULL
        GROUP BY ALL
        """
    )
    return known


def _newest_before(store: Store, name: str, night: date) -> Path | None:
    earlier = [n for n in store.history_nights(name) if n < night]
    return store.history(name, earlier[-1]) if earlier else None


def write_history(db: duckdb.DuckDBPyConnection, store: Store, night: date) -> None:
    """Hand on what later nights need.

    That is every stock code ever seen, the stages of invoices not yet sent, the amounts that PIMs show beside Khaos's
    (of an earlier night where one side may lack some), and the figure on which each SKU and site last agreed.
    """
    statements = {
        "stock_codes": "SELECT * FROM stock_codes_now ORDER BY ALL",
        "invoice_stages": "SELECT order_key, invoice, stage, nights FROM invoice_stage_now ORDER BY ALL",
        "amounts_shown": """
            WITH readable AS (
                SELECT p.system AS pim FROM control_read AS p
                JOIN control_read AS k ON k.night = p.night AND k.system = 'khaos' AND k.entity = 'stock_items'
                WHERE p.night = getvariable('night') AND p.entity = 'products'
                    AND p.verdict <> 'INCOMPLETE' AND k.verdict <> 'INCOMPLETE'
            )
            SELECT pim, sku, field, khaos.num || '/' || khaos.den AS khaos, shown::VARCHAR AS shown
            FROM money_field
            WHERE khaos IS NOT NULL AND shown IS NOT NULL AND pim IN (SELECT pim FROM readable)
            UNION ALL
            SELECT * FROM history_amounts_shown WHERE pim NOT IN (SELECT pim FROM readable)
            ORDER BY ALL
            """,
        "stock_agreed": """
            SELECT coalesce(s.wair_sku, h.sku) AS sku, coalesce(s.site, h.site) AS site,
                coalesce(s.on_hand, h.figure) AS figure,
                CASE WHEN s.site IS NOT NULL THEN getvariable('night') ELSE h.agreed_on END AS agreed_on,
                CASE WHEN s.site IS NOT NULL THEN getvariable('as_of') ELSE h.agreed_as_of END AS agreed_as_of
            FROM (SELECT wair_sku, site, on_hand FROM stock_comparison WHERE untested IS NULL AND difference = 0) AS s
            FULL JOIN history_stock_agreed AS h ON h.sku = s.wair_sku AND h.site = s.site
            ORDER BY ALL
            """,
    }
    for name, sql in statements.items():
        with replacing(store.history(name, night)) as temporary:
            path = str(temporary).replace("'", "''")
            db.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
