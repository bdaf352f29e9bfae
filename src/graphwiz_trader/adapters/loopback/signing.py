"""
Signing: how clients prove who they are.

Source: Binance spot API, "Request security"; OKX API guide v5, "REST authentication",
"WebSocket: Login".
"""

import hmac
from base64 import b64encode
from hashlib import sha256

from graphwiz_trader.domain.value import value


@value
class Credentials:
    """The only account's key, secret and, at OKX, passphrase; public, as it is play money."""

    key: str = "loopback-key"
    secret: str = "loopback-secret"  # noqa: S105 # of a simulated exchange
    passphrase: str = "loopback-passphrase"  # noqa: S105 # likewise


def binance_signature(secret: str, payload: str) -> str:
    """Return the signature of *payload*: the query and the body, without the signature."""
    return hmac.new(secret.encode(), payload.encode(), sha256).hexdigest()


def okx_signature(secret: str, timestamp: str, method: str, path: str, body: str) -> str:
    """Return the signature of a request; *path* includes the query."""
    payload = f"{timestamp}{method}{path}{body}"
    return b64encode(hmac.new(secret.encode(), payload.encode(), sha256).digest()).decode()


def same(left: str, right: str) -> bool:
    """Whether two signatures are equal, in a time that does not say where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())
