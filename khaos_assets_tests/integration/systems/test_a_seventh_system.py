"""A new system is a folder, a simulator and an entry in merchant.toml: a made-up one runs through the whole product.

Its folders lie outside the checkout and join the packages by their search path, so no file of the product can know it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

FOLDER = {
    "systems/acme/__init__.py": '"""Acme: a till that knows items and what lies on the shelf."""\n',
    "systems/acme/settings.py": '''
        from khaos_assets.config import SystemSettings

        class Acme(SystemSettings):
            shelf: str = "A"
    ''',
    "systems/acme/records.py": '''
        from khaos_assets.systems.wire import Record, Units

        class Item(Record, kw_only=True, frozen=True):
            code: str
            name: str
            on_shelf: Units
    ''',
    "systems/acme/reads.py": '''
        from contextlib import asynccontextmanager

        from khaos_assets.systems.acme.records import Item
        from khaos_assets.systems.acme.settings import Acme
        from khaos_assets.systems.json_columns import ColumnDecoder
        from khaos_assets.systems.read import Decoded, Proof, Quarantined, Read, System, WalkNotes
        from khaos_assets.systems.transport import Transport

        DECODER = ColumnDecoder(Item, "items")

        @asynccontextmanager
        async def open_client(settings, credentials):
            acme = settings.of(Acme)
            async with Transport("acme", credentials.require("ACME_BASE_URL"), acme.transport) as transport:
                yield transport

        async def walk(context):
            answer = await context.client.send("GET /items", "GET", "/items")
            context.landing.land(answer.body, operation="GET /items", selector="", asked={}, suffix="json")
            return WalkNotes(proof=Proof.COUNTED, end_recognised_by="one answer holds all")

        def decode(pages, notes):
            table, broken = DECODER.decode(pages.body(pages.pages[0]))
            aside = [Quarantined(key=f"1:{b.row}", key_readable=False, page=1, row=b.row, field=b.field,
                                 reason=b.reason, raw=b.raw.decode()) for b in broken]
            return Decoded(tables={"items": table}, quarantined=aside)

        SYSTEM = System("acme", "Acme tills", open_client, (
            Read(entity="items", title="Items", tables={"items": Item}, key=("code",), walk=walk, decode=decode,
                 units_column="on_shelf"),
        ))
    ''',
    "systems/acme/contract.toml": '''
        [items]
        not_negative = ["on_shelf"]
    ''',
    "systems/acme/conform/item.sql": '''
        SELECT 'acme' AS system, code AS source_key,
            (SELECT snapshot FROM control_read WHERE night = getvariable('night') AND system = 'acme') AS snapshot,
            code AS sku, 'simple' AS kind, TRUE AS active, name AS description
        FROM wire.acme_items
    ''',
    "sandbox/acme/__init__.py": '''
        from khaos_assets.sandbox.acme.server import app
    ''',
    "sandbox/acme/server.py": '''
        from starlette.applications import Starlette
        from starlette.responses import JSONResponse
        from starlette.routing import Route

        def app(world, faults, journal, credentials):
            async def items(request):
                return JSONResponse({"items": [dict(r) for r in world.records("acme", "items")]})
            return Starlette(routes=[Route("/items", items)])
    ''',
}  # fmt: skip
RECORDS = [
    {"code": "A-1", "name": "Mug", "on_shelf": 3},
    {"code": " a-1", "name": "Mug again", "on_shelf": 1},
    {"code": "B-2", "name": "Bowl", "on_shelf": "many"},
]
NIGHT = """
    import json, sys
    from pathlib import Path

    import khaos_assets.sandbox, khaos_assets.systems

    here = Path(sys.argv[1])
    khaos_assets.systems.__path__.append(str(here / "systems"))
    khaos_assets.sandbox.__path__.append(str(here / "sandbox"))

    from khaos_assets import expectations, rules, snapshots, warehouse
    from khaos_assets.config import Credentials, Night, Store, load_settings
    from khaos_assets.orchestration.building import build_defs
    from khaos_assets.orchestration.resources import MerchantResource
    from khaos_assets_tests.sandbox_fixtures import running_sandbox

    settings, store = load_settings(here / "merchant.toml"), Store(here / "var")
    night = Night.of("2026-11-20")
    with running_sandbox(here / "world", systems=["acme"]) as sandbox:
        certificates = snapshots.take(settings, Credentials.from_environment(sandbox.env), store, night)
    warehouse.build(settings, store, night)
    rules.evaluate(settings, store, night)
    checks = expectations.validate(settings, store, night)
    with warehouse.open_warehouse(store, read_only=True) as db:
        found = db.execute("SELECT code, systems, record_key, field FROM exception ORDER BY ALL").fetchall()
    merchant = MerchantResource(config_file=str(here / "merchant.toml"))
    graph = build_defs(merchant=merchant, night=night.date).resolve_asset_graph()
    print(json.dumps({
        "verdicts": {k: c.verdict.value for k, c in certificates.items()},
        "found": found,
        "checks": sorted(c.name for c in checks if "acme" in str(c)),
        "assets": sorted(k.to_user_string() for k in graph.get_all_asset_keys() if "acme" in k.to_user_string()),
    }))
"""


def test_a_made_up_system_is_read_checked_and_compared_without_touching_any_other_file(tmp_path: Path) -> None:
    for name, text in FOLDER.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
    (tmp_path / "merchant.toml").write_text('[merchant]\nname = "Test"\n[acme]\nshelf = "B"\n')
    world = tmp_path / "world" / "nights" / "2026-11-20" / "acme"
    world.mkdir(parents=True)
    (world / "items.ndjson").write_text("".join(json.dumps(r) + "\n" for r in RECORDS))
    (tmp_path / "world" / "world.toml").write_text(
        '[world]\nname = "Test"\nseed = 1\n[[nights]]\ndate = 2026-11-20\nas_of = 2026-11-20T02:00:00Z\n'
    )

    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(NIGHT), str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["verdicts"] == {"acme/items": "COMPLETE_WITH_QUARANTINE"}
    assert ["FEED-04", "acme", "acme/items/1:2", "on_shelf"] in told["found"]
    assert told["assets"] == ["acme/items"]
    assert told["checks"]
