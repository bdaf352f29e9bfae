"""Countdown: our orders canceled by the venue, unless it hears from us in time."""

from graphwiz_trader.adapters.ccxt.errors import Operation, translated
from graphwiz_trader.adapters.ccxt.private_session import PrivateSession
from graphwiz_trader.adapters.ccxt.quirk import Trading
from graphwiz_trader.domain.errors import Unsupported
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos


class Countdown:
    """
    Asks through *session* for what bears *own* as its mark.

    Where a venue knows no marks, its countdown would end other people's orders too.
    """

    def __init__(self, session: PrivateSession, trading: Trading, own: str) -> None:
        self._session = session
        self._mark = trading.mark
        self._own = own

    async def set(self, span: Nanos) -> None:
        """
        Let it end *span* from now, in whole seconds; 0: never.

        Raises:
            Unsupported: this venue cannot be asked for ours alone.
            PortError: it did not take that.
        """
        if not self._mark:
            raise Unsupported("found no countdown for our orders alone")
        # As text: ccxt would send a number where the venue documents a string.
        words = {self._mark: self._own, "timeOut": str(span // SECOND)}
        async with self._session.open() as exchange:
            with translated(Operation.ASK):
                await exchange.cancel_all_orders_after(span // MILLISECOND, words)
