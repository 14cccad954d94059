"""Which shape an answer has, and which media types are refused. Contract orocommerce, section 2."""

from __future__ import annotations

from collections.abc import Mapping

from khaos_assets.sandbox.orocommerce.problems import JSON_API, ErrorObject, Problem

ANY = ("*/*", "application/*")
WITH_BODY = ("POST", "PATCH")


def wants_json_api(method: str, headers: Mapping[str, str]) -> bool:
    """Whether the answer is a JSON:API document (else plain JSON). Raises Problem 406 or 415.

    The JSON:API type with a parameter, such as a charset, is refused; so is a body of another type where JSON:API is
    to be answered.
    """
    sent = headers.get("content-type", "").strip().lower()
    accepted = [part.strip().lower() for part in headers.get("accept", "").split(",") if part.strip()]
    bare = [a for a in accepted if a == JSON_API]
    marked = [a for a in accepted if a != JSON_API and a.partition(";")[0].strip() == JSON_API]
    if sent != JSON_API and sent.partition(";")[0].strip() == JSON_API:
        raise _unsupported("must not have media type parameters")
    if marked and not bare:
        raise _unacceptable("holds only JSON:API media types with parameters")
    if sent == JSON_API and accepted and not bare and not any(a.partition(";")[0] in ANY for a in accepted):
        raise _unacceptable("excludes the media type of the request")
    json_api = bool(bare) or sent == JSON_API
    if method in WITH_BODY and sent != JSON_API:
        raise _unsupported(f"must be {JSON_API}")
    return json_api


def _unsupported(why: str) -> Problem:
    return Problem(415, ErrorObject("unsupported media type http exception", f'The "Content-Type" header {why}.'))


def _unacceptable(why: str) -> Problem:
    return Problem(406, ErrorObject("not acceptable http exception", f'The "Accept" header {why}.'))
