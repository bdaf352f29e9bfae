"""Rest: one account's requests over HTTP, on connections that are kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from graphwiz_trader.adapters.direct.hosts import Hosts
from graphwiz_trader.adapters.direct.http_call import HttpAnswer, HttpCall
from graphwiz_trader.domain.errors import Disconnected, TimedOut
from graphwiz_trader.domain.units import SECOND, Nanos


class Rest:
    """
    Sends requests to the one host it was made for, and follows no redirection.

    Connections are pooled inside `pooled`; a request outside has one of its own.
    """

    def __init__(self, hosts: Hosts, answer: Nanos) -> None:
        self._base = hosts.rest
        self._limit = aiohttp.ClientTimeout(total=answer / SECOND)
        self._pool: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def pooled(self) -> AsyncIterator[None]:
        """Keep connections for as long as the context lasts."""
        async with self._session() as pool:
            self._pool = pool
            try:
                yield
            finally:
                self._pool = None

    async def ask(self, call: HttpCall) -> HttpAnswer:
        """
        Return the answer to *call*, whatever it says.

        Raises:
            Transient: none came; the request may have been carried out.
        """
        try:
            if self._pool is not None:
                return await self._asked(self._pool, call)
            async with self._session() as own:
                return await self._asked(own, call)
        except TimeoutError as error:
            raise TimedOut(f"{call.method} {_where(call)}: no answer in time") from error
        except (aiohttp.ClientError, OSError) as error:
            text = f"{call.method} {_where(call)}: {type(error).__name__}"
            raise Disconnected(text) from error

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=self._limit)

    async def _asked(self, pool: aiohttp.ClientSession, call: HttpCall) -> HttpAnswer:
        async with pool.request(
            call.method,
            URL(f"{self._base}{call.path}", encoded=True),  # as it was signed
            headers=call.headers,
            data=call.body or None,
            allow_redirects=False,
        ) as answer:
            return HttpAnswer(answer.status, answer.headers, await answer.read())


def _where(call: HttpCall) -> str:
    """Return the path without its query, which holds a signature."""
    return call.path.partition("?")[0]
