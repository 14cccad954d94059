"""The tables of who may come in and what they did. Of what people and machines show, only hashes stand in them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

from khaos_assets.cases.tables import Instant

metadata = MetaData()

person = Table(
    "portal_person",
    metadata,
    Column("name", String(64), primary_key=True, comment="as they type it, in lower case"),
    Column("shown_as", String(120), nullable=False),
    Column("roles", Text, nullable=False, comment="with commas between; of the proxy's people as they last came in"),
    Column("password", String(255), comment="argon2id; of the proxy's people none"),
    Column("must_change", Boolean, nullable=False, comment="somebody else knows the password"),
    Column("disabled", Boolean, nullable=False),
    Column("made_at", Instant, nullable=False),
    comment="Who may come in.",
)

session = Table(
    "portal_session",
    metadata,
    Column("secret", String(64), primary_key=True, comment="SHA-256 of what the browser holds"),
    Column("name", String(64), ForeignKey("portal_person.name"), nullable=False),
    Column("via", String(16), nullable=False, comment="password, proxy"),
    Column("began_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False, comment="to the minute"),
    Column("address", String(64), nullable=False, comment="from where it was begun"),
    Column("browser", String(200), nullable=False),
    Index("portal_session_of", "name"),
    comment="Who is signed in.",
)

token = Table(
    "portal_token",
    metadata,
    Column("token_id", String(16), primary_key=True),
    Column("secret", String(64), nullable=False, comment="SHA-256 of what the machine holds"),
    Column("name", String(64), ForeignKey("portal_person.name"), nullable=False),
    Column("purpose", String(120), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant, comment="to the hour"),
    Column("revoked_at", Instant),
    Index("portal_token_of", "name"),
    comment="What machines show to download reports in a person's name.",
)

attempt = Table(
    "portal_attempt",
    metadata,
    Column("who", String(64), primary_key=True, comment="SHA-256 of a name, or of an address"),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("wait_until", Instant, nullable=False),
    comment="Wrong passwords of late.",
)

key = Table(
    "portal_key",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", String(64), nullable=False, comment="32 bytes in hexadecimal"),
    comment="Keys by which addresses are made that nobody can guess.",
)

audit = Table(
    "portal_audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3 … without a gap"),
    Column("at", Instant, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("address", String(64), comment="from where; empty on this machine's command line"),
    Column("body", Text, nullable=False, comment="canonical JSON"),
    Column("previous", String(64), nullable=False, comment="the hash of the entry before; of the first, zeros"),
    Column("hash", String(64), nullable=False, unique=True),
    Index("portal_audit_of_actor", "actor", "seq"),
    comment="What people did and took, appended only: each line holds the hash of the one before.",
)

view = Table(
    "portal_view",
    metadata,
    Column("name", String(64), ForeignKey("portal_person.name"), primary_key=True),
    Column("title", String(80), primary_key=True),
    Column("query", Text, nullable=False, comment="the part of the list's address after the question mark"),
    Column("made_at", Instant, nullable=False),
    comment="Lists of exceptions that people keep under a name.",
)
