"""Endpoint: one question a venue answers, and what it demands to be asked with."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.value import value

Params: TypeAlias = Mapping[str, str]
Answer: TypeAlias = Callable[[Params], Plain]


class Refusal(Exception):
    """The venue says no: an HTTP *status*, its own *code*, words, and perhaps *data* beside."""

    def __init__(self, status: int, code: int, text: str, data: Plain = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.data = data

    def told(self) -> dict[str, Plain]:
        """Return what Binance tells of it."""
        said: dict[str, Plain] = {"code": self.code, "msg": self.text}
        return said if self.data is None else {**said, "data": self.data}


def constant(weight: int) -> Callable[[Params], int]:
    """Return a weight that does not depend on what is asked."""
    return lambda _: weight


@value
class Endpoint:
    """
    A question: `GET /api/v3/depth`, say, or `order.place`.

    `required` and `optional` are all the parameters it reads, beside those of a signature.
    `weight` and `orders` are what it counts as at Binance, `per_2s` is how often OKX allows it
    in two seconds.
    """

    name: str
    answer: Answer
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    weight: Callable[[Params], int] = constant(1)
    is_signed: bool = False
    orders: int = 0
    per_2s: int = 20
