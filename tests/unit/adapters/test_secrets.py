from pathlib import Path

import pytest

from graphwiz_trader.adapters.secrets import EnvironmentSecrets
from graphwiz_trader.domain.errors import ConfigError
from graphwiz_trader.domain.settings import SecretName

KEY = SecretName("${EXCHANGE_KEY}")


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, "found nothing"),
        ({"EXCHANGE_KEY": " \n"}, "found nothing"),
        ({"EXCHANGE_KEY": "text", "EXCHANGE_KEY_FILE": "file"}, "set too"),
        ({"EXCHANGE_KEY_FILE": "no/such/file"}, "No such file"),
    ],
)
def test_what_is_wrong_is_said(environment: dict[str, str], found: str) -> None:
    with pytest.raises(ConfigError, match=found) as refused:
        EnvironmentSecrets(environment).reveal(KEY)

    assert "EXCHANGE_KEY" in str(refused.value)


def test_a_secret_in_place_of_a_files_name_is_not_shown() -> None:
    with pytest.raises(ConfigError) as refused:
        EnvironmentSecrets({"EXCHANGE_KEY_FILE": "/the-secret-itself"}).reveal(KEY)

    assert "the-secret-itself" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_an_empty_file_holds_none(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("\n")

    with pytest.raises(ConfigError, match="nothing"):
        EnvironmentSecrets({"EXCHANGE_KEY_FILE": str(file)}).reveal(KEY)
