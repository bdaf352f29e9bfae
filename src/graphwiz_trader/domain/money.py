"""Money: an exact amount of one asset, and the one place where it is rounded."""

from decimal import ROUND_HALF_EVEN, Decimal

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Asset
from graphwiz_trader.domain.value import exact_value

CENT_OF_A_SATOSHI = Decimal("1e-10")


@exact_value
class Money:
    """An amount of an asset; negative is owed, or a rebate where it is a fee."""

    amount: Decimal
    asset: Asset

    def __add__(self, other: "Money") -> "Money":
        if other.asset != self.asset:
            raise DomainError(f"cannot add {other.asset} to {self.asset}")
        return Money(self.amount + other.amount, self.asset)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.asset)

    def __str__(self) -> str:
        return f"{self.amount} {self.asset}"


def rounded(amount: Decimal) -> Decimal:
    """Return *amount* to ten decimals, half to even: how every amount is shown."""
    return amount.quantize(CENT_OF_A_SATOSHI, ROUND_HALF_EVEN).normalize() + Decimal(0)
