"""Recorded checksums are compared one by one; a wrong one does not end the comparison."""

import gzip
import re
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.imports.archive import FileArchive, Wanted
from graphwiz_trader.adapters.files.imports.formats import FORMATS
from graphwiz_trader.application.bbo import Proof
from graphwiz_trader.application.verify import Verdict, verify


def verdict(path: Path, venue: str) -> Verdict:
    return verify(FileArchive(Wanted((path,), FORMATS["cryptofeed-raw"], venue, tops=True)))


@pytest.mark.parametrize(
    ("name", "venue", "count"), [("KRAKEN.ws.50.0", "kraken", 4269), ("OKX.ws.1.0", "okx", 290)]
)
def test_every_checksum_the_venue_sent_is_that_of_the_book(
    shared_data: Path, name: str, venue: str, count: int
) -> None:
    found = verdict(shared_data / "cryptofeed_raw" / f"{name}.gz", venue)

    assert found.checksums == Proof(count, count)
    assert found.holds


def test_one_wrong_digit_is_one_wrong_checksum(shared_data: Path, tmp_path: Path) -> None:
    text = gzip.decompress((shared_data / "cryptofeed_raw" / "OKX.ws.1.0.gz").read_bytes()).decode()
    at = text.index('"checksum":', len(text) // 2)
    spoilt = re.sub(
        r'("checksum":-?)(\d)',
        lambda found: f"{found[1]}{int(found[2]) % 8 + 1}",
        text[at:],
        count=1,
    )
    path = tmp_path / "OKX.ws.1.0.gz"
    path.write_bytes(gzip.compress((text[:at] + spoilt).encode()))

    found = verdict(path, "okx")

    assert found.checksums == Proof(290, 289)
    assert not found.holds


@pytest.mark.parametrize(
    ("name", "updates"), [("BINANCE", 177), ("BINANCE_FUTURES", 764), ("BINANCE_DELIVERY", 2047)]
)
def test_binance_books_equal_the_best_prices_of_the_other_stream(
    shared_data: Path, name: str, updates: int
) -> None:
    found = verdict(shared_data / "cryptofeed_raw" / f"{name}.ws.1.0.gz", "binance")

    assert (found.updates, found.gaps, found.crossed) == (updates, 0, 0)
    assert found.bbo.checked > 0.8 * updates
    assert found.holds
