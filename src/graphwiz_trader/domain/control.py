"""Control: what a person asks of a running engine, and what it answers."""

from collections.abc import Mapping

from graphwiz_trader.domain.errors import TraderError
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.value import value

VERSION = 1
"""Of questions and answers; another one is refused."""


class Misunderstood(TraderError):
    """The engine does not know the question, or a word of it is missing or wrong (exit 2)."""


@value
class Request:
    """
    A question or an order by its name, and its words.

    >>> Request("halt", {"scope": "venue:okx", "reason": "maintenance"}).what
    'halt'
    """

    what: str
    words: Mapping[str, str]

    def word(self, name: str) -> str:
        """
        Return the word *name*.

        Raises:
            Misunderstood: it is missing.
        """
        found = self.words.get(name)
        if found is None:
            raise Misunderstood(f"{self.what}: the word {name} is missing")
        return found


@value
class Answer:
    """What came of a request: the result, or `code` and `message` of what was wrong with it."""

    result: Mapping[str, Plain]
    code: str = ""
    message: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the request was refused."""
        return bool(self.code)
