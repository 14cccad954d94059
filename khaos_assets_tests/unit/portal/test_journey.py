"""An order's way on one line of time, and its records side by side with what differs marked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from khaos_assets.config import Night, Store
from khaos_assets.portal.journey import journey
from khaos_assets.portal.published import Published
from khaos_assets.portal.records import of_order, reference_of, side_by_side
from khaos_assets.warehouse.database import HERE, open_warehouse
from khaos_assets.warehouse.publishing import publish
from khaos_assets_tests.unit.portal.cases_by_hand import a_case

ORDERS = """
INSERT INTO sales_order BY NAME FROM (VALUES
    ('scayle', '70', 's', 'W1', 'W1', 'order', 'complete', 'GBP', 20.00, 24.00, 30.0, TIMESTAMPTZ '2026-07-04 18:09Z',
     DATE '2026-07-04', TIMESTAMPTZ '2026-07-04 18:11Z', TIMESTAMPTZ '2026-07-06 09:00Z', 'none', NULL, NULL),
    ('khaos', 'SO1', 's', 'W1', 'SC-W1', 'order', 'open', 'GBP', 18.00, 21.60, NULL, NULL,
     DATE '2026-07-04', NULL, NULL, NULL, NULL, NULL),
    ('khaos', 'CN1', 's', 'W1', 'SC-W1', 'credit_note', 'complete', 'GBP', 2.00, 2.40, NULL, NULL,
     DATE '2026-07-09', NULL, NULL, NULL, NULL, NULL),
    ('scayle', '71', 's', 'W2', 'W2', 'order', 'cancelled', 'EUR', 5.00, 6.00, 6.0, TIMESTAMPTZ '2026-07-05 10:00Z',
     DATE '2026-07-05', NULL, NULL, 'full', 6.00, TIMESTAMPTZ '2026-07-07 10:00Z')
) AS o(system, source_key, snapshot, reference, full_reference, kind, status, currency, items_net, items_gross,
       total_gross, created_at, created_on, confirmed_at, shipped_at, refund, refunded_gross, refunded_at);
INSERT INTO order_line BY NAME FROM (VALUES
    ('scayle', '70', 's', 1, 'MUG', 1.0, 10.00), ('scayle', '70', 's', 2, 'MUG', 1.0, 10.00),
    ('khaos', 'SO1', 's', 1, 'MUG', 2.0, 18.00), ('khaos', 'SO1', 's', 2, 'POST', 1.0, 5.00)
) AS l(system, order_key, snapshot, line, sku, quantity, line_net);
INSERT INTO shipment BY NAME FROM (VALUES
    ('khaos', 'SO1', 's', 'INV1', 'MUG', 2.0, 'DPD1', DATE '2026-07-05', DATE '2026-07-05'),
    ('scayle', '70', 's', 'P1', 'MUG', NULL, NULL, DATE '2026-07-06', NULL)
) AS s(system, order_key, snapshot, shipment, sku, units_sent, tracking, shipped_on, issued_on);
INSERT INTO invoice BY NAME FROM (VALUES ('khaos', 'SO1', 's', 'INV1', 'Issued'))
    AS i(system, order_key, snapshot, invoice, stage_name);
INSERT INTO dispatch VALUES
    ('wair', 'D1', 's', 'W1', 'SC-W1', 'LDS-01', 'DPD', 'DPD1', TIMESTAMPTZ '2026-07-05 15:00Z', false, now()),
    ('wair', 'D2', 's', 'W1', 'SC-W1', 'LDS-01', '', NULL, TIMESTAMPTZ '2026-07-05 16:00Z', true, now());
INSERT INTO dispatch_line VALUES ('wair', 'D1', 'MUG', 2), ('wair', 'D2', 'MUG', 1);
INSERT INTO item BY NAME FROM (VALUES
    ('khaos', 'MUG', 's', 'MUG', 'simple', 'Blue mug', true),
    ('plytix', 'p1', 's', 'MUG', 'simple', 'Blue mug (new)', true)
) AS i(system, source_key, snapshot, sku, kind, description, active);
INSERT INTO stock_position BY NAME FROM (VALUES
    ('wair', 'a', 's', 'MUG', 'LDS-01', 7.0), ('khaos', 'b', 's', 'MUG', 'Main', NULL),
    ('wair', 'c', 's', 'CUP', 'LDS-01', 1.0)
) AS p(system, source_key, snapshot, sku, place, on_hand);
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    store = Store(tmp_path_factory.mktemp("published"))
    with open_warehouse(store) as db:
        for made in ("kept.sql", "tables.sql"):
            db.execute((HERE / made).read_text(encoding="utf-8"))
        db.execute(ORDERS)
    publish(store, Night.of("2026-07-10"))
    made_of = Published(store)
    yield made_of
    made_of.close()


def test_what_systems_say_stands_in_the_order_of_time(published: Published) -> None:
    told = [(s.system, s.what, s.detail) for s in journey(published, "W1").steps]
    assert told == [
        ("scayle", "Order placed", "70, 30 GBP gross"),
        ("scayle", "Confirmed, to be fulfilled", ""),
        ("khaos", "Order created", "SO1, 21.6 GBP gross"),
        ("wair", "Dispatched", "D1 from LDS-01, 2 units, DPD1"),
        ("wair", "Dispatch voided", "D2 from LDS-01, 1 unit, no tracking number"),
        ("khaos", "Invoice issued", "INV1"),
        ("khaos", "Invoice shipped", "INV1, 2 units, DPD1"),
        ("scayle", "Shipped", ""),
        ("scayle", "Parcel shown", "P1, no tracking number"),
        ("khaos", "Credit note created", "CN1, 2.4 GBP gross"),
    ]


def test_a_date_without_a_time_stands_at_the_end_of_its_london_day(published: Published) -> None:
    created = next(s for s in journey(published, "W1").steps if s.what == "Order created")
    assert created.day_only
    assert created.at.isoformat() == "2026-07-04T22:59:59+00:00", "London was an hour ahead of UTC"


def test_each_system_says_where_the_order_stands(published: Published) -> None:
    stands = [(s.system, s.key, s.status, s.detail) for s in journey(published, "W1").stands]
    assert stands == [
        ("scayle", "70", "complete", ""), ("khaos", "CN1", "credit note, complete", ""),
        ("khaos", "SO1", "open", "INV1 at Issued"),
        ("wair", "D1", "dispatched", "LDS-01"), ("wair", "D2", "voided", "LDS-01"),
    ]  # fmt: skip


def test_a_refund_is_a_step_of_its_own(published: Published) -> None:
    last = journey(published, "W2").steps[-1]
    assert (last.what, last.detail) == ("Refunded", "full, 6 EUR")


def test_an_order_that_nobody_knows_has_no_way(published: Published) -> None:
    assert not journey(published, "W3").known


def test_orders_are_beside_each_other_and_what_differs_is_marked(published: Published) -> None:
    order, lines, dispatch = of_order(published, "W1", ["scayle", "khaos", "wair"], non_stock=["POST"])
    assert order.columns == ("scayle 70", "khaos CN1", "khaos SO1")
    marked = {line.name: line.differs for line in order.lines}
    assert marked["items_net"] and marked["status"]
    assert not marked["full_reference"] and not marked["created_at"] and not marked["currency"]
    assert lines.columns == ("khaos SO1", "scayle 70", "wair D1"), "credit notes and voided dispatches have no part"
    assert [(x.name, x.values, x.differs) for x in lines.lines] == [
        ("MUG", ("2, 18.00 GBP", "2, 20.00 GBP", "2"), True), ("POST", ("1, 5.00 GBP", "", ""), False),
    ]  # fmt: skip
    assert [c.split()[1] for c in dispatch.columns] == ["D1", "D2"]


@pytest.mark.parametrize("key", ["W1", "SO1", "70", "D1"])
def test_the_order_of_a_case_is_found_by_any_key_it_has(published: Published, key: str) -> None:
    assert reference_of(published, a_case("ORD-05", "wair>khaos", key)) == "W1"


def test_a_case_about_an_item_belongs_to_no_order(published: Published) -> None:
    assert reference_of(published, a_case("PIM-02", "plytix>khaos", "W1")) is None
    assert reference_of(published, a_case("FIN-08", "khaos>plytix", "W1")) is None


def test_an_items_records_show_only_fields_that_one_of_them_has(published: Published) -> None:
    (sheet,) = side_by_side(published, a_case("PIM-02", "plytix>khaos", "MUG"))
    assert sheet.columns == ("plytix p1", "khaos MUG")
    assert [(x.name, x.values, x.differs) for x in sheet.lines] == [
        ("sku", ("MUG", "MUG"), False), ("kind", ("simple", "simple"), False),
        ("description", ("Blue mug (new)", "Blue mug"), True), ("active", ("yes", "yes"), False),
    ]  # fmt: skip


def test_stock_of_both_systems_is_shown_and_not_compared_figure_by_figure(published: Published) -> None:
    (sheet,) = side_by_side(published, a_case("STK-01", "wair>khaos", "MUG"))
    assert sheet.columns == ("wair a", "khaos b")
    assert not any(line.differs for line in sheet.lines)


def test_what_a_hostile_key_says_is_only_ever_looked_for(published: Published) -> None:
    assert side_by_side(published, a_case("SKU-01", "khaos>scayle", "'; DROP TABLE item; --")) == []
    assert published.rows("SELECT count(*) AS n FROM item") == [{"n": 2}]
