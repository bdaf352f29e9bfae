"""Records: what is written of an entry, byte for byte."""

import msgspec
import pytest

from graphwiz_trader.adapters.files.records import OPENING, decoded, encoded, outcome_bytes
from graphwiz_trader.domain.codec import flatten
from graphwiz_trader.domain.events import FeedDown, TapeMessage
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.units import Nanos, Venue
from tests.contracts.journal import entry, submit


@pytest.mark.parametrize(
    "one",
    [
        entry(7),
        Entry(TapeMessage(1, 5, True), Outcome(2**40, (submit(1), submit(2)))),
        Entry(FeedDown(Nanos(3), Venue("kraken"), "gone"), Outcome(3)),
    ],
)
def test_an_entry_s_record_is_one_piece_of_message_pack(one: Entry) -> None:
    body = encoded(one, outcome_bytes(one.outcome))

    assert body[OPENING.size :] == msgspec.msgpack.encode(flatten(one))
    assert decoded(body) == (one,)


def test_an_outcome_s_bytes_are_those_of_its_flat_form() -> None:
    outcome = entry(7).outcome

    assert outcome_bytes(outcome) == msgspec.msgpack.encode(flatten(outcome))


def test_a_quiet_outcome_has_no_bytes() -> None:
    assert outcome_bytes(Outcome(7)) == b""
