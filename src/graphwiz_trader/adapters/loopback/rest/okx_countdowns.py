"""
OKX's countdowns: orders that are canceled once their owner is not heard of in time.

Source: OKX API guide v5, "Cancel All After".
"""

from typing_extensions import override

from graphwiz_trader.adapters.loopback.account import Account, Declined
from graphwiz_trader.adapters.loopback.host import Listener
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.endpoint import Endpoint, Params, Refusal
from graphwiz_trader.adapters.loopback.wire.okx import millis
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import SECOND, Nanos

LEAST_S, MOST_S = 10, 120
MOST_TAGS = 20
_LONGEST_TAG = 16


class OkxCountdowns(Listener):
    """One countdown for all orders, and one for those of each tag; looked at once a second."""

    def __init__(self, premises: Premises, account: Account) -> None:
        self._premises = premises
        self._account = account
        self._ends: dict[str, Nanos] = {}

    def endpoint(self) -> Endpoint:
        """Return the request that begins, prolongs and ends them."""
        return Endpoint(
            "POST /api/v5/trade/cancel-all-after",
            self._set,
            ("timeOut",),
            ("tag",),
            is_signed=True,
            per_2s=2,
        )

    @override
    def on_second(self, now: Nanos) -> None:
        """Cancel what belongs to those whose time is over."""
        over = [tag for tag, end in self._ends.items() if end <= now]
        for tag in over:
            del self._ends[tag]
        for tag in over:
            self._cancel(tag)

    def _set(self, params: Params) -> Plain:
        span, tag = params["timeOut"], params.get("tag", "")
        if not span.isdecimal() or not (int(span) == 0 or LEAST_S <= int(span) <= MOST_S):
            raise Refusal(400, 51000, "Parameter timeOut error")
        if tag and not (tag.isascii() and tag.isalnum() and len(tag) <= _LONGEST_TAG):
            raise Refusal(400, 51000, "Parameter tag error")
        now, end = self._premises.now(), Nanos(0)
        self._ends.pop(tag, None)
        if int(span):
            if tag and len([one for one in self._ends if one]) >= MOST_TAGS:
                raise Refusal(400, 51071, "The number of tag-level countdowns is at its limit.")
            end = self._ends[tag] = Nanos(now + int(span) * SECOND)
        return [{"triggerTime": millis(end) if end else "0", "tag": tag, "ts": millis(now)}]

    def _cancel(self, tag: str) -> None:
        for order in self._account.orders(None):
            if order.is_working and tag in ("", order.wanted.tag):
                order.is_abandoned = True
                try:
                    self._account.cancel(order)
                except Declined:
                    order.is_abandoned = False
