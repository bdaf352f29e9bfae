"""Fair: what a book's last change says about where its price goes: order-flow imbalance."""

from graphwiz_trader.kernels.jit import kernel


@kernel("int64(int64, int64, int64, int64, int64, int64, int64, int64)")
def order_flow(
    bid_before: int,
    bid_lots_before: int,
    ask_before: int,
    ask_lots_before: int,
    bid: int,
    bid_lots: int,
    ask: int,
    ask_lots: int,
) -> int:
    """
    Return by how many lots demand at the touch grew beyond supply, from one book to the next.

    Prices in ticks.

    Source: Cont, Kukanov, Stoikov 2014 (J. Financial Econometrics 12:47), section 2.
    """
    flow = 0
    if bid >= bid_before:
        flow += bid_lots
    if bid <= bid_before:
        flow -= bid_lots_before
    if ask <= ask_before:
        flow -= ask_lots
    if ask >= ask_before:
        flow += ask_lots_before
    return flow
