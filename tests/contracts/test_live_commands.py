"""`graphwiz books` and `graphwiz record` on the simulated exchange, as a user runs them."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.adapters.loopback.running import running_exchange
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.tape import computed_hash
from graphwiz_trader.entrypoints.cli import main

pytestmark = pytest.mark.contract


@contextmanager
def exchange() -> Iterator[dict[str, str]]:
    """Run both dialects in a thread of their own; yield their addresses."""
    ready, ended = threading.Event(), threading.Event()
    addresses: dict[str, str] = {}

    async def serve() -> None:
        async with running_exchange() as running:
            addresses.update((served.venue, served.rest) for served in running.venues)
            ready.set()
            await asyncio.to_thread(ended.wait)

    def run() -> None:
        # Other processes trade here: its time goes on as theirs does, whatever `unstalled` says.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(20)
        yield addresses
    finally:
        ended.set()
        thread.join()


def options(addresses: dict[str, str], *, direct: bool) -> list[str]:
    """The words that lead a command to those addresses."""
    words: list[str] = []
    for venue, url in addresses.items():
        keys = f'{{symbols: ["BTC/USDT"], url: "{url}", direct: {str(direct).lower()}}}'
        words += ["--set", f"hft.market_data.exchanges.{venue}={keys}"]
    return words


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "ccxt"])
def test_books_ends_with_one_object(direct: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with exchange() as addresses:
        code = main(["books", "--seconds", "5", "--json", *options(addresses, direct=direct)])

    said = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [row["instrument"] for row in said["books"]] == ["BTC/USDT@binance", "BTC/USDT@okx"]
    assert {row["quality"] for row in said["books"]} == {"ok"}
    assert all(row["messages"] > 5 and row["age_s"] < 1 for row in said["books"])


def test_record_makes_whole_tapes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["record", "--seconds", "6", "--segment-minutes", "0.02", "--json"]
    with exchange() as addresses:
        code = main([*words, "--out", str(tmp_path / "live"), *options(addresses, direct=False)])

    said = json.loads(capsys.readouterr().out)
    assert code == 0
    assert len(said["tapes"]) >= 4
    for each in said["tapes"]:
        tape = FileTapes().open(each["tape"])
        assert computed_hash(tape) == tape.hash
        book = OrderBook(tape.instruments[0])
        for event in (tape.event(i) for i in range(len(tape))):
            if isinstance(event, BookUpdate):
                book.apply(event)
        assert book.is_usable


def test_a_venue_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        ["books", "--seconds", "1", "--json", *options({"okx": "http://127.0.0.1:9"}, direct=False)]
    )

    assert code == 1
    assert "127.0.0.1:9" in json.loads(capsys.readouterr().out)["error"]["message"]
