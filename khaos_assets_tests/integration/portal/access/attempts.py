"""What somebody might try who may not: requests to every address that the portal has, and to many that it has not."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from khaos_assets_tests.portal_installation import CANARY

OWN = ("/sign-in", "/sign-out", "/account")
"""What everybody may do about themselves begins so."""
TREASURES = (
    CANARY.encode(),
    b"SQLite format 3",
    b"PAR1",
    b"PK\x03\x04",
    b"DUCK",
    b"root:x:0",
    b"[merchant]",
    b"argon2",
)
"""Beginnings of files, and texts, that nobody gets who may not."""


@dataclass(frozen=True)
class Route:
    """An address of the portal, with what it takes filled in."""

    method: str
    path: str
    query: tuple[str, ...]
    form: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What came back; without a status the connection was closed."""

    status: int | None
    raw: bytes

    @property
    def gives_nothing(self) -> bool:
        return not any(t in self.raw for t in TREASURES) and (self.status is None or self.status < 500)

    @property
    def is_sound(self) -> bool:
        """Whether the server did not fail over it, and no text became markup."""
        return self.status is not None and self.status < 500 and b"<script>alert(1)" not in self.raw

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]

    def header(self, name: str) -> str:
        head = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        found = [line.partition(":")[2].strip() for line in head if line.lower().startswith(name.lower() + ":")]
        return found[0] if found else ""


def send(url: str, raw: bytes, patience: float = 60) -> Answer:
    """Send bytes as they are, and read until the end, or until nothing more comes for so many seconds."""
    parts = urlsplit(url)
    got = bytearray()
    with socket.create_connection((parts.hostname, parts.port), timeout=patience) as talk:
        try:
            talk.sendall(raw)
            while piece := talk.recv(65536):
                got += piece
        except (ConnectionResetError, BrokenPipeError, TimeoutError):
            pass
    first = bytes(got[:12]).split(b" ")
    return Answer(int(first[1]) if len(first) > 1 and first[1].isdigit() else None, bytes(got))


def request(
    method: str, target: str, *, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None,
    host: str = "127.0.0.1", body: bytes | None = None,
) -> bytes:  # fmt: skip
    """A request as a browser would send it."""
    sent = {"Host": host, "Connection": "close"} | dict(headers or {})
    if form is not None:
        body = urlencode(form).encode("utf-8", "surrogatepass")
        sent |= {"Content-Type": "application/x-www-form-urlencoded"}
    if body is not None:
        sent["Content-Length"] = str(len(body))
    lines = [f"{method} {target} HTTP/1.1", *(f"{n}: {v}" for n, v in sent.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def routes(described: Mapping[str, Any], known: Mapping[str, str]) -> list[Route]:
    """Every address in a description as OpenAPI has it. `known` says what stands for `{key}` and the like."""
    found: list[Route] = []
    for path, methods in described["paths"].items():
        for method, told in methods.items():
            parameters = told.get("parameters", [])
            filled = path
            for p in parameters:
                if p["in"] == "path":
                    filled = filled.replace("{" + p["name"] + "}", quote(known.get(p["name"], "x"), safe=""))
            form = told.get("requestBody", {}).get("content", {})
            schema = next((c["schema"] for c in form.values()), {})
            query = tuple(p["name"] for p in parameters if p["in"] == "query")
            found.append(Route(method.upper(), filled, query, dict(_fields(schema, described))))
    return found


def _fields(schema: Mapping[str, Any], described: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A plausible value for each field of a form."""
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    for name, field in schema.get("properties", {}).items():
        kind = next((k for k in field.get("anyOf", [field]) if k.get("type") != "null"), field)
        yield name, {"integer": "1", "boolean": "true"}.get(kind.get("type", ""), kind.get("enum", ["x"])[0])


FILES = (
    "portal.sqlite", "ledger.sqlite", "warehouse.duckdb", "published/current.json", "merchant.toml",
    "reports/2026-11-20/exceptions.xlsx", "reports/2026-11-20/exceptions.csv", "etc/passwd",
)  # fmt: skip
CLIMBS = ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "....//", "%252e%252e%252f", "..;/", "/", "//",
          "%c0%ae%c0%ae/", "file:///")  # fmt: skip


def climbing() -> Iterator[str]:
    """Addresses that lead out of a folder, if anything made a path of them."""
    for start in ("/static/", "/downloads/", "/cases/", "/"):
        for climb in CLIMBS:
            for name in FILES[:: 3 if start != "/static/" else 1]:
                yield f"{start}{climb * 4}{name}"


HOSTILE = (
    "' OR '1'='1", "'; DROP TABLE event; --", '"><script>alert(1)</script>', "{{7*7}}", "${7*7}", "%s%s%n",
    "\u202e\u2066", "x" * 6000, "-1", "0", "9" * 40, "1e999", "NaN", "\ufffe", "null", "[]", "../..", "\r\nX: 1",
    "é", "\U0001f9fe", "=HYPERLINK(1)", "%", "_", "\\", "2026-13-45", "0001-01-01", "true",
)  # fmt: skip


ASK = b"GET /exceptions HTTP/1.1\r\n"
HOST = b"Host: 127.0.0.1\r\n"
POST = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = b"Content-Type: multipart/form-data"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
MALFORMED = (
    b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /exceptions\r\n\r\n", b"\x16\x03\x01\x02\x00\x01",
    ASK + b"\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\xff" * 2000 + b"\r\n\r\n",
    b"G\x00ET / HTTP/1.1\r\n" + HOST + b"\r\n", b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET http://127.0.0.1/exceptions HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n" + HOST + b"\r\n", b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    ASK + HOST + b"Host: evil.example\r\n\r\n", ASK + b"Host : 127.0.0.1\r\n\r\n", ASK + b" " + HOST + b"\r\n",
    ASK + HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: eA==\r\n\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", ASK + HOST + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
    ASK + HOST + b"X: y\r\n" * 9000 + b"\r\n", ASK.replace(b"\r", b"") + b"Host: evil.example\n\n",
    POST + b"Content-Length: -5\r\n\r\nabc", POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    POST + b"Content-Length: 9999999999\r\n\r\n", POST + b"Content-Length: abc\r\n\r\nabc",
    POST + b"Content-Length: 5\r\n" + CHUNKED + b"0\r\n\r\n" + ASK + b"\r\n",
    POST + CHUNKED + b"ZZZ\r\nabc\r\n0\r\n\r\n",
    POST + CHUNKED + b"ffffffffffffffff\r\nabc", POST + b"Transfer-Encoding: gzip\r\n\r\nabc",
    POST + CHUNKED + b"200000\r\n" + b"x" * 2_097_152 + b"\r\n",
    POST + b"Content-Length: 2000000\r\n\r\n" + b"x" * 2_000_000, POST + FORM + b"\r\nContent-Length: 3\r\n\r\n--x",
    POST + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    POST + FORM + b"; boundary=x; charset=idna\r\nContent-Length: 5\r\n\r\n--x--",
    POST + FORM + b"; boundary=" + b"b" * 5000 + b"\r\nContent-Length: 3\r\n\r\n--b",
    POST + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 30000\r\n\r\n" + b"a&" * 15_000,
)  # fmt: skip
"""Bytes that are no request, or two, or one that means different things to different servers."""
