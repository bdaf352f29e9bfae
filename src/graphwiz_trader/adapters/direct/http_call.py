"""HttpCall: one request over HTTP, and what came back."""

from collections.abc import Mapping

from graphwiz_trader.domain.value import value


@value
class HttpCall:
    """A request: `path` holds the query, `headers` whatever proves who we are."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@value
class HttpAnswer:
    """An answer; the names of `headers` are found in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
