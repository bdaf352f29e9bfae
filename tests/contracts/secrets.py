"""What every source of secrets promises."""

from collections.abc import Callable, Mapping

import pytest

from graphwiz_trader.domain.errors import ConfigError
from graphwiz_trader.domain.settings import SecretName
from graphwiz_trader.ports.secrets import Secrets

Holding = Callable[[Mapping[str, str]], Secrets]
KEY = SecretName("${EXCHANGE_KEY}")
TEXT = "s3cr3t-of-nobody"


class SecretsContract:
    """Subclasses offer `holding`, which makes secrets that hold texts by name."""

    @pytest.fixture
    def holding(self) -> Holding:
        raise NotImplementedError

    def test_a_secret_is_revealed_by_its_name(self, holding: Holding) -> None:
        secrets = holding({"EXCHANGE_KEY": TEXT, "OTHER": "another"})

        assert secrets.reveal(KEY) == TEXT

    def test_a_missing_one_is_named(self, holding: Holding) -> None:
        with pytest.raises(ConfigError, match="EXCHANGE_KEY"):
            holding({"OTHER": TEXT}).reveal(KEY)

    def test_no_error_shows_another(self, holding: Holding) -> None:
        with pytest.raises(ConfigError) as refused:
            holding({"OTHER": TEXT}).reveal(KEY)

        assert TEXT not in f"{refused.value}{refused.value.problems}"

    def test_nothing_is_shown_of_what_it_holds(self, holding: Holding) -> None:
        secrets = holding({"EXCHANGE_KEY": TEXT})

        assert TEXT not in repr(secrets) + str(secrets)
