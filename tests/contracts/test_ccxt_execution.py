"""CcxtVenue beyond the promises of every venue: whose orders it touches, what it never tells."""

import asyncio
import gc
import logging
import warnings
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest

from graphwiz_trader.adapters.ccxt import order_wire
from graphwiz_trader.adapters.ccxt.exchange import Access, hosts
from graphwiz_trader.adapters.ccxt.private_exchange import private_exchange_of
from graphwiz_trader.adapters.ccxt.venue import ccxt_venue
from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.loopback.faults import Fault, Kind
from graphwiz_trader.adapters.loopback.limits import GENEROUS, Limits
from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.adapters.loopback.resolver import loopback_session, make_authority
from graphwiz_trader.adapters.loopback.server import ServerSettings, serving
from graphwiz_trader.adapters.loopback.signing import Credentials as Known
from graphwiz_trader.domain.commands import CancelAll
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import AccessDenied, PortError
from graphwiz_trader.domain.events import AccountUp, Event
from graphwiz_trader.domain.orders import ExecType
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Nanos, Ticks
from graphwiz_trader.domain.venue import OrderRef
from tests.contracts.ccxt_stage import HASTE, STEP, CcxtStage, ccxt_stage
from tests.contracts.venue import Session, running

pytestmark = [pytest.mark.contract, pytest.mark.parametrize("dialect", ["binance", "okx"])]

PATIENCE_S = 20.0
T = TypeVar("T")


def play(dialect: str, scene: Callable[[CcxtStage, Session], Awaitable[T]]) -> T:
    async def played() -> T:
        async with ccxt_stage(dialect) as stage, running(stage) as session:
            return await asyncio.wait_for(scene(stage, session), PATIENCE_S)

    return asyncio.run(played())


def test_orders_of_others_are_neither_listed_nor_canceled(dialect: str) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        await s.submit("a1", stage.rests)
        await s.submit("b1", stage.rests)
        listed = await s.open()
        s.venue.send(CancelAll(s.venue.venue))
        await stage.settle()
        others = await s.query("b1")
        return listed, s.kinds("a1")[-1], others and others.ord_status.value

    assert play(dialect, scene) == ([("a1", 4, 0)], ExecType.CANCELED, "NEW")


def test_orders_of_an_earlier_run_are_canceled_too(dialect: str) -> None:
    """They carry our prefix, though this adapter never sent them."""

    async def scene() -> tuple[list[ExecType], list[tuple[str, int, int]]]:
        async with ccxt_stage(dialect) as stage:
            async with running(stage) as session:
                await session.submit("a1", stage.rests)
            stage.venue = stage.another()
            async with running(stage) as again:
                again.venue.send(CancelAll(again.venue.venue))
                await stage.settle()
                await until(lambda: bool(again.kinds("a1")))
                return again.kinds("a1"), await again.open()

    assert asyncio.run(scene()) == ([ExecType.CANCELED], [])


def test_a_worn_socket_is_replaced_between_two_orders(
    dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_wire, "WORN", 3)

    async def scene(stage: CcxtStage, s: Session) -> list[list[ExecType]]:
        names = [f"a{number}" for number in range(10)]
        for name in names:
            await s.submit(name, stage.rests, qty=1)
        return [s.kinds(name) for name in names]

    assert play(dialect, scene) == [[ExecType.NEW]] * 10


def test_many_orders_are_under_way_at_once(dialect: str) -> None:
    async def scene(stage: CcxtStage, s: Session) -> tuple[object, ...]:
        for number in range(50):
            s.venue.send(s.order(f"a{number}", stage.rests, 1))
        at_once = stage.venue.under_way
        await stage.settle()
        return at_once, [s.kinds(f"a{number}") for number in range(50)]

    assert play(dialect, scene) == (50, [[ExecType.NEW]] * 50)


@pytest.mark.usefixtures("full_minute")
def test_too_many_orders_over_a_socket_are_a_no_with_a_time_to_wait(dialect: str) -> None:
    async def played() -> tuple[int, int, bool]:
        limits = Limits(orders=6, okx_scale=0.1)
        async with ccxt_stage(dialect, limits=limits) as stage, running(stage) as s:
            names = [f"a{number}" for number in range(8)]
            for name in names:
                stage.venue.send(s.order(name, stage.rests, 1))
            await until(lambda: all(s.kinds(name) for name in names))
            usage = stage.venue.usage
            kinds = [s.kinds(name) for name in names]
            is_closed = usage is not None and usage.closed_until > usage.ts
            return kinds.count([ExecType.NEW]), kinds.count([ExecType.REJECTED]), is_closed

    assert asyncio.run(played()) == (6, 2, True)


def test_no_secret_is_told(
    dialect: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in an event, an error with all its causes, a log line or on a screen, whatever fails."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("ccxt").setLevel(logging.INFO)
    told: list[str] = []
    ours = Known()

    async def scene(stage: CcxtStage, s: Session) -> None:
        for kind in (Kind.HTTP_5XX, Kind.HTTP_403, Kind.HTTP_429, Kind.BROKEN_BODY):
            for ask in (s.venue.snapshot, s.venue.server_time, lambda: s.query("a1")):
                stage.fault(Fault(kind, match="*"))
                with suppress(PortError):
                    await ask()
        for name in ("a1", "a2"):
            await s.submit(name, stage.rests)
        await s.submit("a3", Ticks(1))
        await s.cancel("a9")
        told.extend(map(repr, s.told))
        told.extend([repr(stage.venue), repr(vars(stage.venue))])

    play(dialect, scene)
    told.extend(_all_errors())
    told.extend([caplog.text, *capfd.readouterr()])

    assert told
    for secret in (ours.secret, ours.passphrase):
        assert not [text for text in told if secret in text]


def test_a_wrong_key_is_refused_before_anything_is_sent(dialect: str) -> None:
    """So is a testnet's at the venue itself, whose sockets know only their own."""
    told: list[Event] = []

    async def scene() -> list[str]:
        async with ccxt_stage(dialect) as stage:
            stage.venue = stage.another(Credentials("loopback-other", "other", "other"))
            with pytest.raises(AccessDenied) as refused:
                await asyncio.wait_for(stage.venue.run(told.append), PATIENCE_S)
            assert "other" not in str(refused.value).replace("loopback-other", "")
            return stage.accepted()

    assert asyncio.run(scene()) == []
    assert told == []


def test_production_addresses_end_on_this_machine(dialect: str, tmp_path: Path) -> None:
    """Exact addresses and TLS; the key is real there, so that it is made up."""
    authority = make_authority(tmp_path)
    ours = Credentials("k3y-of-somebody", "s3cr3t-of-somebody", "p4ss-of-somebody")
    known = Known(ours.key, ours.secret, ours.passphrase)
    settings = ServerSettings(
        (dialect,), limits=GENEROUS, credentials=known, tls=authority.server()
    )
    told: list[Event] = []

    async def scene() -> tuple[int, object]:
        async with serving(settings, SystemClock(), Record()) as (served,):
            name = InstrumentId(f"BTC/USDT@{served.venue}")
            instrument = served.premises.host.instruments[name]
            assert served.tls_port is not None
            async with loopback_session(served.tls_port, authority) as session:
                venue = ccxt_venue(
                    served.venue,
                    Access(dialect),
                    [instrument],
                    ours,
                    SystemClock(),
                    "a",
                    HASTE,
                    session,
                )
                task = asyncio.create_task(venue.run(told.append))
                await until(lambda: any(isinstance(e, AccountUp) for e in told))
                holdings = (await venue.snapshot()).balances
                answer = await venue.query(OrderRef(name, ClOrdId("a9")))
                task.cancel()
                await asyncio.wait([task])
                return len(holdings), answer

    assert "127.0.0.1" not in hosts(private_exchange_of(Access(dialect), ours, HASTE.ack))
    assert asyncio.run(scene()) == (3, None)


async def until(holds: Callable[[], bool]) -> None:
    clock = SystemClock()
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await clock.sleep_until(Nanos(clock.now() + STEP))


def _all_errors() -> list[str]:
    """Every exception that is still alive, with its arguments."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # By its type: a proxy of what is gone cannot be asked what it is an instance of.
        found = [each for each in gc.get_objects() if issubclass(type(each), BaseException)]
        return [repr(each) for each in found]
