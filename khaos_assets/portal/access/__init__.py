"""Who may come in, what they may do there, and what they did: people, sessions, tokens, attempts, the audit.

A page names the right it needs (`may`, `changing`, `confirmed`) and is given the person. Not here: what pages show.
"""

from khaos_assets.portal.access.access import Access, AccessError, By, open_access
from khaos_assets.portal.access.audit import Did
from khaos_assets.portal.access.gate import by, changing, changing_own, confirmed, csrf_token, may, present, signed_in
from khaos_assets.portal.access.rights import Person, Right

__all__ = [
    "Access",
    "AccessError",
    "By",
    "Did",
    "Person",
    "Right",
    "by",
    "changing",
    "changing_own",
    "confirmed",
    "csrf_token",
    "may",
    "open_access",
    "present",
    "signed_in",
]
