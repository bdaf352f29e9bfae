"""Secret: the name of what must not be told."""

from typing import NewType

SecretName = NewType("SecretName", str)
"""`${NAME}`: where a secret is found, never the secret."""
