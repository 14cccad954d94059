"""The section `[portal]` of `merchant.toml`: where the web application listens, how long somebody stays signed in,
and the reverse proxy that stands before it.
"""

from __future__ import annotations

import os
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from khaos_assets.config.section import Count, Section

PORTAL_URL = "KHAOS_ASSETS_PORTAL_URL"
DAGSTER_URL = "KHAOS_ASSETS_DAGSTER_URL"
"""In the environment, before what the file says: where browsers find the portal, and the Dagster UI."""

Role = Annotated[str, StringConstraints(pattern=r"^(viewer|finance|approver|administrator|owner:[A-Z]{2,8})$")]
"""What somebody is to the portal; `owner:STK` works the cases of the family STK."""


class Proxy(Section):
    """A reverse proxy that is trusted. Where it is configured, nobody comes in by another way."""

    peers: list[IPv4Network | IPv6Network] = Field(
        default=[IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")], description="where it may call from"
    )
    secret_header: str = Field(
        default="X-Portal-Secret", min_length=1, description="in which it sends PORTAL_PROXY_SECRET"
    )
    user_header: str = Field(default="", description="the name of who signed in at it; none: people have passwords")
    groups_header: str = Field(default="X-Forwarded-Groups", description="their groups, with commas between")
    auth_time_header: str = Field(default="", description="when they last proved who they are, in Unix seconds")
    roles: dict[str, list[Role]] = Field(default={}, description="group → roles")

    @property
    def identifies(self) -> bool:
        """Whether it says who somebody is."""
        return bool(self.user_header)


class Portal(Section):
    """The web application for people."""

    host: str = Field(default="127.0.0.1", description="another than loopback wants TLS or a proxy")
    port: int = Field(default=8420, ge=0, le=65535, description="0 = one that is free")
    public_url: str = Field(default="", description="what people type, where that is not host and port")
    dagster_url: str = Field(default="", description="where people's browsers find the Dagster UI; none: no links")
    tls_cert: Path | None = None
    tls_key: Path | None = None
    idle_minutes: Count = Field(default=30, description="so long without a click ends a session")
    session_hours: Count = Field(default=10, description="and so long does it in any case")
    confirm_minutes: Count = Field(
        default=10, description="so fresh must the sign-in at the proxy be for approvals and seals"
    )
    proxy: Proxy | None = None

    @field_validator("public_url")
    @classmethod
    def _an_origin(cls, given: str) -> str:
        parts = urlsplit(given)
        origin = f"{parts.scheme}://{parts.netloc}"
        if given and (parts.scheme not in ("http", "https") or not parts.hostname or given.rstrip("/") != origin):
            raise ValueError("wanted is https://host or https://host:port, without a path")
        return given.rstrip("/")

    @field_validator("dagster_url")
    @classmethod
    def _an_address(cls, given: str) -> str:
        parts = urlsplit(given)
        if given and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("wanted is https://host, with the path below which the Dagster UI stands")
        return given.rstrip("/")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key are given together")
        if self.proxy is not None and not self.public_url:
            raise ValueError("public_url is wanted where a proxy is: what people's browsers call the portal")
        return self

    @property
    def address(self) -> str:
        """Where browsers find the portal; empty where nobody said."""
        return os.environ.get(PORTAL_URL, "") or self.public_url

    @property
    def dagster_address(self) -> str:
        """Where browsers find the Dagster UI, without a slash at its end; empty where nobody said."""
        return os.environ.get(DAGSTER_URL, "") or self.dagster_url

    @property
    def by_tls(self) -> bool:
        """Whether browsers come by TLS: cookies are marked Secure then."""
        return self.tls_cert is not None or self.public_url.startswith("https:")

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False
