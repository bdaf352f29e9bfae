"""Secrets: some that a test makes up."""

from collections.abc import Mapping

from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.settings import SecretName


class KnownSecrets:
    """Knows what it was given, by the names of variables."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = dict(known)

    def reveal(self, name: SecretName) -> str:
        """Return what it was given under *name*."""
        variable = name.removeprefix("${").removesuffix("}")
        if variable not in self._known:
            raise ConfigError([Problem(variable, "nothing", "a secret")])
        return self._known[variable]
