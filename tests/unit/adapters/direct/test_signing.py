"""Signatures, against the venues' own published examples and Python's own HMAC."""

import hmac
from base64 import b64encode
from hashlib import sha256

import pytest

from graphwiz_trader.adapters.direct.signing import Signer

BINANCE_SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
BINANCE_QUERY = (
    b"symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
    b"&recvWindow=5000&timestamp=1499827319559"
)
BINANCE_SIGNATURE = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"


def test_binances_published_example_comes_out() -> None:
    assert Signer(BINANCE_SECRET).hexadecimal(BINANCE_QUERY) == BINANCE_SIGNATURE


@pytest.mark.parametrize("cut", [0, 7, 64, len(BINANCE_QUERY)])
def test_a_head_signs_like_the_whole(cut: int) -> None:
    signer = Signer(BINANCE_SECRET, BINANCE_QUERY[:cut])

    assert signer.hexadecimal(BINANCE_QUERY[cut:]) == BINANCE_SIGNATURE
    assert signer.hexadecimal(BINANCE_QUERY[cut:]) == BINANCE_SIGNATURE


@pytest.mark.parametrize("size", [1, 63, 64, 65, 200])
def test_secrets_of_any_length_sign_as_python_does(size: int) -> None:
    secret, text = "s" * size, b"1700000000GET/users/self/verify"

    expected = b64encode(hmac.digest(secret.encode(), text, sha256)).decode()

    assert Signer(secret).base64(text) == expected
