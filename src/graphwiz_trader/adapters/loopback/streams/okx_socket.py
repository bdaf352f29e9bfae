"""
OKX's sockets: what clients say on them.

Source: OKX API guide v5, "WebSocket: Connect, Login, Subscribe, Unsubscribe, Notification".
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from graphwiz_trader.adapters.loopback.connection import Connection, Style
from graphwiz_trader.adapters.loopback.faults import Stage
from graphwiz_trader.adapters.loopback.hub import compact
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.endpoint import Refusal
from graphwiz_trader.adapters.loopback.streams.okx import CHANNELS, OkxChannels
from graphwiz_trader.domain.plain import Plain

CONNECTION = "a4d3ae55"
"""The name every connection has; no client needs to tell them apart."""

STYLE = Style(
    lambda _, text: text,
    compact(
        {
            "event": "notice",
            "code": "64008",
            "msg": "The connection will soon be closed for a service upgrade. Please reconnect.",
            "connId": CONNECTION,
        }
    ),
    compact({"event": "error", "code": "60012", "msg": "Invalid request", "connId": CONNECTION}),
)
"""OKX frames nothing: every message names its channel."""

Arg: TypeAlias = Mapping[str, str]


class OkxPublicSocket:
    """One connection to `/ws/v5/public`."""

    def __init__(self, premises: Premises, channels: OkxChannels) -> None:
        self._premises = premises
        self._channels = channels

    def take(self, connection: Connection, text: str) -> None:
        """Answer a message of the client."""
        serve(self._premises, connection, text, self._serve)

    def _serve(self, connection: Connection, request: Mapping[str, Plain]) -> None:
        op, args = request.get("op"), listed(request)
        if op not in ("subscribe", "unsubscribe"):
            raise Refusal(400, 60012, f"Invalid request: {compact(dict(request))}")
        for arg in args:
            self._change(connection, op == "subscribe", arg, request)

    def _change(
        self,
        connection: Connection,
        is_new: bool,  # noqa: FBT001 # what the client's word says
        arg: Arg,
        request: Mapping[str, Plain],
    ) -> None:
        channel, name = arg.get("channel", ""), arg.get("instId", "")
        symbol = self._premises.symbols.by_name.get(name)
        if channel not in CHANNELS or symbol is None or arg.keys() != {"channel", "instId"}:
            raise Refusal(
                400, 60018, f"Wrong URL or channel:{channel}, instId:{name} doesn't exist."
            )
        topic = f"{channel}:{name}"
        if not is_new:
            self._premises.hub.leave(topic, connection)
            connection.reply(told("unsubscribe", arg, request))
            return
        now = self._premises.host.now
        if self._premises.faults.strike(Stage.SUBSCRIBE, topic, now) is None:
            connection.reply(told("subscribe", arg, request))
            self._channels.open(connection, channel, symbol)


Serve: TypeAlias = Callable[[Connection, Mapping[str, Plain]], None]
"""Carry out a request of a client, or refuse it."""


def serve(premises: Premises, connection: Connection, text: str, carry_out: Serve) -> None:
    """Take what a client says: a ping, or a request to *carry_out*; tell it of a refusal."""
    if is_ping(premises, connection, text):
        return
    try:
        carry_out(connection, parsed(text))
    except Refusal as no:
        connection.reply(error(no))


def is_ping(premises: Premises, connection: Connection, text: str) -> bool:
    """Answer *text* if it is a ping, and return whether it was one; bring time up to now."""
    now = premises.now()
    if text != "ping":
        return False
    if premises.faults.strike(Stage.PING, "text", now) is None:
        connection.reply("pong")
    return True


def parsed(text: str) -> Mapping[str, Plain]:
    """Return a request, or refuse."""
    try:
        request = json.loads(text)
    except json.JSONDecodeError:
        request = None
    if not isinstance(request, dict) or not isinstance(request.get("op"), str):
        raise Refusal(400, 60012, f"Invalid request: {text}")
    return request


def listed(request: Mapping[str, Plain]) -> Sequence[Arg]:
    """Return the arguments of a request, or refuse: objects of texts, at least one."""
    args = request.get("args")
    if not isinstance(args, list) or not args:
        raise Refusal(400, 60012, f"Invalid request: {compact(dict(request))}")
    found: list[Arg] = []
    for arg in args:
        if not isinstance(arg, dict):
            raise Refusal(400, 60012, f"Invalid request: {compact(dict(request))}")
        texts = {name: text for name, text in arg.items() if isinstance(text, str)}
        if len(texts) != len(arg):
            raise Refusal(400, 60012, f"Invalid request: {compact(dict(request))}")
        found.append(texts)
    return found


def told(event: str, arg: Arg, request: Mapping[str, Plain]) -> str:
    """Return the confirmation of *event*."""
    number = {"id": request["id"]} if "id" in request else {}
    return compact({**number, "event": event, "arg": dict(arg), "connId": CONNECTION})


def error(no: Refusal) -> str:
    """Return the event that says why not."""
    return compact({"event": "error", "code": str(no.code), "msg": no.text, "connId": CONNECTION})
