"""Facts: everything the engine concluded; and the outcome of one step."""

from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from graphwiz_trader.domain.commands import Command
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.orders import Liquidity, OrdStatus
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Observation, Refused, Signal
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.value import exact_value


class TradingState(Enum):
    """ACTIVE trades; REDUCING only shrinks; HALTED only cancels, hedges and flattens."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"


class GroupState(Enum):
    """Where a multi-leg trade stands; MISSED ended without a fill."""

    WORKING = "WORKING"
    UNWINDING = "UNWINDING"
    DONE = "DONE"
    UNWOUND = "UNWOUND"
    MISSED = "MISSED"
    STUCK = "STUCK"


@exact_value
class SignalApproved:
    """A signal passed review and became group *group* (empty for quotes and exits)."""

    signal: Signal
    group: str


@exact_value
class SignalRefused:
    """A signal, or one of its legs, was refused."""

    signal: Signal
    refused: Refused


@exact_value
class OrderRefused:
    """An order the engine itself wanted (a hedge, an unwind, a flattening) was refused."""

    strategy: StrategyId
    group: str
    refused: Refused


@exact_value
class OrderChanged:
    """An order went to another status."""

    cl_ord_id: ClOrdId
    ord_status: OrdStatus
    cum_qty: Lots
    text: str


@exact_value
class FillBooked:
    """
    A fill moved a position and money.

    `fee` and `pnl` (what this fill realised for its strategy, before its fee) are in the
    instrument's settlement asset.
    """

    cl_ord_id: ClOrdId
    exec_id: str
    strategy: StrategyId
    instrument: InstrumentId
    side: Side
    price: Ticks
    qty: Lots
    fee: Decimal
    pnl: Decimal
    liquidity: Liquidity
    ts_venue: Nanos
    group: str


@exact_value
class ReportIgnored:
    """A report changed nothing: a duplicate, or of an order we do not know."""

    cl_ord_id: ClOrdId
    exec_id: str
    why: str


@exact_value
class GroupChanged:
    """
    A group changed state; `debt` is the notional filled on one side and not on the other.

    `expected` and `realised` are profits in the quote asset, `realised` final when closed.
    """

    group: str
    state: GroupState
    debt: Decimal
    expected: Decimal
    realised: Decimal


@exact_value
class TradeClosed:
    """
    A trade ended: a closed group, or one round trip from flat to flat.

    `pnl`, after fees, and `fees` are in *asset*, what it was settled in.
    """

    strategy: StrategyId
    trade: str
    opened: Nanos
    closed: Nanos
    asset: Asset
    pnl: Decimal
    fees: Decimal


@exact_value
class StateChanged:
    """The trading state of a scope changed, by a rule or a person."""

    scope: str
    state: TradingState
    reason: str
    who: str


@exact_value
class DifferenceFound:
    """A venue's word on our account is not ours; `what` as in `AccountDiffers`."""

    venue: Venue
    what: str
    ours: str
    theirs: str


@exact_value
class DifferenceSettled:
    """A difference is gone: the venue now agrees, or a person (*who*) adopted its word."""

    venue: Venue
    what: str
    who: str


@exact_value
class StrategyRaised:
    """A strategy raised; it is HALTED."""

    strategy: StrategyId
    error: str


Fact: TypeAlias = (
    SignalApproved
    | SignalRefused
    | OrderRefused
    | Observation
    | OrderChanged
    | FillBooked
    | ReportIgnored
    | GroupChanged
    | TradeClosed
    | StateChanged
    | DifferenceFound
    | DifferenceSettled
    | StrategyRaised
)


@exact_value
class Outcome:
    """What one step asks for and concluded; `seq` counts steps from 1."""

    seq: int
    commands: tuple[Command, ...] = ()
    facts: tuple[Fact, ...] = ()


@exact_value
class Entry:
    """One record of a journal: the event and what came of it."""

    event: Event
    outcome: Outcome
