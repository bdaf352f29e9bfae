"""Credentials: what proves to a venue who we are; never printed, journaled or compared by text."""

import attrs

from graphwiz_trader.domain.value import value


@value
class Credentials:
    """
    A key, its secret and, where the venue wants one, its passphrase.

    >>> Credentials("key", "secret")
    Credentials()
    """

    key: str = attrs.field(repr=False)
    secret: str = attrs.field(repr=False)
    passphrase: str = attrs.field(default="", repr=False)
