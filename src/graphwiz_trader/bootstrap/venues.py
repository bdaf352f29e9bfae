"""Venues: the names a configuration may use, as ccxt spells them."""

VENUES = (
    "ascendex", "backpack", "bequant", "bigone", "binance", "binancecoinm", "binanceus",
    "binanceusdm", "bingx", "bitbank", "bitbns", "bitfinex", "bitflyer", "bitget", "bithumb",
    "bitmart", "bitmex", "bitopro", "bitrue", "bitso", "bitstamp", "bitteam", "bitvavo",
    "blockchaincom", "blofin", "btcbox", "btcmarkets", "btcturk", "bybit", "cex", "coinbase",
    "coinbaseadvanced", "coinbaseexchange", "coinbaseinternational", "coincheck", "coinex",
    "coinmate", "coinmetro", "coinone", "coinsph", "cryptocom", "delta", "deribit", "digifinex",
    "dydx", "exmo", "fxcm", "gate", "gateio", "gemini", "hashkey", "hitbtc", "hollaex", "htx",
    "huobi", "hyperliquid", "independentreserve", "indodax", "kraken", "krakenfutures", "kucoin",
    "kucoinfutures", "latoken", "lbank", "luno", "mercado", "mexc", "ndax", "novadax", "oanda",
    "okcoin", "okx", "onetrading", "oxfun", "p2b", "paradex", "paymium", "phemex", "poloniex",
    "probit", "timex", "tokocrypto", "tradeogre", "upbit", "vertex", "wavesexchange", "whitebit",
    "woo", "woofipro", "xt", "yobit", "zaif", "zonda",
)  # fmt: skip
"""Sorted; the simulated venues carry the names of the venues they speak like."""
