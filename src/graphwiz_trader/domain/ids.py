"""
Ids: client order ids that are never used twice, by any incarnation of any installation.

An id is at most 18 characters of `[a-z0-9]`, valid at every venue: 2 of the installation, 5 of
the incarnation, 2 of the strategy and up to 9 of a counter, in base 36.
"""

from collections.abc import Sequence

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import ClOrdId
from graphwiz_trader.domain.value import value

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
INSTALLATION, INCARNATION, STRATEGY, COUNTER = 2, 5, 2, 9
"""Characters of each part; the counter's is the most it may have."""

BACKTEST = "00"
"""The installation of backtests; no other is ever drawn with that name."""

_PAIRS = tuple(high + low for high in DIGITS for low in DIGITS)
_PAIR = len(_PAIRS)
_FIRST = (*DIGITS, *_PAIRS[len(DIGITS) :])
"""The numbers of up to two digits."""

_PREFIX = INSTALLATION + INCARNATION + STRATEGY


@value
class IdParts:
    """What an id of ours says; the numbers count from 0, the counter from 1."""

    installation: str
    incarnation: int
    strategy: int
    counter: int


class ClOrdIds:
    """Makes the ids of one incarnation, in order."""

    def __init__(self, installation: str, incarnation: int) -> None:
        """
        Begin before the first id.

        Raises:
            DomainError: a part does not fit into its characters.
        """
        if len(installation) != INSTALLATION or not set(installation) <= set(DIGITS):
            raise DomainError(f"installation {installation!r} is not {INSTALLATION} of [a-z0-9]")
        self.installation = installation
        self.incarnation = incarnation
        self.issued = 0
        """How many ids were made."""
        self._start = installation + padded(incarnation, INCARNATION)
        self._starts: dict[int, str] = {}
        """How the ids of each strategy begin, up to the last two digits of the counter."""
        self._endings: Sequence[str] = _FIRST
        self._from, self._until = 0, _PAIR

    @property
    def prefix(self) -> str:
        """How every id of this installation begins, whatever its incarnation."""
        return self.installation

    def next(self, strategy: int) -> ClOrdId:
        """
        Return an id never returned before; *strategy* is its place in the configuration.

        >>> ClOrdIds("a7", 38).next(1)
        'a700012011'
        """
        self.issued = issued = self.issued + 1
        if issued >= self._until:
            self._turn()
        start = self._starts.get(strategy) or self._begin(strategy)
        return ClOrdId(start + self._endings[issued - self._from])

    def _turn(self) -> None:
        """Begin the next stretch of numbers that differ in their last two digits alone."""
        self._from = self.issued // _PAIR * _PAIR
        self._until = self._from + _PAIR
        self._starts.clear()
        self._endings = _PAIRS

    def _begin(self, strategy: int) -> str:
        high = base36(self._from // _PAIR) if self._from else ""
        start = self._starts[strategy] = self._start + padded(strategy, STRATEGY) + high
        return start

    @staticmethod
    def parse(cl_ord_id: str) -> IdParts | None:
        """
        Return the parts of an id made here, None for anything else.

        >>> ClOrdIds.parse("a700012011")
        IdParts(installation='a7', incarnation=38, strategy=1, counter=1)
        """
        counter = cl_ord_id[_PREFIX:]
        if not (1 <= len(counter) <= COUNTER and set(cl_ord_id) <= set(DIGITS)):
            return None
        return IdParts(
            cl_ord_id[:INSTALLATION],
            int(cl_ord_id[INSTALLATION : INSTALLATION + INCARNATION], 36),
            int(cl_ord_id[INSTALLATION + INCARNATION : _PREFIX], 36),
            int(counter, 36),
        )


def base36(number: int) -> str:
    """
    Return *number*, which is not negative, in base 36.

    >>> base36(46655)
    'zzz'
    """
    if number < 36:
        return DIGITS[number]
    text = ""
    while number >= 36 * 36:
        number, pair = divmod(number, 36 * 36)
        text = _PAIRS[pair] + text
    return (_PAIRS[number] if number >= 36 else DIGITS[number]) + text


def padded(number: int, size: int) -> str:
    """Return *number* as *size* characters of base 36; raise `DomainError` if it needs more."""
    if not 0 <= number < 36**size:
        raise DomainError(f"found {number}, expected 0 to {36**size - 1}: {size} base-36 digits")
    return base36(number).rjust(size, "0")
