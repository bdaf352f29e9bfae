"""BinanceMeter: the request weight and the orders one address has used."""

from graphwiz_trader.adapters.loopback.limits import MINUTE, Limits, Window
from graphwiz_trader.adapters.loopback.rest.endpoint import Refusal
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos

ORDER_INTERVAL = Nanos(10 * SECOND)


class BinanceMeter:
    """
    Counts requests; who goes on after a 429 is banned.

    Sockets and REST share one meter, as they share an address.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._weight = Window(limits.weight, MINUTE)
        self._orders = Window(limits.orders, ORDER_INTERVAL)
        self._ignored = 0
        self._banned_until = Nanos(0)

    def count(self, weight: int, now: Nanos) -> None:
        """
        Count a request.

        Raises:
            Refusal: 429, too much weight in this minute; 418, banned for going on regardless.

        """
        if now < self._banned_until:
            raise self._ban()
        if self._weight.add(weight, now):
            self._ignored = 0
            return
        self._ignored += 1
        if self._ignored > self._limits.patience:
            self._banned_until = Nanos(now + self._limits.ban_s * SECOND)
            raise self._ban()
        raise Refusal(
            429,
            -1003,
            "Too much request weight used; current limit is "
            f"{self._limits.weight} request weight per 1 MINUTE. Please use WebSocket Streams "
            "for live updates to avoid polling the API.",
        )

    def count_orders(self, orders: int, now: Nanos) -> None:
        """Count new orders; raise `Refusal` 429 if there are too many in ten seconds."""
        if not self._orders.add(orders, now):
            raise Refusal(
                429,
                -1015,
                f"Too many new orders; current limit is {self._limits.orders} orders "
                "per 10 SECOND.",
            )

    def headers(self, now: Nanos) -> dict[str, str]:
        """Return what every answer says about the weight used."""
        used = str(self._weight.look(now))
        return {"X-MBX-USED-WEIGHT": used, "X-MBX-USED-WEIGHT-1M": used}

    def order_headers(self, now: Nanos) -> dict[str, str]:
        """Return what answers to orders say besides."""
        return {"X-MBX-ORDER-COUNT-10S": str(self._orders.look(now))}

    def retry_after_s(self, status: int, now: Nanos) -> int:
        """Return how long a refused client should wait."""
        if status == 418:
            return max(1, (self._banned_until - now) // SECOND)
        return self._weight.left_s(now)

    def usage(self, now: Nanos) -> tuple[int, int]:
        """Return weight and orders used in their present intervals."""
        return self._weight.look(now), self._orders.look(now)

    def _ban(self) -> Refusal:
        until = self._banned_until // MILLISECOND
        return Refusal(418, -1003, f"Way too much request weight used; IP banned until {until}.")
