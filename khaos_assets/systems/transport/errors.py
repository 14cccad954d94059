"""Why a request failed. Caught at any level of the tree: a `TransientError` may succeed when asked again, a
`PermanentError` will not.

The text names system, operation and status, and never a header, a body, a query value or a credential.
"""

from __future__ import annotations


class TransportError(Exception):
    """A request that brought no usable answer."""

    fault = "transport_failed"
    """Stable snake_case word for certificates."""

    def __init__(self, system: str, operation: str, detail: str, *, status: int | None = None) -> None:
        self.system = system
        self.operation = operation
        self.detail = detail
        self.status = status
        where = f"{system} {operation}" + (f" answered {status}" if status is not None else "")
        super().__init__(f"{where}: {detail}")


class TransientError(TransportError):
    """Asking again may help. `retry_after` in seconds where the server said so."""

    fault = "transient_failure"

    def __init__(
        self, system: str, operation: str, detail: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(system, operation, detail, status=status)
        self.retry_after = retry_after


class ConnectionFailed(TransientError):
    """No connection, or it was lost. A write may have been applied."""

    fault = "connection_failed"


class DeadlineExceeded(TransientError):
    """The whole answer did not arrive within the wall-clock deadline. A write may have been applied."""

    fault = "deadline_exceeded"


class Throttled(TransientError):
    """408 or 429."""

    fault = "throttled"


class ServerFailed(TransientError):
    """500, 502, 503 or 504."""

    fault = "server_failed"


class BodyBroken(TransientError):
    """The body is not whole, or not what was asked for: cut-off gzip, trailing bytes, HTML with status 200."""

    fault = "body_broken"


class PermanentError(TransportError):
    """Asking the same again cannot help."""

    fault = "refused"


class Refused(PermanentError):
    """A status that the caller did not expect (4xx and the like)."""

    fault = "refused"


class Redirected(PermanentError):
    """A redirect: never followed, since the credential belongs to its own origin only."""

    fault = "redirected"


class OriginRefused(PermanentError):
    """An address outside the configured origin, or plain http to a host that is not loopback. Nothing was sent."""

    fault = "origin_refused"


class Halted(PermanentError):
    """Somebody stopped all writing. Nothing was sent."""

    fault = "halted"


class EncodingRefused(PermanentError):
    """A content encoding that was not asked for (deflate, br, two encodings)."""

    fault = "encoding_refused"


class BodyTooLarge(PermanentError):
    """More bytes than configured, as received or unpacked."""

    fault = "body_too_large"
