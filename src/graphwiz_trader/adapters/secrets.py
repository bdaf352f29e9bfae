"""EnvironmentSecrets: secrets in environment variables, or in files that variables name."""

from collections.abc import Mapping
from pathlib import Path

from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.settings import SecretName

SUFFIX = "_FILE"
"""What the variable that names a file ends with, as containers hand secrets over."""


class EnvironmentSecrets:
    """
    Reads `NAME`, or the file that `NAME_FILE` names, without the blanks around its text.

    Args:
        environment: The variables, such as `os.environ`.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def reveal(self, name: SecretName) -> str:
        """Return the text of the variable or the file."""
        variable = name.removeprefix("${").removesuffix("}")
        text, file = (self._environment.get(key, "") for key in (variable, variable + SUFFIX))
        if text and file:
            raise _error(variable, f"{variable}{SUFFIX} set too", "only one of them")
        if file:
            text = _read(variable, file)
        if not text.strip():
            raise _error(
                variable, "nothing", f"a secret here, or in a file {variable}{SUFFIX} names"
            )
        return text.strip()


def _read(variable: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        # Its name may be a secret that was put into the wrong variable.
        why = getattr(error, "strerror", None) or "not text"
        raise _error(variable + SUFFIX, f"a file that cannot be read ({why})", "one") from None


def _error(variable: str, found: str, expected: str) -> ConfigError:
    return ConfigError([Problem(variable, found, expected)])
