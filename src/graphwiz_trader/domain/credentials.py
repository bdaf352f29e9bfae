"""Credentials: what proves to a venue who we are; never printed, journaled or compared by text."""

from hashlib import sha256

import attrs

from graphwiz_trader.domain.value import value

PLAY = "loopback-"
"""What the key of a simulated exchange begins with."""

_SHORTEST = 4


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

    @property
    def is_play(self) -> bool:
        """Whether it is for a simulated exchange."""
        return self.key.startswith(PLAY)

    def fingerprint(self, place: str) -> str:
        """
        Return what names this account at *place* without telling the key.

        >>> len(Credentials("the-key", "the-secret").fingerprint("binance"))
        16
        """
        return sha256(f"{place}\n{self.key}".encode()).hexdigest()[:16]

    def hidden(self, text: str) -> str:
        """
        Return *text* with whatever it repeats of us made unreadable.

        >>> Credentials("the-key", "the-secret").hidden("Invalid apiKey the-key")
        'Invalid apiKey ***'
        """
        for part in sorted((self.key, self.secret, self.passphrase), key=len, reverse=True):
            if len(part) >= _SHORTEST:
                text = text.replace(part, "***")
        return text
