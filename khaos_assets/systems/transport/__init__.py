"""Asking a system over HTTP: deadline, retries, origin lock, strict bodies, politeness, typed errors.

Here: everything that is the same for every system. Not here: sign-in, envelopes, paging, what a record means.
"""

from khaos_assets.systems.transport.budget import Budget, current_budget, spending
from khaos_assets.systems.transport.errors import (
    BodyBroken,
    BodyTooLarge,
    ConnectionFailed,
    DeadlineExceeded,
    EncodingRefused,
    Halted,
    OriginRefused,
    PermanentError,
    Redirected,
    Refused,
    ServerFailed,
    Throttled,
    TransientError,
    TransportError,
)
from khaos_assets.systems.transport.http import Answer, Transport

__all__ = [
    "Answer",
    "BodyBroken",
    "BodyTooLarge",
    "Budget",
    "ConnectionFailed",
    "DeadlineExceeded",
    "EncodingRefused",
    "Halted",
    "OriginRefused",
    "PermanentError",
    "Redirected",
    "Refused",
    "ServerFailed",
    "Throttled",
    "TransientError",
    "Transport",
    "TransportError",
    "current_budget",
    "spending",
]
