"""What can be changed by API: products, variants, bundles, families. Contract section 5.

Each call changes the world now and on top of each later night, and stands in the journal if it changed anything.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from khaos_assets.sandbox.plytix.calls import Call
from khaos_assets.sandbox.plytix.holdings import Holdings
from khaos_assets.sandbox.plytix.late import Late
from khaos_assets.sandbox.plytix.writes.bundles import Bundles
from khaos_assets.sandbox.plytix.writes.families import Families
from khaos_assets.sandbox.plytix.writes.products import ProductWrites
from khaos_assets.sandbox.plytix.writes.variants import Variants

SWITCHES = (
    "patch_not_applied",
    "variants_keep_modified",
    "delete_keeps_variants",
    "unlink_204",
    "family_late",
)


def routes(holdings: Holdings, late: Late) -> dict[str, Callable[[Call], Response]]:
    """Method and path (ids as stars) of each write."""
    products, variants = ProductWrites(holdings), Variants(holdings)
    bundles, families = Bundles(holdings), Families(holdings, late)
    return {
        "POST products": lambda c: products.create(c.body()),
        "PATCH products/*": lambda c: products.patch(c.ids[0], c.body()),
        "DELETE products/*": lambda c: products.delete(c.ids[0]),
        "POST products/*/variants": lambda c: variants.add(c.ids[0], c.body()),
        "POST products/*/variants/resync": lambda c: variants.resync(c.ids[0], c.body()),
        "POST products/*/variant/*": lambda c: variants.link(*c.ids),
        "DELETE products/*/variant/*": lambda c: variants.unlink(*c.ids),
        "POST products/*/family": lambda c: families.assign(c.ids[0], c.body()),
        "POST products/*/relationships/*": lambda c: bundles.put(c.ids[0], c.ids[1], c.body()),
        "PATCH products/*/relationships/*/product/*": lambda c: bundles.quantity(c.ids, c.body()),
        "POST products/*/relationships/*/unlink": lambda c: bundles.remove(c.ids[0], c.ids[1], c.anything()),
        "POST product_families/*/attributes/link": lambda c: families.link(c.ids[0], c.anything()),
        "POST product_families/*/attributes/unlink": lambda c: families.unlink(c.ids[0], c.anything()),
        "POST product_families/*/attributes/edit": lambda c: families.edit(c.ids[0], c.anything()),
    }
