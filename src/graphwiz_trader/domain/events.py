"""
Events: everything that can happen, in the past tense. Read this first.

`ts` is receipt time and thereby the engine's *now*; `ts_venue` is the venue's own clock.
"""

from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from graphwiz_trader.domain.clock_compared import ClockCompared
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.level_rows import LevelRows as LevelRows  # noqa: PLC0414 # exported
from graphwiz_trader.domain.market_event import BookUpdate as BookUpdate  # noqa: PLC0414 # exported
from graphwiz_trader.domain.market_event import MarketEvent as MarketEvent  # noqa: PLC0414 # exported
from graphwiz_trader.domain.market_event import Trade as Trade  # noqa: PLC0414 # exported
from graphwiz_trader.domain.noticed import Noticed
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.route import RoutesFound
from graphwiz_trader.domain.settings_reloaded import SettingsReloaded
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Nanos,
    RunId,
    Venue,
)
from graphwiz_trader.domain.value import value
from graphwiz_trader.domain.vitals import VitalsSampled


@value
class TapeMessage:
    """A market event as a backtest journals it: message *message* of the run's tape *tape*."""

    tape: int
    message: int
    more: bool


@value
class FeedUp:
    """A venue's market data is back; books await a snapshot."""

    ts: Nanos
    venue: Venue


@value
class FeedDown:
    """A venue's market data is lost; its books are unusable."""

    ts: Nanos
    venue: Venue
    reason: str


@value
class BookGap:
    """A message of one book was lost; it is unusable until the next snapshot."""

    ts: Nanos
    instrument: InstrumentId
    reason: str


@value
class InstrumentUpdated:
    """The venue changed an instrument's rules; its book is dropped and its orders canceled."""

    ts: Nanos
    instrument: Instrument


@value
class CancelReject:
    """The venue refused to cancel or replace; the order itself goes on as it was."""

    ts: Nanos
    cl_ord_id: ClOrdId
    text: str


@value
class SubmitUnknown:
    """A request was sent and no answer came: the order may live."""

    ts: Nanos
    cl_ord_id: ClOrdId
    text: str


@value
class BalanceReport:
    """The venue's word on one asset."""

    ts: Nanos
    venue: Venue
    asset: Asset
    total: Decimal
    free: Decimal


@value
class AccountUp:
    """Reports of our orders at a venue come in; what happened before is still to be asked for."""

    ts: Nanos
    venue: Venue


@value
class AccountDown:
    """Reports of our orders at a venue no longer come in: what happens there is not known."""

    ts: Nanos
    venue: Venue
    reason: str


@value
class AccountDiffers:
    """
    The venue was asked, and its word on *what* is not ours; nothing under way explains it.

    *what* is `order:CL_ORD_ID` (with its instrument), `balance:ASSET` or `position:INSTRUMENT`.
    """

    ts: Nanos
    venue: Venue
    what: str
    ours: str
    theirs: str
    instrument: InstrumentId | None = None


@value
class AccountAgrees:
    """The venue was asked, and all it says of our account is what we think."""

    ts: Nanos
    venue: Venue


@value
class TimerFired:
    """A `SetTimer` has come due."""

    ts: Nanos
    owner: str
    name: str


class OperatorAction(Enum):
    """What a person may order."""

    HALT = "halt"
    REDUCE = "reduce"
    RESUME = "resume"
    FLATTEN = "flatten"
    CANCEL = "cancel"
    ADOPT = "adopt"


@value
class OperatorOrder:
    """
    A person's order, with who and why.

    `scope` is `""` (everything), `venue:NAME`, `strategy:NAME`, `instrument:ID`; for a cancel
    also `order:CL_ORD_ID`; to adopt a difference `VENUE:` and what differs.
    """

    ts: Nanos
    action: OperatorAction
    scope: str
    reason: str
    who: str

    def __attrs_post_init__(self) -> None:
        if not self.reason.strip():
            scope = self.scope or "everything"
            raise DomainError(f"{self.action.value} of {scope} without a reason")


@value
class TapeRef:
    """A tape a run reads: where, which content, and how far its clock is moved."""

    name: str
    content: str
    offset_ns: Nanos


@value
class VenueCost:
    """What the engine is told an order at *venue* costs: its fee, if known, and its way there."""

    venue: Venue
    taker_bps: Decimal | None
    latency: Nanos


@value
class RunStarted:
    """
    The first entry of every journal: what runs, under which settings.

    `settings` is the resolved configuration as JSON text, without secrets. A live run, which has
    no tapes that say it, names its `instruments` and `costs`.
    """

    ts: Nanos
    run: RunId
    mode: str
    installation: str
    incarnation: int
    seed: int
    settings: str
    version: str
    tapes: tuple[TapeRef, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    costs: tuple[VenueCost, ...] = ()


@value
class Shutdown:
    """The run ends: no new orders, own orders are canceled."""

    ts: Nanos
    reason: str


Event: TypeAlias = (
    MarketEvent
    | FeedUp
    | FeedDown
    | BookGap
    | InstrumentUpdated
    | ExecutionReport
    | CancelReject
    | SubmitUnknown
    | BalanceReport
    | AccountUp
    | AccountDown
    | AccountDiffers
    | AccountAgrees
    | ClockCompared
    | TapeMessage
    | TimerFired
    | RoutesFound
    | SettingsReloaded
    | OperatorOrder
    | RunStarted
    | Noticed
    | VitalsSampled
    | Shutdown
)
