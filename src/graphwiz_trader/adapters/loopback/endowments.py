"""Endowments: what the account owns at each venue, as a person writes it."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.units import Asset, Venue


def endowments_of(
    texts: Iterable[str], venues: Sequence[Venue]
) -> Mapping[Venue, Mapping[Asset, Decimal]]:
    """
    Return what *texts*, each `[VENUE.]ASSET=AMOUNT`, give to which of *venues*.

    A venue that none names is left out; what is given without a venue goes to all.

    >>> endowments_of(["USDT=100", "okx.BTC=2"], (Venue("okx"),))
    {'okx': {'USDT': Decimal('100'), 'BTC': Decimal('2')}}

    Raises:
        ConfigError: texts are wrong; all of them are listed.
    """
    made: dict[Venue, dict[Asset, Decimal]] = {}
    problems = []
    for text in texts:
        what, _, amount = text.partition("=")
        venue, _, asset = what.rpartition(".")
        owned = _amount(amount)
        if not asset or owned is None:
            problems.append(Problem("--balance", repr(text), "[VENUE.]ASSET=AMOUNT"))
        elif venue and venue not in venues:
            problems.append(Problem("--balance", venue, f"one of {', '.join(venues)}"))
        else:
            for name in [Venue(venue)] if venue else venues:
                made.setdefault(name, {})[Asset(asset)] = owned
    if problems:
        raise ConfigError(problems)
    return made


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
