"""
Errors: what ccxt raises, in our words.

A request about an order whose answer never came may have been carried out, so that the same
error means something else there: `OutcomeUnknown`.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum

from aiohttp import ClientError
from ccxt.base import errors as theirs

from graphwiz_trader.domain import errors as ours
from graphwiz_trader.domain.value import value

_QUERY = re.compile(r"(?<=://)([^\s?]*)\?\S*")


class Operation(Enum):
    """What is being asked: ORDER creates or edits, CANCEL cancels, ASK changes nothing."""

    ASK = "ask"
    ORDER = "order"
    CANCEL = "cancel"


@value
class Row:
    """What an error of ccxt means when nothing is changed, and when an order is."""

    asking: type[ours.PortError]
    ordering: type[ours.PortError]


def _same(kind: type[ours.PortError]) -> Row:
    return Row(kind, kind)


def _unsure(kind: type[ours.PortError]) -> Row:
    return Row(kind, ours.OutcomeUnknown)


_PLAIN = _same(ours.PortError)
_DENIED = _same(ours.AccessDenied)
_INVALID = _same(ours.InvalidOrder)

TABLE: Mapping[type[Exception], Row] = {
    theirs.BaseError: _PLAIN,
    theirs.ExchangeError: _PLAIN,
    theirs.AuthenticationError: _DENIED,
    theirs.PermissionDenied: _DENIED,
    theirs.AccountNotEnabled: _DENIED,
    theirs.AccountSuspended: _DENIED,
    theirs.RestrictedLocation: _DENIED,
    theirs.ManualInteractionNeeded: _DENIED,
    theirs.ArgumentsRequired: _PLAIN,
    theirs.InvalidAddress: _PLAIN,
    theirs.AddressPending: _PLAIN,
    theirs.InvalidProxySettings: _PLAIN,
    theirs.BadRequest: _INVALID,
    theirs.BadSymbol: _INVALID,
    theirs.OperationRejected: _INVALID,
    theirs.NoChange: _INVALID,
    theirs.MarginModeAlreadySet: _INVALID,
    theirs.InvalidOrder: _INVALID,
    theirs.OrderNotCached: _INVALID,
    theirs.OrderImmediatelyFillable: _INVALID,
    theirs.OrderNotFillable: _INVALID,
    theirs.ContractUnavailable: _INVALID,
    theirs.MarketClosed: _same(ours.MarketClosed),
    theirs.InsufficientFunds: _same(ours.InsufficientFunds),
    theirs.OrderNotFound: _same(ours.OrderNotFound),
    theirs.DuplicateOrderId: _same(ours.DuplicateOrder),
    theirs.NotSupported: _same(ours.Unsupported),
    theirs.ExchangeClosedByUser: _unsure(ours.Disconnected),
    theirs.UnsubscribeError: _same(ours.Transient),
    theirs.OperationFailed: _unsure(ours.Transient),
    theirs.NetworkError: _unsure(ours.Disconnected),
    theirs.DDoSProtection: _same(ours.RateLimited),
    theirs.RateLimitExceeded: _same(ours.RateLimited),
    # A 5xx may have executed; maintenance is a definite no.
    theirs.ExchangeNotAvailable: _unsure(ours.VenueDown),
    theirs.OnMaintenance: _same(ours.VenueDown),
    theirs.InvalidNonce: _same(ours.Transient),
    theirs.ChecksumError: _same(ours.Garbled),
    theirs.RequestTimeout: _unsure(ours.TimedOut),
    theirs.BadResponse: _unsure(ours.Garbled),
    theirs.NullResponse: _unsure(ours.Garbled),
    theirs.CancelPending: _same(ours.Transient),
}
"""Every class of ccxt's hierarchy, each with a row of its own."""

_ABSORBED = theirs.CancelPending
_BROKEN = (LookupError, TypeError, ValueError, AttributeError)
"""What ccxt trips over when an answer is not of the form it expects."""


@contextmanager
def translated(operation: Operation) -> Iterator[None]:
    """
    Turn what ccxt raises inside into a `PortError`, raised from it.

    While canceling, the news that an order is going already is no error: its report decides.
    """
    try:
        yield
    except ours.TraderError:
        raise
    except _ABSORBED as error:
        if operation is not Operation.CANCEL:
            raise translation(error, operation) from error
    except (theirs.BaseError, ClientError, OSError, TimeoutError, *_BROKEN) as error:
        raise translation(error, operation) from error


def translation(error: BaseException, operation: Operation = Operation.ASK) -> ours.PortError:
    """Return *error* in our words; its text is the venue's own, without a request's query."""
    row = _row(error)
    kind = row.asking if operation is Operation.ASK else row.ordering
    return kind(_QUERY.sub(r"\1", str(error)) or type(error).__name__)


def _row(error: BaseException) -> Row:
    for kind in type(error).__mro__:
        if kind in TABLE:
            return TABLE[kind]
    if isinstance(error, TimeoutError):
        return _unsure(ours.TimedOut)
    if isinstance(error, ClientError | OSError):
        return _unsure(ours.Disconnected)
    return _unsure(ours.Garbled)
