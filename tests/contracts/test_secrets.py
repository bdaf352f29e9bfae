"""Every source of secrets, against the same promises."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from graphwiz_trader.adapters.secrets import EnvironmentSecrets
from graphwiz_trader.ports.secrets import Secrets
from graphwiz_trader.testing.secrets import KnownSecrets
from tests.contracts.secrets import Holding, SecretsContract


class TestKnownSecrets(SecretsContract):
    @pytest.fixture
    def holding(self) -> Holding:
        return KnownSecrets


class TestEnvironmentSecrets(SecretsContract):
    @pytest.fixture
    def holding(self) -> Holding:
        return EnvironmentSecrets


class TestSecretFiles(SecretsContract):
    @pytest.fixture
    def holding(self, tmp_path: Path) -> Holding:
        def held(texts: Mapping[str, str]) -> Secrets:
            for name, text in texts.items():
                (tmp_path / name).write_text(f"{text}\n")
            return EnvironmentSecrets({f"{name}_FILE": str(tmp_path / name) for name in texts})

        return held
