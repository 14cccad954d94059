"""Telling people: one digest per owner and channel, by webhook and by mail, never one message per case.

A digest counts as told when its channel took it, so what a server did not take is told again. Beside cases, a contract
that a night found broken is told once. Not here: what is new (`cases/notices.py`), when this happens (`sensors.py`).
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import httpx

from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.cases.notices import CodeNews, Digest, remember, told_upto, untold
from khaos_assets.config import Credentials, Night, Settings, Store
from khaos_assets.config.settings import Email
from khaos_assets.expectations.result import CheckKind, read_results
from khaos_assets.orchestration.metadata import pounds

CONTRACTS = "contracts"
"""Under this owner the ledger keeps up to where broken contracts were told."""

Send = Callable[[Settings, Credentials, Digest], None]


class NotTold(Exception):
    """A channel did not take a digest; the text names channel and owner and no address."""


def tell(settings: Settings, credentials: Credentials, store: Store) -> list[Digest]:
    """Send to each owner by each channel what it has not told them yet. Returns what was told, to be logged.

    Raises NotTold with the last fault after all were tried; what did not go out stays new.
    """
    told: list[Digest] = []
    fault: NotTold | None = None
    with open_ledger(store) as ledger:
        for channel, send in _channels(settings).items():
            for digest in digests(ledger, store, channel):
                try:
                    send(settings, credentials, digest)
                except (httpx.HTTPError, smtplib.SMTPException, OSError) as e:
                    # The address of a chat webhook is a secret: neither it nor an error that quotes it is passed on.
                    fault = NotTold(f"the {channel} did not take the digest for {digest.owner}: {type(e).__name__}")
                    continue
                remember(ledger, channel, digest.owner, digest.upto)
                if digest.owner == "integration":
                    remember(ledger, channel, CONTRACTS, digest.upto)
                if digest.owner not in {d.owner for d in told}:
                    told.append(digest)
    if fault is not None:
        raise fault
    return told


def digests(ledger: Ledger, store: Store, channel: str) -> list[Digest]:
    """What is new for each owner, by owner; broken contracts of the newest night are news for integration."""
    found = {d.owner: d for d in untold(ledger, channel)}
    nights = ledger.nights()
    if nights and told_upto(ledger, channel, CONTRACTS) < nights[-1].last_seq:
        for news in _broken(store, Night.of(nights[-1].night, nights[-1].as_of)):
            mine = found.setdefault("integration", Digest("integration", nights[-1].last_seq, nights[-1].as_of))
            mine.news.append(news)
    return [found[owner] for owner in sorted(found)]


def _broken(store: Store, night: Night) -> Iterator[CodeNews]:
    # What makes a read INCOMPLETE is FEED-01, and a case; a broken contract is none.
    for r in read_results(store, night):
        if r.kind is CheckKind.READ and r.passed is False:
            yield CodeNews(r.subject, r.title, "broken", 1, None, [r.reason])


def text(settings: Settings, digest: Digest) -> str:
    """For a person; chat webhooks show this."""
    head = f"{settings.merchant.name}, {digest.at:%Y-%m-%d}: {digest.count} for {digest.owner}"
    return "\n".join([head, *(f"• {_line(n)}" for n in digest.news)])


def _line(news: CodeNews) -> str:
    worth = f", {pounds(news.gbp)}" if news.gbp is not None else ""
    return f"{news.code} {news.title}: {news.count} {news.what}{worth} ({', '.join(news.examples)})"


def body(settings: Settings, digest: Digest) -> dict[str, Any]:
    """For a program. Pounds are decimal text."""
    return {
        "text": text(settings, digest),
        "merchant": settings.merchant.name,
        "at": digest.at.isoformat().replace("+00:00", "Z"),
        "owner": digest.owner,
        "count": digest.count,
        "codes": [
            {"code": n.code, "title": n.title, "what": n.what, "count": n.count, "examples": n.examples}
            | ({"gbp": str(n.gbp)} if n.gbp is not None else {})
            for n in digest.news
        ],
    }


def _channels(settings: Settings) -> dict[str, Send]:
    """The channels that are set; the log alone where none is."""
    found: dict[str, Send] = {}
    if settings.alerts.webhook_url:
        found["webhook"] = _post
    if settings.alerts.email:
        found["mail"] = _mail
    return found or {"log": lambda *_: None}


def _post(settings: Settings, _credentials: Credentials, digest: Digest) -> None:
    alerts = settings.alerts
    with httpx.Client(trust_env=False, follow_redirects=False, timeout=alerts.timeout_seconds) as client:
        client.post(alerts.webhook_url or "", json=body(settings, digest)).raise_for_status()


def _mail(settings: Settings, credentials: Credentials, digest: Digest) -> None:
    email = settings.alerts.email
    assert email is not None
    recipients = email.recipients.get(digest.owner, email.recipients.get("*", []))
    if not recipients:
        return  # nobody wants it by mail
    message = EmailMessage()
    message["From"], message["To"] = email.sender, ", ".join(recipients)
    message["Subject"] = f"{settings.merchant.name}: {digest.count} for {digest.owner}"
    message.set_content(text(settings, digest))
    with _server(email, settings.alerts.timeout_seconds) as server:
        name, password = credentials.get("SMTP_USERNAME"), credentials.get("SMTP_PASSWORD")
        if name and password:
            server.login(name, password)
        server.send_message(message)


def _server(email: Email, timeout: float) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if email.security == "tls":
        return smtplib.SMTP_SSL(email.host, email.port, timeout=timeout, context=context)
    server = smtplib.SMTP(email.host, email.port, timeout=timeout)
    if email.security == "starttls":
        server.starttls(context=context)
    return server
