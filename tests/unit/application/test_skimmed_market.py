"""The skimmed market is the tapes' stream, message for message, and can be entered anywhere."""

import pytest

from graphwiz_trader.application.market import NEVER, PAGE, TapeMarket
from graphwiz_trader.application.skimmed_market import SkimmedMarket
from tests.parity.crossing import ALPHA, BETA, CROSS, ETHER, crossing


@pytest.mark.parametrize("instruments", [(ALPHA, CROSS, ETHER), (ALPHA, BETA), (ALPHA,)])
def test_its_messages_are_those_of_the_tapes_in_their_order(instruments) -> None:  # type: ignore[no-untyped-def] # a column
    tapes = crossing(4, instruments)
    plain, skimmed = TapeMarket(tapes), SkimmedMarket(tapes)

    count = len(plain)
    assert count > PAGE
    told = [
        [(market.ts, *map(repr, market.pop())) for _ in range(count)] for market in (plain, skimmed)
    ]

    assert told[0] == told[1]
    assert (skimmed.ts, skimmed.at) == (NEVER, count)
    assert (skimmed.first, skimmed.last) == (plain.first, plain.last)


def test_entered_later_it_tells_what_it_would_have_come_to() -> None:
    tapes = crossing(4, (ALPHA, BETA), 300)
    one, other = SkimmedMarket(tapes), SkimmedMarket(tapes)
    for _ in range(50):
        one.pop()

    other.go_to(50)

    assert (one.at, one.ts, one.begins_an_instant) == (other.at, other.ts, other.begins_an_instant)
    assert repr(one.pop()) == repr(other.pop())


def test_the_numbers_of_a_stretch_are_those_of_its_messages() -> None:
    skimmed = SkimmedMarket(crossing(20, (ALPHA, BETA), 300))

    tapes, messages, more = skimmed.numbers(0, 200)

    popped = [skimmed.pop() for _ in range(200)]
    assert [(tape, number) for _, tape, number in popped] == list(
        zip(tapes.tolist(), messages.tolist(), strict=True)
    )
    assert [event.more for event, _, _ in popped] == [bool(each) for each in more]
