"""Operate: a person's questions to a running engine, and orders, which enter it as events."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from graphwiz_trader.application import state_view
from graphwiz_trader.application.reload import Reload
from graphwiz_trader.application.trade import Stopped, Trade
from graphwiz_trader.domain.commands import CancelAll, CancelOrder, RaiseAlert, SubmitOrder
from graphwiz_trader.domain.control import Answer, Misunderstood, Request
from graphwiz_trader.domain.events import Event, OperatorAction, OperatorOrder
from graphwiz_trader.domain.facts import OrderRefused, Outcome, StateChanged
from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.engine.state import EngineState

SCOPES = ("venue", "strategy", "instrument", "order")
"""What a scope may begin with; an empty one is everything."""

Session = Callable[[], Mapping[str, object]]
"""Tells what is known of the run beside the engine's state."""


class Operate:
    """
    Answers for *trade*, whose strategies are *strategies*; *session* tells of its run.

    It watches the run, so that an order can be answered with what came of it. Without a *reload*
    it cannot be asked for one.
    """

    def __init__(
        self,
        trade: Trade,
        strategies: Sequence[str],
        session: Session,
        reload: Reload | None = None,
    ) -> None:
        self._trade = trade
        self._strategies = tuple(strategies)
        self._session = session
        self._ended: asyncio.Future[Stopped] = asyncio.get_running_loop().create_future()
        self._outcome: Outcome | None = None
        trade.watches.append(self._hear)
        self._reload = reload
        self._questions: Mapping[str, Callable[[], object]] = {
            "status": self._status,
            "orders": lambda: state_view.orders(self._state, trade.clock.now()),
            "positions": lambda: state_view.positions(self._state),
            "balances": lambda: state_view.balances(self._state),
            "risk": lambda: state_view.risk(self._state),
        }
        self._orders: Mapping[str, Callable[[Request, str], Awaitable[Answer]]] = {
            "stop": self._stop,
            **({} if reload is None else {"reload": self._take_over}),
            **{action.value: self._order for action in OperatorAction},
        }

    def end(self, stopped: Stopped) -> None:
        """Tell whoever waits for it that the run has ended."""
        if not self._ended.done():
            self._ended.set_result(stopped)

    async def answer(self, request: Request, who: str) -> Answer:
        """
        Answer *request* of *who*.

        Raises:
            Misunderstood: there is no such request, or its words are wrong.
            DomainError: the order makes no sense.
        """
        question = self._questions.get(request.what)
        if question is not None:
            return Answer({request.what: plain(question())})
        order = self._orders.get(request.what)
        if order is None:
            known = ", ".join((*self._questions, *self._orders))
            raise Misunderstood(f"found {request.what!r}, expected one of {known}")
        return await order(request, who)

    @property
    def _state(self) -> EngineState:
        return self._trade.engine.state

    def _status(self) -> Mapping[str, object]:
        health = state_view.health(self._state, self._trade.clock.now())
        return {**self._session(), **health, "latency_us": self._trade.latencies.us()}

    async def _order(self, request: Request, who: str) -> Answer:
        action = OperatorAction(request.what)
        scope = request.words.get("scope", "")
        if action is not OperatorAction.ADOPT:
            self._check(scope)
        now = self._trade.clock.now()
        self._outcome = None
        self._trade.deliver(OperatorOrder(now, action, scope, request.word("reason"), who))
        return Answer({"action": action.value, "scope": scope, "who": who, **self._came()})

    async def _take_over(self, request: Request, who: str) -> Answer:
        if self._reload is None:
            raise Misunderstood("this engine has nothing to read again")
        return Answer(await self._reload.run(self._trade, request.word("reason"), who))

    async def _stop(self, request: Request, who: str) -> Answer:
        self._trade.stop(f"stopped by {who}: {request.word('reason')}")
        stopped = await asyncio.shield(self._ended)
        left = [{"venue": venue, "cl_ord_id": name} for venue, name in stopped.remaining]
        apart = self._trade.unreconciled
        told = {"remaining": plain(left), "unreconciled": plain(apart)}
        return Answer({"action": "stop", "who": who, **told})

    def _hear(self, event: Event, outcome: Outcome) -> None:
        """Note what came of a person's order."""
        if isinstance(event, OperatorOrder):
            self._outcome = outcome

    def _came(self) -> dict[str, Plain]:
        """Return what the last order led to; it may still be waiting for its turn."""
        outcome = self._outcome
        if outcome is None:
            return {"seq": None}
        sent = [c for c in outcome.commands if isinstance(c, SubmitOrder)]
        withdrawn = [c for c in outcome.commands if isinstance(c, CancelOrder | CancelAll)]
        changes = [f for f in outcome.facts if isinstance(f, StateChanged)]
        refused = [f.refused for f in outcome.facts if isinstance(f, OrderRefused)]
        alerts = [c.text for c in outcome.commands if isinstance(c, RaiseAlert)]
        return {
            "seq": outcome.seq,
            "state": self._state.scopes.get("").value,
            "changes": [{"scope": c.scope, "state": c.state.value} for c in changes],
            "submitted": len(sent),
            "canceled": len(withdrawn),
            "refused": plain(refused),
            "alerts": plain(alerts),
        }

    def _check(self, scope: str) -> None:
        """Refuse a scope that names nothing here: it would order nothing, and nobody would know."""
        kind, colon, name = scope.partition(":")
        if not scope:
            return
        state = self._state
        known: Mapping[str, Collection[str]] = {
            "venue": state.accounts,
            "instrument": state.instruments,
            "strategy": dict.fromkeys(self._strategies),
            "order": {order.cl_ord_id: order for order in state.orders},
        }
        if not colon or kind not in SCOPES:
            raise Misunderstood(f"found scope {scope!r}, expected {', '.join(SCOPES)} and a name")
        if name not in known[kind]:
            names = ", ".join(known[kind]) or "none"
            raise Misunderstood(f"no {kind} {name!r} here, only {names}")
