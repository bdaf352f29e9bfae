from graphwiz_trader.adapters.loopback.signing import binance_signature, okx_signature, same


def test_binances_published_example_is_signed_alike() -> None:
    """Binance spot API documentation, "SIGNED endpoint examples for POST /api/v3/order"."""
    secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
    payload = (
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
        "&recvWindow=5000&timestamp=1499827319559"
    )

    signature = binance_signature(secret, payload)

    assert signature == "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"


def test_okx_signs_time_method_path_and_body() -> None:
    whole = okx_signature("secret", "1597026383", "GET", "/a/b", "")

    assert whole == okx_signature("secret", "1597026383", "GET/a", "/b", "")
    assert whole != okx_signature("secret", "1597026384", "GET", "/a/b", "")


def test_signatures_are_compared_in_full() -> None:
    assert same("abc", "abc")
    assert not same("abc", "abd")
    assert not same("abc", "abcd")
