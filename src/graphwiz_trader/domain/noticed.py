"""Noticed: an event by which an alert from beside the engine gets on the record."""

from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value


@value
class Noticed:
    """
    Who runs beside the engine noticed something a person should know; the engine raises it.

    So it is on the record, and reaches a person by the same way as what the engine alerts of.
    """

    ts: Nanos
    severity: Severity
    code: str
    text: str
