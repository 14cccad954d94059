"""People of a demonstration: one of each role that decides something, with passwords made up anew at each start.

A password is printed once, on the terminal; what is kept of it is a hash in the demonstration's own folder.
"""

from __future__ import annotations

from khaos_assets.config import Settings, Store
from khaos_assets.portal.access import By, open_access, people

ROLES = {"finance": "finance", "approver": "approver", "admin": "administrator"}
"""Name → role."""
_BY = By("demonstration")


def let_in(settings: Settings, store: Store) -> dict[str, str]:
    """Name → password of each, which holds until the next start. Sessions of an earlier one end."""
    passwords = {name: people.made_up() for name in ROLES}
    with open_access(settings, store, url=f"sqlite:///{store.ledger}") as access:
        known = {p.name: p for p in people.listed(access)}
        for name, password in passwords.items():
            if name not in known:
                shown = f"{name.capitalize()} (demonstration)"
                role = ROLES[name]
                people.add(access, name, roles=[role], shown_as=shown, password=password, must_change=False, by=_BY)
                continue
            if known[name].disabled:
                people.enable(access, name, by=_BY)
            people.choose_password(access, name, password, by=_BY)
    return passwords
