"""What roles allow, and who a request comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import get_args

from khaos_assets.config.portal import Role

OWNER = "owner:"
"""Before the family of codes whose cases somebody works: `owner:STK`."""


class Right(StrEnum):
    """What a page may ask for."""

    READ = "read"
    DOWNLOAD = "download"
    """Reports and month-end packs as files."""
    DECIDE = "decide"
    """About cases: finance about all, an owner about those of their families."""
    CLOSE = "close"
    """Sign, review and seal months."""
    APPROVE = "approve"
    """Plans of corrections; halting them, too."""
    ADMINISTER = "administer"
    """People, tokens, audit."""


RIGHTS: dict[str, frozenset[Right]] = {
    "viewer": frozenset({Right.READ, Right.DOWNLOAD}),
    OWNER: frozenset({Right.READ, Right.DOWNLOAD, Right.DECIDE}),
    "finance": frozenset({Right.READ, Right.DOWNLOAD, Right.DECIDE, Right.CLOSE}),
    "approver": frozenset({Right.READ, Right.DOWNLOAD, Right.APPROVE}),
    "administrator": frozenset({Right.READ, Right.ADMINISTER}),
}
"""Rights of each role. Whoever administers people takes no reports and decides nothing, unless given that as well."""

_ROLE = re.compile(get_args(Role)[1].pattern)


class NoSuchRole(ValueError):
    """It is no role; the text lists those there are."""


def roles_of(given: Iterable[str]) -> tuple[str, ...]:
    """Roles without repetition, in order. Raises NoSuchRole."""
    found = sorted(set(given))
    for role in found:
        if not _ROLE.fullmatch(role):
            raise NoSuchRole(
                f"{role[:40]!r} is no role: viewer, finance, approver, administrator, and owner:STK (any family) are"
            )
    return tuple(found)


@dataclass(frozen=True)
class Person:
    """Who a request comes from."""

    name: str
    shown_as: str
    roles: tuple[str, ...]
    via: str = "password"
    """How they proved who they are: password, proxy, token."""
    must_change: bool = False
    """Somebody else knows their password: they do nothing before they have chosen one."""

    @property
    def rights(self) -> frozenset[Right]:
        """What they may do; in the name of a token only download."""
        each = (RIGHTS[OWNER if r.startswith(OWNER) else r] for r in self.roles)
        found = frozenset[Right]().union(*each)
        return found & {Right.DOWNLOAD} if self.via == "token" else found

    @property
    def families(self) -> frozenset[str]:
        """Families of codes they own: `STK`."""
        return frozenset(r.removeprefix(OWNER) for r in self.roles if r.startswith(OWNER))

    def may(self, right: Right) -> bool:
        return right in self.rights

    def decides(self, code: str) -> bool:
        """Whether cases of a code (`STK-01`) are theirs to decide."""
        if not self.may(Right.DECIDE):
            return False
        return "finance" in self.roles or code.partition("-")[0] in self.families
