"""Between two nights: real simulators, deltas, and the list of what stands open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from dagster import DagsterInstance

from khaos_assets.cases.ledger import open_ledger
from khaos_assets.cases.notices import untold
from khaos_assets.cases.states import STANDING
from khaos_assets.definitions import build_defs
from khaos_assets.intraday import Moment, NoNightYet
from khaos_assets.orchestration.resources import MerchantResource
from khaos_assets_tests.integration.intraday import days
from khaos_assets_tests.integration.intraday.days import DAY, NEXT, NIGHT, Place, World

NIGHTLY = ("snapshots", "history", "published", "raw")


@dataclass(frozen=True)
class Told:
    """One day, told in order."""

    place: Place
    before: dict[str, bytes]
    """Files of the night, before the day."""
    first: Moment
    """Right after the night, nothing has happened."""
    lost: Moment
    """SCAYLE has an order that Khaos lacks."""
    after: dict[str, bytes]
    arrived: Moment
    """Khaos has it."""
    published: Path
    """By the night that follows."""
    quiet: Path
    """By the same night in a data folder in which nothing was run in the day."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return days.make(tmp_path_factory.mktemp("day") / "world")


@pytest.fixture(scope="module")
def told(world: World) -> Iterator[Told]:
    folder = world.folder.parent
    with days.running(world, folder / "data") as place:
        place.night(NIGHT)
        quiet = place.copy(folder / "quiet")
        before = place.files(*NIGHTLY)
        first = place.moment(NIGHT.as_of)
        place.sandbox.advance()
        lost = place.moment(DAY)
        after = place.files(*NIGHTLY)
        place.sandbox.advance()
        arrived = place.moment(DAY)
        yield Told(place, before, first, lost, after, arrived, place.night(NEXT), quiet.night(NEXT))


def keys(moment: Moment, code: str) -> set[str]:
    return {case.record_key for case in moment.listed if case.code == code}


def test_right_after_the_night_nothing_is_new(told: Told) -> None:
    assert told.first.incomplete == []
    assert told.first.opened == []
    assert told.first.not_tested == {}


def test_an_order_lost_between_scayle_and_khaos_after_the_night_is_found_in_the_day(told: Told) -> None:
    lost = told.place.world.lost
    assert lost not in keys(told.first, "ORD-01")
    assert lost in keys(told.lost, "ORD-01")
    (case,) = [c for c in told.lost.listed if c.record_key == lost]
    assert (case.case_key in told.lost.opened, case.first_seen) == (True, DAY)
    assert case.amount_gbp is not None


def test_an_order_that_arrives_stays_listed_until_the_night_closes_it(told: Told) -> None:
    lost = told.place.world.lost
    assert lost in keys(told.arrived, "ORD-01")
    assert told.arrived.opened == []
    assert lost not in told.place.open_orders(NEXT)


def test_the_day_reads_what_changed_and_not_the_whole(told: Told) -> None:
    rows = {name: certificate.rows for name, certificate in told.lost.certificates.items()}
    assert set(rows) == {
        "khaos/order_lines", "khaos/sales_orders", "khaos/stock_items", "khaos/stock_levels", "scayle/orders",
        "scayle/stocks",
    }  # fmt: skip
    assert rows["scayle/stocks"] < 60, "only of what moved in Khaos"
    exported = [p for p in told.lost.certificates["khaos/stock_items"].pages if p.operation == "ExportStock"]
    assert sum(p.rows for p in exported) < 30
    asked = [p for p in told.lost.certificates["scayle/orders"].pages if p.operation == "GET O/{o}"]
    assert sum(p.rows for p in asked) < rows["scayle/orders"]


def test_the_day_touches_nothing_of_the_night(told: Told) -> None:
    assert told.after == told.before


def test_the_night_that_follows_is_the_same_to_the_byte_whatever_the_day_did(told: Told) -> None:
    # The name is a hash of all exceptions, control totals and certificates of every night.
    assert told.published.name == told.quiet.name
    kept = ("snapshots", "history")
    with_day = {k: v for k, v in told.place.files(*kept).items() if k.endswith(".parquet")}
    quiet = Path(told.quiet).parents[1]
    assert with_day == {name: (quiet / name).read_bytes() for name in with_day}


def test_what_stands_open_is_written_for_people_and_for_machines(told: Told) -> None:
    text = told.arrived.files["exceptions.csv"].read_text(encoding="utf-8")
    assert text.startswith("night,code,case_key,state,severity,owner,systems,")
    assert told.place.world.lost in text
    document = json.loads(json.dumps(told.arrived.document()))
    assert {c["case_key"] for c in document["listed"]} == {c.case_key for c in told.arrived.listed}


def test_the_job_runs_a_moment_and_tells_owners_of_what_is_new(told: Told) -> None:
    place = told.place
    config, ready = place.world.folder / "merchant.toml", place.sandbox.ready_file
    merchant = MerchantResource(config_file=str(config), ready_file=str(ready), data_dir=str(place.store.root))
    definitions = build_defs(merchant=merchant, night=NEXT.date)
    with DagsterInstance.ephemeral() as instance:
        assert definitions.resolve_job_def("intraday").execute_in_process(instance=instance).success
    (record,) = (place.store.day_after(NEXT.date).root / "moments").glob("*.json")
    listed = {case["case_key"] for case in json.loads(record.read_text())["listed"]}
    with open_ledger(place.store) as ledger:
        assert listed <= {c.case_key for c in ledger.cases(states=STANDING)}
        assert untold(ledger, "log") == []


def test_without_a_finished_night_there_is_nothing_to_reach_on_from(world: World, tmp_path: Path) -> None:
    with days.running(world, tmp_path / "data") as place, pytest.raises(NoNightYet, match="run nightly"):
        place.moment()


def test_from_an_incomplete_side_no_case_opens(world: World, tmp_path: Path, told: Told) -> None:
    fault = {"system": "khaos", "switch": "soap_fault", "method": "ExportOrderStatusEx"}
    with days.running(world, tmp_path / "none") as running:
        running.sandbox.advance()
        running.sandbox.set_faults([fault])
        place = Place(world, told.quiet.parents[1], running.sandbox)
        # The quiet folder has the next night as well: the day after it begins from that.
        moment = place.moment(DAY)
    assert "khaos/sales_orders" in moment.incomplete
    assert moment.opened == []
    assert any(name.startswith("ORD-01") for name in moment.not_tested)
