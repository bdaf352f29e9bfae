"""The events of hftbacktest: one row a level change or trade, 64 bytes each."""

import numpy as np

DTYPE = np.dtype(
    [
        ("ev", "<u8"),
        ("exch_ts", "<i8"),
        ("local_ts", "<i8"),
        ("px", "<f8"),
        ("qty", "<f8"),
        ("order_id", "<u8"),
        ("ival", "<i8"),
        ("fval", "<f8"),
    ]
)

DEPTH, TRADE, CLEAR, SNAPSHOT = 1, 2, 3, 4
"""What a row is: the low byte of `ev`."""

ADD, CANCEL, MODIFY, FILL = 10, 11, 12, 13
"""Rows of market by order; `order_id` says which order."""

KIND = 0xFF
AT_EXCHANGE, AT_US, BUY, SELL = 1 << 31, 1 << 30, 1 << 29, 1 << 28
"""Where it is seen, and whose side it is: flags of `ev`."""
