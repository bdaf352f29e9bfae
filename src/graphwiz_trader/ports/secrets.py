"""Secrets: keys by name, so that no configuration, journal or log ever holds one."""

from typing import Protocol

from graphwiz_trader.domain.settings import SecretName


class Secrets(Protocol):
    """Knows the text behind a name; whoever asks neither stores nor prints it."""

    def reveal(self, name: SecretName) -> str:
        """
        Return the text behind *name*, which is written `${NAME}`.

        Raises:
            ConfigError: there is none; it names what to set, and shows nothing else.
        """
