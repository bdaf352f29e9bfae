from collections.abc import Iterator

import pytest
from ccxt.base import errors as theirs

from graphwiz_trader.adapters.ccxt.errors import TABLE, Operation, translated
from graphwiz_trader.domain import errors as ours


def hierarchy(tree: object = theirs.error_hierarchy) -> Iterator[str]:
    """Every class of ccxt's own list of errors."""
    if isinstance(tree, dict):
        for name, below in tree.items():
            yield name
            yield from hierarchy(below)


@pytest.mark.parametrize("name", list(hierarchy()))
def test_every_error_of_ccxt_has_a_row(name: str) -> None:
    assert getattr(theirs, name) in TABLE


def test_no_row_is_left_over() -> None:
    assert {kind.__name__ for kind in TABLE} == set(hierarchy())


@pytest.mark.parametrize(
    ("error", "asking", "ordering"),
    [
        (theirs.RequestTimeout("late"), ours.TimedOut, ours.OutcomeUnknown),
        (theirs.ExchangeNotAvailable("502"), ours.VenueDown, ours.OutcomeUnknown),
        (theirs.NetworkError("reset"), ours.Disconnected, ours.OutcomeUnknown),
        (theirs.BadResponse("<html>"), ours.Garbled, ours.OutcomeUnknown),
        (theirs.RateLimitExceeded("429"), ours.RateLimited, ours.RateLimited),
        (theirs.DDoSProtection("418"), ours.RateLimited, ours.RateLimited),
        (theirs.OnMaintenance("down"), ours.VenueDown, ours.VenueDown),
        (theirs.ChecksumError("crc"), ours.Garbled, ours.Garbled),
        (theirs.InvalidNonce("-1021"), ours.Transient, ours.Transient),
        (theirs.InsufficientFunds("-2010"), ours.InsufficientFunds, ours.InsufficientFunds),
        (theirs.DuplicateOrderId("dup"), ours.DuplicateOrder, ours.DuplicateOrder),
        (theirs.MarketClosed("closed"), ours.MarketClosed, ours.MarketClosed),
        (theirs.OrderImmediatelyFillable("po"), ours.InvalidOrder, ours.InvalidOrder),
        (theirs.PermissionDenied("ip"), ours.AccessDenied, ours.AccessDenied),
        (theirs.NotSupported("no"), ours.Unsupported, ours.Unsupported),
        (theirs.ExchangeError("?"), ours.PortError, ours.PortError),
        (KeyError("price"), ours.Garbled, ours.OutcomeUnknown),
        (ConnectionResetError("reset"), ours.Disconnected, ours.OutcomeUnknown),
        (TimeoutError(), ours.TimedOut, ours.OutcomeUnknown),
    ],
    ids=lambda item: type(item).__name__ if isinstance(item, Exception) else item.__name__,
)
def test_an_error_means_what_the_table_says(
    error: Exception, asking: type[ours.PortError], ordering: type[ours.PortError]
) -> None:
    found = []
    for operation in (Operation.ASK, Operation.ORDER):
        with pytest.raises(ours.PortError) as caught, translated(operation):
            raise error
        found.append(type(caught.value))
        assert caught.value.__cause__ is error

    assert found == [asking, ordering]


class NewerError(theirs.RateLimitExceeded):  # type: ignore[misc] # ccxt is untyped
    """Something a later ccxt, or one exchange, may raise."""


def test_a_class_without_a_row_is_taken_for_its_parent() -> None:
    with pytest.raises(ours.RateLimited), translated(Operation.ORDER):
        raise NewerError("429")


def test_canceling_what_is_going_already_is_no_error() -> None:
    with translated(Operation.CANCEL):
        raise theirs.CancelPending("being canceled")


@pytest.mark.parametrize("operation", list(Operation))
def test_what_is_gone_is_not_found_whatever_was_asked(operation: Operation) -> None:
    with pytest.raises(ours.OrderNotFound), translated(operation):
        raise theirs.OrderNotFound("unknown order")


@pytest.mark.parametrize("error", [theirs.NetworkError("reset"), TimeoutError(), KeyError("id")])
def test_a_cancel_without_an_answer_leaves_the_order_open(error: Exception) -> None:
    with pytest.raises(ours.OutcomeUnknown), translated(Operation.CANCEL):
        raise error


def test_no_query_of_a_request_is_repeated() -> None:
    address = "https://api.binance.com/api/v3/account?timestamp=1&signature=abc 401 {}"

    with pytest.raises(ours.AccessDenied) as caught, translated(Operation.ASK):
        raise theirs.AuthenticationError(f"binance GET {address}")

    assert str(caught.value) == "binance GET https://api.binance.com/api/v3/account 401 {}"


def test_our_own_errors_pass() -> None:
    with pytest.raises(ours.Garbled, match="as it was"), translated(Operation.ORDER):
        raise ours.Garbled("as it was")


def test_what_is_no_error_of_a_venue_passes() -> None:
    with pytest.raises(ZeroDivisionError), translated(Operation.ORDER):
        raise ZeroDivisionError
