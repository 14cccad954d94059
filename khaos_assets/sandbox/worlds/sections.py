"""The sections of `merchant.toml` for goods on channels and in PIMs: who carries what, where it stands, who owns it."""

from __future__ import annotations

from datetime import timedelta

from khaos_assets.sandbox.worlds.clock import london_date
from khaos_assets.sandbox.worlds.listings import CARRIES
from khaos_assets.sandbox.worlds.model import CHANNELS, PIMS, World
from khaos_assets.sandbox.worlds.product_data import ATTRIBUTES, MANDATORY, TAX_LABELS, ownership
from khaos_assets.sandbox.worlds.render import pimberly, plytix
from khaos_assets.sandbox.worlds.toml import array, inline, table, text
from khaos_assets.sandbox.worlds.units import UNITS

BACKLOG_RECORDS = 100
"""So many records of one kind may wait for their sync, where the merchant says no other number (FEED-05)."""


def oldest_description(nights: int) -> timedelta:
    """So long a description may wait for its sync: no difference that is a few days old on the first night is late."""
    return timedelta(hours=48 + 24 * nights)


def order_window_days(world: World) -> int:
    """So far back an order of this merchant may change: as old as the oldest of them."""
    oldest = min((o.created for o in world.orders), default=world.nights[0].as_of)
    return (world.nights[-1].date - london_date(oldest)).days + 5


def system_sections(world: World) -> list[str]:
    """A table per channel and PIM of the world."""
    lines: list[str] = []
    for system in (*CHANNELS, *PIMS):
        if system in world.systems:
            lines += ["", f"[{system}]", f"carries_kinds = {array([k.value for k in CARRIES[system]])}"]
            lines += _of_pim(system) if system in PIMS else []
            lines += [f"order_window_days = {order_window_days(world)}"] if system == "scayle" else []
            lines += ['nested = ["stocks", "prices"]'] if system == "scayle" else []
    return lines


def _of_pim(system: str) -> list[str]:
    if system == "plytix":
        lines = [
            'ready_statuses = ["Completed"]',
            'archived_statuses = ["Archived"]',
            f"live_attribute = {text(plytix.LIVE_FLAG)}",
            f"bundle_relationships = {array([plytix.BUNDLE])}",
            f"linked_relationships = {array([plytix.RELATED])}",
            "# The usual 20 in 10 s and 2,000 in an hour, sixty times as fast, as `sandbox serve` lets them pass",
            "transport = { request_windows = [[1200, 10], [120000, 3600]], longest_wait_seconds = 3700, attempts = 6 }",
        ]
    else:
        lines = [
            'ready_stages = ["Released", "Live"]',
            'live_stages = ["Live"]',
            'archived_stages = ["Withdrawn"]',
            f"bundle_attributes = {array([pimberly.BUNDLE])}",
            f"linked_attributes = {array([pimberly.RELATED])}",
        ]
    lines += [f"mandatory = {array(MANDATORY[system])}", "", f"[{system}.attributes]"]
    for name, attribute in ATTRIBUTES[system].items():
        values = {"attribute": attribute.name, "unit": attribute.unit, "basis": attribute.basis}
        lines.append(f"{name} = {table({k: v for k, v in values.items() if v})}")
    return lines


def shared_sections(world: World) -> list[str]:
    """Ownership and backlogs: what concerns several systems."""
    lines: list[str] = []
    if world.listings:
        lines += ["", "[ownership]", *(f"{name} = {array(owners)}" for name, owners in ownership(world).items())]
    lines += ["", "[tolerances]"]
    if world.backlog_records != BACKLOG_RECORDS:
        lines.append(f"backlog_records = {world.backlog_records}")
    if not set(PIMS).isdisjoint(world.systems):
        hours = oldest_description(len(world.nights)) // timedelta(hours=1)
        lines.append(f"backlog_hours = {{ description = {hours} }}")
    return lines


def mapping_lines(world: World) -> list[str]:
    """Within [mapping]: warehouses, units, tax labels."""
    lines = [f"warehouses = {inline(world.warehouses)}"] if world.warehouses else []
    if "orocommerce" in world.systems:
        lines.append(f"units = {inline(UNITS)}")
    if not set(PIMS).isdisjoint(world.systems):
        lines.append(f"tax_labels = {inline(TAX_LABELS)}")
    return lines
