"""FakeExchange: a ccxt exchange that answers as a test says, without a socket."""

import asyncio
from collections.abc import Callable
from typing import Any


class FakeClient:
    """One of its sockets."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.error: BaseException | None = None
        self.rejections: dict[str, BaseException] = {}
        self.failed: list[BaseException] = []
        self.is_open = True

    def closed(self) -> bool:
        return not self.is_open

    def reset(self, error: BaseException) -> None:
        self.failed.append(error)

    def resolve(self, result: object, name: str | None) -> object:
        return result

    def reject(self, error: BaseException, name: str | None = None) -> BaseException:
        return error

    def handle_message(self, message: object) -> None:
        """Nothing is read."""

    async def aiohttp_close(self) -> None:
        self.is_open = False


class FakeExchange:
    """
    Answers by `script`: what each method returns, or the error it raises, one after the other.

    `asked` are the calls: the method's name and what it was given.
    """

    def __init__(self, **script: list[Any]) -> None:
        self.script = script
        self.asked: list[tuple[str, tuple[object, ...]]] = []
        self.id = "binance"
        self.has: dict[str, object] = {"createOrderWs": True, "cancelOrderWs": True}
        self.options: dict[str, object] = {}
        self.clients: dict[str, FakeClient] = {}
        self.exceptions: dict[str, dict[str, type[Exception]]] = {"exact": {}}
        self.markets: dict[str, object] = {"BTC/USDT": {}}
        self.streaming: dict[str, object] = {}
        self.session = None
        self.rateLimit = 50.0
        self.orders: object = None
        self.myTrades: object = None

    def client(self, url: str) -> FakeClient:
        return self.clients.setdefault(url, FakeClient(url))

    def open(self) -> None:
        self.asked.append(("open", ()))

    async def close(self) -> None:
        self.asked.append(("close", ()))

    def on_rest_response(self, *told: object) -> object:
        return told[5]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self.script:
            raise AttributeError(name)

        async def answer(*given: object) -> object:
            self.asked.append((name, given))
            await asyncio.sleep(0)
            answers = self.script[name]
            found = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(found, BaseException):
                raise found
            return found

        return answer
